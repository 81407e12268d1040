package dialect

import (
	"strconv"
	"strings"

	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/planner/plan"
)

// operator prints what DuckDB says in its own way.
func (p *duck) operator(n plan.Node) (*sel, bool) {
	switch n := n.(type) {
	case *plan.Remote:
		return p.remote(n), true
	case *plan.Values:
		return p.values(n), true
	case *plan.FuncScan:
		return p.funcScan(n), true
	case *plan.Filter:
		s := p.open(p.node(n.Input))
		s.where = append(s.where, p.conjuncts(n.Cond)...)
		return s, true
	case *plan.ProjectSet:
		return p.projectSet(n, p.setItem), true
	case *plan.Join:
		return p.join(n)
	case *plan.Aggregate:
		return p.aggregate(n), true
	case *plan.Window:
		return p.window(n, p.windowFunc), true
	case *plan.Limit:
		return p.limitTo(n), true
	case *plan.SetOp:
		return p.setOp(n), true
	case *plan.Unique:
		return p.unique(n), true
	case *plan.Scan:
		p.fail(pgerr.New(pgerr.Internal, "a table of connection %q reached the workspace unread", n.Table.Connection))
		return &sel{}, true
	}
	return nil, false
}

// conjuncts prints the arguments of a top-level AND, which DuckDB's WHERE tests in order.
func (p *duck) conjuncts(e plan.Expr) []string {
	and, ok := e.(*plan.And)
	if !ok {
		return []string{p.condition(e)}
	}
	var out []string
	for _, a := range and.Args {
		out = append(out, p.condition(a))
	}
	return out
}

// condition prints a boolean that stands beside AND.
func (p *duck) condition(e plan.Expr) string { return paren(p.expr(e).text) }

func (p *duck) remote(n *plan.Remote) *sel {
	table, ok := p.tables[n.ID]
	if !ok {
		p.fail(pgerr.New(pgerr.Internal, "fragment %d has no table", n.ID))
	}
	alias := p.alias("t")
	s := &sel{from: `"` + table + `" AS ` + alias, plain: true}
	for _, c := range n.Cols() {
		x := typed(alias+"."+name(c.ID), c.Type)
		x.plain = true
		p.set(s, c.ID, x)
	}
	return s
}

// typed is a value as it arrives in a batch of plan.ArrowType.
func typed(text string, t plan.Type) sx {
	x := sx{text: text, oid: t.OID}
	if q, s, ok := decimalOf(t); ok && t.OID == numericOID {
		x.p, x.s = q, s
	}
	if t.OID == bpcharOID && t.Mod > 4 {
		x.pad = t.Mod - 4
	}
	if t.OID == numericArrayOID {
		x.text = "CAST(" + text + " AS VARCHAR[])"
	}
	return x
}

func (p *duck) limitTo(n *plan.Limit) *sel {
	if n.WithTies {
		return p.withTies(n)
	}
	s := p.node(n.Input)
	if s.tail != "" {
		s = p.wrap(s)
	}
	if n.Count != nil {
		if c := p.bound(n.Count, pgerr.InvalidLimit, "LIMIT"); c != "" {
			s.tail += " LIMIT " + c
		}
	}
	if n.Offset != nil {
		if c := p.bound(n.Offset, pgerr.InvalidOffset, "OFFSET"); c != "" {
			s.tail += " OFFSET " + c
		}
	}
	return s
}

// bound prints a LIMIT or OFFSET; NULL means none.
func (p *duck) bound(e plan.Expr, code, what string) string {
	if c, ok := e.(*plan.Const); ok {
		if c.Value == nil {
			return ""
		}
		v, ok := c.Value.(datum.Int)
		if !ok {
			p.unsupported(e.Pos(), "%s of this type", what)
		}
		if v < 0 {
			p.fail(pgerr.New(code, "%s must not be negative", what).At(e.Pos()))
		}
		return strconv.FormatInt(int64(v), 10)
	}
	x := p.expr(e)
	negative := pgerr.New(code, "%s must not be negative", what).At(e.Pos())
	return "(SELECT CASE WHEN " + x.text + " < 0 THEN " + raise(negative) + " ELSE " + x.text + " END)"
}

// withTies passes the rows whose rank is within the count: the last one's peers included.
func (p *duck) withTies(n *plan.Limit) *sel {
	in, ok := n.Input.(*plan.Sort)
	if !ok {
		p.fail(pgerr.New(pgerr.Internal, "WITH TIES without an order"))
		return &sel{}
	}
	s := p.open(p.node(in.Input))
	order := strings.Join(p.sortKeys(in.Keys), ", ")
	rank, row := p.alias("k"), p.alias("k")
	items := []string{"rank() OVER (ORDER BY " + order + ") AS " + rank, "row_number() OVER (ORDER BY " + order + ") AS " + row}
	for _, id := range s.cols {
		items = append(items, named(s.texts[id], id))
	}
	alias := p.alias("t")
	w := &sel{from: paren(s.render(items)) + " AS " + alias, plain: true, order: []string{alias + "." + row}}
	p.rename(w, s.cols, alias)
	offset := "0"
	if n.Offset != nil {
		if o := p.bound(n.Offset, pgerr.InvalidOffset, "OFFSET"); o != "" {
			offset = o
			w.where = append(w.where, alias+"."+row+" > "+o)
		}
	}
	if c := p.bound(n.Count, pgerr.InvalidLimit, "LIMIT"); c != "" {
		w.where = append(w.where, alias+"."+rank+" <= "+c+"::HUGEINT + "+offset)
	}
	w.tail = " " // closed: a filter above must not change what was counted
	return w
}

// unique removes duplicates; DISTINCT ON keeps the first row in the order of its keys.
func (p *duck) unique(n *plan.Unique) *sel {
	s := p.open(p.node(n.Input))
	if n.On == nil {
		return p.distinct(s)
	}
	return p.firstOf(s, n, func(on string) { s.distinct = "DISTINCT ON (" + on + ") " })
}

// distinct is SELECT DISTINCT, or a grouping by keys where equal values may differ in text.
func (p *duck) distinct(s *sel) *sel {
	keyed := false
	for _, id := range s.cols {
		keyed = keyed || needsKey(p.cols[id])
	}
	if !keyed {
		s.distinct = "DISTINCT "
		return s
	}
	s = p.open(s)
	out := s.keep()
	var group []string
	for _, id := range s.cols {
		x := p.cols[id]
		group = append(group, p.key(x, -1))
		x.text, x.plain = "first("+x.text+")", false
		p.set(out, id, x)
	}
	out.plain, out.group = false, " GROUP BY "+strings.Join(group, ", ")
	return out
}
