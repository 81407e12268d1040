package dialect

import (
	"strings"

	"github.com/waggle-sql/waggle/planner/plan"
)

// operator prints what PostgreSQL says in its own way.
func (p *postgres) operator(n plan.Node) (*sel, bool) {
	switch n := n.(type) {
	case *plan.Scan:
		return p.scan(n), true
	case *plan.Values:
		return p.values(n), true
	case *plan.FuncScan:
		return p.funcScan(n), true
	case *plan.ProjectSet:
		return p.projectSet(n, p.setItem), true
	case *plan.Aggregate:
		return p.aggregate(n, func(a *plan.Agg) sx { return sx{text: p.agg(a, a.Base.At), oid: a.T.OID} }), true
	case *plan.Window:
		return p.window(n, func(f *plan.WindowFunc) sx { return sx{text: p.windowFunc(f), oid: f.Base.T.OID} }), true
	case *plan.Limit:
		return p.limitTo(n), true
	case *plan.Unique:
		return p.unique(n), true
	}
	return nil, false
}

// scan reads a table. A column declared as text is cast: at the source it may be of an enumeration or another type of its own.
func (p *postgres) scan(n *plan.Scan) *sel {
	alias := p.alias("t")
	s := &sel{from: pgObject(n.Table.Object) + " AS " + alias, plain: true}
	for i, f := range n.Fields {
		c := n.Table.Columns[f]
		text := alias + "." + ident(c.Physical)
		if textual(c.Type.OID) && c.Type.Mod < 0 {
			text = paren(text + "::" + p.typeName(c.Type))
		}
		if strings.HasPrefix(c.Collation, plan.Nondeterministic) { // equal is what is the same
			text = paren(text + ` COLLATE pg_catalog."C"`)
		}
		p.set(s, n.Out[i].ID, sx{text: text, oid: c.Type.OID, plain: true})
	}
	return s
}

func (p *postgres) setItem(e plan.Expr) sx {
	if c, ok := e.(*plan.Call); ok && returnsSet(c.Proc) {
		return sx{text: p.function(c), oid: e.Type().OID}
	}
	return p.value(e)
}

// limitTo closes a select. WITH TIES needs the order in the same select.
func (p *postgres) limitTo(n *plan.Limit) *sel {
	s := p.node(n.Input)
	if s.tail != "" || s.distinct != "" && n.WithTies {
		s = p.wrap(s)
	}
	if n.WithTies && len(s.order) == 0 {
		p.refuse(-1, "WITH TIES of this order")
	}
	if n.Offset != nil {
		s.tail += " OFFSET " + p.expr(n.Offset)
	}
	switch {
	case n.Count == nil && s.tail == "":
		s.tail = " LIMIT ALL"
	case n.Count == nil:
	case n.WithTies:
		s.tail += " FETCH FIRST " + paren(p.expr(n.Count)) + " ROWS WITH TIES"
	default:
		s.tail += " LIMIT " + p.expr(n.Count)
	}
	return s
}

// unique removes duplicates; DISTINCT ON keeps the first row in the order of its keys.
func (p *postgres) unique(n *plan.Unique) *sel {
	s := p.open(p.node(n.Input))
	if n.On == nil {
		if len(s.cols) == 0 {
			s.tail = " LIMIT 1"
			return s
		}
		s.distinct = "DISTINCT "
		return s
	}
	return p.firstOf(s, n, func(on string) { s.distinct = "DISTINCT ON (" + on + ") " })
}
