package sfsql

import (
	"fmt"
	"strings"

	"github.com/waggle-sql/waggle/internal/sandbox/sqltree"
)

// datePart resolves a part's name or abbreviation (sql-reference/functions-date-time#supported-date-and-time-parts).
var partNames = partIndex(map[string]string{
	"year": "y yy yyy yyyy yr years yrs", "month": "mm mon mons months", "day": "d dd days dayofmonth",
	"dayofweek": "weekday dow dw dayofweek", "dayofweekiso": "dayofweek_iso weekday_iso dow_iso dw_iso", "dayofyear": "yearday doy dy",
	"week": "w wk weekofyear woy wy", "weekiso": "week_iso weekofyeariso weekofyear_iso", "quarter": "q qtr qtrs quarters",
	"yearofweek": "", "yearofweekiso": "", "hour": "h hh hr hours hrs", "minute": "m mi min minutes mins",
	"second": "s sec seconds secs", "millisecond": "ms msec milliseconds", "microsecond": "us usec microseconds",
	"nanosecond":   "ns nsec nanosec nsecond nanoseconds nanosecs nseconds",
	"epoch_second": "epoch epoch_seconds", "epoch_millisecond": "epoch_milliseconds", "epoch_microsecond": "epoch_microseconds",
	"epoch_nanosecond": "epoch_nanoseconds", "timezone_hour": "tzh", "timezone_minute": "tzm",
})

func partIndex(parts map[string]string) map[string]string {
	m := map[string]string{}
	for part, others := range parts {
		m[part] = part
		for _, o := range strings.Fields(others) {
			m[o] = part
		}
	}
	return m
}

// part reads a date part from an argument: an identifier or a string literal.
func (s *scope) part(x sqltree.Expr) (string, *Error) {
	given := ""
	switch x := x.(type) {
	case *sqltree.Reference:
		if len(x.Parts) == 1 {
			given = x.Parts[0].Text
		}
	case *sqltree.StringLit:
		given = x.Text
	}
	if p, ok := partNames[strings.ToLower(given)]; ok {
		return p, nil
	}
	return "", compilation(1044, "42601", "'%s' is not a recognized date/time part", s.c.Source(x))
}

// local is a date-like value as wall-clock TIMESTAMP text.
func (c *compiler) local(v value) value {
	if v.Type.Kind == TimestampNTZ {
		return v
	}
	return c.Convert(v, of(TimestampNTZ))
}

// weekStart is the session's first day of the week: 0 and 1 make weeks begin on Monday; 0 counts days of the week from
// Sunday = 0, 1 from Monday = 1 (sql-reference/functions-date-time#calendar-weeks-and-weekdays).
func (c *compiler) weekStart() (string, *Error) {
	w := param(c, "WEEK_START", "0")
	if w != "0" && w != "1" {
		return "", unsupported("WEEK_START = %s", w)
	}
	return w, nil
}

// calendarParts are DuckDB's forms over a local timestamp $1.
var calendarParts = map[string]string{
	"year": "year($1)", "month": "month($1)", "day": "day($1)", "quarter": "quarter($1)", "dayofyear": "dayofyear($1)",
	"dayofweekiso": "isodow($1)", "weekiso": "week($1)", "yearofweekiso": "isoyear($1)",
}

var clockParts = map[string]string{
	"hour": "hour($1)", "minute": "minute($1)", "second": "second($1)",
	"nanosecond": "(microsecond($1) % 1000000 * 1000)",
}

var epochParts = map[string]string{
	"epoch_second": "sf_floor_div(epoch_us($1), 1000000)", "epoch_millisecond": "sf_floor_div(epoch_us($1), 1000)",
	"epoch_microsecond": "epoch_us($1)", "epoch_nanosecond": "(CAST(epoch_us($1) AS HUGEINT) * 1000)",
}

// extract compiles DATE_PART, EXTRACT and the functions named after a part.
func (s *scope) extract(part string, v value) (value, *Error) {
	if v.Type.Kind == Null {
		v = s.c.Convert(v, of(TimestampNTZ))
	}
	if v.Type.Kind == Varchar {
		v = s.c.Convert(v, of(TimestampNTZ))
	}
	form, t := "", intType
	switch {
	case !v.Type.isDateLike() && v.Type.Kind != Time:
		return value{}, invalidTypes("DATE_PART", []value{v})
	case epochParts[part] != "" && v.Type.Kind != Time:
		form, t = epochParts[part], number(38, 0)
		if v.Type.Kind == TimestampLTZ || v.Type.Kind == TimestampTZ {
			v = value{SQL: "timezone('UTC', " + s.c.Convert(v, of(TimestampLTZ)).SQL + ")", Type: of(TimestampNTZ), Nullable: v.Nullable}
		}
	case strings.HasPrefix(part, "timezone_") && v.Type.Kind == TimestampTZ:
		form = map[string]string{"timezone_hour": "(($1).o // 60)", "timezone_minute": "(($1).o % 60)"}[part]
		return value{SQL: castTo(sqltree.Fill(form, []string{v.SQL}), t), Type: t, Nullable: v.Nullable}, nil
	case clockParts[part] != "":
		form = clockParts[part]
	case v.Type.Kind != Time:
		var err *Error
		if form, err = s.c.calendarForm(part); err != nil {
			return value{}, err
		}
	}
	if form == "" {
		return value{}, unsupported("date part %s of %s", part, v.Type)
	}
	if v.Type.Kind != Time {
		v = s.c.local(v)
	}
	return value{SQL: castTo(sqltree.Fill(form, []string{v.SQL}), t), Type: t, Nullable: v.Nullable}, nil
}

func (c *compiler) calendarForm(part string) (string, *Error) {
	switch part {
	case "dayofweek":
		w, err := c.weekStart()
		return map[string]string{"0": "dayofweek($1)", "1": "isodow($1)"}[w], err
	case "week", "yearofweek":
		if _, err := c.weekStart(); err != nil {
			return "", err
		}
		if param(c, "WEEK_OF_YEAR_POLICY", "0") != "0" {
			return "", unsupported("WEEK_OF_YEAR_POLICY = 1")
		}
		part += "iso"
	}
	return calendarParts[part], nil
}

// truncUnits are DuckDB's words for the parts that DATE_TRUNC takes.
var truncUnits = map[string]string{"year": "year", "quarter": "quarter", "month": "month", "week": "week", "weekiso": "week", "day": "day",
	"hour": "hour", "minute": "minute", "second": "second", "millisecond": "millisecond", "microsecond": "microsecond"}

func isDayOrLonger(part string) bool {
	switch part {
	case "year", "quarter", "month", "week", "weekiso", "day":
		return true
	}
	return false
}

// dateTrunc keeps the type of its argument (sql-reference/functions/date_trunc).
func (s *scope) dateTrunc(x *sqltree.Call, part, v value) (value, *Error) {
	p, ok := "", part.Lit != nil
	if ok {
		p, ok = partNames[strings.ToLower(*part.Lit)]
	}
	if !ok || truncUnits[p] == "" {
		return value{}, unsupported("DATE_TRUNC to this part")
	}
	return s.c.truncate(p, v)
}

func (c *compiler) truncate(p string, v value) (value, *Error) {
	if p == "week" {
		if _, err := c.weekStart(); err != nil {
			return value{}, err
		}
	}
	// The coalesce keeps DuckDB from comparing the truncated moment with a constant at once, which makes false of NULL.
	cut := func(sql string) string {
		return fmt.Sprintf("coalesce(date_trunc('%s', %s), NULL)", truncUnits[p], sql)
	}
	switch v.Type.Kind {
	case Date:
		if !isDayOrLonger(p) {
			return value{}, unsupported("DATE_TRUNC of a DATE to %s", p)
		}
		v.SQL = castTo(cut(v.SQL), v.Type)
	case TimestampNTZ:
		v.SQL = cut(v.SQL)
	case Time:
		if isDayOrLonger(p) {
			return value{}, unsupported("DATE_TRUNC of a TIME to %s", p)
		}
		v.SQL = castTo(cut("(DATE '1970-01-01' + "+v.SQL+")"), v.Type)
	case TimestampLTZ:
		v.SQL = fmt.Sprintf("timezone(%s, %s)", sqltree.Text(c.zone()), cut(c.local(v).SQL))
	case Null:
	default:
		return value{}, invalidTypes("DATE_TRUNC", []value{v})
	}
	v.Lit = nil
	return v, nil
}
