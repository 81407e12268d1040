package dialect

import (
	"strconv"
	"strings"

	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/planner/plan"
)

var comparisonOps = map[string]bool{"=": true, "<>": true, "<": true, "<=": true, ">": true, ">=": true}

// anyAll prints op ANY|ALL(array); an array of known items is expanded, so that any operator will do.
func (p *duck) anyAll(e *plan.AnyAll) sx {
	if items, ok := knownItems(e.Array); ok {
		return p.expanded(e, items)
	}
	x := p.expr(e.Arg)
	if !comparisonOps[e.Op] || needsKey(x) || x.oid == numericOID {
		return p.unsupported(e.At, "operator %s ANY or ALL over this array", e.Op)
	}
	word := " ANY("
	if e.All {
		word = " ALL("
	}
	a := p.expr(e.Array)
	if e.Op == "=" && !e.All && len(x.text)+len(a.text) <= repeatLimit && !volatile(e.Arg) && !volatile(e.Array) {
		return contained(x.text, a.text)
	}
	list := paren(x.text + " " + e.Op + word + a.text + ")")
	return sx{text: "CASE WHEN " + a.text + " IS NULL THEN NULL ELSE " + list + " END"}
}

// contained is x = ANY(list) without DuckDB's quantifier, which cannot stand in the condition of an outer join.
func contained(x, list string) sx {
	return sx{text: "CASE WHEN " + list + " IS NULL THEN NULL WHEN len(" + list + ") = 0 THEN false WHEN " + x + " IS NULL THEN NULL WHEN list_contains(" +
		list + ", " + x + ") THEN true WHEN list_count(" + list + ") < len(" + list + ") THEN NULL ELSE false END"}
}

// knownItems returns the items of ARRAY[…] or of an array constant.
func knownItems(e plan.Expr) ([]plan.Expr, bool) {
	switch a := e.(type) {
	case *plan.ArrayOf:
		return a.Items, true
	case *plan.Const:
		arr, ok := a.Value.(*datum.Array)
		if !ok {
			return nil, false
		}
		items := make([]plan.Expr, len(arr.Items))
		for i, v := range arr.Items {
			items[i] = &plan.Const{Base: plan.Base{T: plan.Type{OID: arr.Elem, Mod: -1}, At: a.At}, Value: v}
		}
		return items, true
	}
	return nil, false
}

func (p *duck) expanded(e *plan.AnyAll, items []plan.Expr) sx {
	if len(items) == 0 {
		return sx{text: strconv.FormatBool(e.All)}
	}
	if e.Op == "=" && !e.All {
		return p.in(&plan.In{Base: e.Base, Arg: e.Arg, List: items, Proc: e.Proc})
	}
	list := make([]plan.Expr, len(items))
	for i, it := range items {
		list[i] = &plan.Call{Base: e.Base, Proc: e.Proc, Op: e.Op, Args: []plan.Expr{e.Arg, it}}
	}
	if len(list) == 1 {
		return p.expr(list[0])
	}
	if e.All {
		return p.chain(list, " AND ")
	}
	return p.chain(list, " OR ")
}

func (p *duck) arrayOf(e *plan.ArrayOf) sx {
	elem, ok := ElementOID(e.T.OID)
	items := make([]string, len(e.Items))
	for i, it := range e.Items {
		if _, nested := ElementOID(it.Type().OID); nested || !ok {
			return p.unsupported(e.At, "an array with several dimensions here")
		}
		items[i] = p.asElement(p.expr(it), elem)
	}
	return sx{text: "[" + strings.Join(items, ", ") + "]::" + WorkspaceType(e.T.OID)}
}

// subscript reads arrays as PostgreSQL does: below one there is nothing, and a slice is clamped.
func (p *duck) subscript(e *plan.Subscript) sx {
	if _, ok := ElementOID(e.Arg.Type().OID); !ok {
		return p.unsupported(e.At, "a subscript of this type")
	}
	a := p.expr(e.Arg)
	if e.Slice && FirstIndex(e.Arg.Type().OID) == 0 {
		return p.unsupported(e.At, "a slice of this type")
	}
	if !e.Slice {
		i := p.expr(e.Index)
		if FirstIndex(e.Arg.Type().OID) == 0 {
			return sx{text: "CASE WHEN " + i.text + " >= 0 THEN list_extract(" + a.text + ", " + i.text + " + 1) END", oid: e.T.OID}
		}
		return sx{text: "CASE WHEN " + i.text + " >= 1 THEN list_extract(" + a.text + ", " + i.text + ") END", oid: e.T.OID}
	}
	lower, upper := "1", "len("+a.text+")"
	if e.Lower != nil {
		lower = p.expr(e.Lower).text
	}
	if e.Upper != nil {
		upper = p.expr(e.Upper).text
	}
	slice := "list_slice(" + a.text + ", greatest(" + lower + ", 1), greatest(" + upper + ", 0))"
	return sx{text: "CASE WHEN " + lower + " IS NULL OR " + upper + " IS NULL THEN NULL WHEN " + upper + " < greatest(" + lower + ", 1) THEN []::" +
		WorkspaceType(e.T.OID) + " ELSE " + slice + " END", oid: e.T.OID}
}

// subquery prints a query in an expression. Columns of the outer query are reached by their qualified names.
func (p *duck) subquery(e *plan.Subquery) sx {
	s := p.node(e.Plan)
	if e.Kind == plan.Exists {
		if s.distinct != "" || s.group != "" {
			s = p.wrap(s)
		}
		return sx{text: "EXISTS (" + s.render(nil) + ")", oid: pgcat.Bool}
	}
	cols := e.Plan.Cols()
	if p.err != nil || len(cols) != 1 {
		return p.unsupported(e.At, "a subquery with several columns here")
	}
	if s.distinct != "" {
		s = p.wrap(s)
	}
	x := p.cols[cols[0].ID]
	switch e.Kind {
	case plan.Scalar:
		text := paren(s.render([]string{x.text}))
		x.text, x.plain, x.null = text, false, false
		return x
	case plan.ArrayQuery:
		return sx{text: "ARRAY(" + s.render([]string{p.asElement(x, x.oid)}) + ")::" + WorkspaceType(e.T.OID), oid: e.T.OID}
	}
	test := p.expr(e.Test)
	if !comparisonOps[e.Op] {
		return p.unsupported(e.At, "operator %s ANY or ALL over a subquery", e.Op)
	}
	a, b := p.comparable(test, x, e.At)
	word := " ANY ("
	if e.Kind == plan.All {
		word = " ALL ("
	}
	return sx{text: paren(a + " " + e.Op + word + s.render([]string{b}) + ")"), oid: pgcat.Bool}
}
