package bind

import (
	pg "github.com/pganalyze/pg_query_go/v6"

	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/planner/plan"
)

// foldCall computes a call of an immutable function over constants; an error leaves the call, to be raised only when a row
// reaches it.
func (b *binder) foldCall(c *plan.Call, p *pgcat.Proc) plan.Expr {
	if p.Volatile != 'i' || p.RetSet || p.Kind != 'f' || b.err != nil {
		return c
	}
	values := make([]datum.Value, len(c.Args))
	for i, a := range c.Args {
		k, ok := a.(*plan.Const)
		if !ok {
			return c
		}
		values[i] = k.Value
	}
	if !datum.Has(c.Proc) {
		return c
	}
	f := datum.Func{Proc: c.Proc, Args: typesOf(c.Args), Result: c.T.OID, Mod: c.T.Mod, Variadic: c.Variadic}
	v, err := datum.Call(f, values, &b.env)
	if err != nil || tooBig(v) {
		return c
	}
	return &plan.Const{Base: plan.Base{T: c.T, At: pos(c)}, Value: v}
}

// foldedBytes bounds a folded value: what is larger is better computed under the worker's budget.
const foldedBytes = 64 << 10

func tooBig(v datum.Value) bool {
	switch v := v.(type) {
	case datum.Text:
		return len(v) > foldedBytes
	case datum.Bytes:
		return len(v) > foldedBytes
	case *datum.Array:
		return len(v.Items) > foldedBytes/16
	}
	return false
}

// foldArray makes a constant of an array of constants.
func (b *binder) foldArray(a *plan.ArrayOf) plan.Expr {
	elem := elementOf(a.T.OID)
	v := &datum.Array{Elem: elem}
	for _, e := range a.Items {
		c, ok := e.(*plan.Const)
		if !ok || c.T.OID != elem {
			return a
		}
		v.Items = append(v.Items, c.Value)
	}
	if len(v.Items) > 0 {
		v.Dims = []datum.Dim{{Len: int32(len(v.Items)), Lower: 1}}
	}
	return &plan.Const{Base: a.Base, Value: v}
}

// bindDefaults binds the default expressions of a function's last parameters.
func (b *binder) bindDefaults(p *pgcat.Proc, at int) []plan.Expr {
	tree, err := pg.Parse("SELECT " + p.DefaultText)
	if err != nil || len(tree.Stmts) != 1 || tree.Stmts[0].Stmt.GetSelectStmt() == nil {
		b.fail(pgerr.New(pgerr.Internal, "internal error").Because(err), at)
		return nil
	}
	saved := b.model
	b.model = &modelText{at: at}
	defer func() { b.model = saved }()
	var out []plan.Expr
	for _, t := range tree.Stmts[0].Stmt.GetSelectStmt().TargetList {
		out = append(out, b.expr(&scope{clause: inSelect}, t.GetResTarget().GetVal()))
	}
	return out
}

func returnsSet(c *plan.Call) bool {
	p, ok := pgcat.ProcByOID(c.Proc)
	return ok && p.RetSet
}
