package result

import (
	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
)

// power returns 10^n for 0 ≤ n ≤ 9.
func power(n int) int64 {
	out := int64(1)
	for range n {
		out *= 10
	}
	return out
}

// rescale changes the number of fractional digits, rounding down: the service truncates where a type has fewer.
func rescale(v int64, from, to int) int64 {
	if to >= from {
		return v * power(to-from)
	}
	return floorDiv(v, power(from-to))
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

// digits is the number of fractional digits of an Arrow unit.
func digits(u arrow.TimeUnit) int { return 3 * int(u) }

// clock gathers times of day: int32 up to four fractional digits, else int64, scaled.
type clock struct {
	column Column
	values []int64
	valid  []bool
}

func (c *clock) add(a arrow.Array) error {
	var value func(int) int64
	var from int
	switch a := a.(type) {
	case *array.Time64:
		value, from = func(i int) int64 { return int64(a.Value(i)) }, digits(a.DataType().(*arrow.Time64Type).Unit)
	case *array.Time32:
		value, from = func(i int) int64 { return int64(a.Value(i)) }, digits(a.DataType().(*arrow.Time32Type).Unit)
	default:
		return contradiction(c.column, a)
	}
	for i := range a.Len() {
		v := int64(0)
		if a.IsValid(i) {
			v = rescale(value(i), from, c.column.Scale)
		}
		c.values, c.valid = append(c.values, v), append(c.valid, a.IsValid(i))
	}
	return nil
}

func (c *clock) size() int { return 8 * len(c.values) }

func (c *clock) take() (arrow.Array, arrow.DataType) {
	var out arrow.Array
	if c.column.Scale <= 4 {
		out = narrow(array.NewInt32Builder(memory.DefaultAllocator), c.values, c.valid)
	} else {
		out = narrow(array.NewInt64Builder(memory.DefaultAllocator), c.values, c.valid)
	}
	c.values, c.valid = c.values[:0], c.valid[:0]
	return out, out.DataType()
}

// instant gathers timestamps, as seconds and nanoseconds from 1970 in UTC: int64 scaled up to six fractional digits, else
// struct{epoch, fraction}; with a zone struct{epoch, timezone} up to three digits, else struct{epoch, fraction, timezone}.
// A zone is minutes east plus 1440.
type instant struct {
	column   Column
	seconds  []int64
	fraction []int32 // nanoseconds
	zone     []int32
	valid    []bool
}

func (t *instant) add(a arrow.Array) error {
	zones := func(int) int32 { return 0 }
	if s, ok := a.(*array.Struct); ok && t.column.Type == TimestampTZ && s.NumField() == 2 {
		off, ok := s.Field(1).(*array.Int32)
		if !ok {
			return contradiction(t.column, a)
		}
		zones = off.Value
		return t.stamps(s.Field(0), s.IsValid, zones)
	}
	return t.stamps(a, a.IsValid, zones)
}

func (t *instant) stamps(a arrow.Array, valid func(int) bool, zone func(int) int32) error {
	s, ok := a.(*array.Timestamp)
	if !ok {
		return contradiction(t.column, a)
	}
	unit := power(digits(s.DataType().(*arrow.TimestampType).Unit))
	cut := int32(power(9 - t.column.Scale))
	for i := range s.Len() {
		var sec int64
		var frac, off int32
		if valid(i) && s.IsValid(i) {
			v := int64(s.Value(i))
			sec = floorDiv(v, unit)
			frac, off = int32((v-sec*unit)*(1_000_000_000/unit)), zone(i)+1440
			frac -= frac % cut
		}
		t.seconds, t.fraction, t.zone = append(t.seconds, sec), append(t.fraction, frac), append(t.zone, off)
		t.valid = append(t.valid, valid(i) && s.IsValid(i))
	}
	return nil
}

func (t *instant) size() int { return 16 * len(t.seconds) }

func (t *instant) take() (arrow.Array, arrow.DataType) {
	var out arrow.Array
	scaled := t.column.Type != TimestampTZ && t.column.Scale <= 6 || t.column.Scale <= 3
	switch {
	case scaled && t.column.Type != TimestampTZ:
		out = narrow(array.NewInt64Builder(memory.DefaultAllocator), t.scaled(), t.valid)
	case scaled:
		out = t.record([]string{"epoch", "timezone"}, int64s(t.scaled()), int32s(t.zone))
	case t.column.Type != TimestampTZ:
		out = t.record([]string{"epoch", "fraction"}, int64s(t.seconds), int32s(t.fraction))
	default:
		out = t.record([]string{"epoch", "fraction", "timezone"}, int64s(t.seconds), int32s(t.fraction), int32s(t.zone))
	}
	t.seconds, t.fraction, t.zone, t.valid = t.seconds[:0], t.fraction[:0], t.zone[:0], t.valid[:0]
	return out, out.DataType()
}

// scaled returns the values as one integer each.
func (t *instant) scaled() []int64 {
	out := make([]int64, len(t.seconds))
	unit, cut := power(t.column.Scale), power(9-t.column.Scale)
	for i, sec := range t.seconds {
		out[i] = sec*unit + int64(t.fraction[i])/cut
	}
	return out
}

func int64s(values []int64) arrow.Array {
	return narrow(array.NewInt64Builder(memory.DefaultAllocator), values, nil)
}

func int32s(values []int32) arrow.Array {
	b := array.NewInt32Builder(memory.DefaultAllocator)
	defer b.Release()
	b.AppendValues(values, nil)
	return b.NewArray()
}

func (t *instant) record(names []string, parts ...arrow.Array) arrow.Array {
	fields := make([]arrow.Field, len(parts))
	for i, p := range parts {
		fields[i] = arrow.Field{Name: names[i], Type: p.DataType()}
		defer p.Release()
	}
	mask := array.NewBooleanBuilder(memory.DefaultAllocator)
	defer mask.Release()
	mask.AppendValues(t.valid, nil)
	valid := mask.NewBooleanArray()
	defer valid.Release()
	data := array.NewData(arrow.StructOf(fields...), len(t.valid), []*memory.Buffer{valid.Data().Buffers()[1]}, dataOf(parts), array.UnknownNullCount, 0)
	defer data.Release()
	return array.NewStructData(data)
}

func dataOf(parts []arrow.Array) []arrow.ArrayData {
	out := make([]arrow.ArrayData, len(parts))
	for i, p := range parts {
		out[i] = p.Data()
	}
	return out
}
