package plan

import (
	"math"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/decimal128"

	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/internal/pgerr"
)

// AppendArrow appends a value of type t to a builder of ArrowType(t); nil is NULL. What the Arrow type cannot hold is
// 22003 (numeric), 22008 (interval) or 0A000 (an array of several dimensions); a value of another type is XX000.
func AppendArrow(b array.Builder, t Type, v datum.Value) error {
	if v == nil {
		b.AppendNull()
		return nil
	}
	t = underDomain(t)
	switch b := b.(type) {
	case *array.StringBuilder:
		if s, ok := v.(datum.Text); ok {
			b.Append(string(s))
		} else {
			b.BinaryBuilder.Append(datum.AppendText(nil, t.OID, v, nil))
		}
		return nil
	case *array.Decimal128Builder:
		return appendDecimal(b, v)
	case *array.MonthDayNanoIntervalBuilder:
		return appendInterval(b, v)
	case *array.ListBuilder:
		return appendList(b, t, v)
	case *array.StructBuilder:
		if v, ok := v.(datum.TimeTZ); ok && b.NumField() == 2 {
			b.Append(true)
			b.FieldBuilder(0).(*array.Time64Builder).Append(arrow.Time64(v.Time))
			b.FieldBuilder(1).(*array.Int32Builder).Append(v.Offset)
			return nil
		}
	}
	if appendFixed(b, v) {
		return nil
	}
	return pgerr.New(pgerr.Internal, "a value of Go type %T does not fit column type %s", v, datum.FormatType(t.OID, t.Mod))
}

// appendFixed appends values that are one machine word or some bytes; false when builder and value differ.
func appendFixed(b array.Builder, v datum.Value) bool {
	switch v := v.(type) {
	case datum.Bool:
		if b, ok := b.(*array.BooleanBuilder); ok {
			b.Append(bool(v))
			return true
		}
	case datum.Int:
		return appendInteger(b, int64(v))
	case datum.Float:
		switch b := b.(type) {
		case *array.Float64Builder:
			b.Append(float64(v))
			return true
		case *array.Float32Builder:
			b.Append(float32(v))
			return true
		}
	case datum.Bytes:
		if b, ok := b.(*array.BinaryBuilder); ok {
			b.Append(v)
			return true
		}
	case datum.UUID:
		if b, ok := b.(*array.FixedSizeBinaryBuilder); ok {
			b.Append(v[:])
			return true
		}
	}
	return appendTime(b, v)
}

func appendTime(b array.Builder, v datum.Value) bool {
	switch b := b.(type) {
	case *array.Date32Builder:
		if v, ok := v.(datum.Date); ok {
			b.Append(arrow.Date32(v))
			return true
		}
	case *array.Time64Builder:
		if v, ok := v.(datum.Time); ok {
			b.Append(arrow.Time64(v))
			return true
		}
	case *array.TimestampBuilder:
		if v, ok := v.(datum.Timestamp); ok {
			b.Append(arrow.Timestamp(v))
			return true
		}
	}
	return false
}

func appendInteger(b array.Builder, v int64) bool {
	switch b := b.(type) {
	case *array.Int8Builder:
		b.Append(int8(v))
	case *array.Int16Builder:
		b.Append(int16(v))
	case *array.Int32Builder:
		b.Append(int32(v))
	case *array.Int64Builder:
		b.Append(v)
	case *array.Uint32Builder:
		b.Append(uint32(v))
	default:
		return false
	}
	return true
}

func appendDecimal(b *array.Decimal128Builder, v datum.Value) error {
	n, ok := v.(*datum.Numeric)
	if !ok {
		return pgerr.New(pgerr.Internal, "a value of Go type %T does not fit a numeric column", v)
	}
	t := b.Type().(*arrow.Decimal128Type)
	high, low, ok := n.Int128(t.Scale)
	d := decimal128.New(high, low)
	if !ok || !d.FitsInPrecision(t.Precision) {
		return pgerr.New(pgerr.NumericOutOfRange, "numeric field overflow").
			WithDetail("A field with precision %d, scale %d cannot hold %s.", t.Precision, t.Scale, datum.AppendNumeric(nil, n))
	}
	b.Append(d)
	return nil
}

// appendInterval widens microseconds to nanoseconds; ±infinity is all fields at their extreme.
func appendInterval(b *array.MonthDayNanoIntervalBuilder, v datum.Value) error {
	i, ok := v.(datum.Interval)
	if !ok {
		return pgerr.New(pgerr.Internal, "a value of Go type %T does not fit an interval column", v)
	}
	nanos := i.Micros * 1000
	switch {
	case i.IsInfinite():
		nanos = i.Micros
	case i.Micros > math.MaxInt64/1000 || i.Micros < math.MinInt64/1000:
		return pgerr.New(pgerr.DatetimeOverflow, "interval out of range").
			WithDetail("The time of an interval that is computed on is limited to 292 years.")
	}
	b.Append(arrow.MonthDayNanoInterval{Months: i.Months, Days: i.Days, Nanoseconds: nanos})
	return nil
}

func appendList(b *array.ListBuilder, t Type, v datum.Value) error {
	a, ok := v.(*datum.Array)
	elem, isArray := elementType(t)
	if !ok || !isArray {
		return pgerr.New(pgerr.Internal, "a value of Go type %T does not fit an array column", v)
	}
	lower := int32(1)
	if t.OID == pgcat.Int2Vector || t.OID == pgcat.OIDVector {
		lower = 0
	}
	if len(a.Dims) > 1 || len(a.Dims) == 1 && a.Dims[0].Lower != lower {
		return pgerr.New(pgerr.FeatureNotSupported, "an array of several dimensions, or with a lower bound other than 1, is not supported here")
	}
	b.Append(true)
	for _, item := range a.Items {
		if err := AppendArrow(b.ValueBuilder(), elem, item); err != nil {
			return err
		}
	}
	return nil
}
