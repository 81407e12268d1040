package bind

import (
	pg "github.com/pganalyze/pg_query_go/v6"

	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/planner/plan"
)

// caseExpr binds CASE; a simple CASE becomes comparisons with its argument.
func (b *binder) caseExpr(s *scope, n *pg.CaseExpr) plan.Expr {
	at := b.at(n.Location)
	sets := s.sets
	var arg plan.Expr
	if n.Arg != nil {
		arg = b.textOfUnknown(b.expr(s, n.Arg))
	}
	c := &plan.Case{Base: plan.Base{At: at}}
	var results []plan.Expr
	if n.Defresult != nil {
		results = append(results, nil)
	}
	for _, w := range n.Args {
		x := w.GetCaseWhen()
		cond := b.expr(s, x.Expr)
		if arg != nil {
			cond = b.operator("=", arg, cond, b.at(x.Location))
		}
		cond = b.toBoolean(cond, "CASE/WHEN")
		then := b.expr(s, x.Result)
		c.Whens = append(c.Whens, plan.When{Cond: cond, Then: then})
		results = append(results, then)
	}
	// The default result decides first, as in PostgreSQL.
	if n.Defresult != nil {
		results[0] = b.expr(s, n.Defresult)
	} else {
		results = append([]plan.Expr{null(pgcat.Unknown, -1)}, results...)
	}
	if !sets && s.sets {
		return b.setNotAllowed("CASE", s.setAt)
	}
	c.T = b.unifyResults("CASE", results)
	for i := range c.Whens {
		c.Whens[i].Then = results[i+1]
	}
	if n.Defresult != nil {
		c.Else = results[0]
	}
	return c
}

func (b *binder) setNotAllowed(what string, at int) plan.Expr {
	return b.fail(pgerr.New(pgerr.FeatureNotSupported, "set-returning functions are not allowed in %s", what).
		WithHint("You might be able to move the set-returning function into a LATERAL FROM item."), at)
}

// unifyResults is unifyAll with the context that errors of the conversion show.
func (b *binder) unifyResults(what string, exprs []plan.Expr) plan.Type {
	if b.err != nil {
		return unmodified(pgcat.Unknown)
	}
	return b.unifyAll(what, exprs)
}

// choose binds COALESCE, GREATEST and LEAST.
func (b *binder) choose(s *scope, kind plan.ChooseKind, nodes []*pg.Node, at int) plan.Expr {
	name := map[plan.ChooseKind]string{plan.Coalesce: "COALESCE", plan.Greatest: "GREATEST", plan.Least: "LEAST"}[kind]
	sets := s.sets
	args := b.exprs(s, nodes)
	t := b.unifyResults(name, args)
	if kind == plan.Coalesce && !sets && s.sets {
		return b.setNotAllowed(name, s.setAt)
	}
	c := &plan.Choose{Base: plan.Base{T: t, At: at}, Kind: kind, Args: args}
	if kind != plan.Coalesce && b.err == nil && !b.comparesRows(t.OID, at) {
		if c.Proc = lessOf(t.OID); c.Proc == 0 || unordered(t.OID) {
			return b.fail(pgerr.New(pgerr.UndefinedFunction, "could not identify a comparison function for type %s",
				typeName(t.OID)), at)
		}
	}
	return c
}

func (b *binder) minMax(s *scope, n *pg.MinMaxExpr) plan.Expr {
	if n.Op == pg.MinMaxOp_IS_LEAST {
		return b.choose(s, plan.Least, n.Args, b.at(n.Location))
	}
	return b.choose(s, plan.Greatest, n.Args, b.at(n.Location))
}

// nullIf binds NULLIF by the operator "=", whose left operand's type is the result's.
func (b *binder) nullIf(s *scope, n *pg.A_Expr, at int) plan.Expr {
	l, r := b.expr(s, n.Lexpr), b.expr(s, n.Rexpr)
	if b.err != nil {
		return null(pgcat.Unknown, at)
	}
	op := b.resolveOperator("=", []uint32{l.Type().OID, r.Type().OID}, at)
	if op == nil {
		return null(pgcat.Unknown, at)
	}
	args := []plan.Expr{l, r}
	declared := []uint32{op.Left, op.Right}
	if _, err := resolveGeneric(typesOf(args), declared, op.Result); err != nil {
		return b.fail(err, at)
	}
	b.convertArgs(args, declared)
	return &plan.Choose{Base: plan.Base{T: args[0].Type(), At: at}, Kind: plan.NullIf, Args: args, Proc: op.Code}
}

// distinct binds IS [NOT] DISTINCT FROM; rows are compared item by item.
func (b *binder) distinct(s *scope, n *pg.A_Expr, at int) plan.Expr {
	negated := n.Kind == pg.A_Expr_Kind_AEXPR_NOT_DISTINCT
	lr, rr := n.Lexpr.GetRowExpr(), n.Rexpr.GetRowExpr()
	if lr == nil || rr == nil {
		return b.distinctPair(b.expr(s, n.Lexpr), b.expr(s, n.Rexpr), negated, at)
	}
	l, r := b.exprs(s, lr.Args), b.exprs(s, rr.Args)
	if len(l) != len(r) {
		return b.fail(pgerr.New(pgerr.SyntaxError, "unequal number of entries in row expressions"), at)
	}
	var args []plan.Expr
	for i := range l {
		args = append(args, b.distinctPair(l[i], r[i], negated, at))
	}
	return junction(args, !negated, at)
}

func junction(args []plan.Expr, or bool, at int) plan.Expr {
	switch {
	case len(args) == 1:
		return args[0]
	case or:
		return &plan.Or{Base: base(pgcat.Bool, at), Args: args}
	}
	return &plan.And{Base: base(pgcat.Bool, at), Args: args}
}

func (b *binder) distinctPair(l, r plan.Expr, negated bool, at int) plan.Expr {
	if isNullConst(r) {
		return &plan.IsNull{Base: base(pgcat.Bool, at), Arg: b.textOfUnknown(l), Negated: !negated}
	}
	if isNullConst(l) {
		return &plan.IsNull{Base: base(pgcat.Bool, at), Arg: b.textOfUnknown(r), Negated: !negated}
	}
	if b.err != nil {
		return null(pgcat.Bool, at)
	}
	op := b.resolveOperator("=", []uint32{l.Type().OID, r.Type().OID}, at)
	if op == nil {
		return null(pgcat.Bool, at)
	}
	args := []plan.Expr{l, r}
	declared := []uint32{op.Left, op.Right}
	if _, err := resolveGeneric(typesOf(args), declared, op.Result); err != nil {
		return b.fail(err, at)
	}
	b.convertArgs(args, declared)
	return &plan.Distinct{Base: base(pgcat.Bool, at), Left: args[0], Right: args[1], Proc: op.Code, Negated: negated}
}

func isNullConst(e plan.Expr) bool {
	c, ok := e.(*plan.Const)
	return ok && c.Value == nil && c.T.OID == pgcat.Unknown
}

// nullTest binds IS [NOT] NULL; a row is null when all its items are, and not null when none is.
func (b *binder) nullTest(s *scope, n *pg.NullTest) plan.Expr {
	at := b.at(n.Location)
	negated := n.Nulltesttype == pg.NullTestType_IS_NOT_NULL
	e := b.expr(s, n.Arg)
	if row, ok := e.(*plan.RowOf); ok {
		args := make([]plan.Expr, len(row.Items))
		for i, x := range row.Items {
			args[i] = &plan.IsNull{Base: base(pgcat.Bool, at), Arg: b.textOfUnknown(x), Negated: negated}
		}
		if len(args) == 0 {
			return b.refuse(at, "a row without columns is not supported")
		}
		return junction(args, false, at)
	}
	if e.Type().OID == pgcat.Record {
		return b.refuse(at, "testing the fields of this row for NULL is not supported")
	}
	if !isUntyped(e) {
		e = b.textOfUnknown(e)
	}
	return &plan.IsNull{Base: base(pgcat.Bool, at), Arg: e, Negated: negated}
}

// isUntyped reports a parameter whose type nothing has determined yet.
func isUntyped(e plan.Expr) bool {
	l, ok := e.(*plan.Late)
	return ok && l.Kind == plan.Parameter && l.T.OID == pgcat.Unknown
}

func (b *binder) booleanTest(s *scope, n *pg.BooleanTest) plan.Expr {
	t := &plan.BoolTest{Base: base(pgcat.Bool, b.at(n.Location))}
	name := "IS TRUE"
	switch n.Booltesttype {
	case pg.BoolTestType_IS_NOT_TRUE:
		t.Negated, name = true, "IS NOT TRUE"
	case pg.BoolTestType_IS_FALSE:
		t.Truth, name = plan.False, "IS FALSE"
	case pg.BoolTestType_IS_NOT_FALSE:
		t.Truth, t.Negated, name = plan.False, true, "IS NOT FALSE"
	case pg.BoolTestType_IS_UNKNOWN:
		t.Truth, name = plan.Unknown, "IS UNKNOWN"
	case pg.BoolTestType_IS_NOT_UNKNOWN:
		t.Truth, t.Negated, name = plan.Unknown, true, "IS NOT UNKNOWN"
	}
	t.Arg = b.toBoolean(b.expr(s, n.Arg), name)
	return t
}

func (b *binder) rowExpr(s *scope, n *pg.RowExpr) plan.Expr {
	var items []plan.Expr
	for _, a := range n.Args {
		if c := a.GetColumnRef(); c != nil && c.Fields[len(c.Fields)-1].GetAStar() != nil {
			for _, t := range b.star(s, c) {
				items = append(items, t.expr)
			}
			continue
		}
		items = append(items, b.textOfUnknown(b.expr(s, a)))
	}
	return &plan.RowOf{Base: base(pgcat.Record, b.at(n.Location)), Items: items, Names: fieldNames(len(items))}
}
