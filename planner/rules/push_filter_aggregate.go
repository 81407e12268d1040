package rules

import "github.com/waggle-sql/waggle/planner/plan"

// PushFilterIntoAggregate moves a term that reads grouping columns alone below the grouping.
//
//	filter g = 1                    aggregate group by (a) [g]
//	  aggregate group by (a) [g] →    filter a = 1
//	    x                               x
//
// It would be wrong with grouping sets (g is NULL in the sets without it), without groups (the one row of an empty group
// would stay), for a group computed by what can raise, and for a type in which equal values can look different to the term: PostgreSQL's
// own rule is the same, since a group's values are equal to the operator but `text(g)` is taken from one of them.
var PushFilterIntoAggregate = Rule{"PushFilterIntoAggregate", func(env *Env, n plan.Node) (plan.Node, bool) {
	f, ok := n.(*plan.Filter)
	if !ok {
		return n, false
	}
	a, ok := f.Input.(*plan.Aggregate)
	if !ok || a.Sets != nil || len(a.Groups) == 0 {
		return n, false
	}
	by := map[plan.ColID]plan.Expr{}
	var known set
	for i, g := range a.Groups {
		if calm(g) && !hasSubquery(g) && !volatile(g) {
			by[a.Out[i].ID] = g
			known.add(a.Out[i].ID)
		}
	}
	all := env.cols(a)
	down, stay := partition(Conjuncts(f.Cond), func(e plan.Expr) bool {
		return !volatile(e) && !hasSubquery(e) && env.refs(e).meets(all) && env.within(e, known, all)
	})
	if len(down) == 0 {
		return n, false
	}
	for i := range down {
		down[i] = substitute(down[i], by)
	}
	c := *a
	c.Input = filter(a.Input, down)
	return filter(&c, stay), true
}}
