package datum

import (
	"sort"

	"github.com/waggle-sql/waggle/internal/pgerr"
)

// itemSet answers membership by a sorted copy.
func itemSet(a *Array) []Value {
	var items []Value
	for _, v := range a.Items {
		if v != nil {
			items = append(items, v)
		}
	}
	sort.Slice(items, func(i, k int) bool { return Compare(a.Elem, items[i], items[k]) < 0 })
	return items
}

func isMember(elem uint32, sorted []Value, v Value) bool {
	i := sort.Search(len(sorted), func(i int) bool { return Compare(elem, sorted[i], v) >= 0 })
	return i < len(sorted) && Compare(elem, sorted[i], v) == 0
}

// arrayContains is a @> b; a NULL in b is never contained.
func arrayContains(a, b *Array) (Value, error) {
	if err := comparable1(a.Elem); err != nil {
		return nil, err
	}
	sorted := itemSet(a)
	for _, v := range b.Items {
		if v == nil || !isMember(a.Elem, sorted, v) {
			return Bool(false), nil
		}
	}
	return Bool(true), nil
}

func arrayOverlap(a, b *Array) (Value, error) {
	if err := comparable1(a.Elem); err != nil {
		return nil, err
	}
	sorted := itemSet(a)
	for _, v := range b.Items {
		if v != nil && isMember(a.Elem, sorted, v) {
			return Bool(true), nil
		}
	}
	return Bool(false), nil
}

// widthBucketArray counts the thresholds that are not above a value.
func widthBucketArray(_ *Func, args []Value, _ *Env) (Value, error) {
	a := args[1].(*Array)
	if len(a.Dims) > 1 {
		return nil, pgerr.New(pgerr.ArraySubscriptError, "thresholds must be one-dimensional array")
	}
	for _, v := range a.Items {
		if v == nil {
			return nil, pgerr.New(pgerr.NullNotAllowed, "thresholds array must not contain NULLs")
		}
	}
	n := sort.Search(len(a.Items), func(i int) bool { return Compare(a.Elem, args[0], a.Items[i]) < 0 })
	return Int(n), nil
}
