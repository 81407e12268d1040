package datum

import (
	"fmt"
	"strings"

	"github.com/waggle-sql/waggle/internal/pgcat"
)

// sqlNames are the types that SQL names otherwise than pg_type does.
var sqlNames = map[uint32]string{
	pgcat.Bool: "boolean", pgcat.Bpchar: "character", pgcat.Char: `"char"`, pgcat.Float4: "real", pgcat.Float8: "double precision",
	pgcat.Int2: "smallint", pgcat.Int4: "integer", pgcat.Int8: "bigint", pgcat.Numeric: "numeric", pgcat.Interval: "interval",
	pgcat.Time: "time without time zone", pgcat.TimeTZ: "time with time zone", pgcat.Timestamp: "timestamp without time zone",
	pgcat.TimestampTZ: "timestamp with time zone", pgcat.Varbit: "bit varying", pgcat.Varchar: "character varying", pgcat.Bit: "bit",
	pgcat.Any: `"any"`,
}

func typeName(oid uint32) string { return FormatType(oid, -1) }

// FormatType is format_type(oid, mod): the SQL name of a type, with its modifier when mod is not negative; "???" for an
// OID that is no type's, "-" for 0. A composite type of the system's has its schema where that is not pg_catalog.
func FormatType(oid uint32, mod int32) string {
	if oid == 0 {
		return "-"
	}
	t, ok := pgcat.TypeByOID(oid)
	if !ok {
		return "???"
	}
	if t.IsArray() {
		return FormatType(t.Elem, mod) + "[]"
	}
	name, ok := sqlNames[oid]
	if !ok {
		name = quoteName(t.Name)
		if t.Namespace != pgcat.PGCatalog {
			name = "information_schema." + name
		}
	}
	if mod < 0 {
		return name
	}
	return withModifier(oid, mod, name)
}

func withModifier(oid uint32, mod int32, name string) string {
	switch oid {
	case pgcat.Varchar, pgcat.Bpchar:
		if mod > 4 {
			return fmt.Sprintf("%s(%d)", name, mod-4)
		}
	case pgcat.Bit, pgcat.Varbit:
		return fmt.Sprintf("%s(%d)", name, mod)
	case pgcat.Numeric:
		if p, s, ok := NumericPrecision(mod); ok {
			return fmt.Sprintf("numeric(%d,%d)", p, s)
		}
	case pgcat.Time, pgcat.TimeTZ, pgcat.Timestamp, pgcat.TimestampTZ:
		head, tail, _ := strings.Cut(name, " ")
		return fmt.Sprintf("%s(%d) %s", head, mod, tail)
	case pgcat.Interval:
		return name + intervalModifier(mod)
	}
	return name
}

func intervalModifier(mod int32) string {
	fields := []struct {
		bit  int
		name string
	}{{rangeYear, "year"}, {rangeMonth, "month"}, {rangeDay, "day"}, {rangeHour, "hour"}, {rangeMinute, "minute"}, {rangeSecond, "second"}}
	text, interval, digits := "", int(mod>>16)&fullRange, mod&0xffff
	if interval != fullRange {
		first, last := "", ""
		for _, f := range fields {
			if interval&f.bit == 0 {
				continue
			}
			if first == "" {
				first = f.name
			}
			last = f.name
		}
		text = " " + first
		if last != first {
			text += " to " + last
		}
	}
	if digits != 0xffff {
		text += fmt.Sprintf("(%d)", digits)
	}
	return text
}

// quoteName is quote_ident without the key words.
func quoteName(s string) string {
	plain := s != "" && !isDigit(s[0])
	for _, c := range []byte(s) {
		plain = plain && (c == '_' || isDigit(c) || c >= 'a' && c <= 'z')
	}
	if plain {
		return s
	}
	return `"` + strings.ReplaceAll(s, `"`, `""`) + `"`
}
