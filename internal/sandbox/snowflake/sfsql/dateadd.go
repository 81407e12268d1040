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
	if v.Type.Kind == Varchar {
		v = c.Convert(v, of(TimestampNTZ))
	}
	by, ok := bigint(n)
	if !ok {
		return value{}, unsupported("DATEADD of %s", n.Type)
	}
	add := sqltree.Fill(form, []string{by.SQL})
	out := value{Type: v.Type, Nullable: v.Nullable || n.Nullable}
	switch {
	case v.Type.Kind == Date && isDayOrLonger(part):
		out.SQL = castTo("("+v.SQL+" + "+add+")", v.Type)
	case v.Type.Kind == Date:
		out.Type = of(TimestampNTZ)
		out.SQL = "(" + c.local(v).SQL + " + " + add + ")"
	case v.Type.Kind == TimestampNTZ, v.Type.Kind == TimestampLTZ && !isDayOrLonger(part):
		out.SQL = "(" + v.SQL + " + " + add + ")"
	case v.Type.Kind == TimestampLTZ:
		out.SQL = fmt.Sprintf("timezone(%s, %s + %s)", sqltree.Text(c.zone()), c.local(v).SQL, add)
	case v.Type.Kind == TimestampTZ:
		out.SQL = fmt.Sprintf("CASE WHEN (%s) IS NOT NULL THEN {u: (%s).u + %s, o: (%s).o} END", v.SQL, v.SQL, add, v.SQL)
	case v.Type.Kind == Time && !isDayOrLonger(part):
		out.SQL = "(" + v.SQL + " + " + add + ")"
	case v.Type.Kind == Null:
		return v, nil
	default:
		return value{}, invalidTypes("DATEADD", []value{n, v})
	}
	return out, nil
}

// dateDiff compiles DATEDIFF(part, a, b): the boundaries of the part between a and b (sql-reference/functions/datediff).
func (c *compiler) dateDiff(part string, a, b value) (value, *Error) {
	for _, v := range []*value{&a, &b} {
		if v.Type.Kind == Varchar || v.Type.Kind == Null {
			*v = c.Convert(*v, of(TimestampNTZ))
		}
	}
	isNullable := a.Nullable || b.Nullable
	clock := a.Type.Kind == Time && b.Type.Kind == Time && !isDayOrLonger(part)
	if !clock && (!a.Type.isDateLike() || !b.Type.isDateLike()) {
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
	return value{SQL: castTo(sqltree.Fill(form, []string{a.SQL, b.SQL}), t), Type: t, Nullable: isNullable}, nil
}

// dateArithmetic compiles DATE + n, n + DATE, DATE - n and DATE - DATE, in days (sql-reference/operators-arithmetic).
func (c *compiler) dateArithmetic(op string, a, b value) (value, bool) {
	if op == "+" && b.Type.Kind == Date {
		a, b = b, a
	}
	isNullable := a.Nullable || b.Nullable
	switch {
	case a.Type.Kind == Date && b.Type.Kind == Date && op == "-":
		return value{SQL: castTo("("+a.SQL+" - "+b.SQL+")", number(9, 0)), Type: number(9, 0), Nullable: isNullable}, true
	case a.Type.Kind == Date && b.Type.isInteger() && (op == "+" || op == "-"):
		n, _ := bigint(b)
		return value{SQL: fmt.Sprintf("CAST((%s %s CAST(%s AS INTEGER)) AS DATE)", a.SQL, op, n.SQL), Type: a.Type, Nullable: isNullable}, true
	}
	return value{}, false
}

// intervalSum compiles v ± INTERVAL 'n unit, …', one unit after another (sql-reference/data-types-datetime#interval-constants).
func (s *scope) intervalSum(x *sqltree.Binary, iv *sqltree.Interval) (value, *Error) {
	v, err := s.Expr(x.L)
	if err != nil {
		return value{}, err
	}
	if x.Op != "+" && x.Op != "-" || !v.Type.isDateLike() {
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
		if v, err = s.c.dateAdd(part, value{SQL: lit, Type: number(10, 0), Lit: &lit}, v); err != nil {
			return value{}, err
		}
	}
	return v, nil
}
