package rowenc

import (
	"strconv"
	"unicode/utf8"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"

	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/planner/plan"
)

// textValue chooses the text writer by the array's type, and by the PostgreSQL type where several share one.
func textValue(t plan.Type, a arrow.Array, env *datum.Env) value {
	if s := stringsOf(a); s != nil {
		return textOfString(t, s)
	}
	if v := textOfInteger(t, a); v != nil {
		return v
	}
	switch a := a.(type) {
	case *array.Boolean:
		return func(dst []byte, i int) []byte { return datum.AppendBool(dst, a.Value(i)) }
	case *array.Float64:
		values, extra := a.Float64Values(), int(env.ExtraFloatDigits)
		return func(dst []byte, i int) []byte { return datum.AppendFloat(dst, values[i], 64, extra) }
	case *array.Float32:
		values, extra := a.Float32Values(), int(env.ExtraFloatDigits)
		return func(dst []byte, i int) []byte { return datum.AppendFloat(dst, float64(values[i]), 32, extra) }
	case *array.Decimal128:
		values, scale := a.Values(), a.DataType().(*arrow.Decimal128Type).Scale
		return func(dst []byte, i int) []byte {
			return datum.AppendInt128(dst, values[i].HighBits(), values[i].LowBits(), scale)
		}
	case *array.Binary:
		return func(dst []byte, i int) []byte { return datum.AppendBytea(dst, a.Value(i), env.ByteaEscape) }
	case *array.FixedSizeBinary:
		return func(dst []byte, i int) []byte { return datum.AppendUUID(dst, datum.UUID(a.Value(i))) }
	case *array.List:
		return textOfList(t, a, env)
	}
	return textOfTime(t, a, env)
}

// texts is what the utf8 arrays have in common.
type texts interface{ Value(int) string }

// stringsOf returns nil for an array that is not of utf8.
func stringsOf(a arrow.Array) texts {
	switch a := a.(type) {
	case *array.String:
		return a
	case *array.LargeString:
		return a
	case *array.StringView:
		return a
	}
	return nil
}

// textOfString writes a text as it is; a bpchar(n) is padded with spaces to n characters.
func textOfString(t plan.Type, s texts) value {
	if t.OID == pgcat.Bpchar && t.Mod > 4 {
		n := int(t.Mod) - 4
		return func(dst []byte, i int) []byte { return appendPadded(dst, s.Value(i), n) }
	}
	if a, ok := s.(*array.String); ok {
		return func(dst []byte, i int) []byte { return append(dst, a.Value(i)...) }
	}
	return func(dst []byte, i int) []byte { return append(dst, s.Value(i)...) }
}

const spaces = "                                                                "

func appendPadded(dst []byte, s string, n int) []byte {
	dst = append(dst, s...)
	for missing := n - utf8.RuneCountInString(s); missing > 0; missing -= len(spaces) {
		dst = append(dst, spaces[:min(missing, len(spaces))]...)
	}
	return dst
}

func textOfInteger(t plan.Type, a arrow.Array) value {
	switch a := a.(type) {
	case *array.Int16:
		return textOfInts(a.Int16Values())
	case *array.Int32:
		return textOfInts(a.Int32Values())
	case *array.Int64:
		return textOfInts(a.Int64Values())
	case *array.Int8:
		values := a.Int8Values()
		return func(dst []byte, i int) []byte { return datum.AppendChar(dst, byte(values[i])) }
	case *array.Uint32:
		values, oid := a.Uint32Values(), t.OID
		return func(dst []byte, i int) []byte { return datum.AppendOID(dst, oid, values[i]) }
	}
	return nil
}

func textOfInts[T int16 | int32 | int64](values []T) value {
	return func(dst []byte, i int) []byte { return strconv.AppendInt(dst, int64(values[i]), 10) }
}

func textOfTime(t plan.Type, a arrow.Array, env *datum.Env) value {
	switch a := a.(type) {
	case *array.Date32:
		values := a.Date32Values()
		return func(dst []byte, i int) []byte { return datum.AppendDate(dst, datum.Date(values[i]), env) }
	case *array.Timestamp:
		values := a.TimestampValues()
		if zoned(t) {
			printer := datum.NewZonePrinter(env)
			return func(dst []byte, i int) []byte { return printer.Append(dst, datum.Timestamp(values[i])) }
		}
		return func(dst []byte, i int) []byte { return datum.AppendTimestamp(dst, datum.Timestamp(values[i]), env) }
	case *array.Time64:
		values := a.Time64Values()
		return func(dst []byte, i int) []byte { return datum.AppendTime(dst, datum.Time(values[i])) }
	case *array.MonthDayNanoInterval:
		style := env.IntervalStyle
		return func(dst []byte, i int) []byte { return datum.AppendInterval(dst, plan.IntervalOf(a.Value(i)), style) }
	case *array.Struct:
		return textOfTimeTZ(a)
	}
	return nil
}

func zoned(t plan.Type) bool {
	if t.OID == pgcat.TimestampTZ {
		return true
	}
	d, ok := pgcat.TypeByOID(t.OID)
	return ok && d.BaseType == pgcat.TimestampTZ
}

// timetz returns the two children of a timetz column.
func timetz(a *array.Struct) (*array.Time64, *array.Int32, bool) {
	if a.NumField() != 2 {
		return nil, nil, false
	}
	time, okTime := a.Field(0).(*array.Time64)
	offset, okOffset := a.Field(1).(*array.Int32)
	return time, offset, okTime && okOffset
}

func textOfTimeTZ(a *array.Struct) value {
	time, offset, ok := timetz(a)
	if !ok {
		return nil
	}
	return func(dst []byte, i int) []byte {
		return datum.AppendTimeTZ(dst, datum.TimeTZ{Time: datum.Time(time.Value(i)), Offset: offset.Value(i)})
	}
}

// element returns the type of a list's elements.
func element(t plan.Type) (elem plan.Type, vector, ok bool) {
	switch t.OID {
	case pgcat.Int2Vector:
		return plan.Type{OID: pgcat.Int2, Mod: -1}, true, true
	case pgcat.OIDVector:
		return plan.Type{OID: pgcat.OID, Mod: -1}, true, true
	}
	c, ok := pgcat.TypeByOID(t.OID)
	if !ok || !c.IsArray() {
		return plan.Type{}, false, false
	}
	return plan.Type{OID: c.Elem, Mod: t.Mod}, false, true
}

// textOfList writes an array literal, or the numbers of a vector.
func textOfList(t plan.Type, a *array.List, env *datum.Env) value {
	elem, vector, ok := element(t)
	items := a.ListValues()
	item := textValue(elem, items, env)
	if !ok || item == nil {
		return nil
	}
	delim := byte(',')
	if c, ok := pgcat.TypeByOID(elem.OID); ok {
		delim = c.Delim
	}
	if vector {
		return func(dst []byte, i int) []byte {
			start, end := a.ValueOffsets(i)
			for k := start; k < end; k++ {
				if k > start {
					dst = append(dst, ' ')
				}
				dst = item(dst, int(k))
			}
			return dst
		}
	}
	return func(dst []byte, i int) []byte {
		start, end := a.ValueOffsets(i)
		dst = append(dst, '{')
		for k := start; k < end; k++ {
			if k > start {
				dst = append(dst, delim)
			}
			if items.IsNull(int(k)) {
				dst = append(dst, "NULL"...)
				continue
			}
			at := len(dst)
			dst = datum.QuoteArrayItem(item(dst, int(k)), at, delim)
		}
		return append(dst, '}')
	}
}

// isText reports whether a type's binary format is its text.
func isText(oid uint32) bool {
	switch oid {
	case pgcat.Text, pgcat.Varchar, pgcat.Bpchar, pgcat.Name, pgcat.JSON, pgcat.Unknown, pgcat.XML, pgcat.Cstring, pgcat.RefCursor,
		pgcat.PgNodeTree, pgcat.Void:
		return true
	}
	t, ok := pgcat.TypeByOID(oid)
	return ok && t.Kind == 'd' && isText(t.BaseType)
}
