package plan

import (
	"fmt"
	"strings"

	"github.com/waggle-sql/waggle/internal/datum"
)

// Equal reports whether two expressions are the same but for their positions. Subqueries are equal to themselves alone.
func Equal(x, y Expr) bool {
	if x == y {
		return true
	}
	if x == nil || y == nil || x.Type() != y.Type() {
		return false
	}
	if a, ok := x.(*Ref); ok {
		b, ref := y.(*Ref)
		return ref && a.ID == b.ID
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
		if !Equal(cx[i], cy[i]) {
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

func parts(e Expr) (exprs []Expr, plans []Node) {
	Children(e, func(c Expr) { exprs = append(exprs, c) }, func(n Node) { plans = append(plans, n) })
	return exprs, plans
}

// own spells what an expression holds besides its type and its children.
func own(e Expr) string {
	switch e := e.(type) {
	case *Const:
		return valueKey(e.Value)
	case *Late:
		return fmt.Sprint(e.Kind, e.Index, e.Name)
	case *Call:
		return fmt.Sprint(e.Proc, e.Variadic)
	case *Cast:
		return fmt.Sprint(e.Method, e.Proc, e.Explicit)
	case *IsNull:
		return fmt.Sprint(e.Negated)
	case *BoolTest:
		return fmt.Sprint(e.Truth, e.Negated)
	case *Distinct:
		return fmt.Sprint(e.Proc, e.Negated)
	case *Case:
		return fmt.Sprint(len(e.Whens), e.Else != nil)
	case *Choose:
		return fmt.Sprint(e.Kind, e.Proc)
	case *In:
		return fmt.Sprint(e.Proc, e.Negated)
	case *AnyAll:
		return fmt.Sprint(e.Proc, e.All)
	case *RowOf:
		return fmt.Sprintf("%t %t %q", e.JSON, e.Present != nil, e.Names)
	case *Subscript:
		return fmt.Sprint(e.Slice, e.Index != nil, e.Lower != nil, e.Upper != nil)
	case *Subquery:
		return fmt.Sprint(e.Kind, e.Proc)
	case *Agg:
		return aggKey(e)
	case *WindowFunc:
		f := e.Frame
		f.Start.Offset, f.End.Offset = nil, nil
		return fmt.Sprint(aggKey(&e.Agg), len(e.Partition), keyFlags(e.Order), f, e.IgnoreNulls)
	case *Grouping:
		return fmt.Sprint(e.Groups)
	}
	return ""
}

func aggKey(a *Agg) string {
	return fmt.Sprint(a.Proc, len(a.Args), a.Direct, a.Star, a.Distinct, a.Within, keyFlags(a.Order), a.Filter != nil)
}

func keyFlags(keys []SortKey) string {
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
