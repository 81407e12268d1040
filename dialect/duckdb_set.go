package dialect

import (
	"strconv"
	"strings"

	"github.com/waggle-sql/waggle/planner/plan"
)

// setOp prints UNION, INTERSECT or EXCEPT over branches whose columns have one representation.
func (p *duck) setOp(n *plan.SetOp) *sel {
	left := p.branch(p.node(n.Left), n.Left)
	right := p.branch(p.node(n.Right), n.Right)
	reps, keyed := make([]sx, len(n.Out)), false
	for i := range n.Out {
		reps[i] = p.unify(p.cols[left.cols[i]], p.cols[right.cols[i]])
		reps[i].oid = n.Out[i].Type.OID
		keyed = keyed || needsKey(reps[i])
	}
	op := map[plan.SetKind]string{plan.Union: " UNION", plan.Intersect: " INTERSECT", plan.Except: " EXCEPT"}[n.Kind]
	group := keyed && !n.All && n.Kind == plan.Union
	if keyed && n.Kind != plan.Union {
		p.unsupported(-1, "%s of columns whose equal values may be written differently", strings.TrimSpace(op))
	}
	if n.All || group {
		op += " ALL"
	}
	alias := p.alias("t")
	s := &sel{plain: true}
	s.from = paren(p.aligned(left, reps, n.Out)+op+" "+p.aligned(right, reps, n.Out)) + " AS " + alias
	for i, c := range n.Out {
		x := reps[i]
		x.text, x.plain = alias+"."+name(c.ID), true
		p.set(s, c.ID, x)
	}
	if group {
		return p.distinct(s)
	}
	return s
}

// branch brings the columns into the node's order.
func (p *duck) branch(s *sel, n plan.Node) *sel {
	cols := n.Cols()
	same := len(cols) == len(s.cols)
	for i := range cols {
		same = same && s.cols[i] == cols[i].ID
	}
	if same {
		return s
	}
	out := s.keep()
	for _, c := range cols {
		x := p.cols[c.ID]
		x.text = s.texts[c.ID]
		p.set(out, c.ID, x)
	}
	return out
}

// aligned prints a branch with its columns cast to one representation and named as the result's.
func (p *duck) aligned(s *sel, reps []sx, out []plan.Col) string {
	if s.distinct != "" || len(s.order) > 0 && s.tail == "" {
		s = p.wrap(s)
	}
	items := make([]string, len(reps))
	for i, id := range s.cols {
		x := p.cols[id]
		x.text = s.texts[id]
		items[i] = p.convert(x, reps[i]).text + " AS " + name(out[i].ID)
	}
	return paren(p.count(s.render(items)))
}

// unify is the representation that holds both: one DECIMAL for two of them when it fits, else text.
func (p *duck) unify(a, b sx) sx {
	if a.oid == bpcharOID && (a.pad == b.pad || a.null || b.null) {
		return sx{oid: a.oid, pad: max(a.pad, b.pad)}
	}
	if a.oid != numericOID {
		return sx{oid: a.oid}
	}
	switch {
	case a.null:
		return sx{oid: a.oid, p: b.p, s: b.s}
	case b.null:
		return sx{oid: a.oid, p: a.p, s: a.s}
	}
	if a.p == 0 || b.p == 0 || a.s != b.s {
		return sx{oid: a.oid}
	}
	return sx{oid: a.oid, p: max(a.p, b.p), s: a.s}
}

// convert brings x to the representation of r; its type stays.
func (p *duck) convert(x, r sx) sx {
	if x.oid == numericOID || r.oid == numericOID {
		if r.p > 0 {
			return p.toDecimal(x, r.p, r.s)
		}
		return p.asText(x)
	}
	if x.oid == bpcharOID && x.pad != r.pad {
		x.text = padded(x)
	}
	x.text = "CAST(" + x.text + " AS " + WorkspaceType(r.oid) + ")"
	return x
}

// ownTable prints a common table expression with the representation of its columns.
func (p *duck) ownTable(c *plan.CTE, refs int) string {
	info := &cte{name: "w" + strconv.Itoa(c.ID)}
	p.ctes[c.ID] = info
	names := make([]string, len(c.Cols))
	for i := range names {
		names[i] = "x" + strconv.Itoa(i)
	}
	head := info.name + "(" + strings.Join(names, ", ") + ") AS "
	if c.Recursive {
		if op, ok := c.Plan.(*plan.SetOp); ok {
			return head + paren(p.recursive(info, op))
		}
	}
	s := p.branch(p.node(c.Plan), c.Plan)
	for _, id := range s.cols {
		info.cols = append(info.cols, p.cols[id])
	}
	if refs > 1 {
		head += "MATERIALIZED "
	}
	if len(s.cols) == 0 {
		return info.name + " AS " + paren(s.sql())
	}
	return head + paren(p.count(s.sql()))
}

// recursive prints both terms with the representation that the columns' types alone decide.
func (p *duck) recursive(info *cte, op *plan.SetOp) string {
	reps := make([]sx, len(op.Out))
	for i, c := range op.Out {
		reps[i] = typed("", c.Type)
		reps[i].text = ""
		if needsKey(reps[i]) && !op.All {
			p.unsupported(-1, "UNION in a recursive query over columns whose equal values may be written differently")
		}
	}
	info.cols = reps
	left := p.branch(p.node(op.Left), op.Left)
	text := p.aligned(left, reps, op.Out)
	right := p.branch(p.node(op.Right), op.Right)
	word := " UNION "
	if op.All {
		word = " UNION ALL "
	}
	return text + word + p.aligned(right, reps, op.Out)
}

// countRefs counts how often each common table expression is read, subqueries included.
func countRefs(n plan.Node) map[int]int {
	refs := map[int]int{}
	var visit func(plan.Node)
	visit = func(n plan.Node) {
		if r, ok := n.(*plan.CTERef); ok {
			refs[r.ID]++
		}
		for _, in := range n.Inputs() {
			visit(in)
		}
	}
	visit(n)
	plan.Walk(n, func(e plan.Expr) {
		if s, ok := e.(*plan.Subquery); ok {
			visit(s.Plan)
		}
	})
	return refs
}
