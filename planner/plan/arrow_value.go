package plan

import (
	"math"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"

	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/pgcat"
)

// ArrowValue reads row i of an array of ArrowType(t) as a value of type t; nil is NULL. Values of types that travel as
// PostgreSQL's text stay Text unless datum reads them. The result does not share the array's memory.
func ArrowValue(a arrow.Array, i int, t Type) datum.Value {
	if a.IsNull(i) {
		return nil
	}
	t = underDomain(t)
	switch a := a.(type) {
	case *array.String:
		return textValue(a.Value(i), t)
	case *array.LargeString:
		return textValue(a.Value(i), t)
	case *array.Binary:
		return datum.Bytes(append([]byte{}, a.Value(i)...))
	case *array.FixedSizeBinary:
		var u datum.UUID
		copy(u[:], a.Value(i))
		return u
	case *array.Decimal128:
		d := a.Value(i)
		return datum.NumericFromInt128(d.HighBits(), d.LowBits(), a.DataType().(*arrow.Decimal128Type).Scale)
	case *array.Boolean:
		return datum.Bool(a.Value(i))
	case *array.Float32:
		return datum.Float(a.Value(i))
	case *array.Float64:
		return datum.Float(a.Value(i))
	case *array.Struct:
		return datum.TimeTZ{
			Time:   datum.Time(a.Field(0).(*array.Time64).Value(i)),
			Offset: a.Field(1).(*array.Int32).Value(i),
		}
	case *array.List:
		return listValue(a, i, t)
	case *array.Date32, *array.Time64, *array.Timestamp, *array.MonthDayNanoInterval:
		return timeValue(a, i)
	}
	return integerValue(a, i)
}

func textValue(s string, t Type) datum.Value {
	s = string([]byte(s))
	if t.OID == pgcat.Numeric {
		if v, err := datum.In(pgcat.Numeric, -1, s, nil); err == nil {
			return v
		}
	}
	return datum.Text(s)
}

func timeValue(a arrow.Array, i int) datum.Value {
	switch a := a.(type) {
	case *array.Date32:
		return datum.Date(a.Value(i))
	case *array.Time64:
		return datum.Time(a.Value(i))
	case *array.Timestamp:
		return datum.Timestamp(a.Value(i))
	case *array.MonthDayNanoInterval:
		return IntervalOf(a.Value(i))
	}
	return nil
}

// IntervalOf returns the interval that AppendArrow stores; nanoseconds below a microsecond are dropped.
func IntervalOf(v arrow.MonthDayNanoInterval) datum.Interval {
	d := datum.Interval{Months: v.Months, Days: v.Days, Micros: v.Nanoseconds / 1000}
	if v.Nanoseconds == math.MaxInt64 && v.Days == math.MaxInt32 || v.Nanoseconds == math.MinInt64 && v.Days == math.MinInt32 {
		d.Micros = v.Nanoseconds
	}
	return d
}

func integerValue(a arrow.Array, i int) datum.Value {
	switch a := a.(type) {
	case *array.Int8:
		return datum.Int(a.Value(i))
	case *array.Int16:
		return datum.Int(a.Value(i))
	case *array.Int32:
		return datum.Int(a.Value(i))
	case *array.Int64:
		return datum.Int(a.Value(i))
	case *array.Uint32:
		return datum.Int(a.Value(i))
	}
	return nil
}

func listValue(a *array.List, i int, t Type) datum.Value {
	elem, _ := elementType(t)
	out := &datum.Array{Elem: elem.OID}
	start, end := a.ValueOffsets(i)
	for k := start; k < end; k++ {
		out.Items = append(out.Items, ArrowValue(a.ListValues(), int(k), elem))
	}
	switch {
	case t.OID == pgcat.Int2Vector || t.OID == pgcat.OIDVector:
		out.Dims = []datum.Dim{{Len: int32(len(out.Items)), Lower: 0}}
	case len(out.Items) > 0:
		out.Dims = []datum.Dim{{Len: int32(len(out.Items)), Lower: 1}}
	}
	return out
}
