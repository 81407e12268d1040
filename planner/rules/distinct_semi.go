package rules

import (
	"slices"

	"github.com/waggle-sql/waggle/planner/plan"
)

// DistinctBelowSemiJoin asks another source for each value once, where a semi or anti join only asks whether there is one.
//
//	anti join on a.k = b.k             anti join on a.k = b.k
//	  a                          →       a
//	  b                                  distinct
//	                                       project [k]
//	                                         b
//
// It would be wrong where the condition could tell equal values apart, as 1.0 and 1.00 in a text. It is of no use where the columns
// hold b's declared key, or b is grouped already.
var DistinctBelowSemiJoin = Rule{"DistinctBelowSemiJoin", func(env *Env, n plan.Node) (plan.Node, bool) {
	j, ok := n.(*plan.Join)
	if !ok || j.Kind != plan.Semi && j.Kind != plan.Anti || j.Lateral || j.Cond == nil || volatile(j.Cond) || hasSubquery(j.Cond) {
		return n, false
	}
	right := env.connection(j.Right)
	if right.several || !env.connection(j).several || !env.speaks(right.name) || once(j.Right) {
		return n, false
	}
	once, ok := env.each(j.Right, env.refs(j.Cond))
	if !ok {
		return n, false
	}
	c := *j
	c.Right = once
	return &c, true
}}

// once: every row is there one time only, or there are few.
func once(n plan.Node) bool {
	switch n := n.(type) {
	case *plan.Unique, *plan.Aggregate, *plan.Limit:
		return true
	case *plan.Project:
		return once(n.Input)
	}
	return false
}

// each is the distinct values of the columns of n that are read.
func (env *Env) each(n plan.Node, read set) (plan.Node, bool) {
	p := &plan.Project{Input: n}
	for _, c := range n.Cols() {
		if !read.has(c.ID) {
			continue
		}
		if !identical(c.Type) {
			return nil, false
		}
		p.Exprs, p.Out = append(p.Exprs, refTo(c)), append(p.Out, c)
	}
	if len(p.Out) == 0 || env.keyed(n, p.Exprs) {
		return nil, false
	}
	u := &plan.Unique{Input: p}
	sql, ok := env.Sources[env.connection(n).name].SQL()
	return u, ok && sql.Say(u) == nil
}

// keyed reports whether columns hold a declared key of what they are read from, so that no two rows have the same.
func (env *Env) keyed(n plan.Node, columns []plan.Expr) bool {
	var held set
	for _, e := range columns {
		if r, ok := e.(*plan.Ref); ok {
			held.add(r.ID)
		}
	}
	key := env.declaredKey(n)
	return len(key) > 0 && !slices.ContainsFunc(key, func(id plan.ColID) bool { return !held.has(id) })
}
