package bind

import (
	pg "github.com/pganalyze/pg_query_go/v6"

	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/planner/plan"
)

// lateralCall is a set-returning function of the select list with a composite result, run as a lateral join: for the only
// one of a select list that gives the same rows.
type lateralCall struct {
	arg  plan.Expr
	scan *plan.FuncScan
}

// expandArray binds information_schema._pg_expandarray(array), which drivers use to read keys: a row (x, n) for each item
// and its number.
func (b *binder) expandArray(s *scope, n *pg.FuncCall, at int) plan.Expr {
	if s.clause != inSelect || s.inAgg > 0 {
		return b.refuse(at, "_pg_expandarray is supported in a select list alone")
	}
	arg := b.expr(s, n.Args[0])
	elem := elementOf(baseOf(arg.Type().OID))
	if b.err != nil || elem == 0 {
		return b.fail(pgerr.New(pgerr.UndefinedFunction, "function information_schema._pg_expandarray(%s) does not exist",
			typeName(arg.Type().OID)).WithHint("No function matches the given name and argument types. "+
			"You might need to add explicit type casts."), at)
	}
	var l *lateralCall
	for _, x := range s.laterals {
		if equal(x.arg, arg) {
			l = x
		}
	}
	if l == nil {
		l = &lateralCall{arg: arg, scan: b.unnest(s, arg, elem, at)}
		s.laterals = append(s.laterals, l)
	}
	number := &plan.Cast{Base: base(pgcat.Int4, at), Arg: refTo(l.scan.Out[1]), Method: plan.FunctionCast, Explicit: true}
	if k, ok := pgcat.CastFor(pgcat.Int8, pgcat.Int4); ok {
		number.Proc = k.Func
	}
	return &plan.RowOf{Base: base(pgcat.Record, at), Items: []plan.Expr{refTo(l.scan.Out[0]), number}, Names: []string{"x", "n"}}
}

// unnest scans an array with its ordinality.
func (b *binder) unnest(s *scope, array plan.Expr, elem uint32, at int) *plan.FuncScan {
	call := &plan.Call{Base: base(elem, at), Name: "unnest", Args: []plan.Expr{array}}
	for _, p := range pgcat.ProcsByName("unnest") {
		if len(p.Args) == 1 && p.Args[0] == pgcat.AnyArray {
			call.Proc = p.OID
		}
	}
	return &plan.FuncScan{Calls: []*plan.Call{call}, Ordinality: true, Out: []plan.Col{
		b.newCol(s, "", "x", unmodified(elem)), b.newCol(s, "", "n", unmodified(pgcat.Int8))}}
}

// joinLaterals puts the lateral calls of the select list above its FROM and WHERE.
func (q *selectBuild) joinLaterals() {
	if len(q.s.laterals) > 1 || len(q.s.laterals) == 1 && q.s.sets {
		q.b.refuse(pos(q.s.laterals[0].arg), "several set-returning functions with composite results are not supported")
		return
	}
	for _, l := range q.s.laterals {
		q.node = &plan.Join{Kind: plan.Inner, Left: q.node, Right: l.scan, Lateral: true}
	}
}

// fields returns a row that is given field by field: one with fields, none of which is a row, that is not NULL.
func fields(e plan.Expr) *plan.RowOf {
	row, ok := e.(*plan.RowOf)
	if !ok || row.Present != nil || len(row.Items) == 0 {
		return nil
	}
	for _, x := range row.Items {
		if x.Type().OID == pgcat.Record {
			return nil
		}
	}
	return row
}

// rowColumn projects the fields of a composite target one by one.
func (q *selectBuild) rowColumn(p *plan.Project, t target, row *plan.RowOf) outColumn {
	out := outColumn{name: t.name, typ: row.T}
	for i, x := range row.Items {
		c := plan.Col{ID: q.b.newID(nil, ""), Name: row.Names[i], Type: x.Type()}
		p.Exprs, p.Out = append(p.Exprs, x), append(p.Out, c)
		out.row = append(out.row, outColumn{name: row.Names[i], id: c.ID, typ: c.Type})
	}
	return out
}

// adoptRow makes a composite column of a subquery a row of columns of s.
func (b *binder) adoptRow(s *scope, table string, c outColumn) *column {
	row := &plan.RowOf{Base: base(pgcat.Record, -1)}
	for _, f := range c.row {
		b.owner[f.id], b.table[f.id] = s, table
		row.Items = append(row.Items, refTo(plan.Col{ID: f.id, Name: f.name, Type: f.typ}))
		row.Names = append(row.Names, f.name)
	}
	return &column{name: c.name, expr: row}
}

// width counts the columns of the node that are shown.
func (o *output) width() int {
	n := 0
	for _, c := range o.cols {
		n += max(1, len(c.row))
	}
	return n
}
