package rules

import "github.com/waggle-sql/waggle/planner/plan"

// PushFilterIntoJoin moves terms that read one side to that side, and terms of an inner join that read both into its
// condition.
//
//	filter a.x > 1 and b.y < 2        inner join on a.k = b.k
//	  inner join on a.k = b.k     →     filter a.x > 1
//	    a                                 a
//	    b                               filter b.y < 2
//	                                      b
//
// It would be wrong to push to the side that an outer join fills with NULLs: over `a left join b`, the filter
// `b.y is null` keeps rows of a without a partner; below the join it would give every row of a a NULL partner.
var PushFilterIntoJoin = Rule{"PushFilterIntoJoin", func(env *Env, n plan.Node) (plan.Node, bool) {
	f, ok := n.(*plan.Filter)
	if !ok {
		return n, false
	}
	j, ok := f.Input.(*plan.Join)
	if !ok {
		return n, false
	}
	left, right := env.cols(j.Left), env.cols(j.Right)
	var all set
	all.join(left)
	all.join(right)
	var toLeft, toRight, toCond, stay []plan.Expr
	for _, t := range Conjuncts(f.Cond) {
		switch {
		case volatile(t):
			stay = append(stay, t)
		case keepsLeft(j.Kind) && env.within(t, left, all):
			toLeft = append(toLeft, t)
		case keepsRight(j.Kind) && env.within(t, right, all):
			toRight = append(toRight, t)
		case j.Kind == plan.Inner && !hasSubquery(t):
			toCond = append(toCond, t)
		default:
			stay = append(stay, t)
		}
	}
	if len(toLeft)+len(toRight)+len(toCond) == 0 {
		return n, false
	}
	c := *j
	c.Left, c.Right = filter(j.Left, toLeft), filter(j.Right, toRight)
	c.Cond = Conjunction(append(Conjuncts(j.Cond), toCond...))
	return filter(&c, stay), true
}}

// keepsLeft: a row of the left appears unchanged in the output, so that a filter on it may run before the join.
func keepsLeft(k plan.JoinKind) bool {
	return k == plan.Inner || k == plan.Left || k == plan.Semi || k == plan.Anti
}

func keepsRight(k plan.JoinKind) bool { return k == plan.Inner || k == plan.Right }
