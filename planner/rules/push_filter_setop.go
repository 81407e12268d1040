package rules

import "github.com/waggle-sql/waggle/planner/plan"

// PushFilterIntoSetOp filters both inputs instead of the result.
//
//	filter c > 1        union [c]
//	  union [c]    →      filter a > 1
//	    x [a]               x
//	    y [b]             filter b > 1
//	                        y
//
// A filter on the values of a row keeps or drops all its duplicates alike, so that it is right for ALL and DISTINCT, and
// for INTERSECT and EXCEPT. It would be wrong for a volatile term.
var PushFilterIntoSetOp = Rule{"PushFilterIntoSetOp", func(_ *Env, n plan.Node) (plan.Node, bool) {
	f, ok := n.(*plan.Filter)
	if !ok {
		return n, false
	}
	s, ok := f.Input.(*plan.SetOp)
	if !ok {
		return n, false
	}
	down, stay := partition(Conjuncts(f.Cond), func(e plan.Expr) bool { return !volatile(e) && !hasSubquery(e) })
	if len(down) == 0 {
		return n, false
	}
	c := *s
	c.Left, c.Right = filterInput(s, s.Left, down), filterInput(s, s.Right, down)
	return filter(&c, stay), true
}}

func filterInput(s *plan.SetOp, in plan.Node, terms []plan.Expr) plan.Node {
	by := map[plan.ColID]plan.Expr{}
	for i, c := range in.Cols() {
		if i < len(s.Out) {
			by[s.Out[i].ID] = &plan.Ref{Base: plan.Base{T: c.Type, At: -1}, ID: c.ID, Name: c.Name}
		}
	}
	out := make([]plan.Expr, len(terms))
	for i, t := range terms {
		out[i] = substitute(t, by)
	}
	return filter(in, out)
}
