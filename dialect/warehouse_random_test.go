package dialect_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// phrase makes random SQL of one type over table t of testdata/snowflake/data.sql.
type phrase struct{ *rand.Rand }

func (p phrase) of(list ...string) string { return list[p.IntN(len(list))] }

// integer, number, text, truth, date, moment: an expression at most depth levels deep.
func (p phrase) integer(depth int) string {
	if depth <= 0 {
		return p.of("i2", "i4", "i8", "id", "1", "2", "-3", "7", "i4", "NULL::int4", "0")
	}
	n := func() string { return p.integer(depth - 1 - p.IntN(2)) }
	switch p.IntN(14) {
	case 0, 1:
		return fmt.Sprintf("(%s %s %s)", n(), p.of("+", "-", "*"), n())
	case 2:
		return fmt.Sprintf("(%s %s %s)", n(), p.of("/", "%"), p.of("3", "-2", "id", "nullif(i2, 0)", "10"))
	case 3:
		return fmt.Sprintf("%s(%s)", p.of("abs", "-", "+"), n())
	case 4:
		return "length(" + p.text(depth-1) + ")"
	case 5:
		return "case when " + p.truth(depth-1) + " then " + n() + " else " + n() + " end"
	case 6:
		return "coalesce(" + n() + ", " + n() + ")"
	case 7:
		return "nullif(" + n() + ", " + n() + ")"
	case 8:
		return p.of("greatest", "least") + "(" + n() + ", " + n() + ")"
	case 9:
		return "(" + p.date(depth-1) + " - " + p.date(depth-1) + ")"
	case 10:
		return "position('" + p.of("a", "b", "x'''", "C") + "' in " + p.text(depth-1) + ")"
	case 11:
		return p.number(depth-1) + p.of("::int4", "::int8", "::int2")
	}
	return n()
}

func (p phrase) number(depth int) string {
	if depth <= 0 {
		return p.of("n2", "n4", "n0", "1.5", "-0.25", "100.00", "n2", "NULL::numeric", "0.0")
	}
	n := func() string { return p.number(depth - 1 - p.IntN(2)) }
	switch p.IntN(13) {
	case 0, 1, 2:
		return fmt.Sprintf("(%s %s %s)", n(), p.of("+", "-", "*"), n())
	case 3:
		return p.of("abs", "- ", "sign", "ceil", "floor", "round", "trunc") + "(" + n() + ")"
	case 4:
		return fmt.Sprintf("%s(%s, %d)", p.of("round", "trunc"), n(), p.IntN(6)-2)
	case 5:
		return "case when " + p.truth(depth-1) + " then " + n() + " when " + p.truth(depth-2) + " then " + n() + p.of("", " else 0", " else "+n()) + " end"
	case 6:
		return "coalesce(" + n() + ", " + n() + ")"
	case 7:
		return p.integer(depth-1) + "::numeric"
	case 8:
		return n() + p.of("::numeric(20,4)", "::numeric(10,1)", "::numeric(30,0)")
	case 9:
		return "extract(" + p.of("year", "month", "day", "dow", "doy", "week", "quarter", "isoyear", "isodow", "epoch") + " from " + p.of(p.date(depth-1), p.moment(depth-1)) + ")"
	case 10:
		return "(" + n() + " % " + p.of("3", "0.7", "n2 + 1") + ")"
	}
	return n()
}

func (p phrase) text(depth int) string {
	if depth <= 0 {
		return p.of("s", "u", "v", "s", "'abc'", "''", `'a\b'`, "'x''y'", "NULL::text", "'é%'", "ch::text")
	}
	n := func() string { return p.text(depth - 1 - p.IntN(2)) }
	k := fmt.Sprint(p.IntN(8) - 3)
	switch p.IntN(13) {
	case 0:
		return "(" + n() + " || " + n() + ")"
	case 1:
		return p.of("lower", "ltrim", "rtrim", "btrim", "reverse", "md5") + "(" + n() + ")"
	case 2:
		return "substr(" + n() + ", " + p.of(k, p.integer(depth-1)) + ", " + p.of("2", "0", "5") + ")"
	case 3:
		return "substr(" + n() + ", " + p.of(k, "i2 % 4") + ")"
	case 4:
		return p.of("left", "right") + "(" + n() + ", " + p.of(k, "i4 % 5") + ")"
	case 5:
		return "replace(" + n() + ", '" + p.of("a", "b", ".", " ") + "', " + n() + ")"
	case 6:
		return "split_part(" + n() + ", '" + p.of("b", ".", "''") + "', " + p.of("1", "2", "-1", "3") + ")"
	case 7:
		return p.of("lpad", "rpad") + "(" + n() + ", " + p.of("0", "3", "6") + p.of("", ", 'xy'") + ")"
	case 8:
		return "case when " + p.truth(depth-1) + " then " + n() + " else " + n() + " end"
	case 9:
		return p.of("ltrim", "rtrim", "btrim") + "(" + n() + ", 'ac ')"
	case 10:
		return p.integer(depth-1) + "::text"
	case 11:
		return n() + "::varchar(" + p.of("1", "3") + ")"
	}
	return "concat(" + n() + ", " + n() + ")"
}

func (p phrase) truth(depth int) string {
	if depth <= 0 {
		return p.of("b", "true", "i4 > 2", "s = 'abc'", "d < '2000-01-01'", "NULL::bool", "not b")
	}
	compared := p.of("=", "<>", "<", "<=", ">", ">=", "is distinct from", "is not distinct from")
	switch p.IntN(14) {
	case 0, 1:
		return "(" + p.truth(depth-1) + p.of(" and ", " or ") + p.truth(depth-1) + ")"
	case 2:
		return "(not " + p.truth(depth-1) + ")"
	case 3:
		return "(" + p.truth(depth-1) + p.of(" is true", " is not false", " is unknown", " is null", " is not true") + ")"
	case 4:
		return "(" + p.integer(depth-1) + " " + compared + " " + p.of(p.integer(depth-1), p.number(depth-1)) + ")"
	case 5:
		return "(" + p.number(depth-1) + " " + compared + " " + p.number(depth-1) + ")"
	case 6:
		return "(" + p.text(depth-1) + " " + compared + " " + p.text(depth-1) + ")"
	case 7:
		return "(" + p.date(depth-1) + " " + compared + " " + p.of(p.date(depth-1), p.moment(depth-1)) + ")"
	case 8:
		return "(" + p.moment(depth-1) + " " + compared + " " + p.moment(depth-1) + ")"
	case 9:
		return "(" + p.text(depth-1) + p.of(" like ", " not like ", " ilike ") + p.of("'a%'", "'_b%'", `'%\%%'`, "'%C'", "''", "'%é%'") + ")"
	case 10:
		return "(" + p.integer(depth-1) + p.of(" in ", " not in ") + p.of("(1, 2, 7)", "(1, NULL)", "(i2, 3)") + ")"
	case 11:
		return "(" + p.text(depth-1) + p.of(" ~ ", " !~ ") + p.of("'a'", "'^[a-c]'", "'b.?$'", `'\.'`, "'(é|x)'", "'^$'") + ")"
	case 12:
		return "(" + p.number(depth-1) + " between " + p.number(depth-2) + " and " + p.number(depth-2) + ")"
	}
	return "(" + p.of("f8", "abs(f8)", "i4::float8") + " " + compared + " " + p.of("f8", "0.1", "'NaN'", "'-Infinity'", "i2::float8") + ")"
}

func (p phrase) date(depth int) string {
	if depth <= 0 {
		return p.of("d", "e", "'2024-02-29'::date", "NULL::date", "d")
	}
	switch p.IntN(5) {
	case 0:
		return "(" + p.date(depth-1) + p.of(" + ", " - ") + p.of("1", "31", "i2 % 100") + ")"
	case 1:
		return p.moment(depth-1) + "::date"
	case 2:
		return "case when " + p.truth(depth-1) + " then " + p.date(depth-1) + " end"
	case 3:
		return p.of("coalesce", "greatest", "least") + "(" + p.date(depth-1) + ", " + p.date(depth-1) + ")"
	}
	return p.date(depth - 1)
}

func (p phrase) moment(depth int) string {
	if depth <= 0 {
		return p.of("ts", "ts6", "'2024-02-29 13:14:15.123456'::timestamp", "'2000-01-01'::timestamp", "ts")
	}
	switch p.IntN(5) {
	case 0:
		return "(" + p.of(p.moment(depth-1), p.date(depth-1)) + p.of(" + ", " - ") + "interval '" + p.of("1 month", "1 day", "36 hours", "1 year 2 months -3 days", "0.000001 s") + "')"
	case 1:
		return "date_trunc('" + p.of("month", "week", "quarter", "hour", "second", "milliseconds", "day") + "', " + p.moment(depth-1) + ")"
	case 2:
		return p.date(depth-1) + "::timestamp"
	case 3:
		return "coalesce(" + p.moment(depth-1) + ", " + p.moment(depth-1) + ")"
	}
	return p.moment(depth - 1)
}

func (p phrase) any() string {
	depth := 1 + p.IntN(4)
	return []func(int) string{p.integer, p.number, p.number, p.text, p.truth, p.date, p.moment}[p.IntN(7)](depth)
}

// query is one of several shapes around random expressions.
func (p phrase) query() string {
	switch p.IntN(9) {
	case 0, 6, 7, 8:
		return p.shape()
	case 5:
		return "SELECT id FROM t WHERE " + p.truth(3)
	case 1:
		return "SELECT " + p.of("sum", "min", "max", "count") + "(" + p.of(p.number(2), p.integer(1)) + "), count(*) FROM t WHERE " + p.truth(2)
	case 2:
		return "SELECT " + p.truth(2) + " AS k, sum(" + p.number(2) + "), max(" + p.text(1) + ") FROM t GROUP BY 1"
	}
	list := make([]string, 1+p.IntN(3))
	for i := range list {
		list[i] = p.any()
	}
	return "SELECT id, " + strings.Join(list, ", ") + " FROM t"
}

// TestWarehousesRandom judges random expressions: what is said gives PostgreSQL's answer, or fails where PostgreSQL does.
func TestWarehousesRandom(t *testing.T) {
	const seeds = 400
	pg := newPGRig(t, "testdata/snowflake/data.sql")
	for _, h := range houses() {
		t.Run(h.language, func(t *testing.T) {
			pg.t = t
			r := newHouseRig(t, pg, h)
			outcomes := map[string]int{}
			for seed := range uint64(seeds) {
				outcomes[r.judged(phrase{rand.New(rand.NewPCG(seed, 7))}.query(), true)]++
				if outcomes["different"] > 20 {
					break
				}
			}
			t.Logf("%v", outcomes)
			if outcomes[""] < seeds/4 {
				t.Errorf("only %d of %d are said and equal", outcomes[""], seeds)
			}
		})
	}
}
