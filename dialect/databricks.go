package dialect

import (
	"strings"

	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/planner/plan"
)

// maxDatabricksSQL is what Databricks takes as one statement: 16 MiB.
const maxDatabricksSQL = 16 << 20

// databricks is Databricks's language. Its texts rely on a session with ansi_mode = true and timezone = UTC.
func databricks() *idiom {
	return &idiom{
		name: "Databricks's", longest: maxDatabricksSQL, types: brickTypes, comparable: brickComparable, firstDay: firstBrickDay,
		iff: "IF", textOf: "CAST($1 AS STRING)", bytes: "X'$1'", blankless: "TRIM(TRAILING ' ' FROM $1)", digital: true, sign: "SIGN($1)", atLeast: "CASE WHEN $1 < $2 THEN $2 ELSE $1 END", multisets: true, grouping: true, rounds: true,
		forms: joinTables(brickTexts(), brickTimes), rules: joinTables(brickNumbers(), brickTextRules(), brickTimeRules()), aggs: brickAggs(),
		casts: brickCasts, dated: brickDated, fields: brickFields, formats: brickFormats, datesIn: 4,
		ident: backtick, quote: brickText, pattern: brickPattern,
		number:  func(q, s int32) string { return "DECIMAL(" + itoa(q) + ", " + itoa(s) + ")" },
		convert: func(text, typ string) string { return "CAST(" + text + " AS " + typ + ")" },
		column:  brickColumn, raised: brickRaise, int: brickInt, float: brickFloat, moment: brickMoment,
		fixed: func(text string, q, s int32) sx { return sx{text: signed(text + "BD"), p: q, s: s} },
		later: brickLater, format: func(moment, format string) string { return "DATE_FORMAT(" + moment + ", " + format + ")" },
		day: brickDay, between: brickBetween,
		sum: brickSum, product: brickProduct, integer: brickInteger, whole: brickWhole,
		rounded: func(text string, q, s int32) sx {
			return sx{text: "CAST(" + text + " AS DECIMAL(" + itoa(q) + ", " + itoa(s) + "))", oid: pgcat.Numeric, p: q, s: s}
		},
	}
}

// brickTypes are the types by which values of PostgreSQL's types are computed in Databricks.
var brickTypes = map[uint32]string{
	pgcat.Bool: "BOOLEAN", pgcat.Int2: "SMALLINT", pgcat.Int4: "INT", pgcat.Int8: "BIGINT", pgcat.Numeric: "DECIMAL(1, 0)",
	pgcat.Float8: "DOUBLE", pgcat.Float4: "FLOAT", pgcat.Text: "STRING", pgcat.Varchar: "STRING", pgcat.Bpchar: "STRING",
	pgcat.Bytea: "BINARY", pgcat.Date: "DATE", pgcat.Timestamp: "TIMESTAMP_NTZ", pgcat.TimestampTZ: "TIMESTAMP",
}

// brickComparable are the types whose values compare as PostgreSQL's do. A uuid is any text; there is no time of day.
var brickComparable = map[uint32]bool{
	pgcat.Bool: true, pgcat.Int2: true, pgcat.Int4: true, pgcat.Int8: true, pgcat.Numeric: true, pgcat.Float8: true,
	pgcat.Text: true, pgcat.Varchar: true, pgcat.Bpchar: true, pgcat.Bytea: true,
	pgcat.Date: true, pgcat.Timestamp: true, pgcat.TimestampTZ: true,
}

// backtick quotes a name; Databricks compares names without regard to case.
func backtick(s string) string { return "`" + strings.ReplaceAll(s, "`", "``") + "`" }

// brickColumn is a column of a table; a char(n) has blanks that do not count.
func brickColumn(text string, t plan.Type) sx {
	x := sx{text: text, oid: t.OID, plain: true}
	switch t.OID {
	case pgcat.Numeric:
		if q, s, ok := decimalOf(t); ok {
			x.p, x.s = q, s
		}
	case pgcat.Bpchar:
		x.text, x.plain = "TRIM(TRAILING ' ' FROM "+text+")", false
		x.pad = max(t.Mod-4, 0)
	}
	return x
}

// brickAggs is the table of aggregates. A sum of bigints is a number, since it may leave them.
func brickAggs() map[string]aggRule {
	return joinTables(warehouseAggs(), map[string]aggRule{
		"bool_and(bool)": aggOf("BOOL_AND"), "bool_or(bool)": aggOf("BOOL_OR"), "every(bool)": aggOf("BOOL_AND"),
		"string_agg(text,text)": brickList, "sum(int8)": brickBigSum, "percentile_disc(float8,anyelement)": brickPercentile,
		"percentile_cont(float8,float8)": brickMedian,
	})
}

// brickList is said where the keys of its order are made of the same columns as the text, as LISTAGG wants
// (https://docs.databricks.com/aws/en/sql/language-manual/functions/listagg).
func brickList(p *warehouse, c *aggregateCall) (sx, bool) {
	shown := plan.Refs(c.a.Args[0])
	for _, k := range c.a.Order {
		for id := range plan.Refs(k.Expr) {
			if !shown[id] {
				return sx{}, false
			}
		}
	}
	return listAgg(p, c)
}

func brickBigSum(p *warehouse, c *aggregateCall) (sx, bool) {
	c.args[0] = brickWhole(c.args[0], pgcat.Int8)
	return numberSum(p, c)
}

// brickPercentile gives doubles, to which integers are equal up to four bytes.
func brickPercentile(p *warehouse, c *aggregateCall) (sx, bool) {
	x, ok := percentileDisc(p, c)
	if x.oid != pgcat.Float8 {
		x.text = p.castTo(x.text, x.oid)
	}
	return x, ok && (x.oid == pgcat.Int2 || x.oid == pgcat.Int4 || x.oid == pgcat.Float8)
}

func brickMedian(p *warehouse, c *aggregateCall) (sx, bool) {
	text, ok := p.within(c, "PERCENTILE_CONT", c.args[len(c.args)-1].text)
	return sx{text: text}, ok && len(c.args) == 2
}

// brickRaise is a value that fails: Databricks's "[USER_RAISED_EXCEPTION] …".
func brickRaise(mark, operand string, oid uint32) string {
	return "CAST(IF(" + operand + " IS NULL, NULL, RAISE_ERROR('\"" + mark + "\"')) AS " + brickTypes[oid] + ")"
}

// firstBrickDay is 0001-01-01.
const firstBrickDay = datum.Date(-719162)
