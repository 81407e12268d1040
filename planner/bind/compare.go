package bind

import (
	pg "github.com/pganalyze/pg_query_go/v6"

	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/planner/plan"
)

// rowCompare expands a comparison of two rows (make_row_comparison_op): = and <> item by item, the orders
// lexicographically, so that AND and OR give PostgreSQL's three-valued result.
func (b *binder) rowCompare(name string, l, r []plan.Expr, at int) plan.Expr {
	switch {
	case b.err != nil:
		return null(pgcat.Bool, at)
	case len(l) != len(r):
		return b.fail(pgerr.New(pgerr.SyntaxError, "unequal number of entries in row expressions"), at)
	case len(l) == 0:
		return b.fail(pgerr.New(pgerr.FeatureNotSupported, "cannot compare rows of zero length"), at)
	case len(l) == 1:
		return b.operator(name, l[0], r[0], at)
	}
	switch name {
	case "=", "<>", "!=":
		args := make([]plan.Expr, len(l))
		for i := range l {
			args[i] = b.operator(name, l[i], r[i], at)
		}
		return junction(args, name != "=", at)
	case "<", "<=", ">", ">=":
		return b.rowOrder(name, l, r, at)
	}
	return b.fail(pgerr.New(pgerr.FeatureNotSupported, "could not determine interpretation of row comparison operator %s", name).
		WithHint("Row comparison operators must be associated with btree operator families."), at)
}

// rowOrder: (a, b) < (c, d) is a < c OR (a = c AND b < d).
func (b *binder) rowOrder(name string, l, r []plan.Expr, at int) plan.Expr {
	last := len(l) - 1
	e := b.operator(name, l[last], r[last], at)
	for i := last - 1; i >= 0 && b.err == nil; i-- {
		first := b.operator(name[:1], l[i], r[i], at)
		same := b.operator("=", l[i], r[i], at)
		e = junction([]plan.Expr{first, junction([]plan.Expr{same, e}, false, at)}, true, at)
	}
	return e
}

// inList binds IN (list): the operator is resolved once on the common type of all items, as PostgreSQL does when they
// have one; else each item is compared on its own.
func (b *binder) inList(s *scope, n *pg.A_Expr, at int) plan.Expr {
	negated := b.operatorName(n.Name, at) == "<>"
	nodes := n.Rexpr.GetList().GetItems()
	if n.Lexpr.GetRowExpr() != nil {
		return b.inRows(s, n, negated)
	}
	arg := b.expr(s, n.Lexpr)
	list := make([]plan.Expr, 0, len(nodes))
	constants := 0
	for _, x := range nodes {
		e := b.expr(s, x)
		if b.err != nil {
			return null(pgcat.Bool, at)
		}
		if !refers(e) {
			constants++
		}
		list = append(list, e)
	}
	if constants > 1 {
		if e := b.inCommon(arg, list, negated, at); e != nil {
			return e
		}
	}
	return b.inSingly(arg, list, negated, at)
}

// refers reports whether an expression uses a column (contain_vars_of_level).
func refers(e plan.Expr) bool {
	switch e.(type) {
	case *plan.Const, *plan.Late:
		return false
	case *plan.Ref:
		return true
	}
	found := false
	plan.WalkExpr(e, func(c plan.Expr) {
		if _, ok := c.(*plan.Ref); ok {
			found = true
		}
	})
	return found
}

// inCommon makes a flat In when the argument and the items have a common type; nil when they have none.
func (b *binder) inCommon(arg plan.Expr, list []plan.Expr, negated bool, at int) plan.Expr {
	oids := append([]uint32{arg.Type().OID}, typesOf(list)...)
	t, ok := commonOf(oids)
	if !ok || t == pgcat.Record || arrayOf(t) == 0 {
		return nil
	}
	op, found, _ := findOperator("=", arg.Type().OID, t)
	if !found || op.Result != pgcat.Bool {
		return nil
	}
	args := []plan.Expr{arg}
	declared := []uint32{op.Left, op.Right}
	if _, err := resolveGeneric([]uint32{arg.Type().OID, t}, declared, op.Result); err != nil {
		return nil
	}
	b.convertArgs(args, declared[:1])
	for i := range list {
		list[i] = b.toCommon("IN", list[i], t)
		if t != declared[1] && b.err == nil {
			list[i] = b.coerce(list[i], unmodified(declared[1]), implicit, -1)
		}
	}
	return &plan.In{Base: base(pgcat.Bool, at), Arg: args[0], List: list, Proc: op.Code, Negated: negated}
}

func (b *binder) inSingly(arg plan.Expr, list []plan.Expr, negated bool, at int) plan.Expr {
	name := "="
	if negated {
		name = "<>"
	}
	args := make([]plan.Expr, 0, len(list))
	for _, x := range list {
		args = append(args, b.toBoolean(b.operator(name, arg, x, at), "IN"))
		if b.err != nil {
			return null(pgcat.Bool, at)
		}
	}
	return junction(args, !negated, at)
}

func (b *binder) inRows(s *scope, n *pg.A_Expr, negated bool) plan.Expr {
	at, nodes := b.at(n.Location), n.Rexpr.GetList().GetItems()
	left := b.exprs(s, n.Lexpr.GetRowExpr().Args)
	args := make([]plan.Expr, 0, len(nodes))
	name := "="
	if negated {
		name = "<>"
	}
	for _, x := range nodes {
		r := x.GetRowExpr()
		if r == nil {
			return b.refuse(at, "a row can be compared with rows alone")
		}
		args = append(args, b.rowCompare(name, left, b.exprs(s, r.Args), at))
		if b.err != nil {
			return null(pgcat.Bool, at)
		}
	}
	return junction(args, !negated, at)
}

// between expands BETWEEN and its variants.
func (b *binder) between(s *scope, n *pg.A_Expr, at int) plan.Expr {
	ends := n.Rexpr.GetList().GetItems()
	if len(ends) != 2 {
		return b.refuse(at, "this form of BETWEEN is not supported")
	}
	low, high, or := ">=", "<=", false
	if n.Kind == pg.A_Expr_Kind_AEXPR_NOT_BETWEEN || n.Kind == pg.A_Expr_Kind_AEXPR_NOT_BETWEEN_SYM {
		low, high, or = "<", ">", true
	}
	arg := b.expr(s, n.Lexpr)
	lo := b.expr(s, ends[0])
	first := b.operator(low, arg, lo, at)
	hi := b.expr(s, ends[1])
	e := junction([]plan.Expr{first, b.operator(high, arg, hi, at)}, or, at)
	if n.Kind == pg.A_Expr_Kind_AEXPR_BETWEEN || n.Kind == pg.A_Expr_Kind_AEXPR_NOT_BETWEEN {
		return e
	}
	swapped := junction([]plan.Expr{b.operator(low, arg, hi, at), b.operator(high, arg, lo, at)}, or, at)
	return junction([]plan.Expr{e, swapped}, !or, at)
}
