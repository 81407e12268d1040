package rules

import (
	"slices"

	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/planner/plan"
)

// calm reports whether computing an expression for rows that the statement does not ask for cannot raise: comparisons, sums,
// differences and products (DECISIONS 24 leaves overflow to the order of evaluation), and what only takes values apart.
func calm(e plan.Expr) bool {
	return !contains(e, func(c plan.Expr) bool {
		switch c := c.(type) {
		case *plan.Call:
			return !calmCall(c)
		case *plan.Cast:
			return !calmCast(c)
		case *plan.Subscript, *plan.RowOf:
			return true
		}
		return false
	})
}

func calmCall(c *plan.Call) bool {
	if c.Op != "" {
		return slices.Contains([]string{"=", "<>", "<", "<=", ">", ">=", "+", "-", "*", "||", "~~", "!~~"}, c.Op)
	}
	return slices.Contains([]string{"lower", "upper", "length", "char_length", "extract", "date_part", "date_trunc", "abs",
		"btrim", "ltrim", "rtrim", "replace", "left", "right", "starts_with"}, c.Name)
}

func allCalm(list []plan.Expr) bool {
	return !slices.ContainsFunc(list, func(e plan.Expr) bool { return !calm(e) })
}

// calmCast allows casts that keep the representation and those to wider numbers.
func calmCast(c *plan.Cast) bool {
	if c.Method == plan.Relabel {
		return true
	}
	whole := []uint32{pgcat.Int2, pgcat.Int4, pgcat.Int8}
	from, to := slices.Index(whole, c.Arg.Type().OID), slices.Index(whole, c.T.OID)
	wide := c.T.OID == pgcat.Numeric && c.T.Mod < 0 || c.T.OID == pgcat.Float8
	return from >= 0 && (to >= from || wide) || c.Arg.Type().OID == pgcat.Numeric && c.T.OID == pgcat.Numeric && c.T.Mod < 0
}

// calmNode is calm for what a plan computes. Its filters may run in any order anyway.
func calmNode(n plan.Node) bool {
	switch n := n.(type) {
	case *plan.Project:
		if !allCalm(n.Exprs) {
			return false
		}
	case *plan.Aggregate:
		if !allCalm(n.Groups) || !allCalm(n.Aggs) {
			return false
		}
	case *plan.Scan, *plan.Filter, *plan.Join, *plan.Sort, *plan.Unique, *plan.SetOp:
	default:
		return false
	}
	return !slices.ContainsFunc(n.Inputs(), func(in plan.Node) bool { return !calmNode(in) })
}
