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
		return k.MaxKeys > 0 && dialect.Support(sql, k.Restrict(probe.Plan, sample)) != plan.None
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

// choose orders the fragments and keeps the edges that lead from an earlier one that is restricted to a later one. A fragment
// that receives keys is restricted, though less than by an equality of its own.
func (t *transfer) choose() []plan.Keyed {
	o := &ordering{edges: t.edges, score: map[int]int{}, up: t.up}
	for id, r := range t.remotes {
		o.score[id] = strictness(r.Plan)
		o.left = append(o.left, id)
	}
	slices.Sort(o.left)
	var kept []plan.Keyed
	for first, ok := o.next(); ok; first, ok = o.next() {
		for _, e := range t.edges {
			if e.Build == first && slices.Contains(o.left, e.Probe) {
				kept = append(kept, e)
				o.score[e.Probe] = max(o.score[e.Probe], receivedKeys)
			}
		}
	}
	return kept
}

// ordering is what choose knows of the fragments that have not been given a place yet.
type ordering struct {
	edges []plan.Keyed
	up    map[[2]int]bool
	score map[int]int
	left  []int
}

// next takes out the strictest fragment that no other one should restrict first; false when all that are left are read whole. The
// to-one side of a relationship counts as stricter: one row of it stands for many of the other.
func (o *ordering) next() (int, bool) {
	best, most, free := -1, 0, false
	for i, id := range o.left {
		if o.score[id] == 0 {
			continue
		}
		rank, waits := o.score[id], false
		for _, e := range o.edges {
			switch {
			case e.Build == id && slices.Contains(o.left, e.Probe):
				rank = max(rank, o.against(id, e.Probe))
			case e.Probe == id && slices.Contains(o.left, e.Build) && o.score[e.Build] > 0:
				waits = waits || o.against(e.Build, id) > o.against(id, e.Build)
			}
		}
		if best < 0 || !waits && !free || !waits == free && rank > most {
			best, most, free = i, rank, !waits
		}
	}
	if best < 0 {
		return 0, false
	}
	id := o.left[best]
	o.left = slices.Delete(o.left, best, best+1)
	return id, true
}

// against is how strict a fragment is thought to be beside another.
func (o *ordering) against(id, other int) int {
	if o.up[[2]int{id, other}] {
		return o.score[id] + toOne
	}
	return o.score[id]
}

// How much a restriction is thought to leave, from almost nothing to most of it.
const (
	oneRow       = 32
	fewRows      = 16 // a limit
	equalTo      = 8
	between      = 6
	receivedKeys = 5
	inRange      = 4
	toOne        = 6 // beside any of these: one row of it stands for many of the other side
)

// strictness is what the strictest operator of a fragment does to its rows; 0 for a fragment that is read whole. That of a
// filter adds up its equalities, but not its ranges, of which two often are the ends of one.
func strictness(n plan.Node) int {
	most := 0
	plan.Transform(n, func(m plan.Node) plan.Node {
		switch m := m.(type) {
		case *plan.Filter:
			most = max(most, strictnessOf(Conjuncts(m.Cond)))
		case *plan.Limit:
			most = max(most, fewRows)
		case *plan.Aggregate:
			if len(m.Groups) == 0 && m.Sets == nil {
				most = max(most, oneRow)
			}
		case *plan.Join:
			if m.Kind == plan.Semi || m.Kind == plan.Anti {
				most = max(most, inRange)
			}
		}
		return m
	})
	return most
}

// strictnessOf adds up equalities; the ends of ranges, of which there often are two, count once. An alternative is as strict as its
// loosest arm.
func strictnessOf(terms []plan.Expr) int {
	equal, ranges := 0, 0
	for _, t := range terms {
		if or, ok := t.(*plan.Or); ok {
			equal += loosest(or)
			continue
		}
		switch restriction(t) {
		case equalTo:
			equal += equalTo
		case inRange:
			ranges++
		}
	}
	return equal + [...]int{0, inRange, between}[min(ranges, 2)]
}

func loosest(or *plan.Or) int {
	least := strictnessOf(Conjuncts(or.Args[0]))
	for _, a := range or.Args[1:] {
		least = min(least, strictnessOf(Conjuncts(a)))
	}
	return least
}

// restriction classes a term: equalTo, inRange or 0 for one that most rows pass.
func restriction(t plan.Expr) int {
	switch t := t.(type) {
	case *plan.Call:
		switch t.Op {
		case "=":
			return equalTo
		case "<>", "!~~", "!~~*", "!~", "!~*":
			return 0
		}
	case *plan.In:
		if !t.Negated {
			return equalTo
		}
		return 0
	case *plan.AnyAll:
		if t.Op == "=" && !t.All {
			return equalTo
		}
	case *plan.Not, *plan.IsNull, *plan.Distinct, *plan.BoolTest:
		return 0
	}
	return inRange
}
