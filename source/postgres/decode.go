package postgres

import (
	"encoding/binary"
	"math"
	"strings"

	"github.com/apache/arrow-go/v18/arrow/array"

	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/planner/plan"
)

// decoder appends one value as it came, nil for NULL.
type decoder func(v []byte) error

// decoderFor makes the decoder of a column. Numbers and strings go straight into the builder, other types through datum.
func decoderFor(b array.Builder, t plan.Type, isBinary bool) decoder {
	decode := func(v []byte) error { return appendValue(b, t, v, isBinary) }
	if fast := fixed(b, t.OID); fast != nil && isBinary {
		decode = fast
	}
	if s, ok := b.(*array.StringBuilder); ok && (verbatim(t.OID) || !isBinary) {
		decode = func(v []byte) error { s.BinaryBuilder.Append(v); return nil }
	}
	return func(v []byte) error {
		if v == nil {
			b.AppendNull()
			return nil
		}
		return decode(v)
	}
}

// verbatim are the types whose binary form is the text that Arrow carries.
func verbatim(oid uint32) bool {
	return oid == pgcat.Text || oid == pgcat.Varchar || oid == pgcat.Name || oid == pgcat.JSON
}

func fixed(b array.Builder, oid uint32) decoder {
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
	case *array.BinaryBuilder:
		if oid == pgcat.Bytea {
			return func(v []byte) error { b.Append(v); return nil }
		}
	}
	return nil
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

func appendValue(b array.Builder, t plan.Type, v []byte, isBinary bool) error {
	var value datum.Value
	var err error
	if isBinary {
		value, err = datum.Recv(t.OID, t.Mod, v)
	} else {
		value, err = datum.In(t.OID, t.Mod, string(v), &datum.Env{})
	}
	if err != nil {
		return err
	}
	return plan.AppendArrow(b, t, value)
}

// names splits an object into schema and relation as the dialect does.
func names(object string) (string, string) {
	schema, table, ok := strings.Cut(object, ".")
	if !ok {
		return "public", unquoted(object)
	}
	return unquoted(schema), unquoted(table)
}

func unquoted(s string) string {
	if len(s) > 1 && s[0] == '"' && s[len(s)-1] == '"' {
		return strings.ReplaceAll(s[1:len(s)-1], `""`, `"`)
	}
	return s
}
