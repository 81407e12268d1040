package rules

import "github.com/waggle-sql/waggle/planner/plan"

// MergeFilters makes one conjunction of two filters.
//
//	filter A            filter B and A
//	  filter B     →      x
//	    x
//
// B stays first: A may rely on B to keep it from raising, and PostgreSQL too evaluates terms in some order of its own.
var MergeFilters = Rule{"MergeFilters", func(_ *Env, n plan.Node) (plan.Node, bool) {
	outer, ok := n.(*plan.Filter)
	if !ok {
		return n, false
	}
	inner, ok := outer.Input.(*plan.Filter)
	if !ok {
		return n, false
	}
	return filter(inner.Input, append(Conjuncts(inner.Cond), Conjuncts(outer.Cond)...)), true
}}
