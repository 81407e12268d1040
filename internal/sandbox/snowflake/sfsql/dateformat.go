package sfsql

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/waggle-sql/waggle/internal/sandbox/sqltree"
)

// formatElements are the elements of date and time formats, longest first (sql-reference/functions-conversion
// #date-and-time-formats-in-conversion-functions): how DuckDB prints and reads each, and what it looks like. An element without a
// form of reading is for printing alone.
var formatElements = []struct{ element, print, read, looks string }{
	{"YYYY", "%Y", "%Y", "[0-9]{4}"}, {"MMMM", "%B", "%B", "[A-Za-z]+"}, {"HH24", "%H", "%H", "[0-9]{2}"}, {"HH12", "%I", "%I", "[0-9]{2}"},
	{"MON", "%b", "%b", "[A-Za-z]{3}"}, {"FF0", "", "", ""}, {"FF3", "%g", "%g", "[0-9]{3}"}, {"FF6", "%f", "%f", "[0-9]{6}"},
	{"FF9", "%n", "", ""}, {"FF", "%n", "", ""}, {"YY", "%y", "", ""}, {"MM", "%m", "%m", "[0-9]{2}"}, {"DD", "%d", "%d", "[0-9]{2}"},
	{"DY", "%a", "", ""}, {"MI", "%M", "%M", "[0-9]{2}"}, {"SS", "%S", "%S", "[0-9]{2}"}, {"AM", "%p", "%p", "([AaPp][Mm])"},
	{"PM", "%p", "%p", "([AaPp][Mm])"},
}

// pattern is a date format in DuckDB's terms. zone says that TZHTZM ends it.
type pattern struct {
	print, read, looks string
	readable, zone     bool
}

// datePattern translates a format, or says that an element is not on the list.
func datePattern(format string) (pattern, bool) {
	p := pattern{readable: true}
	if strings.HasSuffix(format, "TZHTZM") {
		format, p.zone, p.readable = strings.TrimSuffix(format, "TZHTZM"), true, false
	}
scan:
	for format != "" {
		for _, e := range formatElements {
			if len(format) >= len(e.element) && strings.EqualFold(format[:len(e.element)], e.element) {
				p.print, p.read, p.looks = p.print+e.print, p.read+e.read, p.looks+e.looks
				p.readable = p.readable && (e.read != "" || e.element == "FF0")
				format = format[len(e.element):]
				continue scan
			}
		}
		lit := format[:1]
		if lit == `"` {
			end := strings.IndexByte(format[1:], '"')
			if end < 0 {
				return p, false
			}
			lit, format = format[1:1+end], format[end+1:]
		} else if sqltree.IsLetter(lit[0]) {
			return p, false
		}
		format = format[1:]
		p.print, p.read = p.print+strings.ReplaceAll(lit, "%", "%%"), p.read+strings.ReplaceAll(lit, "%", "%%")
		p.looks += regexp.QuoteMeta(lit)
	}
	return p, true
}

// formatted prints a date, time or timestamp by a format.
func (c *compiler) formatted(v value, format string) (string, bool) {
	p, ok := datePattern(format)
	if !ok || p.zone && v.Type.Kind != TimestampLTZ && v.Type.Kind != TimestampTZ {
		return "", false
	}
	local := ""
	if v.Type.Kind == Time {
		local = "(DATE '1970-01-01' + " + v.SQL + ")"
	} else {
		local = c.local(v).SQL
	}
	sql := fmt.Sprintf("strftime(%s, %s)", local, sqltree.Text(p.print))
	switch {
	case p.zone && v.Type.Kind == TimestampLTZ:
		sql = fmt.Sprintf("(%s || sf_offset_text(sf_offset(%s, %s)))", sql, v.SQL, sqltree.Text(c.zone()))
	case p.zone:
		sql = fmt.Sprintf("(%s || sf_offset_text((%s).o))", sql, v.SQL)
	}
	return sql, true
}

// toDate compiles TO_DATE, TO_TIME and TO_TIMESTAMP with their TRY_ forms: a conversion, or a string read by a literal format, or a
// number of seconds (or of 10^-scale seconds) since 1970.
func toDate(k Kind, try bool) func(s *scope, x *sqltree.Call, a []value) (value, *Error) {
	return func(s *scope, x *sqltree.Call, a []value) (value, *Error) {
		to := of(k)
		if try && a[0].Type.Kind != Varchar && a[0].Type.Kind != Null {
			return value{}, invalidTypes(x.Name, a)
		}
		if a[0].Type.Kind == Number && k == TimestampNTZ {
			return s.fromEpoch(x, a)
		}
		if len(a) == 1 {
			return s.c.explicit(a[0], to, try)
		}
		format, ok := constant(a[1])
		if !ok || a[0].Type.Kind != Varchar || a[1].Type.Kind != Varchar || k == TimestampTZ {
			return value{}, unsupported("%s with these arguments", x.Name)
		}
		if strings.EqualFold(format, "AUTO") {
			return s.c.explicit(a[0], to, try)
		}
		p, ok := datePattern(format)
		if !ok || !p.readable {
			return value{}, unsupported("date format '%s'", format)
		}
		return s.c.parsed(a[0], to, p, try), nil
	}
}

func (c *compiler) parsed(v value, to Type, p pattern, try bool) value {
	read := fmt.Sprintf("sf_parse(%s, %s, %s)", v.SQL, sqltree.Text(p.looks), sqltree.Text(p.read))
	if !try {
		raise := map[Kind]string{Date: "sf_bad_date", Time: "sf_bad_time"}[to.Kind]
		if raise == "" {
			raise = "sf_bad_timestamp"
		}
		read = fmt.Sprintf("(CASE WHEN %s IS NULL AND %s IS NOT NULL THEN CAST(%s(%s) AS TIMESTAMP) ELSE %s END)", read, v.SQL, raise, v.SQL, read)
	}
	out := c.Convert(value{SQL: read, Type: of(TimestampNTZ)}, to)
	out.Nullable = v.Nullable || try
	return out
}

func (s *scope) fromEpoch(x *sqltree.Call, a []value) (value, *Error) {
	scale := 0
	if len(a) == 2 {
		var ok bool
		if scale, ok = constInt(a[1]); !ok {
			return value{}, unsupported("%s with these arguments", x.Name)
		}
	}
	n, ok := bigint(a[0])
	if !ok || scale != 0 && scale != 3 && scale != 6 {
		return value{}, unsupported("%s with these arguments", x.Name)
	}
	return value{SQL: fmt.Sprintf("make_timestamp(%s * %s)", n.SQL, "1"+strings.Repeat("0", 6-scale)), Type: of(TimestampNTZ), Nullable: n.Nullable}, nil
}
