package datum

import (
	"sync"

	"github.com/waggle-sql/waggle/internal/pgcat"
)

// aggregate computes an aggregate over the rows of one group.
type aggregate func(f *Func, rows [][]Value, env *Env) (Value, error)

// aggregateFamily is a table of aggregates keyed by signature, as family is.
type aggregateFamily map[string]aggregate

var aggregates = sync.OnceValue(func() map[uint32]aggregate {
	out := map[uint32]aggregate{}
	for _, f := range []aggregateFamily{collecting(), summing(), jsonAggregates(), statistics(), orderedSets()} {
		for signature, a := range f {
			if p, ok := pgcat.ProcBySignature(signature); ok {
				out[p.OID] = a
			}
		}
	}
	return out
})

// AggHas reports whether an aggregate of pg_proc is implemented here.
func AggHas(proc uint32) bool {
	_, ok := aggregates()[proc]
	return ok
}

// AggCall computes an aggregate over the rows of one group, each with the aggregate's arguments; FILTER, DISTINCT and
// ORDER BY are applied already. Rows of an ordered-set aggregate have its direct arguments first and come in the order
// that WITHIN GROUP names. Errors are *pgerr.Error without a position; 0A000 for an aggregate without an implementation.
func AggCall(f Func, rows [][]Value, env *Env) (Value, error) {
	a, ok := aggregates()[f.Proc]
	if !ok {
		return nil, unsupported(f.Proc)
	}
	return a(&f, rows, env)
}

// present returns the values of one argument that are not NULL.
func present(rows [][]Value, column int) []Value {
	var out []Value
	for _, r := range rows {
		if column < len(r) && r[column] != nil {
			out = append(out, r[column])
		}
	}
	return out
}
