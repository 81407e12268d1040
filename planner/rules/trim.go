package rules

import (
	"slices"

	"github.com/waggle-sql/waggle/dialect"
	"github.com/waggle-sql/waggle/planner/plan"
)

// remote drops columns of a fragment that nobody reads above it, as those that only its own filters need.
//
//	project [a]                project [a]
//	  remote                     remote
//	    filter b = 1      →        project [a]
//	      scan t [a, b]              filter b = 1
//	                                   scan t [a, b]
//
// It would be wrong for a REST source, whose request has no place for a projection: what its filters read is fetched.
func (p *pruner) remote(r *plan.Remote, need set) plan.Node {
	sql, ok := p.env.Sources[r.Connection].SQL()
	if !ok {
		return r
	}
	cols := slices.DeleteFunc(slices.Clone(r.Cols()), func(c plan.Col) bool { return !need.has(c.ID) })
	if len(cols) == 0 {
		cols = r.Cols()[:1]
	}
	if len(cols) == len(r.Cols()) {
		return r
	}
	narrow := &plan.Project{Input: r.Plan, Out: cols}
	for _, c := range cols {
		narrow.Exprs = append(narrow.Exprs, refTo(c))
	}
	if dialect.Support(sql, narrow) == plan.None {
		return r
	}
	return &plan.Remote{ID: r.ID, Connection: r.Connection, Plan: narrow}
}

// Trim prunes a placed plan again, so that fragments return no column that only they needed.
func Trim(env *Env, n plan.Node, out []plan.ColID) plan.Node {
	var need set
	for _, id := range out {
		need.add(id)
	}
	return newPruner(env).node(n, need)
}
