package rules

import "github.com/waggle-sql/waggle/planner/plan"

// PushFilterIntoWindow moves a term that reads partition keys of every window function below the window.
//
//	filter k = 1                              window sum(x) over (partition by k)
//	  window sum(x) over (partition by k)  →    filter k = 1
//	    t                                         t
//
// It would be wrong for any other column: removing a row of a partition changes the sums of its other rows.
var PushFilterIntoWindow = Rule{"PushFilterIntoWindow", func(env *Env, n plan.Node) (plan.Node, bool) {
	f, ok := n.(*plan.Filter)
	if !ok {
		return n, false
	}
	w, ok := f.Input.(*plan.Window)
	if !ok {
		return n, false
	}
	keys := commonPartition(w.Funcs)
	all := env.cols(w)
	down, stay := partition(Conjuncts(f.Cond), func(e plan.Expr) bool {
		return !volatile(e) && !hasSubquery(e) && env.refs(e).meets(all) && env.within(e, keys, all)
	})
	if len(down) == 0 {
		return n, false
	}
	c := *w
	c.Input = filter(w.Input, down)
	return filter(&c, stay), true
}}

func commonPartition(funcs []*plan.WindowFunc) set {
	var keys set
	for i, f := range funcs {
		var mine set
		for _, p := range f.Partition {
			if r, ok := p.(*plan.Ref); ok && (i == 0 || keys.has(r.ID)) {
				mine.add(r.ID)
			}
		}
		keys = mine
	}
	return keys
}
