package rules

import "github.com/waggle-sql/waggle/planner/plan"

// UnnestLateral makes a plain join of a lateral one whose right side reads the left in conditions alone, and of one over an
// aggregate, which has one row for each row of the left.
//
//	left lateral join on true          left join on y.c = x.c
//	  x                                  x
//	  filter y.c = x.c           →       y
//	    y
//
// It would be wrong for a right side with a LIMIT or a window over what the condition selects.
var UnnestLateral = Rule{"UnnestLateral", func(env *Env, n plan.Node) (plan.Node, bool) {
	j, ok := n.(*plan.Join)
	if !ok || !j.Lateral || j.Kind != plan.Inner && j.Kind != plan.Left {
		return n, false
	}
	outer := env.cols(j.Left)
	if !env.free(j.Right).meets(outer) {
		c := *j
		c.Lateral = false
		return &c, true
	}
	if m, ok := env.lateralAggregate(j, outer); ok {
		return m, true
	}
	if nodeContains(j.Right, volatileCall) || !calmNode(j.Right) {
		return n, false
	}
	right, terms, ok := env.decorrelate(j.Right, outer)
	if !ok || !env.free(right).empty() {
		return n, false
	}
	c := *j
	c.Lateral, c.Right = false, right
	c.Cond = Conjunction(append(terms, Conjuncts(j.Cond)...))
	return showing(&c, j.Cols()), true
}}

// lateralAggregate joins the groups of an aggregate without GROUP BY. The condition must be true, since the row is there anyway.
func (env *Env) lateralAggregate(j *plan.Join, outer set) (plan.Node, bool) {
	if j.Cond != nil && !isTrue(j.Cond) {
		return nil, false
	}
	cols := j.Right.Cols()
	values := make([]plan.Expr, len(cols))
	for i, c := range cols {
		values[i] = refTo(c)
	}
	values, a, ok := overAggregate(j.Right, values)
	if !ok {
		return nil, false
	}
	g, ok := env.groupedBy(a, outer)
	if !ok {
		return nil, false
	}
	p := &plan.Project{Input: g.joinTo(j.Left, plan.Left)}
	for _, c := range j.Left.Cols() {
		p.Exprs, p.Out = append(p.Exprs, refTo(c)), append(p.Out, c)
	}
	for i, c := range cols {
		v, _ := emptied(values[i], a)
		p.Exprs, p.Out = append(p.Exprs, v), append(p.Out, c)
	}
	return p, true
}

// showing projects n to columns that it has among others; n itself when it has no others.
func showing(n plan.Node, cols []plan.Col) plan.Node {
	if len(n.Cols()) == len(cols) {
		return n
	}
	p := &plan.Project{Input: n, Out: cols}
	for _, c := range cols {
		p.Exprs = append(p.Exprs, refTo(c))
	}
	return p
}
