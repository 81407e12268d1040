package bind

import (
	"fmt"
	"strings"

	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/planner/plan"
)

// equal reports whether two expressions are the same but for their positions. Subqueries are equal to themselves alone.
func equal(x, y plan.Expr) bool {
	if x == y {
		return true
	}
	if x == nil || y == nil || x.Type() != y.Type() {
		return false
	}
	switch x.(type) {
	case *plan.Ref:
		a, ok := x.(*plan.Ref)
		c, ok2 := y.(*plan.Ref)
		return ok && ok2 && a.ID == c.ID
	}
	if fmt.Sprintf("%T", x) != fmt.Sprintf("%T", y) || own(x) != own(y) {
		return false
	}
	cx, sx := parts(x)
	cy, sy := parts(y)
	if len(cx) != len(cy) || len(sx) != len(sy) {
		return false
	}
	for i := range cx {
		if !equal(cx[i], cy[i]) {
			return false
		}
	}
	for i := range sx {
		if sx[i] != sy[i] {
			return false
		}
	}
	return true
}

func parts(e plan.Expr) (exprs []plan.Expr, plans []plan.Node) {
	plan.Children(e, func(c plan.Expr) { exprs = append(exprs, c) }, func(n plan.Node) { plans = append(plans, n) })
	return exprs, plans
}

// own spells what an expression holds besides its type and its children.
func own(e plan.Expr) string {
	switch e := e.(type) {
	case *plan.Const:
		return valueKey(e.Value)
	case *plan.Late:
		return fmt.Sprint(e.Kind, e.Index, e.Name)
	case *plan.Call:
		return fmt.Sprint(e.Proc, e.Variadic)
	case *plan.Cast:
		return fmt.Sprint(e.Method, e.Proc, e.Explicit)
	case *plan.IsNull:
		return fmt.Sprint(e.Negated)
	case *plan.BoolTest:
		return fmt.Sprint(e.Truth, e.Negated)
	case *plan.Distinct:
		return fmt.Sprint(e.Proc, e.Negated)
	case *plan.Case:
		return fmt.Sprint(len(e.Whens), e.Else != nil)
	case *plan.Choose:
		return fmt.Sprint(e.Kind, e.Proc)
	case *plan.In:
		return fmt.Sprint(e.Proc, e.Negated)
	case *plan.AnyAll:
		return fmt.Sprint(e.Proc, e.All)
	case *plan.Subscript:
		return fmt.Sprint(e.Slice, e.Index != nil, e.Lower != nil, e.Upper != nil)
	case *plan.Subquery:
		return fmt.Sprint(e.Kind, e.Proc)
	case *plan.Agg:
		return aggKey(e)
	case *plan.WindowFunc:
		f := e.Frame
		f.Start.Offset, f.End.Offset = nil, nil
		return fmt.Sprint(aggKey(&e.Agg), len(e.Partition), keyFlags(e.Order), f, e.IgnoreNulls)
	case *plan.Grouping:
		return fmt.Sprint(e.Groups)
	}
	return ""
}

func aggKey(a *plan.Agg) string {
	return fmt.Sprint(a.Proc, len(a.Args), a.Direct, a.Star, a.Distinct, a.Within, keyFlags(a.Order), a.Filter != nil)
}

func keyFlags(keys []plan.SortKey) string {
	var s strings.Builder
	for _, k := range keys {
		fmt.Fprint(&s, k.Desc, k.NullsFirst, ";")
	}
	return s.String()
}

func valueKey(v datum.Value) string {
	switch v := v.(type) {
	case nil:
		return "NULL"
	case *datum.Numeric:
		return v.Dec.String()
	case *datum.Array:
		var s strings.Builder
		fmt.Fprint(&s, v.Elem, v.Dims)
		for _, i := range v.Items {
			s.WriteString(valueKey(i) + ",")
		}
		return s.String()
	}
	return fmt.Sprintf("%T %v", v, v)
}
