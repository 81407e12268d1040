package sfsql

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/waggle-sql/waggle/internal/sandbox/sqltree"
)

// intervals are DuckDB's forms of n units.
var intervals = map[string]string{
	"year": "to_years(CAST($1 AS INTEGER))", "quarter": "to_months(CAST(3 * $1 AS INTEGER))", "month": "to_months(CAST($1 AS INTEGER))",
	"week": "to_days(CAST(7 * $1 AS INTEGER))", "day": "to_days(CAST($1 AS INTEGER))", "hour": "to_hours($1)", "minute": "to_minutes($1)",
	"second": "to_seconds($1)", "millisecond": "to_microseconds(1000 * $1)", "microsecond": "to_microseconds($1)",
}

// dateAdd compiles DATEADD(part, n, v): a DATE stays one for parts of a day or longer, else becomes TIMESTAMP_NTZ; a month's last
// day is kept inside the month (sql-reference/functions/dateadd).
func (c *compiler) dateAdd(part string, n, v value) (value, *Error) {
	form := intervals[part]
	if form == "" {
		return value{}, unsupported("DATEADD of %s", part)
	}
	if v.typ.Kind == Varchar {
		v = c.convert(v, of(TimestampNTZ))
	}
	by, ok := bigint(n)
	if !ok {
		return value{}, unsupported("DATEADD of %s", n.typ)
	}
	add := sqltree.Fill(form, []string{by.sql})
	out := value{typ: v.typ, nullable: v.nullable || n.nullable}
	switch {
	case v.typ.Kind == Date && isDayOrLonger(part):
		out.sql = castTo("("+v.sql+" + "+add+")", v.typ)
	case v.typ.Kind == Date:
		out.typ = of(TimestampNTZ)
		out.sql = "(" + c.local(v).sql + " + " + add + ")"
	case v.typ.Kind == TimestampNTZ, v.typ.Kind == TimestampLTZ && !isDayOrLonger(part):
		out.sql = "(" + v.sql + " + " + add + ")"
	case v.typ.Kind == TimestampLTZ:
		out.sql = fmt.Sprintf("timezone(%s, %s + %s)", sqltree.Text(c.zone()), c.local(v).sql, add)
	case v.typ.Kind == TimestampTZ:
		out.sql = fmt.Sprintf("CASE WHEN (%s) IS NOT NULL THEN {u: (%s).u + %s, o: (%s).o} END", v.sql, v.sql, add, v.sql)
	case v.typ.Kind == Time && !isDayOrLonger(part):
		out.sql = "(" + v.sql + " + " + add + ")"
	case v.typ.Kind == Null:
		return v, nil
	default:
		return value{}, invalidTypes("DATEADD", []value{n, v})
	}
	return out, nil
}

// dateDiff compiles DATEDIFF(part, a, b): the boundaries of the part between a and b (sql-reference/functions/datediff).
func (c *compiler) dateDiff(part string, a, b value) (value, *Error) {
	for _, v := range []*value{&a, &b} {
		if v.typ.Kind == Varchar || v.typ.Kind == Null {
			*v = c.convert(*v, of(TimestampNTZ))
		}
	}
	isNullable := a.nullable || b.nullable
	clock := a.typ.Kind == Time && b.typ.Kind == Time && !isDayOrLonger(part)
	if !clock && (!a.typ.isDateLike() || !b.typ.isDateLike()) {
		return value{}, invalidTypes("DATEDIFF", []value{a, b})
	}
	if !clock {
		a, b = c.local(a), c.local(b)
	}
	form := "date_diff('" + truncUnits[part] + "', $1, $2)"
	switch part {
	case "week", "weekiso":
		if _, err := c.weekStart(); err != nil {
			return value{}, err
		}
		form = "(date_diff('day', date_trunc('week', $1), date_trunc('week', $2)) // 7)"
	case "nanosecond":
		form = "(CAST(date_diff('microsecond', $1, $2) AS HUGEINT) * 1000)"
	default:
		if truncUnits[part] == "" {
			return value{}, unsupported("DATEDIFF in %s", part)
		}
	}
	t := intType
	if part == "nanosecond" {
		t = number(38, 0)
	}
	return value{sql: castTo(sqltree.Fill(form, []string{a.sql, b.sql}), t), typ: t, nullable: isNullable}, nil
}

// dateArithmetic compiles DATE + n, n + DATE, DATE - n and DATE - DATE, in days (sql-reference/operators-arithmetic).
func (c *compiler) dateArithmetic(op string, a, b value) (value, bool) {
	if op == "+" && b.typ.Kind == Date {
		a, b = b, a
	}
	isNullable := a.nullable || b.nullable
	switch {
	case a.typ.Kind == Date && b.typ.Kind == Date && op == "-":
		return value{sql: castTo("("+a.sql+" - "+b.sql+")", number(9, 0)), typ: number(9, 0), nullable: isNullable}, true
	case a.typ.Kind == Date && b.typ.isInteger() && (op == "+" || op == "-"):
		n, _ := bigint(b)
		return value{sql: fmt.Sprintf("CAST((%s %s CAST(%s AS INTEGER)) AS DATE)", a.sql, op, n.sql), typ: a.typ, nullable: isNullable}, true
	}
	return value{}, false
}

// intervalSum compiles v ± INTERVAL 'n unit, …', one unit after another (sql-reference/data-types-datetime#interval-constants).
func (s *scope) intervalSum(x *sqltree.Binary, iv *sqltree.Interval) (value, *Error) {
	v, err := s.expr(x.L)
	if err != nil {
		return value{}, err
	}
	if x.Op != "+" && x.Op != "-" || !v.typ.isDateLike() {
		return value{}, unsupported("INTERVAL outside of date arithmetic")
	}
	for _, piece := range strings.Split(iv.Text, ",") {
		words := strings.Fields(piece)
		part := "second"
		if len(words) == 2 {
			part = partNames[strings.ToLower(words[1])]
		}
		if len(words) < 1 || len(words) > 2 || part == "" {
			return value{}, s.c.at(iv.From, 1003, "42000", "invalid interval '%s'", iv.Text)
		}
		n, e := strconv.ParseInt(words[0], 10, 32)
		if e != nil {
			return value{}, s.c.at(iv.From, 1003, "42000", "invalid interval '%s'", iv.Text)
		}
		if x.Op == "-" {
			n = -n
		}
		lit := strconv.FormatInt(n, 10)
		if v, err = s.c.dateAdd(part, value{sql: lit, typ: number(10, 0), lit: &lit}, v); err != nil {
			return value{}, err
		}
	}
	return v, nil
}
