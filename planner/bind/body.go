package bind

import (
	"slices"

	pg "github.com/pganalyze/pg_query_go/v6"

	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/planner/plan"
)

// body replaces a function whose answer is in the system catalog by the query that gives it, with the call's arguments as
// its parameters. It returns nil for any other function.
func (b *binder) body(c *plan.Call) plan.Expr {
	if c.Name == "to_regtype" && b.in.View != nil && b.in.View.HasSchema("pg_catalog") {
		return &plan.Choose{Base: c.Base, Kind: plan.Coalesce, Args: []plan.Expr{c, b.inline(pgcat.RowtypeOID, c.Args, c.T, c.At)}}
	}
	text, ok := pgcat.SQLBody(c.Proc)
	if !ok {
		return nil
	}
	return b.inline(text, c.Args, c.T, c.At)
}

// maxInlined is how deep answers of the system catalog may stand in each other's arguments: a query names its argument several times, so
// that each level multiplies the plan.
const maxInlined = 4

// inlinedLevel is how deep the queries in a query's arguments stand in each other, with that query itself.
func (b *binder) inlinedLevel(args []plan.Expr) int {
	level := 0
	for _, a := range args {
		plan.WalkExpr(a, func(e plan.Expr) {
			if q, ok := e.(*plan.Subquery); ok {
				level = max(level, b.inlined[q])
			}
		})
	}
	return level + 1
}

// inline binds a query of one column as a scalar subquery of type t. All in it carries the calling token's position.
func (b *binder) inline(text string, args []plan.Expr, t plan.Type, at int) plan.Expr {
	level := b.inlinedLevel(args)
	if level > maxInlined {
		return b.refuse(at, "names and functions of the system catalog within each other more than %d deep are not supported", maxInlined)
	}
	tree, err := pg.Parse(text)
	if err != nil || len(tree.Stmts) != 1 {
		return b.fail(pgerr.New(pgerr.Internal, "internal error").Because(err), at)
	}
	model, outer := b.model, b.bodyArgs
	b.model, b.bodyArgs = &modelText{at: at}, append([]plan.Expr{}, args...)
	out := b.query(tree.Stmts[0].Stmt.GetSelectStmt(), nil, queryOptions{})
	b.model, b.bodyArgs = model, outer
	if b.err != nil {
		return null(t.OID, at)
	}
	q := &plan.Subquery{Base: plan.Base{T: out.cols[0].typ, At: at}, Kind: plan.Scalar, Plan: out.node}
	b.inlined[q] = level
	e, fits := b.coerceTo(q, t, explicit, at)
	if !fits {
		return b.fail(pgerr.New(pgerr.Internal, "internal error").WithDetail("A catalog function's body has type %s.", typeName(q.T.OID)), at)
	}
	return e
}

// bodyArgument is argument n of the catalog function whose body is being bound.
func (b *binder) bodyArgument(n int32) plan.Expr {
	if int(n) > len(b.bodyArgs) {
		return b.fail(pgerr.New(pgerr.Internal, "internal error").WithDetail("A catalog function's body reads $%d.", n), -1)
	}
	return b.bodyArgs[n-1]
}

// regclassText prints an object identifier as PostgreSQL's output function of regclass does.
func (b *binder) regclassText(e plan.Expr, at int) plan.Expr {
	return b.inline(pgcat.RegclassText, []plan.Expr{e}, unmodified(pgcat.Text), at)
}

// regclassOf finds the relation that a text names. A name that is not there is an error of the cast itself.
func (b *binder) regclassOf(k *plan.Cast) plan.Expr {
	if b.in.View == nil || !b.in.View.HasSchema("pg_catalog") {
		return k
	}
	found := b.inline(pgcat.RegclassOID, []plan.Expr{k.Arg}, k.T, k.At)
	return &plan.Choose{Base: k.Base, Kind: plan.Coalesce, Args: []plan.Expr{found, k}}
}

// catalogRows binds a set-returning function in FROM whose rows are those of a relation; ok is false for any other.
func (b *binder) catalogRows(s *scope, n *pg.RangeFunction) (node plan.Node, items []*item, ok bool) {
	if len(n.Functions) != 1 || n.Ordinality || len(n.Functions[0].GetList().GetItems()) == 0 {
		return nil, nil, false
	}
	f := n.Functions[0].GetList().Items[0].GetFuncCall()
	if f == nil || len(f.Args) > 0 {
		return nil, nil, false
	}
	names := texts(f.Funcname)
	text, known := pgcat.SetBody(names[len(names)-1])
	if !known || len(names) > 1 && names[0] != "pg_catalog" {
		return nil, nil, false
	}
	tree, err := pg.Parse(text)
	if err != nil || len(tree.Stmts) != 1 {
		b.fail(pgerr.New(pgerr.Internal, "internal error").Because(err), b.at(f.Location))
		return &plan.Values{}, nil, true
	}
	alias := n.Alias
	if alias == nil {
		alias = &pg.Alias{Aliasname: names[len(names)-1]}
	}
	model := b.model
	b.model = &modelText{at: b.at(f.Location)}
	node, items = b.rangeSubselect(s, &pg.RangeSubselect{Subquery: tree.Stmts[0].Stmt, Alias: alias})
	b.model = model
	return node, items, true
}

// nameRelations makes the statement's output columns of type regclass carry the names that PostgreSQL prints for them: the
// values are object identifiers, whose names only the catalog knows. A column that the order depends on stays as it is.
// Without a catalog in the view nothing has a name.
func (b *binder) nameRelations(out *output) {
	if b.in.View == nil || !b.in.View.HasSchema("pg_catalog") {
		return
	}
	for _, c := range out.cols {
		if c.typ.OID == pgcat.Regclass && b.err == nil {
			out.node = b.nameRelation(out.node, c.id)
		}
	}
}

// nameRelation rewrites the projection that computes a column, below the nodes that pass rows on.
func (b *binder) nameRelation(n plan.Node, id plan.ColID) plan.Node {
	switch n := n.(type) {
	case *plan.Limit:
		return n.WithInputs([]plan.Node{b.nameRelation(n.Input, id)})
	case *plan.Sort:
		for _, k := range n.Keys {
			if plan.Refs(k.Expr)[id] {
				return n
			}
		}
		return n.WithInputs([]plan.Node{b.nameRelation(n.Input, id)})
	case *plan.Project:
		c := &plan.Project{Input: n.Input, Exprs: slices.Clone(n.Exprs), Out: slices.Clone(n.Out)}
		for i, col := range n.Out {
			if _, constant := n.Exprs[i].(*plan.Const); col.ID == id && !constant {
				c.Exprs[i] = b.regclassText(n.Exprs[i], n.Exprs[i].Pos())
				c.Out[i].Type = unmodified(pgcat.Text)
			}
		}
		return c
	}
	return n
}
