package rules

import "github.com/waggle-sql/waggle/planner/plan"

// PushJoinCondition moves terms of a join's own condition that read one side to that side, where the join drops rows of
// that side which do not match.
//
//	left join on a.k = b.k and b.y < 2        left join on a.k = b.k
//	  a                                   →     a
//	  b                                         filter b.y < 2
//	                                              b
//
// It would be wrong for the side that is kept: `a left join b on a.x > 1` keeps the rows of a with x <= 1, without a partner.
var PushJoinCondition = Rule{"PushJoinCondition", func(env *Env, n plan.Node) (plan.Node, bool) {
	j, ok := n.(*plan.Join)
	if !ok || j.Cond == nil {
		return n, false
	}
	left, right := env.cols(j.Left), env.cols(j.Right)
	var all set
	all.join(left)
	all.join(right)
	dropsLeft := j.Kind == plan.Inner || j.Kind == plan.Right || j.Kind == plan.Semi
	dropsRight := j.Kind != plan.Right && j.Kind != plan.Full
	var toLeft, toRight, stay []plan.Expr
	for _, t := range Conjuncts(j.Cond) {
		switch {
		case volatile(t) || !env.refs(t).meets(all):
			stay = append(stay, t)
		case dropsLeft && env.within(t, left, all):
			toLeft = append(toLeft, t)
		case dropsRight && env.within(t, right, all):
			toRight = append(toRight, t)
		default:
			stay = append(stay, t)
		}
	}
	if len(toLeft)+len(toRight) == 0 {
		return n, false
	}
	c := *j
	c.Left, c.Right, c.Cond = filter(j.Left, toLeft), filter(j.Right, toRight), Conjunction(stay)
	return &c, true
}}
