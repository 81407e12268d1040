package rules

import (
	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/planner/plan"
)

// isTrue reports whether an expression is the constant true.
func isTrue(e plan.Expr) bool {
	c, ok := e.(*plan.Const)
	return ok && c.Value == datum.Value(datum.Bool(true))
}
