package rules

import (
	"slices"

	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/planner/plan"
)

// strict reports whether an expression is NULL whenever the columns of nulls are.
func strict(e plan.Expr, nulls set) bool {
	switch e := e.(type) {
	case *plan.Ref:
		return nulls.has(e.ID)
	case *plan.Cast:
		return strict(e.Arg, nulls)
	case *plan.Not:
		return strict(e.Arg, nulls)
	case *plan.In:
		return strict(e.Arg, nulls)
	case *plan.Call:
		p, ok := pgcat.ProcByOID(e.Proc)
		return ok && p.Strict && !p.RetSet && slices.ContainsFunc(e.Args, func(a plan.Expr) bool { return strict(a, nulls) })
	}
	return false
}

// rejects reports whether a term is not true for a row in which the columns of nulls are NULL.
func rejects(t plan.Expr, nulls set) bool {
	switch t := t.(type) {
	case *plan.And:
		return slices.ContainsFunc(t.Args, func(a plan.Expr) bool { return rejects(a, nulls) })
	case *plan.Or:
		return !slices.ContainsFunc(t.Args, func(a plan.Expr) bool { return !rejects(a, nulls) })
	case *plan.IsNull:
		return t.Negated && strict(t.Arg, nulls)
	case *plan.BoolTest:
		return t.Truth == plan.True && !t.Negated && rejects(t.Arg, nulls)
	}
	return strict(t, nulls)
}
