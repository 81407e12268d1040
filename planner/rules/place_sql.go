package rules

import "github.com/waggle-sql/waggle/planner/plan"

// placer places one plan.
type placer struct {
	env   *Env
	root  plan.Node // which may be pushed whatever it multiplies: its rows are the answer
	tries int       // subtrees that may still be tried
}

// maxTries bounds the work on a plan of which every subtree reads one source and none can be said: from then on each table is
// a fragment of its own.
const maxTries = 300

// whole makes one Remote of a subtree that reads tables of one SQL source alone, subqueries included, when the source's
// dialect can say all of it.
//
//	aggregate sum(x) by k            remote
//	  join on a.k = b.k       →        aggregate sum(x) by k
//	    scan a                           join on a.k = b.k
//	    scan b                             …
//
// It would be wrong for a subtree that refers to columns of an outer query: the source does not have them. Such a subquery is
// pushed with the query around it, or not at all. It would pull more than its tables for a join that multiplies rows, which is left
// to the workspace unless it is the whole answer.
func (p *placer) whole(n plan.Node) (*plan.Remote, bool) {
	c := p.env.connection(n)
	if c.several || p.env.Off || p.tries == 0 {
		return nil, false
	}
	sql, ok := p.env.Sources[c.name].SQL()
	if !ok {
		return nil, false
	}
	if sql.Say(n) != nil || !p.env.free(n).empty() {
		p.tries--
		return nil, false
	}
	if n != p.root && p.env.multiplies(n) {
		return nil, false
	}
	return &plan.Remote{Connection: c.name, Plan: n}, true
}

// splitFilter puts the terms of a filter that a SQL source can be asked for below those that stay.
func (p *placer) splitFilter(n plan.Node) plan.Node {
	f, ok := n.(*plan.Filter)
	if !ok {
		return n
	}
	if _, ok := p.whole(f.Input); !ok {
		return n
	}
	said, stay := partition(Conjuncts(f.Cond), func(t plan.Expr) bool {
		_, ok := p.whole(&plan.Filter{Input: f.Input, Cond: t})
		return ok
	})
	if len(said) == 0 || len(stay) == 0 {
		return n
	}
	return filter(&plan.Filter{Input: f.Input, Cond: Conjunction(said)}, stay)
}

// splitProject lets the source compute the items of a projection that it can say and that read what nothing else needs, when it
// cannot say others.
//
//	project [a = f(x), b = g(y)]         project [a = f(x), b]
//	  t [x, y]                       →     project [x, b = g(y)]     (at the source)
//	                                         t [x, y]
func (p *placer) splitProject(n plan.Node) plan.Node {
	out, ok := n.(*plan.Project)
	if !ok {
		return n
	}
	if _, ok := p.whole(out.Input); !ok {
		return n
	}
	below, above := &plan.Project{Input: out.Input}, &plan.Project{Out: out.Out}
	var needed set
	var said []int
	for i, e := range out.Exprs {
		if p.saidApart(out.Input, e, out.Out[i]) {
			said = append(said, i)
			continue
		}
		p.env.addRefs(e, &needed)
	}
	above.Exprs = append(above.Exprs, out.Exprs...)
	for _, i := range said {
		if p.env.refs(out.Exprs[i]).inside(needed) {
			continue
		}
		above.Exprs[i] = refTo(out.Out[i])
		below.Exprs, below.Out = append(below.Exprs, out.Exprs[i]), append(below.Out, out.Out[i])
	}
	if len(below.Out) == 0 {
		return n
	}
	for _, e := range above.Exprs {
		p.env.addRefs(e, &needed)
	}
	for _, c := range out.Input.Cols() {
		if needed.has(c.ID) {
			below.Exprs, below.Out = append(below.Exprs, refTo(c)), append(below.Out, c)
		}
	}
	above.Input = below
	return above
}

// saidApart reports whether an item is worth its own column: computed, and sayable.
func (p *placer) saidApart(input plan.Node, e plan.Expr, c plan.Col) bool {
	switch e.(type) {
	case *plan.Ref, *plan.Const:
		return false
	}
	if hasSubquery(e) || volatile(e) || contains(e, func(x plan.Expr) bool { _, late := x.(*plan.Late); return late }) {
		return false
	}
	_, ok := p.whole(&plan.Project{Input: input, Exprs: []plan.Expr{e}, Out: []plan.Col{c}})
	return ok
}
