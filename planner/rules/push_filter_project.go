package rules

import "github.com/waggle-sql/waggle/planner/plan"

// PushFilterIntoProject moves a term below a projection when all the columns that it reads are plain renamings, or computed by what
// cannot raise.
//
//	filter b > 1 and c          project [b = a, c = (d = 'x')]
//	  project [b = a, c = (d = 'x')]   →     filter a > 1 and d = 'x'
//	    x                                      x
//
// It would be wrong for other computed columns: a filter on 1/a would run 1/a on rows that a filter in between had removed, and
// a volatile column would get a second value.
var PushFilterIntoProject = Rule{"PushFilterIntoProject", func(env *Env, n plan.Node) (plan.Node, bool) {
	f, ok := n.(*plan.Filter)
	if !ok {
		return n, false
	}
	p, ok := f.Input.(*plan.Project)
	if !ok {
		return n, false
	}
	by := definitions(p)
	all := env.cols(p)
	var known set
	for id := range by {
		known.add(id)
	}
	down, stay := partition(Conjuncts(f.Cond), func(e plan.Expr) bool { return !volatile(e) && env.within(e, known, all) })
	if len(down) == 0 {
		return n, false
	}
	for i := range down {
		down[i] = substitute(down[i], by)
	}
	return filter(&plan.Project{Input: filter(p.Input, down), Exprs: p.Exprs, Out: p.Out}, stay), true
}}

// renamings maps the output columns of p that are plain references or constants to what they show.
func renamings(p *plan.Project) map[plan.ColID]plan.Expr {
	by := map[plan.ColID]plan.Expr{}
	for i, e := range p.Exprs {
		switch e.(type) {
		case *plan.Ref, *plan.Const:
			by[p.Out[i].ID] = e
		}
	}
	return by
}

// definitions is renamings and the computed columns that may be computed twice, and for other rows.
func definitions(p *plan.Project) map[plan.ColID]plan.Expr {
	by := renamings(p)
	for i, e := range p.Exprs {
		if by[p.Out[i].ID] == nil && calm(e) && !hasSubquery(e) && !volatile(e) {
			by[p.Out[i].ID] = e
		}
	}
	return by
}

func partition(terms []plan.Expr, yes func(plan.Expr) bool) (in, out []plan.Expr) {
	for _, t := range terms {
		if yes(t) {
			in = append(in, t)
		} else {
			out = append(out, t)
		}
	}
	return in, out
}
