package rules

import (
	"slices"

	"github.com/waggle-sql/waggle/planner/plan"
)

// ExtractCommonConjuncts takes out of a disjunction what all its arms demand.
//
//	filter (k = j and x = 1) or (k = j and y = 2)   →   filter k = j and (x = 1 or y = 2)
//
// AND distributes over OR in three-valued logic too. It would be wrong for a volatile term, which every arm asks anew.
var ExtractCommonConjuncts = Rule{"ExtractCommonConjuncts", func(_ *Env, n plan.Node) (plan.Node, bool) {
	switch n := n.(type) {
	case *plan.Filter:
		if cond, ok := extractCommon(n.Cond); ok {
			return &plan.Filter{Input: n.Input, Cond: cond}, true
		}
	case *plan.Join:
		if cond, ok := extractCommon(n.Cond); ok {
			j := *n
			j.Cond = cond
			return &j, true
		}
	}
	return n, false
}}

func extractCommon(cond plan.Expr) (plan.Expr, bool) {
	changed := false
	var out []plan.Expr
	for _, t := range Conjuncts(cond) {
		or, ok := t.(*plan.Or)
		if !ok || volatile(or) {
			out = append(out, t)
			continue
		}
		common, rest := factor(or)
		changed = changed || len(common) > 0
		out = append(append(out, common...), rest...)
	}
	if !changed {
		return cond, false
	}
	return Conjunction(out), true
}

// factor returns what all arms have in common and what is left of the disjunction: nothing when an arm demands no more.
func factor(or *plan.Or) (common, rest []plan.Expr) {
	arms := make([][]plan.Expr, len(or.Args))
	for i, a := range or.Args {
		arms[i] = Conjuncts(a)
	}
	common, _ = partition(arms[0], func(t plan.Expr) bool {
		return !slices.ContainsFunc(arms[1:], func(arm []plan.Expr) bool { return !holds(arm, t) })
	})
	if len(common) == 0 {
		return nil, []plan.Expr{or}
	}
	args := make([]plan.Expr, len(arms))
	for i, arm := range arms {
		_, left := partition(arm, func(t plan.Expr) bool { return holds(common, t) })
		if len(left) == 0 {
			return common, nil
		}
		args[i] = Conjunction(left)
	}
	return common, []plan.Expr{&plan.Or{Base: or.Base, Args: args}}
}

// holds reports whether a term is among others.
func holds(terms []plan.Expr, t plan.Expr) bool {
	return slices.ContainsFunc(terms, func(o plan.Expr) bool { return plan.Equal(o, t) })
}
