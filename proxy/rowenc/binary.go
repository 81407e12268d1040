package rowenc

import (
	"encoding/binary"
	"math"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"

	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/planner/plan"
)

// binaryValue chooses the binary writer as textValue does the text one.
func binaryValue(t plan.Type, a arrow.Array) value {
	if s := stringsOf(a); s != nil {
		return binaryOfString(t, s)
	}
	if v := binaryOfInteger(t, a); v != nil {
		return v
	}
	switch a := a.(type) {
	case *array.Boolean:
		return func(dst []byte, i int) []byte {
			if a.Value(i) {
				return append(dst, 1)
			}
			return append(dst, 0)
		}
	case *array.Float64:
		values := a.Float64Values()
		return func(dst []byte, i int) []byte {
			return binary.BigEndian.AppendUint64(dst, math.Float64bits(values[i]))
		}
	case *array.Float32:
		values := a.Float32Values()
		return func(dst []byte, i int) []byte {
			return binary.BigEndian.AppendUint32(dst, math.Float32bits(values[i]))
		}
	case *array.Decimal128:
		values, scale := a.Values(), a.DataType().(*arrow.Decimal128Type).Scale
		return func(dst []byte, i int) []byte {
			return datum.AppendBinaryInt128(dst, values[i].HighBits(), values[i].LowBits(), scale)
		}
	case *array.Binary:
		return func(dst []byte, i int) []byte { return append(dst, a.Value(i)...) }
	case *array.FixedSizeBinary:
		return func(dst []byte, i int) []byte { return append(dst, a.Value(i)...) }
	case *array.List:
		return binaryOfList(t, a)
	}
	return binaryOfTime(a)
}

// binaryOfString writes texts as they are and jsonb with its version; of another type it reads the text first.
func binaryOfString(t plan.Type, s texts) value {
	switch {
	case t.OID == pgcat.JSONB:
		return func(dst []byte, i int) []byte { return append(append(dst, 1), s.Value(i)...) }
	case isText(t.OID):
		return textOfString(t, s)
	case t.OID == pgcat.Inet || t.OID == pgcat.Cidr:
		return func(dst []byte, i int) []byte { return datum.AppendBinary(dst, t.OID, datum.Text(s.Value(i))) }
	}
	return func(dst []byte, i int) []byte {
		v, err := datum.In(t.OID, -1, strings.Clone(s.Value(i)), nil)
		if err != nil {
			return dst // the text is canonical: made by datum
		}
		return datum.AppendBinary(dst, t.OID, v)
	}
}

// binaryOfInteger writes integers in the width of their PostgreSQL type.
func binaryOfInteger(t plan.Type, a arrow.Array) value {
	switch a := a.(type) {
	case *array.Int8:
		values := a.Int8Values()
		return func(dst []byte, i int) []byte { return append(dst, byte(values[i])) }
	case *array.Int16:
		return binaryOfInts(t.OID, a.Int16Values())
	case *array.Int32:
		return binaryOfInts(t.OID, a.Int32Values())
	case *array.Int64:
		return binaryOfInts(t.OID, a.Int64Values())
	case *array.Uint32:
		return binaryOfInts(t.OID, a.Uint32Values())
	}
	return nil
}

func binaryOfInts[T int16 | int32 | int64 | uint32](oid uint32, values []T) value {
	switch oid {
	case pgcat.Int2:
		return func(dst []byte, i int) []byte { return binary.BigEndian.AppendUint16(dst, uint16(values[i])) }
	case pgcat.Int8:
		return func(dst []byte, i int) []byte { return binary.BigEndian.AppendUint64(dst, uint64(values[i])) }
	}
	return func(dst []byte, i int) []byte { return binary.BigEndian.AppendUint32(dst, uint32(values[i])) }
}

func binaryOfTime(a arrow.Array) value {
	switch a := a.(type) {
	case *array.Date32:
		values := a.Date32Values()
		return func(dst []byte, i int) []byte { return datum.AppendBinaryDate(dst, datum.Date(values[i])) }
	case *array.Timestamp:
		values := a.TimestampValues()
		return func(dst []byte, i int) []byte { return datum.AppendBinaryTimestamp(dst, datum.Timestamp(values[i])) }
	case *array.Time64:
		values := a.Time64Values()
		return func(dst []byte, i int) []byte { return binary.BigEndian.AppendUint64(dst, uint64(values[i])) }
	case *array.MonthDayNanoInterval:
		return func(dst []byte, i int) []byte {
			v := plan.IntervalOf(a.Value(i))
			dst = binary.BigEndian.AppendUint64(dst, uint64(v.Micros))
			dst = binary.BigEndian.AppendUint32(dst, uint32(v.Days))
			return binary.BigEndian.AppendUint32(dst, uint32(v.Months))
		}
	case *array.Struct:
		time, offset, ok := timetz(a)
		if !ok {
			return nil
		}
		return func(dst []byte, i int) []byte {
			dst = binary.BigEndian.AppendUint64(dst, uint64(time.Value(i)))
			return binary.BigEndian.AppendUint32(dst, uint32(-offset.Value(i)))
		}
	}
	return nil
}

// binaryOfList writes an array of one dimension; an empty one has none, unless it is a vector.
func binaryOfList(t plan.Type, a *array.List) value {
	elem, vector, ok := element(t)
	items := a.ListValues()
	item := binaryValue(elem, items)
	if !ok || item == nil {
		return nil
	}
	lower := uint32(1)
	if vector {
		lower = 0
	}
	return func(dst []byte, i int) []byte {
		start, end := a.ValueOffsets(i)
		null := uint32(0)
		for k := start; k < end; k++ {
			if items.IsNull(int(k)) {
				null = 1
			}
		}
		dims := uint32(1)
		if start == end && !vector {
			dims = 0
		}
		dst = binary.BigEndian.AppendUint32(dst, dims)
		dst = binary.BigEndian.AppendUint32(dst, null)
		dst = binary.BigEndian.AppendUint32(dst, elem.OID)
		if dims == 0 {
			return dst
		}
		dst = binary.BigEndian.AppendUint32(dst, uint32(end-start))
		dst = binary.BigEndian.AppendUint32(dst, lower)
		return appendItems(dst, items, item, [2]int64{start, end})
	}
}

func appendItems(dst []byte, items arrow.Array, item value, span [2]int64) []byte {
	for k := span[0]; k < span[1]; k++ {
		at := len(dst)
		dst = append(dst, 0xff, 0xff, 0xff, 0xff)
		if !items.IsNull(int(k)) {
			dst = item(dst, int(k))
			binary.BigEndian.PutUint32(dst[at:], uint32(len(dst)-at-4))
		}
	}
	return dst
}
