package postgres

import (
	"encoding/binary"
	"math"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"

	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/planner/plan"
)

// decoder appends one value as it came, which is not NULL.
type decoder func(v []byte) error

// decoderFor makes the decoder of a column. Types that have no short way to Arrow go through datum.
func decoderFor(b array.Builder, t plan.Type, isBinary bool) decoder {
	if !isBinary {
		if s, ok := b.(*array.StringBuilder); ok {
			return func(v []byte) error { s.BinaryBuilder.Append(v); return nil }
		}
		return func(v []byte) error { return appendText(b, t, v) }
	}
	for _, fast := range []func(array.Builder, plan.Type) decoder{number, moment, text} {
		if d := fast(b, t); d != nil {
			return d
		}
	}
	return func(v []byte) error { return appendBinary(b, t, v) }
}

func number(b array.Builder, t plan.Type) decoder {
	switch b := b.(type) {
	case *array.Int16Builder:
		return sized(2, func(v []byte) { b.Append(int16(binary.BigEndian.Uint16(v))) })
	case *array.Int32Builder:
		return sized(4, func(v []byte) { b.Append(int32(binary.BigEndian.Uint32(v))) })
	case *array.Int64Builder:
		return sized(8, func(v []byte) { b.Append(int64(binary.BigEndian.Uint64(v))) })
	case *array.Float32Builder:
		return sized(4, func(v []byte) { b.Append(math.Float32frombits(binary.BigEndian.Uint32(v))) })
	case *array.Float64Builder:
		return sized(8, func(v []byte) { b.Append(math.Float64frombits(binary.BigEndian.Uint64(v))) })
	case *array.BooleanBuilder:
		return sized(1, func(v []byte) { b.Append(v[0] != 0) })
	case *array.Decimal128Builder:
		return decimal(b, t)
	case *array.StringBuilder:
		if t.OID == pgcat.Numeric && t.Mod < 0 {
			return numericText(b)
		}
	}
	return nil
}

// The epoch of PostgreSQL's dates and timestamps, 2000-01-01, in Arrow's.
const (
	epochDays   = 10957
	epochMicros = epochDays * 86400 * 1e6
)

// firstMoment and lastMoment bound, in PostgreSQL's count, what is also a moment in Arrow's.
const (
	firstMoment = -211813488000000000 // 4714-11-24 BC, PostgreSQL's own first
	lastMoment  = math.MaxInt64 - epochMicros - 1
	firstDay    = firstMoment / 86400e6
	lastDay     = 2145031949 // 5874897-12-31
)

// moment decodes dates, times and timestamps; what is out of the ordinary goes through datum, which knows infinity and its errors.
func moment(b array.Builder, t plan.Type) decoder {
	slow := func(v []byte) error { return appendBinary(b, t, v) }
	switch b := b.(type) {
	case *array.Date32Builder:
		return func(v []byte) error {
			if len(v) == 4 {
				if days := int32(binary.BigEndian.Uint32(v)); days >= firstDay && days <= lastDay-epochDays {
					b.Append(arrow.Date32(days + epochDays))
					return nil
				}
			}
			return slow(v)
		}
	case *array.TimestampBuilder:
		if t.Mod >= 0 { // rounded as declared
			return nil
		}
		return func(v []byte) error {
			if len(v) == 8 {
				if at := int64(binary.BigEndian.Uint64(v)); at >= firstMoment && at <= lastMoment {
					b.Append(arrow.Timestamp(at + epochMicros))
					return nil
				}
			}
			return slow(v)
		}
	}
	return nil
}

// text decodes the types whose binary form is, or ends in, what Arrow carries.
func text(b array.Builder, t plan.Type) decoder {
	switch b := b.(type) {
	case *array.StringBuilder:
		return letters(b, t)
	case *array.BinaryBuilder:
		if t.OID == pgcat.Bytea {
			return func(v []byte) error { b.Append(v); return nil }
		}
	case *array.FixedSizeBinaryBuilder:
		if t.OID == pgcat.UUID {
			return sized(16, b.Append)
		}
	}
	return nil
}

func letters(b *array.StringBuilder, t plan.Type) decoder {
	switch t.OID {
	case pgcat.Text, pgcat.Varchar, pgcat.Name, pgcat.JSON:
		return func(v []byte) error { b.BinaryBuilder.Append(v); return nil }
	case pgcat.Bpchar:
		if t.Mod < 0 {
			return func(v []byte) error { b.BinaryBuilder.Append(v); return nil }
		}
		return func(v []byte) error { b.BinaryBuilder.Append(unpadded(v)); return nil }
	case pgcat.JSONB:
		return func(v []byte) error {
			if len(v) == 0 || v[0] != 1 {
				return pgerr.New(pgerr.ProtocolViolation, "the source sends jsonb in an unknown version")
			}
			b.BinaryBuilder.Append(v[1:])
			return nil
		}
	}
	return nil
}

func unpadded(v []byte) []byte {
	for len(v) > 0 && v[len(v)-1] == ' ' {
		v = v[:len(v)-1]
	}
	return v
}

func sized(n int, f func([]byte)) decoder {
	return func(v []byte) error {
		if len(v) != n {
			return pgerr.New(pgerr.ProtocolViolation, "the source sends a value of %d bytes where %d are due", len(v), n)
		}
		f(v)
		return nil
	}
}

func appendBinary(b array.Builder, t plan.Type, v []byte) error {
	value, err := datum.Recv(t.OID, t.Mod, v)
	if err != nil {
		return err
	}
	return plan.AppendArrow(b, t, value)
}

func appendText(b array.Builder, t plan.Type, v []byte) error {
	value, err := datum.In(t.OID, t.Mod, string(v), &datum.Env{})
	if err != nil {
		return err
	}
	return plan.AppendArrow(b, t, value)
}

// checked refuses text that is not UTF-8, which a server sends whose database has no encoding.
func checked(d decoder) decoder {
	return func(v []byte) error {
		if err := datum.CheckUTF8(v); err != nil {
			return err
		}
		return d(v)
	}
}
