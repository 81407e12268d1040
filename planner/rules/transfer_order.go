package rules

import (
	"slices"

	"github.com/waggle-sql/waggle/dialect"
	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/planner/plan"
)

// maxKeyRequests bounds the requests into which a REST source's keys are cut.
const maxKeyRequests = 20

// maxKeyBytes bounds their text.
const maxKeyBytes = 1 << 20

// receives fills in how many keys a fragment takes and how; false when it cannot be asked with any.
func (t *transfer) receives(probe *plan.Remote, k *plan.Keyed) bool {
	caps := t.env.Sources[probe.Connection]
	k.MaxKeys, k.MaxBytes, k.Array = caps.Keys.Max, caps.Keys.Bytes, caps.Keys.Array
	sample := []datum.Value{nil}
	if sql, ok := caps.SQL(); ok {
		return k.MaxKeys > 0 && sql.Say(k.Restrict(probe.Plan, sample)) == nil
	}
	scan := fragmentScan(probe.Plan)
	if scan == nil {
		return false
	}
	restricted, ok := k.Restrict(scan, sample).(*plan.Filter)
	if !ok {
		return false
	}
	b, ok := dialect.BindSink(caps.Objects[scan.Table.Object], scan, restricted.Cond)
	k.MaxKeys, k.MaxBytes = max(b.Sink.MaxValues, 1)*maxKeyRequests, maxKeyBytes
	return ok && (b.Sink.Op == "in" || b.Sink.Op == "=")
}

// choose orders the fragments, the strictest first, and keeps the edges that lead from an earlier one that is restricted to a
// later one. What is restricted by keys comes before what is not.
func (t *transfer) choose() []plan.Keyed {
	score := map[int]int{}
	var left []int
	for id, r := range t.remotes {
		score[id] = strictness(r.Plan)
		left = append(left, id)
	}
	slices.Sort(left)
	var kept []plan.Keyed
	for len(left) > 0 {
		at := 0
		for i, id := range left {
			if score[id] > score[left[at]] {
				at = i
			}
		}
		first := left[at]
		left = slices.Delete(left, at, at+1)
		if score[first] == 0 {
			break
		}
		for _, e := range t.edges {
			if e.Build == first && slices.Contains(left, e.Probe) {
				kept = append(kept, e)
				score[e.Probe] += receivedKeys
			}
		}
	}
	return kept
}

// How much a restriction is thought to leave, from almost nothing to most of it.
const (
	oneRow       = 16
	fewRows      = 8 // a limit
	equalTo      = 4
	receivedKeys = 3
	inRange      = 2
)

// strictness adds up what restricts a fragment's rows; 0 for one that is read whole.
func strictness(n plan.Node) int {
	sum := 0
	plan.Transform(n, func(m plan.Node) plan.Node {
		switch m := m.(type) {
		case *plan.Filter:
			for _, c := range Conjuncts(m.Cond) {
				sum += strictnessOf(c)
			}
		case *plan.Limit:
			sum += fewRows
		case *plan.Aggregate:
			if len(m.Groups) == 0 && m.Sets == nil {
				sum += oneRow
			}
		case *plan.Join:
			if m.Kind == plan.Semi || m.Kind == plan.Anti {
				sum += inRange
			}
		}
		return m
	})
	return sum
}

func strictnessOf(c plan.Expr) int {
	switch c := c.(type) {
	case *plan.Call:
		if c.Op == "=" {
			return equalTo
		}
		if c.Op == "<>" {
			return 0
		}
	case *plan.In:
		if !c.Negated {
			return equalTo
		}
		return 0
	case *plan.AnyAll:
		if c.Op == "=" && !c.All {
			return equalTo
		}
	case *plan.IsNull, *plan.Distinct:
		return 0
	}
	return inRange
}
