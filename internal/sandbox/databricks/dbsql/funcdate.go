package dbsql

import (
	"fmt"
	"strings"

	"github.com/waggle-sql/waggle/internal/sandbox/sqltree"
)

// dateFunctions are functions of dates and timestamps; letter s is a timestamp in the session's time zone.
var dateFunctions = []function{
	{Name: "YEAR", Args: "s", Type: of(Int), Form: "year($1)"},
	{Name: "QUARTER", Args: "s", Type: of(Int), Form: "quarter($1)"},
	{Name: "MONTH", Args: "s", Type: of(Int), Form: "month($1)"},
	{Name: "WEEKOFYEAR", Args: "s", Type: of(Int), Form: "week($1)"},
	{Name: "DAY", Args: "s", Type: of(Int), Form: "day($1)"},
	{Name: "DAYOFMONTH", Args: "s", Type: of(Int), Form: "day($1)"},
	{Name: "DAYOFYEAR", Args: "s", Type: of(Int), Form: "dayofyear($1)"},
	{Name: "DAYOFWEEK", Args: "s", Type: of(Int), Form: "(dayofweek($1) + 1)"},
	{Name: "WEEKDAY", Args: "s", Type: of(Int), Form: "(isodow($1) - 1)"},
	{Name: "HOUR", Args: "s", Type: of(Int), Form: "hour($1)"},
	{Name: "MINUTE", Args: "s", Type: of(Int), Form: "minute($1)"},
	{Name: "SECOND", Args: "s", Type: of(Int), Form: "second($1)"},
	{Name: "DATE_ADD", Args: "di", Type: of(Date), Form: "($1 + CAST($2 AS INTEGER))"},
	{Name: "DATE_SUB", Args: "di", Type: of(Date), Form: "($1 - CAST($2 AS INTEGER))"},
	{Name: "DATEDIFF", Args: "dd", Type: of(Int), Form: "($1 - $2)"},
	{Name: "DATE_DIFF", Args: "dd", Type: of(Int), Form: "($1 - $2)"},
	{Name: "ADD_MONTHS", Args: "di", Type: of(Date), Form: "CAST($1 + to_months(CAST($2 AS INTEGER)) AS DATE)"},
	{Name: "MONTHS_BETWEEN", Args: "ss", Type: of(Double), Form: "db_months_between($1, $2)"},
	{Name: "LAST_DAY", Args: "d", Type: of(Date), Form: "last_day($1)"},
	{Name: "MAKE_DATE", Args: "iii", Type: of(Date), Form: "db_make_date($1, $2, $3)"},
	{Name: "UNIX_DATE", Args: "d", Type: of(Int), Form: "($1 - DATE '1970-01-01')"},
	{Name: "DATE_FROM_UNIX_DATE", Args: "i", Type: of(Date), Form: "(DATE '1970-01-01' + CAST($1 AS INTEGER))"},
	{Name: "TIMESTAMP_SECONDS", Args: "i", Type: of(Timestamp), Form: "make_timestamptz($1 * 1000000)"},
	{Name: "TIMESTAMP_MILLIS", Args: "i", Type: of(Timestamp), Form: "make_timestamptz($1 * 1000)"},
	{Name: "TIMESTAMP_MICROS", Args: "i", Type: of(Timestamp), Form: "make_timestamptz($1)"},
}

// dateTable are the functions of dates that letters do not describe.
func dateTable() map[string]special {
	return map[string]special{
		"UNIX_SECONDS":       {1, 1, "", epoch(1_000_000)},
		"UNIX_MILLIS":        {1, 1, "", epoch(1_000)},
		"UNIX_MICROS":        {1, 1, "", epoch(1)},
		"TO_DATE":            {1, 1, "", toType(Date)},
		"TO_TIMESTAMP":       {1, 1, "", toType(Timestamp)},
		"DATE_FORMAT":        {2, 2, "", dateFormat},
		"DATE_TRUNC":         {2, 2, "", dateTrunc},
		"TRUNC":              {2, 2, "", trunc},
		"CONVERT_TIMEZONE":   {2, 3, "", convertTimezone},
		"FROM_UTC_TIMESTAMP": {2, 2, "", utcTimestamp("timezone(%[2]s, timezone('UTC', %[1]s))")},
		"TO_UTC_TIMESTAMP":   {2, 2, "", utcTimestamp("timezone('UTC', timezone(%[2]s, %[1]s))")},
	}
}

// rawTable are functions whose arguments are not all expressions, and those of the session.
func rawTable() map[string]raw {
	m := map[string]raw{
		"EXTRACT":           {2, 2, "", extract},
		"DATE_PART":         {2, 2, "", extract},
		"DATEPART":          {2, 2, "", extract},
		"TIMESTAMPDIFF":     {3, 3, "", timestampDiff},
		"TIMESTAMPADD":      {3, 3, "", timestampAdd},
		"DATEADD":           {2, 3, "", dateAdd},
		"CURRENT_TIMESTAMP": {0, 0, "", now(Timestamp)},
		"NOW":               {0, 0, "", now(Timestamp)},
		"LOCALTIMESTAMP":    {0, 0, "", now(TimestampNTZ)},
		"CURRENT_DATE":      {0, 0, "", now(Date)},
		"CURDATE":           {0, 0, "", now(Date)},
		"IS_MEMBER":         {1, 1, "", isMember},
		"EXISTS":            {2, 2, "", lambdaCall(of(Boolean), "db_array_contains(list_transform(%s, %s), TRUE)")},
		"TRANSFORM":         {2, 2, "", lambdaCall(Type{}, "list_transform(%s, %s)")},
		"FILTER":            {2, 2, "", lambdaCall(Type{Kind: Array}, "list_filter(%s, %s)")},
	}
	m["IS_ACCOUNT_GROUP_MEMBER"] = m["IS_MEMBER"]
	for name, get := range map[string]func(c *compiler) string{
		"CURRENT_USER":     func(c *compiler) string { return c.env.User },
		"SESSION_USER":     func(c *compiler) string { return c.env.User },
		"USER":             func(c *compiler) string { return c.env.User },
		"CURRENT_CATALOG":  func(c *compiler) string { return c.env.Catalog },
		"CURRENT_SCHEMA":   func(c *compiler) string { return c.env.Schema },
		"CURRENT_DATABASE": func(c *compiler) string { return c.env.Schema },
		"CURRENT_TIMEZONE": (*compiler).zone,
	} {
		m[name] = raw{0, 0, "", func(s *scope, x *sqltree.Call) (value, *Error) { return stringLiteral(get(s.c)), nil }}
	}
	return m
}

// now is the statement's moment.
func now(k Kind) func(s *scope, x *sqltree.Call) (value, *Error) {
	return func(s *scope, x *sqltree.Call) (value, *Error) {
		at := s.c.env.Now.UTC().Format("2006-01-02 15:04:05.000000")
		return s.c.Convert(value{SQL: "timezone('UTC', TIMESTAMP '" + at + "')", Type: of(Timestamp)}, of(k)), nil
	}
}

func isMember(s *scope, x *sqltree.Call) (value, *Error) {
	v, err := s.Expr(x.Args[0])
	if err != nil {
		return v, err
	}
	groups := make([]string, len(s.c.env.Groups)+1)
	for i, g := range s.c.env.Groups {
		groups[i] = sqltree.Text(g)
	}
	groups[len(groups)-1] = "NULL"
	return value{SQL: "COALESCE(" + v.SQL + " IN (" + strings.Join(groups, ", ") + "), FALSE)", Type: of(Boolean)}, nil
}

func epoch(unit int) func(s *scope, x *sqltree.Call, a []value) (value, *Error) {
	return func(s *scope, x *sqltree.Call, a []value) (value, *Error) {
		if a[0].Type.Kind != Timestamp {
			return value{}, mismatch(s.c.Source(x), a)
		}
		sql := "epoch_us(" + a[0].SQL + ")"
		if unit > 1 {
			sql = fmt.Sprintf("db_floor_div(%s, %d)", sql, unit)
		}
		return value{SQL: castTo(sql, of(Bigint)), Type: of(Bigint), Nullable: a[0].Nullable}, nil
	}
}

func toType(k Kind) func(s *scope, x *sqltree.Call, a []value) (value, *Error) {
	return func(s *scope, x *sqltree.Call, a []value) (value, *Error) {
		if a[0].Type.isNumeric() {
			return value{}, mismatch(s.c.Source(x), a)
		}
		return s.c.explicit(a[0], of(k), false)
	}
}

// unitName reads a unit: a bare word or a string.
func unitName(x sqltree.Expr) string {
	switch x := x.(type) {
	case *sqltree.StringLit:
		return strings.ToUpper(x.Text)
	case *sqltree.Reference:
		if len(x.Parts) == 1 {
			return strings.ToUpper(x.Parts[0].Text)
		}
	}
	return ""
}

// fields of extract are of the type INT but for SECOND, a DECIMAL(8,6) with its fraction (functions/extract).
var extractForms = map[string]string{
	"YEAR": "year($1)", "YEARS": "year($1)", "YEAROFWEEK": "isoyear($1)", "QUARTER": "quarter($1)", "MONTH": "month($1)", "WEEK": "week($1)",
	"DAY": "day($1)", "DAYOFWEEK": "(dayofweek($1) + 1)", "DOW": "(dayofweek($1) + 1)", "DAYOFWEEK_ISO": "isodow($1)", "DOY": "dayofyear($1)",
	"DAYOFYEAR": "dayofyear($1)", "HOUR": "hour($1)", "MINUTE": "minute($1)", "SECOND": "(microsecond($1) / CAST('1000000' AS DECIMAL(7,0)))",
}

func extract(s *scope, x *sqltree.Call) (value, *Error) {
	field := unitName(x.Args[0])
	form := extractForms[field]
	if form == "" {
		return value{}, failure("INVALID_EXTRACT_FIELD", "Cannot extract \"%s\" from \"%s\".", field, s.c.Source(x.Args[1]))
	}
	v, err := s.Expr(x.Args[1])
	if err != nil {
		return v, err
	}
	w, ok := s.c.fitOne('s', v)
	if !ok {
		return value{}, mismatch(s.c.Source(x), []value{v})
	}
	if field == "SECOND" {
		sql := "db_scaled(CAST(microsecond(" + w.SQL + ") AS HUGEINT), CAST('0.000001' AS DECIMAL(8,6)))"
		return value{SQL: castTo(sql, decimal(8, 6)), Type: decimal(8, 6), Nullable: v.Nullable}, nil
	}
	return value{SQL: castTo(sqltree.Fill(form, []string{w.SQL}), of(Int)), Type: of(Int), Nullable: v.Nullable}, nil
}

// truncations are the units of date_trunc that DuckDB means alike: weeks begin on Monday (functions/date_trunc).
var truncations = map[string]string{"YEAR": "year", "YYYY": "year", "YY": "year", "QUARTER": "quarter", "MONTH": "month", "MM": "month", "MON": "month",
	"WEEK": "week", "DAY": "day", "DD": "day", "HOUR": "hour", "MINUTE": "minute", "SECOND": "second", "MILLISECOND": "milliseconds", "MICROSECOND": "microseconds"}

// dateTrunc cuts a timestamp in the session's time zone; a DATE is cut as a TIMESTAMP.
func dateTrunc(s *scope, x *sqltree.Call, a []value) (value, *Error) {
	t, ok := constText(a[0])
	unit := truncations[strings.ToUpper(t)]
	if !ok || unit == "" {
		return value{}, unsupported("date_trunc to %s", s.c.Source(x.Args[0]))
	}
	v, ok := s.c.fitOne('s', a[1])
	if !ok {
		return value{}, mismatch(s.c.Source(x), a)
	}
	// The coalesce keeps DuckDB from comparing the truncated moment with a constant at once, which makes false of NULL.
	v.SQL = fmt.Sprintf("coalesce(date_trunc('%s', %s), NULL)", unit, v.SQL)
	if a[1].Type.Kind == TimestampNTZ {
		return v, nil
	}
	return s.c.Convert(v, of(Timestamp)), nil
}

// trunc cuts a DATE to YEAR, QUARTER, MONTH or WEEK (functions/trunc).
func trunc(s *scope, x *sqltree.Call, a []value) (value, *Error) {
	t, ok := constText(a[1])
	unit := truncations[strings.ToUpper(t)]
	if !ok || unit != "year" && unit != "quarter" && unit != "month" && unit != "week" {
		return value{}, unsupported("trunc to %s", s.c.Source(x.Args[1]))
	}
	v, ok := s.c.fitOne('d', a[0])
	if !ok {
		return value{}, mismatch(s.c.Source(x), a)
	}
	return value{SQL: castTo(fmt.Sprintf("coalesce(date_trunc('%s', %s), NULL)", unit, v.SQL), of(Date)), Type: of(Date), Nullable: v.Nullable}, nil
}

// convertTimezone moves a TIMESTAMP_NTZ from one zone to another, by default from the session's (functions/convert_timezone).
func convertTimezone(s *scope, x *sqltree.Call, a []value) (value, *Error) {
	if len(a) == 2 {
		a = append([]value{stringLiteral(s.c.zone())}, a...)
	}
	v, ok := s.c.fit("tts", a)
	if !ok {
		return value{}, mismatch(s.c.Source(x), a)
	}
	return value{SQL: fmt.Sprintf("timezone(%s, timezone(%s, %s))", v[1].SQL, v[0].SQL, v[2].SQL), Type: of(TimestampNTZ), Nullable: a[2].Nullable}, nil
}

// utcTimestamp shifts a TIMESTAMP's wall clock (functions/from_utc_timestamp, -to_utc_timestamp).
func utcTimestamp(form string) func(s *scope, x *sqltree.Call, a []value) (value, *Error) {
	return func(s *scope, x *sqltree.Call, a []value) (value, *Error) {
		v, ok := s.c.fit("st", a)
		if !ok {
			return value{}, mismatch(s.c.Source(x), a)
		}
		return s.c.Convert(value{SQL: fmt.Sprintf(form, v[0].SQL, v[1].SQL), Type: of(TimestampNTZ), Nullable: a[0].Nullable}, of(Timestamp)), nil
	}
}

// formatLetters are the letters of datetime patterns that the sandbox knows (sql-ref-datetime-pattern), as DuckDB's.
var formatLetters = map[string]string{"yyyy": "%Y", "MM": "%m", "dd": "%d", "HH": "%H", "mm": "%M", "ss": "%S", "SSS": "%g", "SSSSSS": "%f", "MMM": "%b",
	"MMMM": "%B", "EEE": "%a", "EEEE": "%A", "hh": "%I", "a": "%p", "DDD": "%j", "yy": "%y", "M": "%-m", "d": "%-d", "H": "%-H", "h": "%-I"}

func dateFormat(s *scope, x *sqltree.Call, a []value) (value, *Error) {
	v, ok := s.c.fitOne('s', a[0])
	if !ok {
		return value{}, mismatch(s.c.Source(x), a)
	}
	pattern, ok := constText(a[1])
	if !ok {
		return value{}, unsupported("a datetime pattern that is not a literal")
	}
	form, ok := datePattern(pattern)
	if !ok {
		return value{}, unsupported("the datetime pattern '%s'", pattern)
	}
	return value{SQL: "strftime(" + v.SQL + ", " + sqltree.Text(form) + ")", Type: of(String), Nullable: v.Nullable}, nil
}

func datePattern(t string) (string, bool) {
	var b strings.Builder
	for i := 0; i < len(t); {
		n := 1
		for i+n < len(t) && t[i+n] == t[i] {
			n++
		}
		switch c := t[i]; {
		case c == '\'':
			end := strings.IndexByte(t[i+1:], '\'')
			if end < 1 {
				return "", false
			}
			b.WriteString(strings.ReplaceAll(t[i+1:i+1+end], "%", "%%"))
			n = end + 2
		case sqltree.IsLetter(c):
			f, ok := formatLetters[t[i:i+n]]
			if !ok {
				return "", false
			}
			b.WriteString(f)
		case strings.IndexByte("[]#{}", c) >= 0:
			return "", false
		default:
			b.WriteString(strings.ReplaceAll(t[i:i+n], "%", "%%"))
		}
		i += n
	}
	return b.String(), true
}
