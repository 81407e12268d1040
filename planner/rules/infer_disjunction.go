package rules

import "github.com/waggle-sql/waggle/planner/plan"

// InferFromDisjunction says of one input what each arm of a disjunction over several says of it. The disjunction stays.
//
//	filter (a.x = 1 and b.y = 2) or (a.x = 3 and b.y = 4)       the same filter
//	  inner join                                                  inner join
//	    a                                                   →       filter a.x = 1 or a.x = 3
//	    b                                                             a
//	                                                                filter b.y = 2 or b.y = 4
//	                                                                  b
//
// It would be wrong when one arm says nothing of the input: that arm lets every row of it pass.
var InferFromDisjunction = Rule{"InferFromDisjunction", func(env *Env, n plan.Node) (plan.Node, bool) {
	m := clusters(env, n, func(n plan.Node, c *cluster) plan.Node {
		var terms []plan.Expr
		for _, t := range c.terms {
			if or, ok := t.(*plan.Or); ok && !hasSubquery(t) {
				terms = append(terms, c.fromDisjunction(or)...)
			}
		}
		return c.onInputs(n, terms)
	})
	return m, m != n
}}

// fromDisjunction returns a disjunction for each input of which every arm says something; none when there is but one input.
func (c *cluster) fromDisjunction(or *plan.Or) []plan.Expr {
	if len(c.reads(or)) < 2 {
		return nil
	}
	arms := make([]map[int][]plan.Expr, len(or.Args))
	for i, arm := range or.Args {
		arms[i] = map[int][]plan.Expr{}
		for _, t := range Conjuncts(arm) {
			if r := c.reads(t); len(r) == 1 {
				arms[i][r[0]] = append(arms[i][r[0]], t)
			}
		}
	}
	var out []plan.Expr
	for input := range c.inputs {
		args := make([]plan.Expr, 0, len(arms))
		for _, arm := range arms {
			if terms := arm[input]; len(terms) > 0 {
				args = append(args, Conjunction(terms))
			}
		}
		if len(args) == len(arms) {
			out = append(out, &plan.Or{Base: or.Base, Args: args})
		}
	}
	return out
}
