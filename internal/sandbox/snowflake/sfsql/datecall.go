package sfsql

import (
	"fmt"
	"strings"
	"time"

	"github.com/waggle-sql/waggle/internal/sandbox/sqltree"
)

// dateFunction is a function of dates whose first argument may be a part; it compiles its own arguments.
type dateFunction struct {
	lo, hi int
	page   string
	build  func(s *scope, x *sqltree.Call) (value, *Error)
}

// dateTable follows sql-reference/functions-date-time and functions-context.
func dateTable() map[string]dateFunction {
	m := map[string]dateFunction{
		"DATE_PART": {2, 2, "date_part", datePart}, "EXTRACT": {2, 2, "extract", datePart},
		"DATE_TRUNC": {2, 2, "date_trunc", dateTruncCall},
		"DATEADD":    {3, 3, "dateadd", dateAddCall}, "TIMEADD": {3, 3, "timeadd", dateAddCall},
		"TIMESTAMPADD": {3, 3, "timestampadd", dateAddCall},
		"DATEDIFF":     {3, 3, "datediff", dateDiffCall}, "TIMEDIFF": {3, 3, "timediff", dateDiffCall},
		"TIMESTAMPDIFF": {3, 3, "timestampdiff", dateDiffCall},
		"LAST_DAY":      {1, 2, "last_day", lastDay}, "ADD_MONTHS": {2, 2, "add_months", addMonths},
		"MONTHNAME": {1, 1, "monthname", named3("%b")}, "DAYNAME": {1, 1, "dayname", named3("%a")},
		"CONVERT_TIMEZONE": {2, 3, "convert_timezone", convertTimezone}, "TIME_SLICE": {3, 3, "time_slice", timeSlice},
		"DATE_FROM_PARTS": {3, 3, "date_from_parts", dateFromParts}, "DATEFROMPARTS": {3, 3, "date_from_parts", dateFromParts},
		"TIMESTAMP_FROM_PARTS":     {6, 6, "timestamp_from_parts", timestampFromParts},
		"TIMESTAMP_NTZ_FROM_PARTS": {6, 6, "timestamp_from_parts", timestampFromParts},
		"SEQ4":                     {0, 0, "seq1", sequence}, "SEQ8": {0, 0, "seq1", sequence},
	}
	for name, part := range map[string]string{"YEAR": "year", "MONTH": "month", "DAY": "day", "DAYOFMONTH": "day", "DAYOFWEEK": "dayofweek",
		"DAYOFWEEKISO": "dayofweekiso", "DAYOFYEAR": "dayofyear", "WEEK": "week", "WEEKOFYEAR": "week", "WEEKISO": "weekiso", "QUARTER": "quarter",
		"YEAROFWEEK": "yearofweek", "YEAROFWEEKISO": "yearofweekiso"} {
		m[name] = dateFunction{1, 1, "year", partOf(part)}
	}
	for name, part := range map[string]string{"HOUR": "hour", "MINUTE": "minute", "SECOND": "second"} {
		m[name] = dateFunction{1, 1, "hour-minute-second", partOf(part)}
	}
	for name, f := range contextTable() {
		m[name] = f
	}
	return m
}

func (s *scope) dateCall(f dateFunction, x *sqltree.Call) (value, *Error) {
	if err := s.arity(x, f.lo, f.hi); err != nil {
		return value{}, err
	}
	return f.build(s, x)
}

func partOf(part string) func(s *scope, x *sqltree.Call) (value, *Error) {
	return func(s *scope, x *sqltree.Call) (value, *Error) {
		v, err := s.Expr(x.Args[0])
		if err != nil {
			return value{}, err
		}
		return s.extract(part, v)
	}
}

func datePart(s *scope, x *sqltree.Call) (value, *Error) {
	part, err := s.part(x.Args[0])
	if err != nil {
		return value{}, err
	}
	v, err := s.Expr(x.Args[1])
	if err != nil {
		return value{}, err
	}
	return s.extract(part, v)
}

func dateTruncCall(s *scope, x *sqltree.Call) (value, *Error) {
	part, err := s.part(x.Args[0])
	if err != nil {
		return value{}, err
	}
	if truncUnits[part] == "" {
		return value{}, unsupported("DATE_TRUNC to %s", part)
	}
	v, err := s.Expr(x.Args[1])
	if err != nil {
		return value{}, err
	}
	return s.c.truncate(part, v)
}

func dateAddCall(s *scope, x *sqltree.Call) (value, *Error) {
	part, err := s.part(x.Args[0])
	if err != nil {
		return value{}, err
	}
	n, v, err := s.Two(x.Args[1], x.Args[2])
	if err != nil {
		return value{}, err
	}
	return s.c.dateAdd(part, n, v)
}

func dateDiffCall(s *scope, x *sqltree.Call) (value, *Error) {
	part, err := s.part(x.Args[0])
	if err != nil {
		return value{}, err
	}
	a, b, err := s.Two(x.Args[1], x.Args[2])
	if err != nil {
		return value{}, err
	}
	return s.c.dateDiff(part, a, b)
}

// lastDay is the last day of the month (or year, quarter, week) as a DATE.
func lastDay(s *scope, x *sqltree.Call) (value, *Error) {
	part := "month"
	var err *Error
	if len(x.Args) == 2 {
		if part, err = s.part(x.Args[1]); err != nil {
			return value{}, err
		}
	}
	v, err := s.Expr(x.Args[0])
	if err != nil {
		return value{}, err
	}
	if !v.Type.isDateLike() || !isDayOrLonger(part) || part == "day" {
		return value{}, invalidTypes("LAST_DAY", []value{v})
	}
	one := "1"
	start, err := s.c.truncate(part, value{SQL: castTo(s.c.local(v).SQL, of(Date)), Type: of(Date), Nullable: v.Nullable})
	if err != nil {
		return value{}, err
	}
	next, err := s.c.dateAdd(strings.TrimSuffix(part, "iso"), value{SQL: one, Type: number(1, 0), Lit: &one}, start)
	next.SQL = "CAST((" + next.SQL + " - 1) AS DATE)"
	return next, err
}

// addMonths keeps the last day of a month last (sql-reference/functions/add_months).
func addMonths(s *scope, x *sqltree.Call) (value, *Error) {
	v, n, err := s.Two(x.Args[0], x.Args[1])
	if err != nil {
		return value{}, err
	}
	if v.Type.Kind != Date {
		return value{}, unsupported("ADD_MONTHS of %s", v.Type)
	}
	out, err := s.c.dateAdd("month", n, v)
	if err != nil {
		return value{}, err
	}
	out.SQL = fmt.Sprintf("(CASE WHEN last_day(%s) = %s THEN last_day(%s) ELSE %s END)", v.SQL, v.SQL, out.SQL, out.SQL)
	return out, nil
}

func named3(format string) func(s *scope, x *sqltree.Call) (value, *Error) {
	return func(s *scope, x *sqltree.Call) (value, *Error) {
		v, err := s.Expr(x.Args[0])
		if err != nil {
			return value{}, err
		}
		if !v.Type.isDateLike() {
			return value{}, invalidTypes(x.Name, []value{v})
		}
		return value{SQL: fmt.Sprintf("strftime(%s, '%s')", s.c.local(v).SQL, format), Type: varchar(3), Nullable: v.Nullable}, nil
	}
}

// convertTimezone: three arguments move a wall clock between zones; two give the instant with the target's offset
// (sql-reference/functions/convert_timezone).
func convertTimezone(s *scope, x *sqltree.Call) (value, *Error) {
	a, err := s.Exprs(x.Args)
	if err != nil {
		return value{}, err
	}
	last := a[len(a)-1]
	for _, z := range a[:len(a)-1] {
		if z.Type.Kind != Varchar || z.Lit == nil {
			return value{}, unsupported("CONVERT_TIMEZONE with a zone that is not a literal")
		}
		if _, e := time.LoadLocation(*z.Lit); e != nil || *z.Lit == "" || *z.Lit == "Local" {
			return value{}, &Error{Number: 100178, SQLState: "22023", Message: "Timezone '" + *z.Lit + "' is not recognized."}
		}
	}
	if last.Type.Kind == Varchar {
		last = s.c.Convert(last, of(TimestampNTZ))
	}
	if !last.Type.isTimestamp() {
		return value{}, invalidTypes(x.Name, a)
	}
	if len(a) == 3 {
		if last.Type.Kind != TimestampNTZ {
			return value{}, invalidTypes(x.Name, a)
		}
		return value{SQL: fmt.Sprintf("timezone(%s, timezone(%s, %s))", a[1].SQL, a[0].SQL, last.SQL), Type: of(TimestampNTZ), Nullable: last.Nullable}, nil
	}
	instant := s.c.Convert(last, of(TimestampLTZ))
	return value{SQL: "sf_tz(" + instant.SQL + ", " + a[0].SQL + ")", Type: of(TimestampTZ), Nullable: last.Nullable}, nil
}

// timeSlice is the start of the slice, counted from 1970-01-01 (sql-reference/functions/time_slice).
func timeSlice(s *scope, x *sqltree.Call) (value, *Error) {
	v, err := s.Expr(x.Args[0])
	if err != nil {
		return value{}, err
	}
	n, err := s.Expr(x.Args[1])
	if err != nil {
		return value{}, err
	}
	part, err := s.part(x.Args[2])
	if err != nil {
		return value{}, err
	}
	count, ok := constInt(n)
	if !ok || count < 1 || intervals[part] == "" || part == "week" || !(v.Type.Kind == TimestampNTZ || v.Type.Kind == Date && isDayOrLonger(part)) {
		return value{}, unsupported("TIME_SLICE in this form")
	}
	width := sqltree.Fill(intervals[part], []string{itoa(count)})
	return value{SQL: castTo(fmt.Sprintf("time_bucket(%s, %s, TIMESTAMP '1970-01-01 00:00:00')", width, s.c.local(v).SQL), v.Type), Type: v.Type,
		Nullable: v.Nullable}, nil
}

// dateFromParts lets months and days run over (sql-reference/functions/date_from_parts).
func dateFromParts(s *scope, x *sqltree.Call) (value, *Error) {
	a, ok, err := s.integers(x)
	if err != nil || !ok {
		return value{}, err
	}
	return value{SQL: fmt.Sprintf("CAST((make_date(%s, 1, 1) + to_months(CAST(%s - 1 AS INTEGER)) + to_days(CAST(%s - 1 AS INTEGER))) AS DATE)",
		a[0].SQL, a[1].SQL, a[2].SQL), Type: of(Date), Nullable: true}, nil
}

func timestampFromParts(s *scope, x *sqltree.Call) (value, *Error) {
	a, ok, err := s.integers(x)
	if err != nil || !ok {
		return value{}, err
	}
	return value{SQL: fmt.Sprintf("(CAST(make_date(%s, 1, 1) AS TIMESTAMP) + to_months(CAST(%s - 1 AS INTEGER)) + to_days(CAST(%s - 1 AS INTEGER))"+
		" + to_hours(%s) + to_minutes(%s) + to_seconds(%s))", a[0].SQL, a[1].SQL, a[2].SQL, a[3].SQL, a[4].SQL, a[5].SQL),
		Type: of(TimestampNTZ), Nullable: true}, nil
}

func (s *scope) integers(x *sqltree.Call) ([]value, bool, *Error) {
	a, err := s.Exprs(x.Args)
	if err != nil {
		return nil, false, err
	}
	for i := range a {
		v, ok := bigint(a[i])
		if !ok {
			return nil, false, invalidTypes(x.Name, a)
		}
		a[i] = v
	}
	return a, true, nil
}

// sequence is SEQ4() over TABLE(GENERATOR(…)) (sql-reference/functions/seq1).
func sequence(s *scope, x *sqltree.Call) (value, *Error) {
	if s.Serial == "" {
		return value{}, unsupported("%s outside of a GENERATOR", x.Name)
	}
	return value{SQL: castTo(s.Serial, intType), Type: intType}, nil
}
