package datum

import (
	"github.com/waggle-sql/waggle/internal/pgerr"
)

// maxMade bounds the items that a function makes an array of from few bytes; they take 32 bytes each and more.
const maxMade = 1 << 22

func errMade(n int64) error {
	return pgerr.New(pgerr.ProgramLimitExceeded, "an array of %d items is not made here", n).
		WithDetail("A function makes arrays of at most %d items.", maxMade)
}

// arrayFill makes an array of one value in given dimensions.
func arrayFill(f *Func, args []Value, _ *Env) (Value, error) {
	if args[1] == nil || len(args) == 3 && args[2] == nil {
		return nil, pgerr.New(pgerr.NullNotAllowed, "dimension array or low bound array cannot be null")
	}
	lens, err := dimensionList(args[1].(*Array), "Dimension array must be one dimensional.", "dimension values cannot be null")
	if err != nil {
		return nil, err
	}
	if len(lens) > 6 {
		return nil, pgerr.New(pgerr.ProgramLimitExceeded, "number of array dimensions (%d) exceeds the maximum allowed (%d)", len(lens), 6)
	}
	lowers := make([]int64, len(lens))
	for i := range lowers {
		lowers[i] = 1
	}
	if len(args) == 3 {
		b := args[2].(*Array)
		if lowers, err = dimensionList(b, "Dimension array must be one dimensional.", "dimension values cannot be null"); err != nil {
			return nil, err
		}
		if len(b.Items) != len(lens) {
			return nil, errSubscripts().(*pgerr.Error).WithDetail("Low bound array has different size than dimensions array.")
		}
	}
	return filled(args[0], f.Args[0], lens, lowers)
}

func dimensionList(a *Array, detail, null string) ([]int64, error) {
	if len(a.Dims) > 1 {
		return nil, errSubscripts().(*pgerr.Error).WithDetail("%s", detail)
	}
	out := make([]int64, len(a.Items))
	for i, v := range a.Items {
		if v == nil {
			return nil, pgerr.New(pgerr.NullNotAllowed, "%s", null)
		}
		out[i] = int64(v.(Int))
	}
	return out, nil
}

func filled(v Value, elem uint32, lens, lowers []int64) (Value, error) {
	n, dims := int64(1), make([]Dim, len(lens))
	for i, l := range lens {
		if l < 0 || n*l > maxItems {
			return nil, pgerr.New(pgerr.ProgramLimitExceeded, "array size exceeds the maximum allowed (%d)", maxItems)
		}
		if n *= l; n > maxMade {
			return nil, errMade(n)
		}
		dims[i] = Dim{Len: int32(l), Lower: int32(lowers[i])}
		if lowers[i]+l-1 > 1<<31-1 || lowers[i]+l > 1<<31-1 {
			return nil, pgerr.New(pgerr.ProgramLimitExceeded, "array lower bound is too large: %d", lowers[i])
		}
	}
	if n == 0 || len(lens) == 0 {
		return &Array{Elem: elem}, nil
	}
	if n > maxResult/16 {
		return nil, errTooLarge()
	}
	items := make([]Value, n)
	for i := range items {
		items[i] = v
	}
	return &Array{Elem: elem, Dims: dims, Items: items}, nil
}

// trimArray drops the last n elements of the first dimension.
func trimArray(a *Array, n Int) (Value, error) {
	length := int32(0)
	if len(a.Dims) > 0 {
		length = a.Dims[0].Len
	}
	if n < 0 || n > Int(length) {
		return nil, pgerr.New(pgerr.ArraySubscriptError, "number of elements to trim must be between 0 and %d", length)
	}
	if length == int32(n) {
		return &Array{Elem: a.Elem}, nil
	}
	dims := append([]Dim(nil), a.Dims...)
	each := len(a.Items) / int(length)
	dims[0].Len -= int32(n)
	for i := range dims {
		dims[i].Lower = 1
	}
	return &Array{Elem: a.Elem, Dims: dims, Items: a.Items[:each*int(dims[0].Len)]}, nil
}
