package dialect

import (
	"strings"

	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/planner/plan"
)

// aggregate groups. Keys and the arguments' columns come from a subselect, so that a group is always a bare column.
func (p *duck) aggregate(n *plan.Aggregate) *sel {
	s := p.open(p.node(n.Input))
	g, groups := p.grouped(s, n)
	out := g.keep()
	list := make([]sx, 0, len(n.Out))
	for i, x := range groups {
		list = append(list, p.groupColumn(x, n.Sets != nil && p.err == nil, n.Groups[i].Pos()))
	}
	for _, a := range n.Aggs {
		switch a := a.(type) {
		case *plan.Agg:
			list = append(list, p.agg(a, ""))
		case *plan.Grouping:
			list = append(list, p.grouping(a, groups))
		default:
			list = append(list, p.unsupported(a.Pos(), "this aggregate"))
		}
	}
	if p.err != nil {
		return out
	}
	for i, c := range n.Out {
		p.set(out, c.ID, list[i])
	}
	out.plain, out.group = false, p.groupBy(n, groups)
	if len(n.Aggs) == 0 && len(groups) == 0 {
		out.group = " HAVING count(*) >= 0" // one row
	}
	return out
}

// groupKey is one grouping expression: what is shown and what is grouped by, both bare columns.
type groupKey struct{ shown, key sx }

// grouped puts grouping expressions that are no bare columns into a subselect of their own.
func (p *duck) grouped(s *sel, n *plan.Aggregate) (*sel, []groupKey) {
	keys := make([]groupKey, len(n.Groups))
	simple := true
	for i, e := range n.Groups {
		x := p.expr(e)
		keys[i] = groupKey{x, x}
		simple = simple && x.plain && !needsKey(x)
	}
	if simple || p.err != nil {
		return s, keys
	}
	inner := s.keep()
	inner.cols, inner.texts = s.cols, s.texts
	var items []string
	for _, id := range s.cols {
		items = append(items, named(s.texts[id], id))
	}
	alias := p.alias("t")
	for i := range keys {
		x := keys[i].shown
		shown := p.alias("g")
		items = append(items, x.text+" AS "+shown)
		keys[i].shown.text, keys[i].shown.plain = alias+"."+shown, true
		keys[i].key = keys[i].shown
		if needsKey(x) {
			k := p.alias("g")
			items = append(items, p.key(x, n.Groups[i].Pos())+" AS "+k)
			keys[i].key = sx{text: alias + "." + k, oid: x.oid}
		}
	}
	w := &sel{from: paren(p.count(inner.render(items))) + " AS " + alias, plain: true}
	p.rename(w, s.cols, alias)
	return w, keys
}

// groupColumn shows a group; where equal values may be written differently, the first one's text.
func (p *duck) groupColumn(g groupKey, sets bool, at int) sx {
	x := g.shown
	if g.key.text == g.shown.text {
		return x
	}
	x.plain = false
	x.text = "first(" + g.shown.text + ")"
	if sets {
		x.text = "CASE WHEN GROUPING(" + g.key.text + ") = 0 THEN " + x.text + " END"
	}
	return x
}

func (p *duck) groupBy(n *plan.Aggregate, groups []groupKey) string {
	if n.Sets == nil {
		texts := make([]string, len(groups))
		for i, g := range groups {
			texts[i] = g.key.text
		}
		if len(texts) == 0 {
			return ""
		}
		return " GROUP BY " + strings.Join(texts, ", ")
	}
	sets := make([]string, len(n.Sets))
	for i, set := range n.Sets {
		texts := make([]string, len(set))
		for k, j := range set {
			texts[k] = groups[j].key.text
		}
		sets[i] = paren(strings.Join(texts, ", "))
	}
	return " GROUP BY GROUPING SETS (" + strings.Join(sets, ", ") + ")"
}

func (p *duck) grouping(a *plan.Grouping, groups []groupKey) sx {
	texts := make([]string, len(a.Groups))
	for i, g := range a.Groups {
		texts[i] = groups[g].key.text
	}
	return sx{text: "CAST(GROUPING(" + strings.Join(texts, ", ") + ") AS INTEGER)", oid: pgcat.Int4}
}

// aggCall is an aggregate being printed: its operands, and what follows the parentheses (FILTER, OVER).
type aggCall struct {
	a     *plan.Agg
	sig   string
	args  []sx
	order string
	after string
}

// agg prints an aggregate; over is the window's " OVER (…)", or "".
func (p *duck) agg(a *plan.Agg, over string) sx {
	c := &aggCall{a: a, sig: signatureOf(a.Proc, a.Name)}
	for _, e := range a.Args {
		c.args = append(c.args, p.expr(e))
	}
	if len(a.Order) > 0 && !a.Within {
		if keys := p.sortKeys(a.Order); len(keys) > 0 {
			c.order = " ORDER BY " + strings.Join(keys, ", ")
		}
	}
	if a.Filter != nil {
		c.after = " FILTER (WHERE " + p.expr(a.Filter).text + ")"
	}
	c.after += over
	x, ok := p.aggRule(c)
	if !ok {
		x = p.collected(c)
	}
	x.text = p.count(x.text)
	if x.oid == 0 {
		x.oid = a.T.OID
	}
	return x
}

// native is name([DISTINCT] args [ORDER BY …]) with what follows.
func (c *aggCall) native(name string, args ...string) string {
	distinct := ""
	if c.a.Distinct {
		distinct = "DISTINCT "
	}
	return name + paren(distinct+strings.Join(args, ", ")+c.order) + c.after
}

// sameAggs have DuckDB's name, and DuckDB's result after a cast to the type. key says that they compare values.
var sameAggs = map[string]string{
	"bool_and(bool)": "bool_and", "every(bool)": "bool_and", "bool_or(bool)": "bool_or",
	"sum(int2)": "sum", "sum(int4)": "sum",
	"stddev(float8)": "stddev_samp", "stddev_samp(float8)": "stddev_samp", "stddev_pop(float8)": "stddev_pop",
	"variance(float8)": "var_samp", "var_samp(float8)": "var_samp", "var_pop(float8)": "var_pop",
	"stddev(float4)": "stddev_samp", "stddev_samp(float4)": "stddev_samp", "stddev_pop(float4)": "stddev_pop",
	"variance(float4)": "var_samp", "var_samp(float4)": "var_samp", "var_pop(float4)": "var_pop",
	"covar_pop(float8,float8)": "covar_pop", "covar_samp(float8,float8)": "covar_samp", "regr_count(float8,float8)": "regr_count",
	"regr_avgx(float8,float8)": "regr_avgx", "regr_avgy(float8,float8)": "regr_avgy",
	"regr_sxx(float8,float8)": "regr_sxx", "regr_syy(float8,float8)": "regr_syy", "regr_sxy(float8,float8)": "regr_sxy",
	"bit_and(int2)": "bit_and", "bit_and(int4)": "bit_and", "bit_and(int8)": "bit_and",
	"bit_or(int2)": "bit_or", "bit_or(int4)": "bit_or", "bit_or(int8)": "bit_or",
	"bit_xor(int2)": "bit_xor", "bit_xor(int4)": "bit_xor", "bit_xor(int8)": "bit_xor",
}

// undefinedAggs are NULL in PostgreSQL where DuckDB answers NaN.
var undefinedAggs = map[string]string{
	"corr(float8,float8)": "corr", "regr_r2(float8,float8)": "regr_r2", "regr_slope(float8,float8)": "regr_slope",
	"regr_intercept(float8,float8)": "regr_intercept",
}

func (p *duck) aggRule(c *aggCall) (sx, bool) {
	if floatSums[c.sig] {
		return p.floatSum(c), true
	}
	if name, ok := sameAggs[c.sig]; ok {
		return sx{text: "CAST(" + c.native(name, texts(c.args)...) + " AS " + WorkspaceType(c.a.T.OID) + ")"}, true
	}
	if name, ok := undefinedAggs[c.sig]; ok {
		y := c.native(name, texts(c.args)...)
		return sx{text: "CASE WHEN NOT isnan(" + y + ") THEN " + y + " END"}, true
	}
	switch c.a.Name {
	case "count":
		return p.countOf(c), true
	case "sum":
		return p.sumOf(c)
	case "avg":
		return p.avgOf(c)
	case "min", "max":
		return p.extremeOf(c), true
	case "array_agg":
		return p.arrayAgg(c)
	case "string_agg":
		return p.stringAgg(c)
	case "any_value":
		return p.anyValue(c)
	case "percentile_cont", "percentile_disc":
		return p.percentile(c)
	}
	return sx{}, false
}

var floatSums = map[string]bool{"sum(float8)": true, "sum(float4)": true, "avg(float8)": true, "avg(float4)": true}

// floatSum adds floating-point numbers; an infinite sum of finite ones is an error.
func (p *duck) floatSum(c *aggCall) sx {
	x := c.args[0].text
	sum := c.native(c.a.Name, x)
	finite := *c
	finite.order = ""
	over := pgerr.New(pgerr.NumericOutOfRange, "value out of range: overflow").At(c.a.Base.At)
	return sx{text: "CAST(CASE WHEN isinf(" + sum + ") AND NOT " + finite.native("bool_or", "isinf("+x+")") + " THEN " + raise(over) + " ELSE " + sum +
		" END AS " + WorkspaceType(c.a.T.OID) + ")"}
}

func texts(args []sx) []string {
	t := make([]string, len(args))
	for i, a := range args {
		t[i] = a.text
	}
	return t
}

func (p *duck) countOf(c *aggCall) sx {
	if c.a.Star || len(c.args) == 0 {
		return sx{text: "count(*)" + c.after}
	}
	x := c.args[0].text
	if c.a.Distinct {
		x = p.key(c.args[0], c.a.Base.At)
	}
	c.order = ""
	return sx{text: c.native("count", x)}
}

// sumOf adds integers exactly into 38 digits, and DECIMALs; other numerics are added by datum.
func (p *duck) sumOf(c *aggCall) (sx, bool) {
	x := c.args[0]
	switch {
	case x.oid == pgcat.Int8:
		return decimal(c.native("sum", x.text), 38, 0), true
	case x.oid == numericOID && x.p > 0:
		return sx{text: "CAST(" + c.native("sum", x.text) + " AS DECIMAL(38," + itoa(x.s) + "))", p: 38, s: x.s, oid: numericOID}, true
	}
	return sx{}, false
}

// avgOf divides sum by count as PostgreSQL's numeric does.
func (p *duck) avgOf(c *aggCall) (sx, bool) {
	x := c.args[0]
	if x.oid != numericOID && integerDigits[x.oid] == 0 || x.oid == numericOID && x.p == 0 {
		return sx{}, false
	}
	proc, ok := pgcat.ProcBySignature("numeric_div(numeric,numeric)")
	if !ok || !datum.Has(proc.OID) {
		return sx{}, false
	}
	sum := sx{text: "CAST(" + c.native("sum", x.text) + " AS VARCHAR)", oid: numericOID}
	n := sx{text: "CAST(nullif(" + c.native("count", x.text) + ", 0) AS VARCHAR)", oid: numericOID}
	return p.udf(Func{Kind: CallFunc, Proc: proc.OID, Result: numericOID, Mod: -1, At: c.a.Base.At}, []sx{sum, n}), true
}

// extremeOf is min or max; where values compare by key, the value at the extreme key.
func (p *duck) extremeOf(c *aggCall) sx {
	x := c.args[0]
	c.order = ""
	if !needsKey(x) {
		x.text, x.plain = c.native(c.a.Name, x.text), false
		x.oid = c.a.T.OID
		return x
	}
	name := "arg_" + c.a.Name
	c2 := *c.a
	c2.Distinct = false
	d := &aggCall{a: &c2, after: c.after}
	x.text, x.plain = d.native(name, x.text, p.key(x, c.a.Base.At)), false
	return x
}

func (p *duck) arrayAgg(c *aggCall) (sx, bool) {
	if _, nested := ElementOID(c.args[0].oid); nested || c.a.Distinct && (needsKey(c.args[0]) || c.args[0].oid == numericOID) {
		return sx{}, false
	}
	if c.a.Distinct && c.order == "" {
		c.order = " ORDER BY " + c.args[0].text + " ASC NULLS LAST"
	}
	return sx{text: "CAST(" + c.native("list", p.asElement(c.args[0], c.args[0].oid)) + " AS " + WorkspaceType(c.a.T.OID) + ")"}, true
}

// stringAgg needs a constant separator; DISTINCT without an order comes sorted, as PostgreSQL does it.
func (p *duck) stringAgg(c *aggCall) (sx, bool) {
	if len(c.args) != 2 || c.args[0].oid == pgcat.Bytea {
		return sx{}, false
	}
	separator, ok := textConst(c.a.Args[1])
	if !ok {
		return sx{}, false
	}
	if c.a.Distinct && c.order == "" {
		c.order = " ORDER BY " + c.args[0].text + " ASC NULLS LAST"
	}
	return sx{text: c.native("string_agg", c.args[0].text, quote(separator))}, true
}

func (p *duck) anyValue(c *aggCall) (sx, bool) {
	x := c.args[0]
	x.text, x.plain = c.native("any_value", x.text), false
	return x, true
}

// percentile says percentile_cont over float8 and percentile_disc over what compares natively, for a constant fraction.
func (p *duck) percentile(c *aggCall) (sx, bool) {
	k, ok := c.a.Args[0].(*plan.Const)
	if !ok || len(c.args) != 2 || len(c.a.Order) > 1 {
		return sx{}, false
	}
	f, ok := k.Value.(datum.Float)
	if !ok || f < 0 || f > 1 || needsKey(c.args[1]) {
		return sx{}, false
	}
	if c.a.Name == "percentile_cont" && c.args[1].oid != pgcat.Float8 {
		return sx{}, false
	}
	desc := ""
	if len(c.a.Order) == 1 && c.a.Order[0].Desc {
		desc = " DESC"
	}
	x := c.args[1]
	x.text = c.a.Name + paren(c.args[0].text) + " WITHIN GROUP (ORDER BY " + x.text + desc + ")" + c.after
	x.plain = false
	return x, true
}

// collected gathers the rows of a group into a list and lets datum compute.
func (p *duck) collected(c *aggCall) sx {
	at := c.a.Base.At
	if !datum.AggHas(c.a.Proc) {
		return p.unsupported(at, "aggregate %s", c.sig)
	}
	if keys := p.sortKeys(c.a.Order); c.a.Within && len(keys) > 0 {
		c.order = " ORDER BY " + strings.Join(keys, ", ")
	}
	fields := make([]string, len(c.args))
	for i, a := range c.args {
		if a.oid == numericOID {
			a = p.asText(a)
		}
		fields[i] = "a" + itoa(int32(i)) + ": " + a.text
	}
	f := Func{Kind: AggFunc, Proc: c.a.Proc, Result: c.a.T.OID, Mod: -1, At: at}
	if c.a.Distinct {
		f.Kind = DistinctFunc
		if c.order == "" {
			f.Kind = SortedFunc
		}
	}
	all := *c.a
	all.Distinct = false
	c.a = &all
	list := c.native("list", "{"+strings.Join(fields, ", ")+"}")
	oids := make([]uint32, len(c.args))
	for i, a := range c.args {
		oids[i] = a.oid
	}
	return p.udfOver(f, oids, list)
}
