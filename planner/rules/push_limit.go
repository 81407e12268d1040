package rules

import "github.com/waggle-sql/waggle/planner/plan"

// PushLimitIntoProject cuts rows before they are computed, where a source can cut them or an operator below passes the limit on. The
// limit stays, and with it the order of the result.
//
//	limit 5                        limit 5
//	  sort b                         sort b
//	    project [b = a, c = f(a)]      project [b = a, c = f(a)]
//	      x                      →       limit 5
//	                                       sort a
//	                                         x
//
// A projection makes one row of one. It would be wrong for a volatile one, whose values for the rows that are cut would be missed,
// and for set-returning functions, which are no Project. The keys are plain columns: f(a) would be computed twice.
var PushLimitIntoProject = Rule{"PushLimitIntoProject", func(env *Env, n plan.Node) (plan.Node, bool) {
	top, ok := topOf(n)
	if !ok {
		return n, false
	}
	p, ok := top.input.(*plan.Project)
	if !ok || top.limited(p) || contains(&plan.RowOf{Items: p.Exprs}, volatileCall) || !env.cuts(p.Input) || env.answers(n) {
		return n, false
	}
	by := renamings(p)
	keys := make([]plan.SortKey, len(top.keys()))
	for i, k := range top.keys() {
		r, plain := k.Expr.(*plan.Ref)
		if !plain || by[r.ID] == nil {
			return n, false
		}
		keys[i] = k
		keys[i].Expr = by[r.ID]
	}
	return top.over(p.WithInputs([]plan.Node{top.copy(p.Input, keys)})), true
}}

// cuts reports whether a limit on n saves anything.
func (env *Env) cuts(n plan.Node) bool {
	switch n := n.(type) {
	case *plan.Project:
		return env.cuts(n.Input)
	case *plan.Join:
		return n.Kind == plan.Left
	case *plan.SetOp:
		return n.Kind == plan.Union && n.All
	}
	return env.answers(n)
}
