package bind

import (
	pg "github.com/pganalyze/pg_query_go/v6"

	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/planner/plan"
)

// subLink binds a subquery in an expression.
func (b *binder) subLink(s *scope, n *pg.SubLink) plan.Expr {
	at := b.at(n.Location)
	out := b.query(n.Subselect.GetSelectStmt(), s, queryOptions{})
	if b.err != nil {
		return null(pgcat.Unknown, at)
	}
	q := &plan.Subquery{Plan: out.node, Base: base(pgcat.Bool, at)}
	switch n.SubLinkType {
	case pg.SubLinkType_EXISTS_SUBLINK:
		q.Kind = plan.Exists
		return q
	case pg.SubLinkType_EXPR_SUBLINK, pg.SubLinkType_ARRAY_SUBLINK:
		return b.valueSubquery(q, out, n.SubLinkType == pg.SubLinkType_ARRAY_SUBLINK)
	case pg.SubLinkType_ANY_SUBLINK, pg.SubLinkType_ALL_SUBLINK:
		q.Kind = plan.Any
		if n.SubLinkType == pg.SubLinkType_ALL_SUBLINK {
			q.Kind = plan.All
		}
		return b.testSubquery(s, n, q, out)
	}
	return b.refuse(at, "this form of subquery is not supported")
}

func (b *binder) valueSubquery(q *plan.Subquery, out *output, array bool) plan.Expr {
	if len(out.cols) != 1 {
		return b.fail(pgerr.New(pgerr.SyntaxError, "subquery must return only one column"), q.At)
	}
	q.Kind, q.T = plan.Scalar, out.cols[0].typ
	if !array {
		return q
	}
	elem := q.T.OID
	q.Kind = plan.ArrayQuery
	if typ(elem).IsArray() {
		q.T = unmodified(elem)
		return q
	}
	if q.T.OID = arrayOf(elem); q.T.OID == 0 {
		return b.fail(pgerr.New(pgerr.UndefinedObject, "could not find array type for data type %s", typeName(elem)), q.At)
	}
	return q
}

// testSubquery binds x op ANY|ALL (query); rows on the left become a condition inside an EXISTS.
func (b *binder) testSubquery(s *scope, n *pg.SubLink, q *plan.Subquery, out *output) plan.Expr {
	name := "="
	if len(n.OperName) > 0 {
		name = b.operatorName(n.OperName, q.At)
	}
	var left []plan.Expr
	if row := n.Testexpr.GetRowExpr(); row != nil {
		left = b.exprs(s, row.Args)
	} else {
		left = []plan.Expr{b.expr(s, n.Testexpr)}
	}
	switch {
	case b.err != nil:
		return null(pgcat.Bool, q.At)
	case len(left) < len(out.cols):
		return b.fail(pgerr.New(pgerr.SyntaxError, "subquery has too many columns"), q.At)
	case len(left) > len(out.cols):
		return b.fail(pgerr.New(pgerr.SyntaxError, "subquery has too few columns"), q.At)
	case len(left) > 1:
		return b.rowTest(q, out, left, name)
	}
	col := plan.Col{ID: out.cols[0].id, Name: out.cols[0].name, Type: out.cols[0].typ}
	op := b.resolveOperator(name, []uint32{left[0].Type().OID, col.Type.OID}, q.At)
	if op == nil {
		return null(pgcat.Bool, q.At)
	}
	declared := []uint32{op.Left, op.Right}
	args := []plan.Expr{left[0], refTo(col)}
	result, err := resolveGeneric(typesOf(args), declared, op.Result)
	if err != nil {
		return b.fail(err, q.At)
	}
	if result != pgcat.Bool {
		return b.fail(pgerr.New(pgerr.DatatypeMismatch, "row comparison operator must yield type boolean, not type %s",
			typeName(result)), q.At)
	}
	b.convertArgs(args, declared)
	q.Test, q.Proc, q.Op = args[0], op.Code, op.Name
	if _, same := args[1].(*plan.Ref); !same {
		q.Plan = b.computed(q.Plan, args[1])
	}
	return q
}

// computed projects a plan to one expression over its columns.
func (b *binder) computed(n plan.Node, e plan.Expr) plan.Node {
	c := b.newCol(nil, "", "value", e.Type())
	return &plan.Project{Input: n, Exprs: []plan.Expr{e}, Out: []plan.Col{c}}
}

// rowTest turns (a, b) op ANY (query) into: does the query have a row for which the comparison is true? When it has none
// but one for which it is unknown, the result is unknown. ALL is the negation of ANY with the negated comparison.
func (b *binder) rowTest(q *plan.Subquery, out *output, left []plan.Expr, name string) plan.Expr {
	right := make([]plan.Expr, len(out.cols))
	for i, c := range out.cols {
		right[i] = refTo(plan.Col{ID: c.id, Name: c.name, Type: c.typ})
	}
	cond := b.rowCompare(name, left, right, q.At)
	if b.err != nil {
		return null(pgcat.Bool, q.At)
	}
	q.Plan = b.computed(q.Plan, cond)
	q.Test = boolConst(true, q.At)
	q.Op = "="
	q.Proc = equalityOf(pgcat.Bool)
	return q
}

// rowSubquery binds (a, b) op (query).
func (b *binder) rowSubquery(s *scope, n *pg.A_Expr) plan.Expr {
	at := b.at(n.Location)
	name := b.operatorName(n.Name, at)
	left := b.exprs(s, n.Lexpr.GetRowExpr().Args)
	out := b.query(n.Rexpr.GetSubLink().Subselect.GetSelectStmt(), s, queryOptions{})
	if b.err != nil {
		return null(pgcat.Bool, at)
	}
	switch {
	case len(left) < len(out.cols):
		return b.fail(pgerr.New(pgerr.SyntaxError, "subquery has too many columns"), at)
	case len(left) > len(out.cols):
		return b.fail(pgerr.New(pgerr.SyntaxError, "subquery has too few columns"), at)
	}
	right := make([]plan.Expr, len(out.cols))
	for i, c := range out.cols {
		right[i] = refTo(plan.Col{ID: c.id, Name: c.name, Type: c.typ})
	}
	cond := b.rowCompare(name, left, right, at)
	return &plan.Subquery{Base: base(pgcat.Bool, at), Kind: plan.Scalar, Plan: b.computed(out.node, cond)}
}
