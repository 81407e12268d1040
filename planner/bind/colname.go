package bind

import (
	pg "github.com/pganalyze/pg_query_go/v6"
)

// columnName names an output column without an alias (FigureColname).
func columnName(n *pg.Node) string {
	name, _ := figureName(n)
	if name == "" {
		return "?column?"
	}
	return name
}

// figureName returns a name and its strength: 0 none, 1 weak (a cast's type), 2 strong.
func figureName(n *pg.Node) (string, int) {
	if n == nil {
		return "", 0
	}
	switch x := n.Node.(type) {
	case *pg.Node_ColumnRef:
		return lastName(x.ColumnRef.Fields)
	case *pg.Node_AIndirection:
		if name, s := lastName(x.AIndirection.Indirection); s > 0 {
			return name, s
		}
		return figureName(x.AIndirection.Arg)
	case *pg.Node_FuncCall:
		return callName(x.FuncCall)
	case *pg.Node_AExpr:
		if x.AExpr.Kind == pg.A_Expr_Kind_AEXPR_NULLIF {
			return "nullif", 2
		}
		return "", 0
	case *pg.Node_TypeCast:
		name, s := figureName(x.TypeCast.Arg)
		if s <= 1 && len(x.TypeCast.TypeName.GetNames()) > 0 {
			t, _ := lastName(x.TypeCast.TypeName.Names)
			return t, 1
		}
		return name, s
	case *pg.Node_CollateClause:
		return figureName(x.CollateClause.Arg)
	case *pg.Node_GroupingFunc:
		return "grouping", 2
	case *pg.Node_SubLink:
		return subLinkName(x.SubLink)
	case *pg.Node_CaseExpr:
		name, s := figureName(x.CaseExpr.Defresult)
		if s <= 1 {
			return "case", 1
		}
		return name, s
	}
	return constructName(n)
}

// callName is the function's name, and the metric's for MEASURE, so that two metrics have two names.
func callName(c *pg.FuncCall) (string, int) {
	name, strength := lastName(c.Funcname)
	if name != "measure" || len(c.Args) != 1 || c.Args[0].GetColumnRef() == nil {
		return name, strength
	}
	return figureName(c.Args[0])
}

func constructName(n *pg.Node) (string, int) {
	switch x := n.Node.(type) {
	case *pg.Node_AArrayExpr:
		return "array", 2
	case *pg.Node_RowExpr:
		return "row", 2
	case *pg.Node_CoalesceExpr:
		return "coalesce", 2
	case *pg.Node_MinMaxExpr:
		if x.MinMaxExpr.Op == pg.MinMaxOp_IS_LEAST {
			return "least", 2
		}
		return "greatest", 2
	case *pg.Node_SqlvalueFunction:
		return sqlValueName(x.SqlvalueFunction.Op), 2
	}
	return "", 0
}

func lastName(fields []*pg.Node) (string, int) {
	name := ""
	for _, f := range fields {
		if s := f.GetString_(); s != nil {
			name = s.Sval
		}
	}
	if name == "" {
		return "", 0
	}
	return name, 2
}

func subLinkName(n *pg.SubLink) (string, int) {
	switch n.SubLinkType {
	case pg.SubLinkType_EXISTS_SUBLINK:
		return "exists", 2
	case pg.SubLinkType_ARRAY_SUBLINK:
		return "array", 2
	case pg.SubLinkType_EXPR_SUBLINK:
		q := n.Subselect.GetSelectStmt()
		for q != nil && q.Op > pg.SetOperation_SETOP_NONE {
			q = q.Larg
		}
		if q == nil {
			return "", 0
		}
		if len(q.ValuesLists) > 0 {
			return "column1", 2
		}
		if len(q.TargetList) == 1 {
			r := q.TargetList[0].GetResTarget()
			if r.GetName() != "" {
				return r.Name, 2
			}
			return figureName(r.GetVal())
		}
	}
	return "", 0
}

func sqlValueName(op pg.SQLValueFunctionOp) string {
	switch op {
	case pg.SQLValueFunctionOp_SVFOP_CURRENT_DATE:
		return "current_date"
	case pg.SQLValueFunctionOp_SVFOP_CURRENT_TIME, pg.SQLValueFunctionOp_SVFOP_CURRENT_TIME_N:
		return "current_time"
	case pg.SQLValueFunctionOp_SVFOP_CURRENT_TIMESTAMP, pg.SQLValueFunctionOp_SVFOP_CURRENT_TIMESTAMP_N:
		return "current_timestamp"
	case pg.SQLValueFunctionOp_SVFOP_LOCALTIME, pg.SQLValueFunctionOp_SVFOP_LOCALTIME_N:
		return "localtime"
	case pg.SQLValueFunctionOp_SVFOP_LOCALTIMESTAMP, pg.SQLValueFunctionOp_SVFOP_LOCALTIMESTAMP_N:
		return "localtimestamp"
	case pg.SQLValueFunctionOp_SVFOP_CURRENT_ROLE:
		return "current_role"
	case pg.SQLValueFunctionOp_SVFOP_CURRENT_USER:
		return "current_user"
	case pg.SQLValueFunctionOp_SVFOP_USER:
		return "user"
	case pg.SQLValueFunctionOp_SVFOP_SESSION_USER:
		return "session_user"
	case pg.SQLValueFunctionOp_SVFOP_CURRENT_CATALOG:
		return "current_catalog"
	}
	return "current_schema"
}
