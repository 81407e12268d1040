package duckselect

import (
	"fmt"
	"slices"
	"strings"

	"github.com/waggle-sql/waggle/internal/sandbox/sqltree"
)

// WindowFunction is a function that stands with OVER alone, with the numbers of arguments that it takes. Ranked ones need ORDER BY and take
// no frame.
type WindowFunction[T comparable] struct {
	Lo, Hi int
	Ranked bool
	Type   T // the zero T: the first argument's
	Form   string
}

// Over compiles an OVER clause with a blank before it. frame is the text of the frame, "" for none.
func (s *Scope[T]) Over(x *sqltree.Call, frame func(x *sqltree.Call) (string, *sqltree.Error)) (string, *sqltree.Error) {
	partition, err := s.partitionBy(x.Over.Partition)
	if err != nil {
		return "", err
	}
	order, err := s.SortKeys(x.Over.Order)
	if err != nil {
		return "", err
	}
	f, err := frame(x)
	if err != nil {
		return "", err
	}
	parts := slices.DeleteFunc([]string{partition, order, f}, func(p string) bool { return p == "" })
	return " OVER (" + strings.Join(parts, " ") + ")", nil
}

var boundRank = map[string]int{"UNBOUNDED PRECEDING": 0, "n PRECEDING": 1, "CURRENT ROW": 2, "n FOLLOWING": 3, "UNBOUNDED FOLLOWING": 4}

// Backwards says whether a frame ends before it begins.
func Backwards(f *sqltree.Frame) bool {
	return boundRank[f.Lo.Kind] > boundRank[f.Hi.Kind] || f.Lo.Kind == "UNBOUNDED FOLLOWING" || f.Hi.Kind == "UNBOUNDED PRECEDING"
}

// FrameText writes a frame.
func FrameText(f *sqltree.Frame) string {
	bound := func(b sqltree.Bound) string { return strings.Replace(b.Kind, "n ", b.N+" ", 1) }
	return fmt.Sprintf("%s BETWEEN %s AND %s", f.Unit, bound(f.Lo), bound(f.Hi))
}

// partitionBy compiles a window's PARTITION BY; "" without one.
func (s *Scope[T]) partitionBy(xs []sqltree.Expr) (string, *sqltree.Error) {
	out := make([]string, len(xs))
	for i, x := range xs {
		v, err := s.Expr(x)
		if err != nil {
			return "", err
		}
		if err := s.C.Rules.Key(v.Type); err != nil {
			return "", err
		}
		out[i] = v.SQL
	}
	if len(out) == 0 {
		return "", nil
	}
	return "PARTITION BY " + strings.Join(out, ", "), nil
}

// SortKeys compiles the ORDER BY of a window or an aggregate; "" without one.
func (s *Scope[T]) SortKeys(order []sqltree.OrderItem) (string, *sqltree.Error) {
	out := make([]string, len(order))
	for i, o := range order {
		v, err := s.Expr(o.X)
		if err != nil {
			return "", err
		}
		if out[i], err = s.C.L.Sorted(v.SQL, v.Type, o); err != nil {
			return "", err
		}
	}
	if len(out) == 0 {
		return "", nil
	}
	return "ORDER BY " + strings.Join(out, ", "), nil
}
