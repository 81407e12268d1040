package dialect

import (
	"strings"

	"github.com/waggle-sql/waggle/planner/plan"
)

// node prints one operator; after it, p.cols says what its columns are.
func (p *postgres) node(n plan.Node) *sel {
	if !p.enter(-1) {
		return &sel{}
	}
	defer p.leave()
	switch n := n.(type) {
	case *plan.Scan:
		return p.scan(n)
	case *plan.Values:
		return p.values(n)
	case *plan.FuncScan:
		return p.funcScan(n)
	case *plan.Filter:
		s := p.open(p.node(n.Input))
		s.where = append(s.where, paren(p.expr(n.Cond)))
		return s
	case *plan.Project:
		return p.project(n)
	case *plan.ProjectSet:
		return p.projectSet(n)
	case *plan.Join:
		return p.join(n)
	case *plan.Aggregate:
		return p.aggregate(n)
	case *plan.Window:
		return p.window(n)
	case *plan.Sort:
		return p.sort(n)
	case *plan.Limit:
		return p.limit(n)
	case *plan.SetOp:
		return p.setOp(n)
	case *plan.Unique:
		return p.unique(n)
	case *plan.With:
		return p.with(n)
	case *plan.CTERef:
		return p.cteRef(n)
	}
	if _, ok := n.(*plan.Remote); ok {
		p.unsupported(-1, "a query over another source")
	}
	p.unsupported(-1, "this operator")
	return &sel{}
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
		p.set(s, n.Out[i], text, true)
	}
	return s
}

// project computes over a select that is not closed; an ORDER BY below stays, since it sorts by the input's columns.
func (p *postgres) project(n *plan.Project) *sel {
	s := p.node(n.Input)
	if s.closed() {
		s = p.wrap(s)
	}
	out := s.keep()
	texts, bare := make([]string, len(n.Exprs)), make([]bool, len(n.Exprs))
	own := map[plan.ColID]bool{}
	for _, id := range s.cols {
		own[id] = true
	}
	out.plain = out.from != ""
	for i, e := range n.Exprs {
		texts[i] = p.expr(e)
		if r, ok := e.(*plan.Ref); ok && own[r.ID] { // an outer query's column is none of this FROM
			bare[i] = p.cols[r.ID].bare
		}
		out.plain = out.plain && bare[i]
	}
	for i, c := range n.Out {
		p.set(out, c, texts[i], bare[i])
	}
	return out
}

// projectSet runs set-returning functions of a select list, which run before the order and the limit of other selects.
func (p *postgres) projectSet(n *plan.ProjectSet) *sel {
	s := p.node(n.Input)
	if s.closed() || len(s.order) > 0 {
		s = p.wrap(s)
	}
	out := s.keep()
	texts := make([]string, len(n.Exprs))
	for i, e := range n.Exprs {
		texts[i] = p.setExpr(e)
	}
	for i, c := range n.Out {
		p.set(out, c, texts[i], false)
	}
	out.plain = false
	return out
}

func (p *postgres) setExpr(e plan.Expr) string {
	if c, ok := e.(*plan.Call); ok && returnsSet(c.Proc) {
		return p.function(c)
	}
	return p.expr(e)
}

func (p *postgres) sort(n *plan.Sort) *sel {
	s := p.node(n.Input)
	if s.closed() || len(s.order) > 0 {
		s = p.wrap(s)
	}
	s.order = p.sortKeys(n.Keys)
	return s
}

// limit closes a select. WITH TIES needs the order in the same select.
func (p *postgres) limit(n *plan.Limit) *sel {
	s := p.node(n.Input)
	if s.tail != "" || s.distinct != "" && n.WithTies {
		s = p.wrap(s)
	}
	if n.WithTies && len(s.order) == 0 {
		p.unsupported(-1, "WITH TIES of this order")
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

func (p *postgres) sortKeys(keys []plan.SortKey) []string {
	var out []string
	for _, k := range keys {
		if _, ok := k.Expr.(*plan.Const); ok {
			continue
		}
		text := p.ordered(k.Expr)
		if k.Desc {
			text += " DESC"
		} else {
			text += " ASC"
		}
		if k.NullsFirst {
			text += " NULLS FIRST"
		} else {
			text += " NULLS LAST"
		}
		out = append(out, text)
	}
	return out
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
	var on []string
	for _, e := range n.On {
		if _, ok := e.(*plan.Const); !ok {
			on = append(on, p.ordered(e))
		}
	}
	s.order = p.sortKeys(n.Keys)
	if len(on) == 0 {
		s.tail = " LIMIT 1"
		return s
	}
	s.distinct = "DISTINCT ON (" + strings.Join(on, ", ") + ") "
	return s
}
