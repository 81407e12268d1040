package rules

import "github.com/waggle-sql/waggle/planner/plan"

// PushFilterThrough moves a filter below nodes that neither add, merge nor count rows: Sort, DISTINCT, and the body of a
// WITH.
//
//	filter a > 1        sort a
//	  sort a       →      filter a > 1
//	    x                   x
//
// It would be wrong below Limit (other rows would fill the places of those removed) and below DISTINCT ON (another row
// of the group would come first), unless the term reads the ON columns alone; that case is left where it is.
var PushFilterThrough = Rule{"PushFilterThrough", func(_ *Env, n plan.Node) (plan.Node, bool) {
	f, ok := n.(*plan.Filter)
	if !ok || volatile(f.Cond) {
		return n, false
	}
	switch in := f.Input.(type) {
	case *plan.Sort:
		return in.WithInputs([]plan.Node{&plan.Filter{Input: in.Input, Cond: f.Cond}}), true
	case *plan.Unique:
		if in.On == nil {
			return in.WithInputs([]plan.Node{&plan.Filter{Input: in.Input, Cond: f.Cond}}), true
		}
	case *plan.With:
		c := *in
		c.Body = &plan.Filter{Input: in.Body, Cond: f.Cond}
		return &c, true
	}
	return n, false
}}
