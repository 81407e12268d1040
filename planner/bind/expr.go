package bind

import (
	pg "github.com/pganalyze/pg_query_go/v6"

	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/planner/plan"
)

// expr binds an expression (transformExprRecurse). It never returns nil.
func (b *binder) expr(s *scope, n *pg.Node) plan.Expr {
	if !b.deeper(-1) || n == nil {
		b.shallower()
		return null(pgcat.Unknown, -1)
	}
	defer b.shallower()
	switch x := n.Node.(type) {
	case *pg.Node_ColumnRef:
		return b.columnRef(s, x.ColumnRef)
	case *pg.Node_ParamRef:
		return b.paramRef(x.ParamRef)
	case *pg.Node_AConst:
		return b.constant(x.AConst)
	case *pg.Node_AExpr:
		return b.aExpr(s, x.AExpr)
	case *pg.Node_BoolExpr:
		return b.boolExpr(s, x.BoolExpr)
	case *pg.Node_FuncCall:
		return b.funcCall(s, x.FuncCall)
	case *pg.Node_TypeCast:
		return b.typeCast(s, x.TypeCast)
	case *pg.Node_SubLink:
		return b.subLink(s, x.SubLink)
	case *pg.Node_CaseExpr:
		return b.caseExpr(s, x.CaseExpr)
	case *pg.Node_NullTest:
		return b.nullTest(s, x.NullTest)
	case *pg.Node_BooleanTest:
		return b.booleanTest(s, x.BooleanTest)
	}
	return b.otherExpr(s, n)
}

func (b *binder) otherExpr(s *scope, n *pg.Node) plan.Expr {
	switch x := n.Node.(type) {
	case *pg.Node_CoalesceExpr:
		return b.choose(s, plan.Coalesce, x.CoalesceExpr.Args, b.at(x.CoalesceExpr.Location))
	case *pg.Node_MinMaxExpr:
		return b.minMax(s, x.MinMaxExpr)
	case *pg.Node_SqlvalueFunction:
		return b.sqlValue(x.SqlvalueFunction)
	case *pg.Node_AArrayExpr:
		return b.arrayExpr(s, x.AArrayExpr, plan.Type{})
	case *pg.Node_AIndirection:
		return b.indirection(s, x.AIndirection)
	case *pg.Node_RowExpr:
		return b.rowExpr(s, x.RowExpr)
	case *pg.Node_CollateClause:
		return b.collate(s, x.CollateClause)
	case *pg.Node_GroupingFunc:
		return b.grouping(s, x.GroupingFunc)
	case *pg.Node_NamedArgExpr:
		return b.expr(s, x.NamedArgExpr.Arg)
	case *pg.Node_SetToDefault:
		return b.fail(pgerr.New(pgerr.SyntaxError, "DEFAULT is not allowed in this context"), b.at(x.SetToDefault.Location))
	case *pg.Node_XmlExpr:
		return b.refuse(b.at(x.XmlExpr.Location), "XML functions are not supported")
	case *pg.Node_XmlSerialize:
		return b.refuse(b.at(x.XmlSerialize.Location), "XML functions are not supported")
	case *pg.Node_JsonIsPredicate:
		return b.refuse(b.at(x.JsonIsPredicate.Location), "IS JSON is not supported")
	}
	return b.refuse(-1, "this expression is not supported")
}

// boolExpr flattens AND and OR, which the parser nests to the left.
func (b *binder) boolExpr(s *scope, n *pg.BoolExpr) plan.Expr {
	at := b.at(n.Location)
	if n.Boolop == pg.BoolExprType_NOT_EXPR {
		return &plan.Not{Base: base(pgcat.Bool, at), Arg: b.toBoolean(b.expr(s, n.Args[0]), "NOT")}
	}
	name := "AND"
	if n.Boolop == pg.BoolExprType_OR_EXPR {
		name = "OR"
	}
	nodes := flatten(n.Boolop, n.Args)
	args := make([]plan.Expr, 0, len(nodes))
	for _, a := range nodes {
		args = append(args, b.toBoolean(b.expr(s, a), name))
		if b.err != nil {
			return null(pgcat.Bool, at)
		}
	}
	if n.Boolop == pg.BoolExprType_OR_EXPR {
		return &plan.Or{Base: base(pgcat.Bool, at), Args: args}
	}
	return &plan.And{Base: base(pgcat.Bool, at), Args: args}
}

func flatten(op pg.BoolExprType, nodes []*pg.Node) []*pg.Node {
	var out []*pg.Node
	stack := append([]*pg.Node(nil), nodes...)
	for i, j := 0, len(stack)-1; i < j; i, j = i+1, j-1 {
		stack[i], stack[j] = stack[j], stack[i]
	}
	for len(stack) > 0 {
		n := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if x := n.GetBoolExpr(); x != nil && x.Boolop == op {
			for i := len(x.Args) - 1; i >= 0; i-- {
				stack = append(stack, x.Args[i])
			}
			continue
		}
		out = append(out, n)
	}
	return out
}

// aExpr binds operators and what the grammar spells like them.
func (b *binder) aExpr(s *scope, n *pg.A_Expr) plan.Expr {
	at := b.at(n.Location)
	switch n.Kind {
	case pg.A_Expr_Kind_AEXPR_OP:
		return b.operatorExpr(s, n, at)
	case pg.A_Expr_Kind_AEXPR_OP_ANY, pg.A_Expr_Kind_AEXPR_OP_ALL:
		return b.anyAll(s, n)
	case pg.A_Expr_Kind_AEXPR_DISTINCT, pg.A_Expr_Kind_AEXPR_NOT_DISTINCT:
		return b.distinct(s, n, at)
	case pg.A_Expr_Kind_AEXPR_NULLIF:
		return b.nullIf(s, n, at)
	case pg.A_Expr_Kind_AEXPR_IN:
		return b.inList(s, n, at)
	case pg.A_Expr_Kind_AEXPR_LIKE, pg.A_Expr_Kind_AEXPR_ILIKE, pg.A_Expr_Kind_AEXPR_SIMILAR:
		l, r := b.expr(s, n.Lexpr), b.expr(s, n.Rexpr)
		return b.operator(b.operatorName(n.Name, at), l, r, at)
	case pg.A_Expr_Kind_AEXPR_BETWEEN, pg.A_Expr_Kind_AEXPR_NOT_BETWEEN, pg.A_Expr_Kind_AEXPR_BETWEEN_SYM,
		pg.A_Expr_Kind_AEXPR_NOT_BETWEEN_SYM:
		return b.between(s, n, at)
	}
	return b.refuse(at, "this operator is not supported")
}

// operatorName reads a possibly qualified operator name; all operators are pg_catalog's.
func (b *binder) operatorName(nodes []*pg.Node, at int) string {
	names := texts(nodes)
	if len(names) == 0 {
		return ""
	}
	if len(names) > 1 && names[len(names)-2] != "pg_catalog" {
		if !b.hasSchema(names[0]) {
			b.fail(pgerr.New(pgerr.InvalidSchemaName, "schema \"%s\" does not exist", names[0]), at)
		}
		return dotted(names)
	}
	return names[len(names)-1]
}

// operatorExpr binds an infix or prefix operator; comparisons of rows are expanded.
func (b *binder) operatorExpr(s *scope, n *pg.A_Expr, at int) plan.Expr {
	if n.Lexpr == nil {
		r := b.expr(s, n.Rexpr)
		return b.operator(b.operatorName(n.Name, at), nil, r, at)
	}
	lr, rr := n.Lexpr.GetRowExpr(), n.Rexpr.GetRowExpr()
	if sub := n.Rexpr.GetSubLink(); lr != nil && sub != nil && sub.SubLinkType == pg.SubLinkType_EXPR_SUBLINK {
		return b.rowSubquery(s, n)
	}
	if lr != nil && rr != nil {
		return b.rowCompare(b.operatorName(n.Name, at), b.exprs(s, lr.Args), b.exprs(s, rr.Args), at)
	}
	if e := b.operatorChain(s, n); e != nil {
		return e
	}
	l := b.expr(s, n.Lexpr)
	r := b.expr(s, n.Rexpr)
	return b.operator(b.operatorName(n.Name, at), l, r, at)
}

// operatorChain binds a + b + c … without recursion on its left side; nil when n is no chain.
func (b *binder) operatorChain(s *scope, n *pg.A_Expr) plan.Expr {
	var chain []*pg.A_Expr
	left := n
	for {
		chain = append(chain, left)
		next := left.Lexpr.GetAExpr()
		if next == nil || next.Kind != pg.A_Expr_Kind_AEXPR_OP || next.Lexpr == nil || next.Lexpr.GetRowExpr() != nil {
			break
		}
		left = next
	}
	if len(chain) < 2 {
		return nil
	}
	e := b.expr(s, left.Lexpr)
	for i := len(chain) - 1; i >= 0 && b.err == nil; i-- {
		at := b.at(chain[i].Location)
		r := b.expr(s, chain[i].Rexpr)
		e = b.operator(b.operatorName(chain[i].Name, at), e, r, at)
	}
	return e
}

func (b *binder) exprs(s *scope, nodes []*pg.Node) []plan.Expr {
	out := make([]plan.Expr, 0, len(nodes))
	for _, n := range nodes {
		out = append(out, b.expr(s, n))
	}
	return out
}

// typeCast binds expr::type; an array constructor takes its element type from it.
func (b *binder) typeCast(s *scope, n *pg.TypeCast) plan.Expr {
	at := b.at(n.Location)
	if p := n.Arg.GetParamRef(); p != nil && n.TypeName.GetLocation() >= 0 && n.TypeName.Location < p.Location {
		// pg_query's grammar takes type $1, which is none of PostgreSQL's.
		return b.fail(pgerr.New(pgerr.SyntaxError, "syntax error at or near \"$%d\"", p.Number), b.at(p.Location))
	}
	t, ok := b.typeOf(n.TypeName)
	if !ok {
		return null(pgcat.Unknown, at)
	}
	var e plan.Expr
	if a := n.Arg.GetAArrayExpr(); a != nil && elementOf(baseOf(t.OID)) != 0 {
		e = b.arrayExpr(s, a, plan.Type{OID: baseOf(t.OID), Mod: t.Mod})
	} else {
		e = b.expr(s, n.Arg)
	}
	r, ok := b.coerceTo(e, t, explicit, at)
	if !ok {
		return b.fail(cannotCast(e.Type().OID, t.OID), castErrorAt(e, at, n))
	}
	return r
}

// castErrorAt is the place of the error of a failed cast: the double colon, or the argument when there is none.
func castErrorAt(e plan.Expr, at int, n *pg.TypeCast) int {
	if n.Location >= 0 {
		return at
	}
	return pos(e)
}

// collate accepts the one collation that everything has.
func (b *binder) collate(s *scope, n *pg.CollateClause) plan.Expr {
	at := b.at(n.Location)
	names := texts(n.Collname)
	e := b.expr(s, n.Arg)
	if t := e.Type().OID; t == pgcat.Unknown {
		e = b.textOfUnknown(e)
	} else if typ(baseOf(t)).Collation == 0 {
		return b.fail(pgerr.New(pgerr.DatatypeMismatch, "collations are not supported by type %s", typeName(t)), at)
	}
	switch names[len(names)-1] {
	case "default", "C", "POSIX", "ucs_basic", "C.UTF-8", "pg_c_utf8", "C.utf8":
		return e
	}
	name := names[len(names)-1]
	if len(names) > 1 && names[0] != "pg_catalog" {
		name = dotted(names)
	}
	return b.fail(pgerr.New(pgerr.UndefinedObject, "collation \"%s\" for encoding \"UTF8\" does not exist", name), at)
}

// textOfUnknown makes what is still of unknown type text.
func (b *binder) textOfUnknown(e plan.Expr) plan.Expr {
	if e.Type().OID == pgcat.Unknown && b.err == nil {
		return b.coerceUnknown(e, unmodified(pgcat.Text), implicit, -1)
	}
	return e
}
