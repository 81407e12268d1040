package engine

import (
	"slices"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"

	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/planner/plan"
)

// keySet collects the distinct values of one column while its fragment is loaded, for a transfer of join keys. Above the edge's
// limit it gives up: then no keys are sent.
type keySet struct {
	edge   plan.Keyed
	column int // of the fragment's batches
	ints   map[int64]struct{}
	others map[string]datum.Value // by their text
	bytes  int
	over   bool
}

func newKeySet(edge plan.Keyed, cols []plan.Col) *keySet {
	column := slices.IndexFunc(cols, func(c plan.Col) bool { return c.ID == edge.From.ID })
	return &keySet{edge: edge, column: column, ints: map[int64]struct{}{}, others: map[string]datum.Value{}, over: column < 0}
}

// add takes the values of a batch; NULL is no key.
func (k *keySet) add(b arrow.RecordBatch) {
	if k.over {
		return
	}
	switch a := b.Column(k.column).(type) {
	case *array.Int16:
		addInts(k, a, a.Int16Values())
	case *array.Int32:
		addInts(k, a, a.Int32Values())
	case *array.Int64:
		addInts(k, a, a.Int64Values())
	case *array.String:
		k.addTexts(a)
	default:
		k.addOthers(a)
	}
	if k.over || k.len() > k.edge.MaxKeys || k.bytes > k.edge.MaxBytes {
		k.giveUp()
	}
}

func (k *keySet) giveUp() { k.over, k.ints, k.others = true, nil, nil }

func addInts[T int16 | int32 | int64](k *keySet, a arrow.Array, values []T) {
	nulls := a.NullN() > 0
	for i, v := range values {
		if nulls && a.IsNull(i) {
			continue
		}
		if _, known := k.ints[int64(v)]; !known {
			k.ints[int64(v)] = struct{}{}
			k.bytes += digits(int64(v)) + separator
		}
	}
}

func (k *keySet) addTexts(a *array.String) {
	for i := range a.Len() {
		if a.IsNull(i) {
			continue
		}
		if strings.IndexByte(a.Value(i), 0) >= 0 { // not every system has such a text
			k.over = true
			break
		}
		if _, known := k.others[a.Value(i)]; !known {
			s := strings.Clone(a.Value(i)) // the batch's memory is used again
			k.others[s] = datum.Text(s)
			k.bytes += len(s) + 2*separator
		}
	}
}

func (k *keySet) addOthers(a arrow.Array) {
	for i := range a.Len() {
		v := plan.ArrowValue(a, i, k.edge.From.Type)
		if v == nil {
			continue
		}
		text := datum.AppendText(nil, k.edge.From.Type.OID, v, nil)
		if _, known := k.others[string(text)]; !known {
			k.others[string(text)] = v
			k.bytes += len(text) + 8*separator
		}
	}
}

// separator is what stands between two literals.
const separator = 2

func digits(v int64) int {
	n := 1
	if v < 0 {
		n++
	}
	for ; v > 9 || v < -9; v /= 10 {
		n++
	}
	return n
}

func (k *keySet) len() int { return len(k.ints) + len(k.others) }

// keys returns the values in the receiving column's type, in order. A number that the column cannot hold equals none of its
// values and is left out.
func (k *keySet) keys() []datum.Value {
	out := make([]datum.Value, 0, k.len())
	for v := range k.ints {
		if k.edge.Fits(v) {
			out = append(out, datum.Int(v))
		}
	}
	for _, v := range k.others {
		out = append(out, v)
	}
	oid := k.edge.To.Type.OID
	slices.SortFunc(out, func(a, b datum.Value) int { return datum.Compare(oid, a, b) })
	return out
}
