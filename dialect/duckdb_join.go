package dialect

import (
	"slices"
	"strings"

	"github.com/waggle-sql/waggle/planner/plan"
)

// join prints an outer join with subqueries in its condition, or one that DuckDB would compare row by row; false for any other join.
func (p *duck) join(n *plan.Join) (*sel, bool) {
	if n.Kind == plan.Left || n.Kind == plan.Right || n.Kind == plan.Full {
		if subqueries := subqueriesOf(n.Cond); len(subqueries) > 0 {
			return p.outerJoin(n, subqueries), true
		}
	}
	if (n.Kind == plan.Left || n.Kind == plan.Right) && hashes(n) {
		return p.matchedJoin(n), true
	}
	return nil, false
}

// hashes reports an outer join with keys and with terms that are no comparisons, for which DuckDB forgets the keys.
func hashes(n *plan.Join) bool {
	and, ok := n.Cond.(*plan.And)
	if !ok || n.Lateral || len(plan.FreeRefs(n)) > 0 {
		return false
	}
	keyed, other := false, false
	for _, t := range and.Args {
		c, ok := t.(*plan.Call)
		comparison := ok && len(c.Args) == 2 && comparisons[signatureOf(c.Proc, c.Name)] != "" && plainly(c.Args[0]) && plainly(c.Args[1])
		other = other || !comparison
		keyed = keyed || comparison && c.Op == "=" && refersTo(t, n.Left) && refersTo(t, n.Right)
	}
	return keyed && other
}

// plainly reports a column or a constant.
func plainly(e plan.Expr) bool {
	switch e.(type) {
	case *plan.Ref, *plan.Const:
		return true
	}
	return false
}

// matchedJoin numbers the rows that are kept, matches them by an inner join, and joins the matches by number:
//
//	l left join r on p   →   with q as (l, its number k): q left join (select k, r from q join r on p) using (k)
func (p *duck) matchedJoin(n *plan.Join) *sel {
	kept, other := n.Left, n.Right
	if n.Kind == plan.Right {
		kept, other = other, kept
	}
	l := p.wrap(p.node(kept))
	q, one, two, matches := p.alias("q"), p.alias("t"), p.alias("t"), p.alias("t")
	s := &sel{plain: true, joins: true}
	s.with = "WITH " + q + " AS MATERIALIZED (" + p.count(l.render(append(l.items(), "row_number() OVER () AS k"))) + ") "
	p.rename(&sel{}, l.cols, one)
	r := p.wrap(p.node(other))
	inner := &sel{from: q + " AS " + one + " JOIN " + r.from + " ON " + paren(p.on(n.Cond))}
	s.from = q + " AS " + two + " LEFT JOIN " + paren(p.count(inner.render(append(r.items(), one+".k AS k")))) + " AS " + matches + " ON (" + two + ".k = " + matches + ".k)"
	p.rename(s, l.cols, two)
	p.rename(s, r.cols, matches)
	return s
}

// onTerms prints a join's condition. DuckDB looks for keys to hash by among the terms alone, so that what cannot fail stands before the
// CASE that keeps the rest from being computed for other rows, as well as in it.
func (p *duck) onTerms(cond plan.Expr) string {
	text := p.expr(cond).text
	and, ok := cond.(*plan.And)
	if !ok || !canFail(text) {
		return text
	}
	terms := make([]string, 0, len(and.Args)+1)
	for _, a := range and.Args {
		if t := p.expr(a).text; !canFail(t) && len(t) <= repeatLimit && !volatile(a) {
			terms = append(terms, t)
		}
	}
	return p.count(strings.Join(append(terms, text), " AND "))
}

// subqueriesOf returns the outermost subqueries of an expression.
func subqueriesOf(e plan.Expr) []*plan.Subquery {
	var out []*plan.Subquery
	if e == nil {
		return nil
	}
	plan.Descend(e, func(e plan.Expr) (plan.Expr, bool) {
		s, ok := e.(*plan.Subquery)
		if ok {
			out = append(out, s)
		}
		return e, ok
	})
	return out
}

// outerJoin prints an outer join with subqueries in its condition, which DuckDB does not have:
//
//	left join on f(EXISTS (… l …))   →   left join of (l, EXISTS (… l …) AS x) on f(x)
//
// A subquery over one side (or none) becomes a column of that side; one over both makes the right side lateral, filtered by the whole
// condition. A full join has no such form.
func (p *duck) outerJoin(n *plan.Join, subqueries []*plan.Subquery) *sel {
	columns := n.Cols()
	lifted := *n
	for _, q := range subqueries {
		left, right := refersTo(q, n.Left), refersTo(q, n.Right)
		switch {
		case left && right:
			return p.lateralJoin(n, subqueries)
		case right:
			lifted.Right = p.lift(&lifted, q, lifted.Right)
		default:
			lifted.Left = p.lift(&lifted, q, lifted.Left)
		}
	}
	s := p.node(&lifted)
	s.cols = slices.DeleteFunc(s.cols, func(id plan.ColID) bool {
		return !slices.ContainsFunc(columns, func(c plan.Col) bool { return c.ID == id })
	})
	return s
}

// lift adds a subquery's value to a side's columns and puts a reference to it into the join's condition.
func (p *duck) lift(n *plan.Join, q *plan.Subquery, side plan.Node) plan.Node {
	p.next++
	col := plan.Col{ID: firstHidden + plan.ColID(p.next), Type: q.Type()}
	ref := &plan.Ref{Base: q.Base, ID: col.ID}
	n.Cond = plan.Descend(n.Cond, func(e plan.Expr) (plan.Expr, bool) {
		if e == plan.Expr(q) {
			return ref, true
		}
		return e, false
	})
	cols := side.Cols()
	exprs := make([]plan.Expr, 0, len(cols)+1)
	for _, c := range cols {
		exprs = append(exprs, &plan.Ref{Base: plan.Base{T: c.Type, At: -1}, ID: c.ID})
	}
	return &plan.Project{Input: side, Exprs: append(exprs, q), Out: append(slices.Clone(cols), col)}
}

// lateralJoin needs conditions that DuckDB can correlate twice: scalar subqueries and EXISTS.
func (p *duck) lateralJoin(n *plan.Join, subqueries []*plan.Subquery) *sel {
	for _, q := range subqueries {
		if n.Kind == plan.Full || q.Kind == plan.Any || q.Kind == plan.All {
			p.unsupported(q.At, "this subquery over both sides in the condition of an outer join")
			return &sel{}
		}
	}
	left, right := n.Left, n.Right
	if n.Kind == plan.Right {
		left, right = right, left
	}
	return p.node(&plan.Join{Kind: plan.Left, Lateral: true, Left: left, Right: &plan.Filter{Input: right, Cond: n.Cond}})
}

func refersTo(e plan.Expr, n plan.Node) bool {
	refs := plan.Refs(e)
	return slices.ContainsFunc(n.Cols(), func(c plan.Col) bool { return refs[c.ID] })
}
