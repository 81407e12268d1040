package result

import (
	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/decimal128"
	"github.com/apache/arrow-go/v18/arrow/memory"
)

// fixed gathers numbers. A chunk has the smallest integers that hold its unscaled values, or decimal128 when int64 does not.
type fixed struct {
	column   Column
	small    []int64
	wide     []decimal128.Num // instead of small, from the first value beyond int64
	valid    []bool
	low, top int64
}

func (f *fixed) add(a arrow.Array) error {
	start := len(f.valid)
	for i := range a.Len() {
		f.valid = append(f.valid, a.IsValid(i))
	}
	valid := f.valid[start:]
	switch a := a.(type) {
	case *array.Int8:
		return addInts(f, a.Int8Values(), valid)
	case *array.Int16:
		return addInts(f, a.Int16Values(), valid)
	case *array.Int32:
		return addInts(f, a.Int32Values(), valid)
	case *array.Int64:
		return addInts(f, a.Int64Values(), valid)
	case *array.Uint8:
		return addInts(f, a.Uint8Values(), valid)
	case *array.Uint16:
		return addInts(f, a.Uint16Values(), valid)
	case *array.Uint32:
		return addInts(f, a.Uint32Values(), valid)
	case *array.Uint64:
		for i, v := range a.Uint64Values() {
			f.append(decimal128.FromU64(v), valid[i])
		}
	case *array.Decimal128:
		return f.addDecimals(a, valid)
	default:
		return contradiction(f.column, a)
	}
	return nil
}

func addInts[T int8 | int16 | int32 | int64 | uint8 | uint16 | uint32](f *fixed, values []T, valid []bool) error {
	for i, v := range values {
		f.appendInt(int64(v), valid[i])
	}
	if f.column.Scale != 0 {
		return contradiction(f.column, nil)
	}
	return nil
}

func (f *fixed) addDecimals(a *array.Decimal128, valid []bool) error {
	scale := int(a.DataType().(*arrow.Decimal128Type).Scale)
	if scale == f.column.Scale {
		for i, v := range a.Values() {
			f.append(v, valid[i])
		}
		return nil
	}
	for i, v := range a.Values() {
		if valid[i] {
			scaled, err := v.Rescale(int32(scale), int32(f.column.Scale))
			if err != nil {
				return contradiction(f.column, a)
			}
			v = scaled
		}
		f.append(v, valid[i])
	}
	return nil
}

func (f *fixed) append(v decimal128.Num, valid bool) {
	if fits := v.HighBits() == int64(v.LowBits())>>63; fits || !valid {
		f.appendInt(int64(v.LowBits()), valid)
		return
	}
	f.widen()
	f.wide = append(f.wide, v)
}

func (f *fixed) appendInt(v int64, valid bool) {
	switch {
	case !valid:
		v = 0
	case v < f.low:
		f.low = v
	case v > f.top:
		f.top = v
	}
	if f.wide != nil {
		f.wide = append(f.wide, decimal128.FromI64(v))
		return
	}
	f.small = append(f.small, v)
}

func (f *fixed) widen() {
	if f.wide != nil {
		return
	}
	f.wide = make([]decimal128.Num, len(f.small), 2*len(f.small)+1)
	for i, v := range f.small {
		f.wide[i] = decimal128.FromI64(v)
	}
	f.small = f.small[:0]
}

// bits is the size of a value.
func (f *fixed) bits() int {
	switch {
	case f.wide != nil:
		return 128
	case f.low >= -1<<7 && f.top < 1<<7:
		return 8
	case f.low >= -1<<15 && f.top < 1<<15:
		return 16
	case f.low >= -1<<31 && f.top < 1<<31:
		return 32
	}
	return 64
}

func (f *fixed) size() int { return len(f.valid) * f.bits() / 8 }

func (f *fixed) take() (arrow.Array, arrow.DataType) {
	var out arrow.Array
	switch f.bits() {
	case 128:
		b := array.NewDecimal128Builder(memory.DefaultAllocator, &arrow.Decimal128Type{Precision: 38, Scale: int32(f.column.Scale)})
		defer b.Release()
		b.AppendValues(f.wide, f.valid)
		out = b.NewArray()
	case 8:
		out = narrow(array.NewInt8Builder(memory.DefaultAllocator), f.small, f.valid)
	case 16:
		out = narrow(array.NewInt16Builder(memory.DefaultAllocator), f.small, f.valid)
	case 32:
		out = narrow(array.NewInt32Builder(memory.DefaultAllocator), f.small, f.valid)
	default:
		out = narrow(array.NewInt64Builder(memory.DefaultAllocator), f.small, f.valid)
	}
	f.small, f.wide, f.valid, f.low, f.top = f.small[:0], nil, f.valid[:0], 0, 0
	return out, out.DataType()
}

// intBuilder is what arrow's builders of integers have in common.
type intBuilder[T any] interface {
	array.Builder
	AppendValues([]T, []bool)
}

func narrow[T int8 | int16 | int32 | int64](b intBuilder[T], values []int64, valid []bool) arrow.Array {
	defer b.Release()
	out := make([]T, len(values))
	for i, v := range values {
		out[i] = T(v)
	}
	b.AppendValues(out, valid)
	return b.NewArray()
}
