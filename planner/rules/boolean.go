package rules

import (
	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/planner/plan"
)

// isTrue reports whether an expression is the constant true.
func isTrue(e plan.Expr) bool { return isBool(e, true) }

func isBool(e plan.Expr, b bool) bool {
	c, ok := e.(*plan.Const)
	return ok && c.Value == datum.Value(datum.Bool(b))
}

// boolean is a constant in the place of e.
func boolean(b bool, e plan.Expr) plan.Expr {
	return &plan.Const{Base: plan.Base{T: plan.Type{OID: pgcat.Bool, Mod: -1}, At: e.Pos()}, Value: datum.Bool(b)}
}

// base is what an expression that replaces e has in common with it.
func base(e plan.Expr) plan.Base { return plan.Base{T: e.Type(), At: e.Pos()} }
