package dialect

import (
	"strconv"
	"strings"

	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/planner/plan"
)

func (p *warehouse) groupOf(n *plan.Aggregate) *sel {
	if n.Sets == nil && len(n.Groups) == 0 && len(n.Aggs) == 0 {
		p.unsupported(-1, "a grouping without keys and aggregates")
	}
	s := p.aggregate(n, func(a *plan.Agg) sx { return p.agg(a, "") })
	for i, c := range n.Out[:len(n.Groups)] {
		p.comparable(p.cols[c.ID], n.Groups[i].Pos())
	}
	return s
}

// aggRule says one aggregate; over is the window's " OVER (…)", or "".
type aggRule func(p *warehouse, c *aggregateCall) (sx, bool)

// aggregateCall is an aggregate being printed: its operands are NULL in rows that FILTER leaves out.
type aggregateCall struct {
	a    *plan.Agg
	args []sx
	cond string // of FILTER, "" for none
	over string
}

// warehouseAggs are the aggregates that warehouses say alike. Those whose result depends on the digits of floating-point
// arithmetic are missing.
func warehouseAggs() map[string]aggRule {
	t := map[string]aggRule{
		"count()": countRows, "count(any)": countValues,
		"sum(int2)": integerSum, "sum(int4)": integerSum, "sum(numeric)": numberSum,
		"avg(int2)": numberAverage, "avg(int4)": numberAverage, "avg(int8)": numberAverage, "avg(numeric)": numberAverage,
		"sum(float8)": aggOf("SUM"), "avg(float8)": aggOf("AVG"),
		"string_agg(text,text)": listAgg,
		"any_value(anyelement)": anyValue,
	}
	for _, name := range []string{"int2", "int4", "int8", "numeric", "float8", "text", "bpchar", "date", "time", "timestamp", "timestamptz"} {
		t["min("+name+")"], t["max("+name+")"] = extreme("MIN"), extreme("MAX")
	}
	return t
}

// agg prints an aggregate.
func (p *warehouse) agg(a *plan.Agg, over string) sx {
	sig := signatureOf(a.Proc, a.Name)
	f, ok := p.lang.aggs[sig]
	if !ok {
		return p.unsupported(a.Base.At, "aggregate %s", sig)
	}
	c := &aggregateCall{a: a, args: p.exprs(a.Args), over: over}
	if !p.divided(c.args, a.Base.At) {
		return sx{text: "NULL"}
	}
	if a.Filter != nil {
		c.cond = p.expr(a.Filter).text
		if len(c.args) > 0 {
			last := &c.args[a.Direct]
			last.text, last.plain, last.raw = p.iff(c.cond, last.text, "NULL"), false, ""
		}
	}
	if a.Distinct {
		for _, x := range c.args {
			p.comparable(x, a.Base.At)
		}
	}
	x, ok := f(p, c)
	if !ok {
		return p.unsupported(a.Base.At, "this use of aggregate %s", sig)
	}
	x.text, x.oid, x.plain, x.raw, x.null = p.count(x.text), a.T.OID, false, "", false
	return x
}

// called is name([DISTINCT] first operand) with what follows.
func (c *aggregateCall) called(name string) string {
	distinct := ""
	if c.a.Distinct {
		distinct = "DISTINCT "
	}
	return name + paren(distinct+c.args[0].text) + c.over
}

func aggOf(name string) aggRule {
	return func(_ *warehouse, c *aggregateCall) (sx, bool) { return sx{text: c.called(name)}, true }
}

func countRows(_ *warehouse, c *aggregateCall) (sx, bool) {
	if c.cond != "" {
		return sx{text: "COUNT_IF(" + c.cond + ")" + c.over, p: 38, mag: widest[pgcat.Int8]}, true
	}
	return sx{text: "COUNT(*)" + c.over, p: 38, mag: widest[pgcat.Int8]}, true
}

func countValues(_ *warehouse, c *aggregateCall) (sx, bool) {
	return sx{text: c.called("COUNT"), p: 38, mag: widest[pgcat.Int8]}, true
}

// integerSum is a bigint, which would take more than 2^32 rows to overflow.
func integerSum(_ *warehouse, c *aggregateCall) (sx, bool) {
	return sx{text: c.called("SUM"), p: 38, mag: widest[pgcat.Int8]}, true
}

// numberSum has 38 digits and the display scale of its operands, the greatest one where they differ.
func numberSum(p *warehouse, c *aggregateCall) (sx, bool) {
	x := c.args[0]
	out := sx{text: c.called("SUM"), p: x.p, s: x.s, loose: x.loose}
	if x.p > 0 {
		out.p = min(38, x.p+10)
	}
	if x.scale != 0 {
		out.loose = c.a.Distinct
		if !out.loose {
			out.scale = p.hidden(sx{text: "MAX(" + p.iff(x.text+" IS NOT NULL", p.scaleOf(x), "NULL") + ")" + c.over, oid: pgcat.Int4})
		}
	}
	return out, true
}

// numberAverage is a sum and a count, divided by who finishes.
func numberAverage(p *warehouse, c *aggregateCall) (sx, bool) {
	count := sx{text: c.called("COUNT"), oid: pgcat.Numeric, p: 38}
	if oid := c.args[0].oid; widest[oid] > 0 {
		c.args[0] = p.lang.whole(c.args[0], oid)
	}
	x := c.args[0]
	if x.p == 0 || x.loose {
		return sx{}, false
	}
	return sx{text: c.called("SUM"), p: 38, s: x.s, den: p.hidden(count), positive: true}, true
}

// extreme is MIN or MAX. Among equal numbers of several display scales it shows any.
func extreme(name string) aggRule {
	return func(p *warehouse, c *aggregateCall) (sx, bool) {
		x := c.args[0]
		p.comparable(x, c.a.Base.At)
		x.text = c.called(name)
		if x.scale != 0 {
			x.scale, x.loose = 0, true
		}
		return x, true
	}
}

// anyValue is one value that is not NULL: the least.
func anyValue(p *warehouse, c *aggregateCall) (sx, bool) {
	if c.args[0].oid == pgcat.Bool || c.args[0].oid == pgcat.Bytea {
		return sx{}, false
	}
	return extreme("MIN")(p, c)
}

// listAgg is LISTAGG, which is empty where PostgreSQL's is NULL. One text twice needs the order of its own.
func listAgg(p *warehouse, c *aggregateCall) (sx, bool) {
	separator, ok := textConst(c.a.Args[1])
	if !ok || c.over != "" || c.a.Distinct && len(c.a.Order) > 1 {
		return sx{}, false
	}
	x, order := c.args[0].text, p.sortKeys(c.a.Order)
	if c.a.Distinct {
		if len(order) == 1 && p.expr(c.a.Order[0].Expr).text != p.expr(c.a.Args[0]).text {
			return sx{}, false
		}
		key := plan.SortKey{}
		if len(order) == 1 {
			key = c.a.Order[0]
		}
		order = []string{directed(x, key)}
	}
	list := c.called("LISTAGG")
	literal := p.lang.quote(separator)
	if p.mask {
		literal = "$"
	}
	list = strings.TrimSuffix(list, ")") + ", " + literal + ")"
	if len(order) > 0 {
		list += " WITHIN GROUP (ORDER BY " + strings.Join(order, ", ") + ")"
	}
	return sx{text: p.iff("COUNT("+x+") = 0", "NULL", list)}, true
}

// percentileDisc takes one of the values: the first whose share of rows reaches a constant fraction.
func percentileDisc(p *warehouse, c *aggregateCall) (sx, bool) {
	x, ok := c.args[len(c.args)-1], len(c.args) == 2
	if !ok || x.scale != 0 || x.loose || !numberTypes[x.oid] {
		return sx{}, false
	}
	text, ok := p.within(c, "PERCENTILE_DISC", x.text)
	x.text = text
	return x, ok
}

// within is an aggregate of a constant fraction over values in order.
func (p *warehouse) within(c *aggregateCall, name, values string) (string, bool) {
	k, ok := c.a.Args[0].(*plan.Const)
	if !ok || len(c.a.Order) > 1 || c.over != "" || c.cond != "" {
		return "", false
	}
	f, ok := k.Value.(datum.Float)
	if !ok || f < 0 || f > 1 {
		return "", false
	}
	fraction, desc := strconv.FormatFloat(float64(f), 'f', -1, 64), ""
	if p.mask {
		fraction = "$"
	}
	if len(c.a.Order) == 1 && c.a.Order[0].Desc {
		desc = " DESC"
	}
	return name + paren(fraction) + " WITHIN GROUP (ORDER BY " + values + desc + ")", true
}

var numberTypes = map[uint32]bool{pgcat.Int2: true, pgcat.Int4: true, pgcat.Int8: true, pgcat.Numeric: true, pgcat.Float8: true}
