package bind

import (
	pg "github.com/pganalyze/pg_query_go/v6"

	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/planner/plan"
)

// cte is a common table expression. Its cols are known once it, or the first term of a recursive one, is bound.
type cte struct {
	id        int
	name      string
	node      plan.Node
	cols      []plan.Col
	origins   []plan.Origin
	recursive bool
	refs      int
	lastRef   int  // where the last reference stands
	pending   bool // its own text is being bound and it has no columns yet
}

// cteFrame is what WITH makes visible, inner frames first.
type cteFrame struct {
	up        *cteFrame
	list      []*cte
	recursive bool
	later     []string // names of later ones in the same WITH, for the hint of errors
}

func findCTE(f *cteFrame, name string) *cte {
	for ; f != nil; f = f.up {
		for i := len(f.list) - 1; i >= 0; i-- {
			if f.list[i].name == name {
				return f.list[i]
			}
		}
	}
	return nil
}

// with binds the common table expressions of a WITH into the scope's frame.
func (b *binder) with(s *scope, n *pg.WithClause) []*cte {
	frame := &cteFrame{up: s.ctes, recursive: n.Recursive}
	s.ctes = frame
	seen := map[string]bool{}
	for _, x := range n.Ctes {
		c := x.GetCommonTableExpr()
		if seen[c.Ctename] {
			b.fail(pgerr.New(pgerr.DuplicateAlias, "WITH query name \"%s\" specified more than once", c.Ctename), b.at(c.Location))
		}
		seen[c.Ctename] = true
		frame.later = append(frame.later, c.Ctename)
		if c.Ctequery.GetSelectStmt() == nil {
			b.fail(pgerr.New(pgerr.ReadOnlyTransaction, "cannot execute %s in a read-only transaction", writeTag(c.Ctequery)),
				b.at(c.Location))
		}
		if c.SearchClause != nil || c.CycleClause != nil {
			b.refuse(b.at(c.Location), "SEARCH and CYCLE clauses are not supported")
		}
	}
	for _, x := range n.Ctes {
		if b.err != nil {
			return nil
		}
		b.bindCTE(s, frame, x.GetCommonTableExpr(), n.Recursive)
		frame.later = frame.later[1:]
	}
	return frame.list
}

func (b *binder) bindCTE(s *scope, frame *cteFrame, n *pg.CommonTableExpr, recursive bool) {
	q := n.Ctequery.GetSelectStmt()
	c := &cte{id: b.nextCTE, name: n.Ctename}
	b.nextCTE++
	inner := &scope{up: s.up, depth: s.depth, ctes: frame}
	if recursive && mentions(q, n.Ctename) {
		b.recursiveCTE(inner, frame, c, n)
		return
	}
	out := b.query(q, inner.asParent(), queryOptions{})
	if b.err != nil {
		return
	}
	c.node = out.node
	b.setColumns(c, n, out)
	frame.list = append(frame.list, c)
}

// asParent is the scope whose subqueries see the same outer levels: a CTE sees the query's outers, not its FROM.
func (s *scope) asParent() *scope { return &scope{up: s.up, depth: s.depth, ctes: s.ctes} }

// setColumns names a CTE's columns, by its column list when it has one.
func (b *binder) setColumns(c *cte, n *pg.CommonTableExpr, out *output) {
	names := texts(n.Aliascolnames)
	if len(names) > len(out.cols) {
		b.fail(pgerr.New(pgerr.InvalidColumnReference, "WITH query \"%s\" has %d columns available but %d columns specified",
			n.Ctename, len(out.cols), len(names)), b.at(n.Location))
		return
	}
	for i, o := range out.cols {
		name := o.name
		if i < len(names) {
			name = names[i]
		}
		c.cols = append(c.cols, plan.Col{ID: o.id, Name: name, Type: o.typ})
		c.origins = append(c.origins, o.origin)
	}
}

// recursiveCTE binds first UNION [ALL] second, where second refers to the CTE with the columns of first.
func (b *binder) recursiveCTE(s *scope, frame *cteFrame, c *cte, n *pg.CommonTableExpr) {
	q := n.Ctequery.GetSelectStmt()
	at := b.at(n.Location)
	if q.Op != pg.SetOperation_SETOP_UNION {
		b.fail(pgerr.New(pgerr.InvalidRecursion,
			"recursive query \"%s\" does not have the form non-recursive-term UNION [ALL] recursive-term", c.name), at)
		return
	}
	if q.SortClause != nil || q.LimitCount != nil || q.LimitOffset != nil || q.WithClause != nil {
		b.refuse(at, "ORDER BY, LIMIT, OFFSET and WITH in a recursive query are not implemented")
		return
	}
	if where, at := misplaced(q.Rarg, c.name); where != "" {
		b.fail(pgerr.New(pgerr.InvalidRecursion, "recursive reference to query \"%s\" must not appear within %s", c.name, where), b.at(at))
		return
	}
	c.recursive, c.pending = true, true
	frame.list = append(frame.list, c)
	first := b.query(q.Larg, s.asParent(), queryOptions{})
	if b.err != nil {
		return
	}
	c.pending = false
	b.setColumns(c, n, first)
	clear(c.origins)
	refs := c.refs
	second := b.query(q.Rarg, s.asParent(), queryOptions{unknowns: true})
	if b.err != nil {
		return
	}
	if c.refs > refs+1 {
		b.fail(pgerr.New(pgerr.InvalidRecursion,
			"recursive reference to query \"%s\" must not appear more than once", c.name), c.lastRef)
		return
	}
	out := b.combine(q, first, second)
	for i, o := range out.cols {
		if b.err == nil && o.typ != c.cols[i].Type {
			b.recursionType(c, i, o.typ, pos(first.column(i)))
		}
	}
	c.node = out.node
	for i := range c.cols {
		if b.err == nil {
			c.cols[i].ID = out.cols[i].id
		}
	}
}

func (b *binder) recursionType(c *cte, i int, whole plan.Type, at int) {
	b.fail(pgerr.New(pgerr.DatatypeMismatch,
		"recursive query \"%s\" column %d has type %s in non-recursive term but type %s overall", c.name, i+1,
		formatType(c.cols[i].Type), formatType(whole)).
		WithHint("Cast the output of the non-recursive term to the correct type."), at)
}

// cteReference reads a CTE in a FROM.
func (b *binder) cteReference(s *scope, c *cte, n *pg.RangeVar) (plan.Node, []*item) {
	if c.pending {
		b.fail(pgerr.New(pgerr.InvalidRecursion,
			"recursive reference to query \"%s\" must not appear within its non-recursive term", c.name), b.at(n.Location))
		return &plan.Values{}, nil
	}
	c.refs++
	c.lastRef = b.at(n.Location)
	s.recursing = s.recursing || c.recursive && c.node == nil
	it := &item{name: c.name, relVisible: true, colsVisible: true}
	if n.Alias != nil {
		it.name, it.renamed = n.Alias.Aliasname, true
	}
	ref := &plan.CTERef{ID: c.id, Name: c.name}
	for i, col := range c.cols {
		out := b.newCol(s, it.name, col.Name, col.Type)
		ref.Out = append(ref.Out, out)
		it.cols = append(it.cols, &column{name: col.Name, expr: refTo(out), origin: c.origins[i]})
	}
	b.aliasColumns(it, n.Alias)
	s.all = append(s.all, it)
	return ref, []*item{it}
}

// checkRecursion refuses an aggregate over the recursive reference itself.
func (b *binder) checkRecursion(s *scope) {
	if !s.recursing || !s.aggs || b.err != nil {
		return
	}
	first := -1
	for a, level := range b.aggs {
		if level == s && (first < 0 || a.At < first) {
			first = a.At
		}
	}
	if first >= 0 {
		b.fail(pgerr.New(pgerr.InvalidRecursion, "aggregate functions are not allowed in a recursive query's recursive term"), first)
	}
}

// hiddenCTE adds PostgreSQL's detail when a WITH has the name, but later.
func (b *binder) hiddenCTE(s *scope, n *pg.RangeVar, e *pgerr.Error) *pgerr.Error {
	for f := s.ctes; f != nil && n.Schemaname == ""; f = f.up {
		for _, name := range f.later {
			if name == n.Relname && f.recursive {
				return pgerr.New(pgerr.FeatureNotSupported, "forward references between WITH items are not supported").
					WithHint("Write the item \"%s\" before the one that reads it.", name)
			}
			if name == n.Relname {
				return e.WithDetail("There is a WITH item named \"%s\", but it cannot be referenced from this part of the query.", name).
					WithHint("Use WITH RECURSIVE, or re-order the WITH items to remove forward references.")
			}
		}
	}
	return e
}

// attachCTEs puts a With above a body; unused expressions are left out.
func attachCTEs(list []*cte, body plan.Node) plan.Node {
	w := &plan.With{Body: body}
	for _, c := range list {
		if c.refs > 0 && c.node != nil {
			w.CTEs = append(w.CTEs, plan.CTE{ID: c.id, Name: c.name, Plan: c.node, Recursive: c.recursive, Cols: c.cols})
		}
	}
	if len(w.CTEs) == 0 {
		return body
	}
	return w
}
