package rules

import "github.com/waggle-sql/waggle/planner/plan"

// RemoveDistinct drops a DISTINCT over rows that are distinct already: those of another DISTINCT, of a set operation without ALL,
// and of a grouping whose columns are all shown.
//
//	distinct                             project [g]
//	  project [g]                   →      aggregate group by (a) [g]
//	    aggregate group by (a) [g]
//
// It would be wrong because of a declared key, which is a claim (DECISIONS 11), and with grouping sets, which may show a group twice.
var RemoveDistinct = Rule{"RemoveDistinct", func(env *Env, n plan.Node) (plan.Node, bool) {
	u, ok := n.(*plan.Unique)
	if !ok || u.On != nil || !env.distinct(u.Input, env.cols(u.Input)) {
		return n, false
	}
	return u.Input, true
}}

// distinct reports whether no two rows of n agree in the columns of shown.
func (env *Env) distinct(n plan.Node, shown set) bool {
	switch n := n.(type) {
	case *plan.Filter:
		return env.distinct(n.Input, shown)
	case *plan.Sort:
		return env.distinct(n.Input, shown)
	case *plan.Project:
		var below set
		for i, e := range n.Exprs {
			if r, ok := e.(*plan.Ref); ok && shown.has(n.Out[i].ID) {
				below.add(r.ID)
			}
		}
		return env.distinct(n.Input, below)
	case *plan.Unique:
		return n.On == nil && env.cols(n).inside(shown)
	case *plan.SetOp:
		return !n.All && env.cols(n).inside(shown)
	case *plan.Aggregate:
		return n.Sets == nil && shown.hasAll(n.Out[:len(n.Groups)])
	}
	return false
}
