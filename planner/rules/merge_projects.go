package rules

import "github.com/waggle-sql/waggle/planner/plan"

// MergeProjects removes a projection that only renames or drops columns below another one.
//
//	project [c = f(b)]         project [c = f(a)]
//	  project [b = a]     →      x
//	    x
//
// It would be wrong to merge computed columns: one that is read twice would be computed twice, and a volatile one would
// give two values.
var MergeProjects = Rule{"MergeProjects", func(_ *Env, n plan.Node) (plan.Node, bool) {
	outer, ok := n.(*plan.Project)
	if !ok {
		return n, false
	}
	inner, ok := outer.Input.(*plan.Project)
	if !ok {
		return n, false
	}
	by := map[plan.ColID]plan.Expr{}
	for i, e := range inner.Exprs {
		switch e.(type) {
		case *plan.Ref, *plan.Const:
			by[inner.Out[i].ID] = e
		default:
			return n, false
		}
	}
	exprs := make([]plan.Expr, len(outer.Exprs))
	for i, e := range outer.Exprs {
		exprs[i] = substitute(e, by)
	}
	return &plan.Project{Input: inner.Input, Exprs: exprs, Out: outer.Out}, true
}}
