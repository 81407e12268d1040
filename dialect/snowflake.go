package dialect

import (
	"strconv"

	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/planner/plan"
)

// maxSnowflakeSQL is what Snowflake takes as one statement: 1 MB.
const maxSnowflakeSQL = 1_000_000

// snowflake is Snowflake's language. Its texts rely on a session with TIMEZONE = UTC, WEEK_START = 1 and WEEK_OF_YEAR_POLICY = 0.
func snowflake() *idiom {
	return &idiom{
		name: "Snowflake's", longest: maxSnowflakeSQL, types: snowTypes, comparable: snowComparable, firstDay: firstSnowDay,
		iff: "IFF", ignoring: "_IGNORE_NULLS", textOf: "TO_VARCHAR($1)", bytes: "TO_BINARY('$1', 'HEX')", blankless: "RTRIM($1, ' ')", sign: "SIGN($1)", atLeast: "GREATEST($1, $2)", unlimited: " LIMIT NULL",
		items: [2]int{16_384, 50}, // one more literal is its error 001795
		forms: joinTables(snowTextForms(), snowTimes), rules: joinTables(snowNumbers(), snowTextRules(), snowTimeRules()), aggs: snowAggs(),
		casts: snowCasts, dated: snowDated, fields: snowFields, formats: snowFormats, datesIn: 3,
		ident: ident, quote: snowText, pattern: func(like string) string { return like },
		number:  func(_, s int32) string { return "NUMBER(38, " + itoa(s) + ")" },
		convert: func(text, typ string) string { return text + "::" + typ },
		column:  snowColumn, raised: snowRaise, float: snowFloat, moment: snowMoment,
		int:     func(n int64, _ uint32) string { return signed(strconv.FormatInt(n, 10)) },
		fixed:   func(text string, _, s int32) sx { return sx{text: signed(text), p: 38, s: s} },
		later:   func(moment, unit, n string) string { return "DATEADD(" + unit + ", " + n + ", " + moment + ")" },
		format:  func(moment, format string) string { return "TO_VARCHAR(" + moment + ", " + format + ")" },
		day:     func(unit, date string) string { return "DATE_TRUNC('" + unit + "', " + date + ")" },
		between: func(from, to string, _ bool) string { return "DATEDIFF(MICROSECOND, " + from + ", " + to + ")" },
		sum:     snowSum, product: snowProduct, integer: (*warehouse).ranged,
		whole: func(x sx, _ uint32) sx { return sx{text: x.text, p: 38} },
		rounded: func(text string, q, s int32) sx {
			return sx{text: text + "::NUMBER(" + itoa(q) + ", " + itoa(s) + ")", oid: pgcat.Numeric, p: 38, s: s}
		},
	}
}

// snowComparable are the types whose values compare as PostgreSQL's do. A float4 is a double in Snowflake, a uuid any text.
var snowComparable = map[uint32]bool{
	pgcat.Bool: true, pgcat.Int2: true, pgcat.Int4: true, pgcat.Int8: true, pgcat.Numeric: true, pgcat.Float8: true,
	pgcat.Text: true, pgcat.Varchar: true, pgcat.Bpchar: true, pgcat.Bytea: true,
	pgcat.Date: true, pgcat.Time: true, pgcat.Timestamp: true, pgcat.TimestampTZ: true,
}

// snowColumn is a column of a table. A moment without a declared precision has nanoseconds, of which PostgreSQL sees the
// microseconds; a char(n) has blanks that do not count.
func snowColumn(text string, t plan.Type) sx {
	x := sx{text: text, oid: t.OID, plain: true}
	switch t.OID {
	case pgcat.Int2, pgcat.Int4, pgcat.Int8:
		x.p, x.mag = 38, widest[t.OID]
	case pgcat.Numeric:
		if _, s, ok := decimalOf(t); ok {
			x.p, x.s = 38, s
		}
	case pgcat.Timestamp, pgcat.TimestampTZ, pgcat.Time:
		if t.Mod < 0 {
			x.raw, x.text, x.plain = text, "DATE_TRUNC('MICROSECOND', "+text+")", false
		}
	case pgcat.Bpchar:
		x.text, x.plain = "RTRIM("+text+", ' ')", false
		x.pad = max(t.Mod-4, 0)
	}
	return x
}

// snowAggs is the table of aggregates.
func snowAggs() map[string]aggRule {
	return joinTables(warehouseAggs(), map[string]aggRule{
		"bool_and(bool)": aggOf("BOOLAND_AGG"), "bool_or(bool)": aggOf("BOOLOR_AGG"), "every(bool)": aggOf("BOOLAND_AGG"),
		"sum(int8)": numberSum, "percentile_disc(float8,anyelement)": percentileDisc,
	})
}

// snowRaise is a number that fails: Snowflake's "Numeric value '…' is not recognized".
func snowRaise(mark, operand string, oid uint32) string {
	number := "TO_NUMBER('" + mark + "' || LEFT(TO_VARCHAR(" + operand + "), 0))"
	switch oid {
	case pgcat.Bool:
		return number + " = 0"
	case pgcat.Text:
		return "TO_VARCHAR(" + number + ")"
	case pgcat.Float8:
		return number + "::FLOAT"
	}
	return number
}
