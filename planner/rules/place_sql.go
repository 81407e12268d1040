package rules

import "github.com/waggle-sql/waggle/planner/plan"

// placer places one plan.
type placer struct {
	env   *Env
	tries int // subtrees that may still be tried
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
// pushed with the query around it, or not at all.
func (p *placer) whole(n plan.Node) (*plan.Remote, bool) {
	c := p.env.connection(n)
	if c.several || p.env.Off || p.tries == 0 {
		return nil, false
	}
	sql, ok := p.env.Sources[c.name].SQL()
	if !ok {
		return nil, false
	}
	if sql.Say(n) != nil || len(plan.FreeRefs(n)) > 0 {
		p.tries--
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
	said, stay := partition(Conjuncts(f.Cond), func(t plan.Expr) bool {
		_, ok := p.whole(&plan.Filter{Input: f.Input, Cond: t})
		return ok
	})
	if len(said) == 0 || len(stay) == 0 {
		return n
	}
	return filter(&plan.Filter{Input: f.Input, Cond: Conjunction(said)}, stay)
}
