package dialect

import (
	"slices"
	"strconv"
	"strings"

	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/planner/plan"
)

// node prints one operator; after it, p.cols says what its columns are.
func (p *composer) node(n plan.Node) *sel {
	if !p.enter(-1) {
		return &sel{}
	}
	defer p.leave()
	if s, ok := p.own.operator(n); ok {
		return s
	}
	switch n := n.(type) {
	case *plan.Filter:
		s := p.open(p.node(n.Input))
		s.where = append(s.where, paren(p.own.value(n.Cond).text))
		return s
	case *plan.Project:
		return p.project(n)
	case *plan.Sort:
		s := p.node(n.Input)
		if s.closed() || len(s.order) > 0 {
			s = p.wrap(s)
		}
		s.order = p.sortKeys(n.Keys)
		return s
	case *plan.Join:
		return p.join(n)
	case *plan.SetOp:
		return p.setOp(n)
	case *plan.With:
		return p.with(n)
	case *plan.CTERef:
		return p.cteRef(n)
	case *plan.Remote:
		p.own.unsupported(-1, "a query over another source")
	default:
		p.own.unsupported(-1, "this operator")
	}
	return &sel{}
}

// project computes over a select that is not closed; an ORDER BY below stays, since it sorts by the input's columns.
func (p *composer) project(n *plan.Project) *sel {
	s := p.node(n.Input)
	if s.closed() {
		s = p.wrap(s)
	}
	out := s.keep()
	list, own := make([]sx, len(n.Exprs)), ownColumns(s)
	out.plain = out.from != ""
	for i, e := range n.Exprs {
		list[i] = p.own.value(e)
		r, ok := e.(*plan.Ref)
		list[i].plain = ok && own[r.ID] && list[i].plain // an outer query's column is none of this FROM
		out.plain = out.plain && list[i].plain
	}
	for i, c := range n.Out {
		p.set(out, c.ID, list[i])
	}
	return out
}

func ownColumns(s *sel) map[plan.ColID]bool {
	own := map[plan.ColID]bool{}
	for _, id := range s.cols {
		own[id] = true
	}
	return own
}

// sortKeys prints the keys of an ORDER BY; where NULLs stand is always said.
func (p *composer) sortKeys(keys []plan.SortKey) []string {
	var out []string
	for _, k := range keys {
		if _, ok := k.Expr.(*plan.Const); !ok {
			out = append(out, directed(p.own.ordered(k.Expr), k))
		}
	}
	return out
}

func directed(text string, k plan.SortKey) string {
	if k.Desc {
		text += " DESC"
	} else {
		text += " ASC"
	}
	if k.NullsFirst {
		return text + " NULLS FIRST"
	}
	return text + " NULLS LAST"
}

// firstOf keeps the first row in the order of a DISTINCT ON; on says by which values.
func (p *composer) firstOf(s *sel, n *plan.Unique, on func(string)) *sel {
	var values []string
	for _, e := range n.On {
		if _, ok := e.(*plan.Const); !ok {
			values = append(values, p.own.ordered(e))
		}
	}
	s.order = p.sortKeys(n.Keys)
	if len(values) == 0 {
		s.tail = " LIMIT 1"
		return s
	}
	on(strings.Join(values, ", "))
	return s
}

// projectSet runs set-returning functions of a select list, which run before the order and the limit of other selects.
func (p *composer) projectSet(n *plan.ProjectSet, item func(plan.Expr) sx) *sel {
	s := p.node(n.Input)
	if s.closed() || len(s.order) > 0 {
		s = p.wrap(s)
	}
	out := s.keep()
	list := make([]sx, len(n.Exprs))
	for i, e := range n.Exprs {
		list[i] = item(e)
		list[i].plain = false
	}
	for i, c := range n.Out {
		p.set(out, c.ID, list[i])
	}
	out.plain = false
	return out
}

// setOp prints UNION, INTERSECT or EXCEPT of the inputs' columns in order.
func (p *composer) setOp(n *plan.SetOp) *sel {
	left := p.arm(n.Left)
	right := p.arm(n.Right)
	reps := make([]sx, len(n.Out))
	for i, c := range n.Right.Cols() {
		reps[i] = p.cols[c.ID]
	}
	return p.aliased(paren(left)+setWord(n)+paren(right), n.Out, reps)
}

func setWord(n *plan.SetOp) string {
	op := map[plan.SetKind]string{plan.Union: " UNION ", plan.Intersect: " INTERSECT ", plan.Except: " EXCEPT "}[n.Kind]
	if n.All {
		op += "ALL "
	}
	return op
}

// aliased is a select from a query or a VALUES list whose columns get the names of out and are as reps says.
func (p *composer) aliased(query string, out []plan.Col, reps []sx) *sel {
	alias := p.alias("t")
	s := &sel{plain: true, from: paren(p.count(query)) + " AS " + alias + columnAliases(out)}
	for i, c := range out {
		x := sx{oid: c.Type.OID}
		if reps != nil {
			x = reps[i]
		}
		x.text, x.plain, x.null, x.raw = alias+"."+name(c.ID), true, false, ""
		p.set(s, c.ID, x)
	}
	return s
}

func columnAliases(out []plan.Col) string {
	if len(out) == 0 {
		return ""
	}
	names := make([]string, len(out))
	for i, c := range out {
		names[i] = name(c.ID)
	}
	return paren(strings.Join(names, ", "))
}

// arm prints a plan as a query with its columns in the node's order.
func (p *composer) arm(n plan.Node) string {
	return p.query(p.node(n), n)
}

// query prints the select of a plan with the plan's columns in order.
func (p *composer) query(s *sel, n plan.Node) string {
	if s.distinct != "" {
		s = p.wrap(s)
	}
	var items []string
	for _, c := range n.Cols() {
		items = append(items, p.cols[c.ID].text+" AS "+name(c.ID))
	}
	return p.count(s.render(items))
}

func (p *composer) with(n *plan.With) *sel {
	refs, recursive := countRefs(n), ""
	var parts []string
	for i := range n.CTEs {
		c := &n.CTEs[i]
		if c.Recursive {
			recursive = "RECURSIVE "
		}
		parts = append(parts, p.commonTable(c, refs[c.ID]))
	}
	s := p.node(n.Body)
	if s.with != "" {
		s = p.wrap(s)
	}
	s.with = "WITH " + recursive + strings.Join(parts, ", ") + " "
	return s
}

// commonTable prints one common table expression, computed once where it is read more than once.
func (p *composer) commonTable(c *plan.CTE, refs int) string {
	if p.common != nil {
		return p.common(c, refs)
	}
	info := &cte{name: "w" + strconv.Itoa(c.ID)}
	for _, col := range c.Cols {
		info.cols = append(info.cols, sx{oid: col.Type.OID})
	}
	p.ctes[c.ID] = info
	if op, ok := c.Plan.(*plan.SetOp); ok && c.Recursive && op.Kind == plan.Union && p.recursion != nil {
		return info.name + cteColumns(len(c.Cols)) + " AS " + paren(p.recursion(op))
	}
	if c.Recursive {
		p.own.unsupported(-1, "a recursive query")
	}
	text := p.table(c.Plan, info)
	head := info.name + cteColumns(len(info.cols)+len(info.parts))
	if refs > 1 {
		return head + p.once + paren(text)
	}
	return head + " AS " + paren(text)
}

// table prints a plan as the query of a common table expression: its columns in order, then their hidden parts.
func (p *composer) table(n plan.Node, info *cte) string {
	s := p.node(n)
	if s.distinct != "" {
		s = p.wrap(s)
	}
	var items, parts []string
	for i, col := range n.Cols() {
		x := p.cols[col.ID]
		info.cols[i] = x
		items = append(items, x.text+" AS "+name(col.ID))
		for _, part := range []plan.ColID{x.den, x.scale} {
			if part != 0 {
				parts = append(parts, p.cols[part].text+" AS "+name(part))
				info.parts = append(info.parts, part)
			}
		}
	}
	return p.count(s.render(append(items, parts...)))
}

func cteColumns(n int) string {
	if n == 0 {
		return ""
	}
	names := make([]string, n)
	for i := range names {
		names[i] = "x" + strconv.Itoa(i)
	}
	return paren(strings.Join(names, ", "))
}

func (p *composer) cteRef(n *plan.CTERef) *sel {
	info, ok := p.ctes[n.ID]
	if !ok || len(info.cols) != len(n.Out) {
		p.fail(pgerr.New(pgerr.FeatureNotSupported, "a reference to the common table expression %q stands without it", n.Name))
		return &sel{}
	}
	alias := p.alias("t")
	s := &sel{from: info.name + " AS " + alias, plain: true}
	for i, c := range n.Out {
		x := info.cols[i]
		x.text, x.plain, x.null, x.raw = alias+".x"+strconv.Itoa(i), true, false, ""
		for _, part := range []*plan.ColID{&x.den, &x.scale} {
			if at := slices.Index(info.parts, *part); at >= 0 {
				hidden := p.cols[*part]
				hidden.text, hidden.plain = alias+".x"+strconv.Itoa(len(info.cols)+at), true
				*part = p.hidden(hidden)
			}
		}
		p.set(s, c.ID, x)
	}
	return s
}
