package plan

import (
	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/internal/pgerr"
)

func (v *evaluator) array(e *ArrayOf) (datum.Value, error) {
	items, err := v.list(e.Items)
	if err != nil {
		return nil, err
	}
	t, ok := pgcat.TypeByOID(e.T.OID)
	if !ok {
		return nil, notHere(e)
	}
	if len(items) == 0 {
		return &datum.Array{Elem: t.Elem}, nil
	}
	if e.Items[0].Type().OID != e.T.OID {
		return &datum.Array{Elem: t.Elem, Dims: []datum.Dim{{Len: int32(len(items)), Lower: 1}}, Items: items}, nil
	}
	return joinDimension(e, t.Elem, items)
}

// joinDimension puts arrays of equal shape into one with a dimension more.
func joinDimension(e *ArrayOf, elem uint32, items []datum.Value) (datum.Value, error) {
	out := &datum.Array{Elem: elem}
	for i, item := range items {
		a, ok := item.(*datum.Array)
		if !ok {
			return nil, mismatch(e)
		}
		if i == 0 {
			out.Dims = append([]datum.Dim{{Len: int32(len(items)), Lower: 1}}, a.Dims...)
		} else if !sameDims(out.Dims[1:], a.Dims) {
			return nil, mismatch(e)
		}
		out.Items = append(out.Items, a.Items...)
	}
	return out, nil
}

func mismatch(e Expr) error {
	return pgerr.New(pgerr.ArraySubscriptError, "multidimensional arrays must have array expressions with matching dimensions").At(e.Pos())
}

func sameDims(a, b []datum.Dim) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i].Len != b[i].Len {
			return false
		}
	}
	return true
}

// subscript reads one element of a one-dimensional array, or a slice of it; out of bounds is NULL, or an empty array.
func (v *evaluator) subscript(e *Subscript) (datum.Value, error) {
	x, err := v.eval(e.Arg)
	if err != nil || x == nil {
		return nil, err
	}
	a, ok := x.(*datum.Array)
	if !ok || len(a.Dims) > 1 {
		return nil, notHere(e)
	}
	lower, upper := int64(1), int64(len(a.Items))
	if len(a.Dims) == 1 {
		lower = int64(a.Dims[0].Lower)
		upper += lower - 1
	}
	if e.Slice {
		return v.slice(e, a, lower, upper)
	}
	i, err := v.eval(e.Index)
	if err != nil || i == nil {
		return nil, err
	}
	n, ok := i.(datum.Int)
	if !ok || int64(n) < lower || int64(n) > upper {
		return nil, nil
	}
	return a.Items[int64(n)-lower], nil
}

func (v *evaluator) slice(e *Subscript, a *datum.Array, lower, upper int64) (datum.Value, error) {
	from, to := lower, upper
	for _, b := range []struct {
		expr Expr
		to   *int64
	}{{e.Lower, &from}, {e.Upper, &to}} {
		if b.expr == nil {
			continue
		}
		x, err := v.eval(b.expr)
		if err != nil || x == nil {
			return nil, err
		}
		n, ok := x.(datum.Int)
		if !ok {
			return nil, notHere(e)
		}
		*b.to = int64(n)
	}
	from, to = max(from, lower), min(to, upper)
	if from > to {
		return &datum.Array{Elem: a.Elem}, nil
	}
	items := a.Items[from-lower : to-lower+1]
	return &datum.Array{Elem: a.Elem, Dims: []datum.Dim{{Len: int32(len(items)), Lower: 1}}, Items: items}, nil
}
