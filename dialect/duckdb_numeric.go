package dialect

import (
	"fmt"
	"hash/fnv"
	"strconv"
	"strings"

	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/planner/plan"
)

// asText is a numeric as PostgreSQL's canonical text; a DECIMAL prints so.
func (p *duck) asText(x sx) sx {
	if x.p == 0 {
		return x
	}
	switch {
	case x.p == x.s && x.p < 38: // DuckDB writes DECIMAL(3,3) without the zero before the point
		x = p.toDecimal(x, x.p+1, x.s)
	case x.p == x.s:
		v := "CAST(" + x.text + " AS VARCHAR)"
		return sx{text: "CASE WHEN " + x.text + " < 0 THEN '-0' || substr(" + v + ", 2) ELSE '0' || " + v + " END", oid: x.oid}
	}
	return sx{text: "CAST(" + x.text + " AS VARCHAR)", oid: x.oid}
}

// toDecimal rounds half away from zero, as PostgreSQL does, and fails with 22003 when the value does not fit.
func (p *duck) toDecimal(x sx, q, s int32) sx {
	if x.p == q && x.s == s {
		return x
	}
	return sx{text: "CAST(" + x.text + " AS DECIMAL(" + itoa(q) + "," + itoa(s) + "))", oid: numericOID, p: q, s: s}
}

// decimals are operators and functions of numeric over DECIMAL operands; ok is false when the result might not fit.
func (p *duck) decimals(sig string, c *plan.Call, a []sx) (sx, bool) {
	for _, x := range a {
		if x.oid == numericOID && x.p == 0 {
			return sx{}, false
		}
	}
	switch sig {
	case "numeric_add(numeric,numeric)", "numeric_sub(numeric,numeric)":
		return p.decimalSum(sig[8:11], a)
	case "numeric_mul(numeric,numeric)":
		if q := a[0].p + a[1].p; q <= 38 {
			if q > 18 && a[0].p <= 18 { // DuckDB stays in 64 bits when both operands do
				a[0] = p.toDecimal(a[0], 19, a[0].s)
			}
			return decimal(paren(a[0].text+" * "+a[1].text), q, a[0].s+a[1].s), true
		}
	case "numeric_uminus(numeric)":
		return decimal("(-"+a[0].text+")", a[0].p, a[0].s), true
	case "numeric_uplus(numeric)":
		return a[0], true
	case "abs(numeric)", "numeric_abs(numeric)":
		return decimal("abs("+a[0].text+")", a[0].p, a[0].s), true
	case "round(numeric,int4)":
		return p.decimalRound(c, a[0])
	}
	if op, ok := numericComparisons[sig]; ok {
		return p.decimalCompare(op, a)
	}
	return sx{}, false
}

var numericComparisons = map[string]string{
	"numeric_eq(numeric,numeric)": "=", "numeric_ne(numeric,numeric)": "<>", "numeric_lt(numeric,numeric)": "<",
	"numeric_le(numeric,numeric)": "<=", "numeric_gt(numeric,numeric)": ">", "numeric_ge(numeric,numeric)": ">=",
}

func decimal(text string, q, s int32) sx {
	return sx{text: "CAST(" + text + " AS DECIMAL(" + itoa(q) + "," + itoa(s) + "))", oid: numericOID, p: q, s: s}
}

// common is the DECIMAL that holds both operands.
func common(a, b sx) (q, s int32) {
	s = max(a.s, b.s)
	return max(a.p-a.s, b.p-b.s) + s, s
}

func (p *duck) decimalSum(op string, a []sx) (sx, bool) {
	q, s := common(a[0], a[1])
	if q++; q > 38 {
		return sx{}, false
	}
	sign := map[string]string{"add": " + ", "sub": " - "}[op]
	return decimal(paren(p.toDecimal(a[0], q, s).text+sign+p.toDecimal(a[1], q, s).text), q, s), true
}

func (p *duck) decimalCompare(op string, a []sx) (sx, bool) {
	q, s := common(a[0], a[1])
	if q > 38 {
		return sx{}, false
	}
	return sx{text: paren(p.toDecimal(a[0], q, s).text + " " + op + " " + p.toDecimal(a[1], q, s).text), oid: pgcat.Bool}, true
}

// decimalRound is round(x, n) with a constant n: a cast rounds as PostgreSQL does, and the display scale is n.
func (p *duck) decimalRound(c *plan.Call, x sx) (sx, bool) {
	n, ok := intConst(c.Args[1])
	if !ok || n < 0 || n > 38 {
		return sx{}, false
	}
	s := int32(n)
	q := x.p - x.s + s + 1
	if q > 38 {
		return sx{}, false
	}
	return p.toDecimal(x, max(q, 1), s), true
}

// needsKey reports whether equal values of x may be written differently in the workspace, so that comparing, grouping
// and ordering go through a key.
func needsKey(x sx) bool {
	switch x.oid {
	case numericOID:
		return x.p == 0
	case pgcat.Bpchar, pgcat.TimeTZ, pgcat.Interval, pgcat.JSONB, numericArrayOID:
		return true
	}
	return false
}

// key is what x is compared, grouped and ordered by.
func (p *duck) key(x sx, at int) string {
	switch {
	case !needsKey(x):
		return x.text
	case x.oid == pgcat.Bpchar:
		return "rtrim(" + x.text + ", ' ')"
	case x.oid == pgcat.TimeTZ: // the instant, then the zone from east to west
		return "((epoch_us(" + x.text + `."time") - ` + x.text + `."offset"::BIGINT * 1000000) * 262144 - ` + x.text + `."offset")`
	case x.oid == pgcat.Interval && x.null:
		return "NULL::HUGEINT"
	case x.oid == pgcat.Interval: // its length in microseconds, months of 30 days
		part := func(of string) string { return "date_part('" + of + "'," + x.text + ")" }
		return "((((" + part("year") + " * 12 + " + part("month") + ") * 30 + " + part("day") + ") * 24 + " + part("hour") + ")::HUGEINT * 3600000000 + " +
			part("minute") + " * 60000000 + " + part("microsecond") + ")"
	case x.oid == numericOID, x.oid == pgcat.JSONB:
		return p.udf(Func{Kind: SortKeyFunc, Result: pgcat.Text, Mod: -1, At: at}, []sx{x}).text
	}
	p.unsupported(at, "comparing values of type %s here", typeName(x.oid))
	return x.text
}

func typeName(oid uint32) string {
	if t, ok := pgcat.TypeByOID(oid); ok {
		return t.Name
	}
	return strconv.Itoa(int(oid))
}

// udf calls a function over datum; numerics cross as text, and the function's argument types are the operands'.
func (p *duck) udf(f Func, args []sx) sx {
	texts, oids := make([]string, len(args)), make([]uint32, len(args))
	for i, a := range args {
		oids[i] = a.oid
		if a.oid == numericOID {
			a = p.asText(a)
		}
		texts[i] = a.text
	}
	return p.udfOver(f, oids, strings.Join(texts, ", "))
}

// udfOver names a function by all that it is, so that a worker may meet it again, behind a word that a reader of EXPLAIN knows.
func (p *duck) udfOver(f Func, oids []uint32, operands string) sx {
	f.Args = oids
	h := fnv.New64a()
	fmt.Fprint(h, f)
	f.Name = "waggle_" + f.word() + "_" + strconv.FormatUint(h.Sum64(), 36)
	if !p.names[f.Name] {
		p.names[f.Name] = true
		p.funcs = append(p.funcs, f)
	}
	return sx{text: p.count(f.Name + paren(operands)), oid: f.Result}
}

// word is PostgreSQL's name of what the function computes.
func (f *Func) word() string {
	switch f.Kind {
	case CastFunc:
		return "cast_" + typeName(f.Result)
	case SortKeyFunc:
		return "sort_key"
	case SeriesFunc:
		return "generate_series"
	case RowFunc:
		return "row"
	}
	if p, ok := pgcat.ProcByOID(f.Proc); ok {
		return p.Name
	}
	return "call"
}
