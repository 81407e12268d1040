package bind

import (
	pg "github.com/pganalyze/pg_query_go/v6"

	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/planner/plan"
)

// arrayExpr binds ARRAY[…]. want is the array type of a cast around it, OID 0 without one.
func (b *binder) arrayExpr(s *scope, n *pg.A_ArrayExpr, want plan.Type) plan.Expr {
	at := b.at(n.Location)
	nested := false
	items := make([]plan.Expr, 0, len(n.Elements))
	for _, x := range n.Elements {
		var e plan.Expr
		if inner := x.GetAArrayExpr(); inner != nil {
			e = b.arrayExpr(s, inner, want)
			nested = true
		} else {
			e = b.expr(s, x)
			nested = nested || elementOf(e.Type().OID) != 0 && typ(e.Type().OID).IsArray()
		}
		if b.err != nil {
			return null(pgcat.Unknown, at)
		}
		items = append(items, e)
	}
	if want.OID != 0 {
		return b.typedArray(items, want, nested, at)
	}
	if len(items) == 0 {
		return b.fail(pgerr.New(pgerr.IndeterminateDatatype, "cannot determine type of empty array").
			WithHint("Explicitly cast to the desired type, for example ARRAY[]::integer[]."), at)
	}
	t := b.unifyAll("ARRAY", items)
	array := t.OID
	if !typ(t.OID).IsArray() {
		if array = arrayOf(t.OID); array == 0 && b.err == nil {
			return b.fail(pgerr.New(pgerr.UndefinedObject, "could not find array type for data type %s", typeName(t.OID)), at)
		}
		nested = false
	}
	return b.finishArray(&plan.ArrayOf{Base: plan.Base{T: plan.Type{OID: array, Mod: t.Mod}, At: at}, Items: items}, nested)
}

// typedArray converts the items of an array constructor under a cast, each explicitly.
func (b *binder) typedArray(items []plan.Expr, want plan.Type, nested bool, at int) plan.Expr {
	elem := unmodified(elementOf(want.OID))
	elem.Mod = want.Mod
	if nested {
		elem = want
	}
	for i, e := range items {
		k, ok := b.coerceTo(e, elem, explicit, -1)
		if !ok {
			return b.fail(cannotCast(e.Type().OID, elem.OID), pos(e))
		}
		items[i] = k
	}
	return b.finishArray(&plan.ArrayOf{Base: plan.Base{T: want, At: at}, Items: items}, nested)
}

func (b *binder) finishArray(a *plan.ArrayOf, nested bool) plan.Expr {
	if nested || b.err != nil || !plainType(elementOf(a.T.OID)) {
		return a
	}
	return b.foldArray(a)
}

// indirection binds subscripts and field selections.
func (b *binder) indirection(s *scope, n *pg.A_Indirection) plan.Expr {
	e := b.expr(s, n.Arg)
	subscripts := 0
	for _, x := range n.Indirection {
		if b.err != nil {
			return e
		}
		switch i := x.Node.(type) {
		case *pg.Node_AIndices:
			if subscripts++; subscripts > 1 && e.Type().OID != pgcat.JSONB {
				return b.refuse(pos(e), "subscripts of several dimensions are not supported")
			}
			e = b.subscript(s, e, i.AIndices, restIsSlice(n.Indirection))
		case *pg.Node_String_:
			e = b.field(e, rowName(n.Arg), i.String_.Sval)
		default:
			return b.refuse(pos(e), "row expansion via \"*\" is not supported here")
		}
	}
	return e
}

func restIsSlice(list []*pg.Node) bool {
	for _, x := range list {
		if x.GetAIndices().GetIsSlice() {
			return true
		}
	}
	return false
}

// subscript binds one subscript; a subscript beside a slice is the slice 1:n.
func (b *binder) subscript(s *scope, e plan.Expr, n *pg.A_Indices, slice bool) plan.Expr {
	t := baseOf(e.Type().OID)
	if t == pgcat.JSONB {
		return b.jsonbSubscript(s, e, n)
	}
	elem := elementOf(t)
	if elem == 0 {
		if t == pgcat.Point || t == pgcat.Name {
			return b.refuse(pos(e), "subscripts of type %s are not supported", typeName(t))
		}
		return b.fail(pgerr.New(pgerr.DatatypeMismatch, "cannot subscript type %s because it does not support subscripting",
			typeName(e.Type().OID)), pos(e))
	}
	out := &plan.Subscript{Base: plan.Base{T: plan.Type{OID: elem, Mod: e.Type().Mod}, At: pos(e)}, Arg: e}
	bound := func(x *pg.Node) plan.Expr {
		if x == nil {
			return nil
		}
		i := b.expr(s, x)
		k, ok := b.coerceTo(i, unmodified(pgcat.Int4), assignment, -1)
		if !ok {
			return b.fail(pgerr.New(pgerr.DatatypeMismatch, "array subscript must have type integer"), pos(i))
		}
		return k
	}
	if !slice {
		out.Index = bound(n.Uidx)
		return out
	}
	out.Slice, out.T.OID = true, t
	if !n.IsSlice {
		out.Lower = b.one(pos(e))
	} else {
		out.Lower = bound(n.Lidx)
	}
	out.Upper = bound(n.Uidx)
	return out
}

// jsonbSubscript is jsonb[key], the same as jsonb -> key.
func (b *binder) jsonbSubscript(s *scope, e plan.Expr, n *pg.A_Indices) plan.Expr {
	if n.IsSlice {
		return b.fail(pgerr.New(pgerr.DatatypeMismatch, "jsonb subscript does not support slices"), pos(e))
	}
	i := b.expr(s, n.Uidx)
	if i.Type().OID != pgcat.Int4 {
		i = b.textOfUnknown(i)
	}
	return b.operator("->", e, i, pos(e))
}

// rowName is the name by which an expression refers to a whole row, "" for any other.
func rowName(n *pg.Node) string {
	names := texts(n.GetColumnRef().GetFields())
	if len(names) == 0 {
		return ""
	}
	return names[len(names)-1]
}

// fieldOf is an item of a row: one that is a row itself is NULL where the row is.
func fieldOf(row *plan.RowOf, x plan.Expr) plan.Expr {
	inner, ok := x.(*plan.RowOf)
	if !ok || row.Present == nil {
		return x
	}
	c := *inner
	c.Present = row.Present
	return &c
}

// field binds (row).name for rows whose columns are known.
func (b *binder) field(e plan.Expr, table, name string) plan.Expr {
	row, ok := e.(*plan.RowOf)
	if !ok {
		if t := e.Type().OID; t != pgcat.Record && typ(t).Kind != 'c' {
			return b.fail(pgerr.New(pgerr.WrongObjectType, "column notation .%s applied to type %s, which is not a composite type",
				name, typeName(t)), pos(e))
		}
		return b.refuse(pos(e), "selecting a field of a composite value is not supported")
	}
	for i, x := range row.Items {
		if i < len(row.Names) && row.Names[i] == name {
			return fieldOf(row, x)
		}
	}
	if table != "" {
		return b.fail(pgerr.New(pgerr.UndefinedColumn, "column %s.%s does not exist", table, name), pos(e))
	}
	return b.fail(pgerr.New(pgerr.UndefinedColumn, "could not identify column \"%s\" in record data type", name), pos(e))
}
