package bind

import (
	pg "github.com/pganalyze/pg_query_go/v6"

	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/planner/plan"
)

// setOperation binds UNION, INTERSECT and EXCEPT with the ORDER BY and LIMIT of the whole.
func (b *binder) setOperation(s *scope, n *pg.SelectStmt) *output {
	out := b.setTree(s, n)
	if b.err != nil {
		return out
	}
	return b.orderOutput(s, n, out)
}

// setTree binds the tree of operations; the left spine is walked without recursion.
func (b *binder) setTree(s *scope, n *pg.SelectStmt) *output {
	var spine []*pg.SelectStmt
	left := n
	for left.Op > pg.SetOperation_SETOP_NONE && (left == n || plainOperation(left)) {
		spine = append(spine, left)
		left = left.Larg
	}
	out := b.setLeaf(s, left)
	for i := len(spine) - 1; i >= 0 && b.err == nil; i-- {
		op := spine[i]
		right := op.Rarg
		var ro *output
		if right.Op > pg.SetOperation_SETOP_NONE && plainOperation(right) {
			ro = b.setTree(s, right)
		} else {
			ro = b.setLeaf(s, right)
		}
		if b.err == nil {
			out = b.combine(op, out, ro)
		}
	}
	return out
}

// plainOperation reports whether a nested operation has no clauses of its own.
func plainOperation(n *pg.SelectStmt) bool {
	return n.SortClause == nil && n.LimitCount == nil && n.LimitOffset == nil && n.LockingClause == nil && n.WithClause == nil
}

func (b *binder) setLeaf(s *scope, n *pg.SelectStmt) *output {
	saved := s.items
	s.items = nil
	out := b.query(n, s, queryOptions{unknowns: true})
	s.items = saved
	return out
}

func kindOf(op pg.SetOperation) (plan.SetKind, string) {
	switch op {
	case pg.SetOperation_SETOP_INTERSECT:
		return plan.Intersect, "INTERSECT"
	case pg.SetOperation_SETOP_EXCEPT:
		return plan.Except, "EXCEPT"
	}
	return plan.Union, "UNION"
}

// combine makes one operation over two outputs whose columns it converts to common types.
func (b *binder) combine(n *pg.SelectStmt, l, r *output) *output {
	kind, name := kindOf(n.Op)
	if len(l.cols) != len(r.cols) {
		return b.failOutput(pgerr.New(pgerr.SyntaxError, "each %s query must have the same number of columns", name), r)
	}
	types := make([]plan.Type, len(l.cols))
	for i := range l.cols {
		pair := []plan.Expr{l.column(i), r.column(i)}
		types[i].OID = b.selectCommon(name, pair)
		for k, e := range pair {
			pair[k] = b.toCommon(name, e, types[i].OID)
		}
		types[i].Mod = commonMod(pair, types[i].OID)
		if !n.All {
			b.requireEquality(types[i].OID, pos(pair[0]))
		}
	}
	if b.err != nil {
		return l
	}
	op := &plan.SetOp{Kind: kind, All: n.All, Left: b.retype(l, types, name), Right: b.retype(r, types, name)}
	out := &output{node: op}
	for i, c := range l.cols {
		col := b.newCol(nil, "", c.name, types[i])
		op.Out = append(op.Out, col)
		out.cols = append(out.cols, outColumn{name: c.name, id: col.ID, typ: types[i], at: c.at})
	}
	return out
}

func (b *binder) failOutput(e *pgerr.Error, o *output) *output {
	at := -1
	if o.project != nil && len(o.project.Exprs) > 0 {
		at = pos(o.project.Exprs[0])
	}
	b.fail(e, at)
	return o
}

// column is the expression that an output shows: the literal itself while its type is unknown.
func (o *output) column(i int) plan.Expr {
	if o.project != nil && i < len(o.project.Exprs) {
		if e := o.project.Exprs[i]; e.Type().OID == pgcat.Unknown {
			return e
		}
		return &plan.Ref{Base: plan.Base{T: o.cols[i].typ, At: pos(o.project.Exprs[i])}, ID: o.cols[i].id, Name: o.cols[i].name}
	}
	return &plan.Ref{Base: plan.Base{T: o.cols[i].typ, At: o.cols[i].at}, ID: o.cols[i].id, Name: o.cols[i].name}
}

// retype converts an output's columns to some types: unknown literals where they stand, others in a Project above.
func (b *binder) retype(o *output, types []plan.Type, what string) plan.Node {
	above := &plan.Project{Input: o.node}
	needed := len(o.node.Cols()) != len(o.cols)
	for i := range o.cols {
		e := o.column(i)
		if e.Type().OID == pgcat.Unknown && o.project != nil && i < len(o.project.Exprs) {
			k := b.toCommon(what, e, types[i].OID)
			o.project.Exprs[i], o.project.Out[i].Type = k, k.Type()
			o.cols[i].typ = k.Type()
			e = o.column(i)
		}
		k := b.toCommon(what, e, types[i].OID)
		if _, same := k.(*plan.Ref); !same {
			needed = true
		}
		out := plan.Col{ID: o.cols[i].id, Name: o.cols[i].name, Type: k.Type()}
		if k != e {
			out.ID = b.newID(nil, "")
		}
		above.Exprs, above.Out = append(above.Exprs, k), append(above.Out, out)
	}
	if !needed {
		return o.node
	}
	return above
}

// orderOutput applies ORDER BY and LIMIT that may name output columns alone.
func (b *binder) orderOutput(s *scope, n *pg.SelectStmt, out *output) *output {
	q := &selectBuild{b: b, s: newScope(s.up)}
	it := &item{colsVisible: true}
	cols := make([]plan.Col, len(out.cols))
	for i, c := range out.cols {
		cols[i] = plan.Col{ID: c.id, Name: c.name, Type: c.typ}
		r := refTo(cols[i])
		b.owner[c.id] = q.s
		it.cols = append(it.cols, &column{name: c.name, expr: r})
		q.targets = append(q.targets, target{name: c.name, expr: r})
	}
	q.s.items = []*item{it}
	var sort []sortItem
	for _, k := range n.SortClause {
		by := k.GetSortBy()
		i := b.findTarget92(q.s, q, by.Node, inOrderBy)
		if b.err == nil && i >= len(cols) {
			b.fail(pgerr.New(pgerr.FeatureNotSupported, "invalid UNION/INTERSECT/EXCEPT ORDER BY clause").
				WithDetail("Only result column names can be used, not expressions or functions.").
				WithHint("Add the expression/function to every SELECT, or move the UNION into a FROM clause."),
				pos(q.targets[i].expr))
		}
		if b.err != nil {
			return out
		}
		if x, ok := b.sortItem(q, by, i); ok {
			sort = appendSort(sort, x)
		}
	}
	limit := b.limit(q.s, n)
	out.node = sortAndLimit(out.node, sortKeys(sort, cols), limit)
	out.project = nil
	return out
}
