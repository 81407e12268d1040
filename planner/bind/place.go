package bind

import (
	pg "github.com/pganalyze/pg_query_go/v6"

	"github.com/waggle-sql/waggle/planner/plan"
)

// pos is the leftmost place of a bound expression, for errors about it (exprLocation); -1 for none.
func pos(e plan.Expr) int {
	for depth := 0; e != nil && depth < maxDepth; depth++ {
		first := firstOperand(e)
		if first == nil || first.Pos() < 0 || e.Pos() >= 0 && first.Pos() > e.Pos() {
			return e.Pos()
		}
		e = first
	}
	return -1
}

// firstOperand returns what stands to the left of an expression's own token, nil for nothing.
func firstOperand(e plan.Expr) plan.Expr {
	switch x := e.(type) {
	case *plan.Call:
		if x.Op != "" && len(x.Args) > 1 {
			return x.Args[0]
		}
	case *plan.Cast:
		return x.Arg
	case *plan.And:
		return x.Args[0]
	case *plan.Or:
		return x.Args[0]
	case *plan.IsNull:
		return x.Arg
	case *plan.BoolTest:
		return x.Arg
	case *plan.Distinct:
		return x.Left
	case *plan.In:
		return x.Arg
	case *plan.AnyAll:
		return x.Arg
	case *plan.Subscript:
		return x.Arg
	case *plan.Subquery:
		return x.Test
	case *plan.Choose:
		if x.Kind == plan.NullIf {
			return x.Args[0]
		}
	}
	return nil
}

// nodeLocation is the leftmost place of a syntax tree in the text, -1 for none.
func nodeLocation(n *pg.Node) int32 {
	switch x := n.GetNode().(type) {
	case *pg.Node_ColumnRef:
		return x.ColumnRef.Location
	case *pg.Node_ParamRef:
		return x.ParamRef.Location
	case *pg.Node_AConst:
		return x.AConst.Location
	case *pg.Node_AExpr:
		if x.AExpr.Lexpr != nil {
			return leftmost(x.AExpr.Location, nodeLocation(x.AExpr.Lexpr))
		}
		return x.AExpr.Location
	case *pg.Node_FuncCall:
		return x.FuncCall.Location
	case *pg.Node_TypeCast:
		return leftmost(x.TypeCast.Location, nodeLocation(x.TypeCast.Arg))
	case *pg.Node_SubLink:
		return x.SubLink.Location
	case *pg.Node_CaseExpr:
		return x.CaseExpr.Location
	case *pg.Node_CoalesceExpr:
		return x.CoalesceExpr.Location
	case *pg.Node_MinMaxExpr:
		return x.MinMaxExpr.Location
	case *pg.Node_SqlvalueFunction:
		return x.SqlvalueFunction.Location
	case *pg.Node_AArrayExpr:
		return x.AArrayExpr.Location
	case *pg.Node_RowExpr:
		return x.RowExpr.Location
	case *pg.Node_CollateClause:
		return leftmost(x.CollateClause.Location, nodeLocation(x.CollateClause.Arg))
	case *pg.Node_BoolExpr:
		return leftmost(x.BoolExpr.Location, nodeLocation(x.BoolExpr.Args[0]))
	case *pg.Node_NullTest:
		return leftmost(x.NullTest.Location, nodeLocation(x.NullTest.Arg))
	case *pg.Node_BooleanTest:
		return leftmost(x.BooleanTest.Location, nodeLocation(x.BooleanTest.Arg))
	case *pg.Node_AIndirection:
		return nodeLocation(x.AIndirection.Arg)
	}
	return -1
}

func leftmost(x, y int32) int32 {
	if x < 0 || y >= 0 && y < x {
		return y
	}
	return x
}
