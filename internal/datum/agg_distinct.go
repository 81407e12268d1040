package datum

import "slices"

// DistinctRows keeps the first of the rows of an aggregate's arguments that are equal: in ascending order, NULL last, or in the order that
// they have. Equality is that of the arguments' types, for which NULLs are equal.
func DistinctRows(rows [][]Value, types []uint32, sorted bool) [][]Value {
	order := make([]int, len(rows))
	for i := range order {
		order[i] = i
	}
	compare := func(i, j int) int { return compareRows(rows[i], rows[j], types) }
	slices.SortStableFunc(order, compare)
	kept := order[:0]
	for k, i := range order {
		if k == 0 || compare(kept[len(kept)-1], i) != 0 {
			kept = append(kept, i)
		}
	}
	if !sorted {
		slices.Sort(kept)
	}
	out := make([][]Value, len(kept))
	for k, i := range kept {
		out[k] = rows[i]
	}
	return out
}

func compareRows(a, b []Value, types []uint32) int {
	for i, t := range types {
		switch {
		case a[i] == nil && b[i] == nil:
			continue
		case a[i] == nil:
			return 1
		case b[i] == nil:
			return -1
		}
		if c := Compare(t, a[i], b[i]); c != 0 {
			return c
		}
	}
	return 0
}
