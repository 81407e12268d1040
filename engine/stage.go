package engine

import (
	"context"
	"encoding/binary"
	"encoding/hex"
	"slices"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"

	"github.com/waggle-sql/waggle/audit"
	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/planner"
	"github.com/waggle-sql/waggle/planner/plan"
)

// question is what a fragment's source is asked: the fragment, and the keys that restrict it.
type question struct {
	planner.Fragment
	sent []sentKeys
}

// sentKeys are the keys of one transfer; over says that they were too many to be sent.
type sentKeys struct {
	edge plan.Keyed
	keys []datum.Value
	over bool
}

// hopeless reports whether no row can match, so that nothing needs to be asked.
func (q *question) hopeless() bool {
	for _, s := range q.sent {
		if !s.over && len(s.keys) == 0 {
			return true
		}
	}
	return false
}

func (q *question) keyed() bool {
	return slices.ContainsFunc(q.sent, func(s sentKeys) bool { return !s.over })
}

// giveUp makes the question one without keys.
func (q *question) giveUp() {
	for i := range q.sent {
		q.sent[i].over, q.sent[i].keys = true, nil
	}
}

// restricted is the fragment's plan with the keys in it.
func (q *question) restricted() plan.Node {
	n := q.Plan
	for _, s := range q.sent {
		if !s.over {
			n = s.edge.Restrict(n, s.keys)
		}
	}
	return n
}

// shape is the restricted plan with one key of each list, for the masked template of the audit log.
func (q *question) shape() plan.Node {
	n := q.Plan
	for _, s := range q.sent {
		if !s.over {
			n = s.edge.Restrict(n, s.keys[:min(1, len(s.keys))])
		}
	}
	return n
}

// recordKeys says in an access record how many keys travel, and their keyed digest; never the keys.
func (q *question) recordKeys(a *audit.Access, log *audit.Log) {
	h := log.Digest()
	for _, s := range q.sent {
		for _, v := range s.keys {
			text := datum.AppendText(nil, s.edge.To.Type.OID, v, nil)
			h.Write(binary.BigEndian.AppendUint32(nil, uint32(len(text))))
			h.Write(text)
		}
		a.Keys += int64(len(s.keys))
	}
	if a.Keys > 0 {
		a.KeyDigest = hex.EncodeToString(h.Sum(nil))
	}
}

// stages lets fragments wait for those whose keys restrict them.
type stages struct {
	plan   *planner.Prepared
	loaded map[int]*loading
}

// loading is one fragment on its way into the workspace; sets may be read once done is closed.
type loading struct {
	done chan struct{}
	sets []*keySet
}

func newStages(p *planner.Prepared) *stages {
	s := &stages{plan: p, loaded: map[int]*loading{}}
	for _, f := range p.Fragments {
		l := &loading{done: make(chan struct{})}
		for _, k := range p.KeysFrom(f.ID) {
			l.sets = append(l.sets, newKeySet(k, f.Plan.Cols()))
		}
		s.loaded[f.ID] = l
	}
	return s
}

// question waits for the fragments that restrict f and makes what its source is asked.
func (s *stages) question(ctx context.Context, f planner.Fragment) (*question, error) {
	q := &question{Fragment: f}
	for _, edge := range s.plan.KeysTo(f.ID) {
		from := s.loaded[edge.Build]
		select {
		case <-from.done:
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
		for _, set := range from.sets {
			if set.edge == edge {
				q.sent = append(q.sent, sentKeys{edge: edge, keys: set.keys(), over: set.over})
			}
		}
	}
	return q, nil
}

// nothing is the rows of a question that needs not be asked.
func nothing(cols []plan.Col) (array.RecordReader, error) {
	fields := make([]arrow.Field, len(cols))
	for i, c := range cols {
		fields[i] = arrow.Field{Name: c.Name, Type: plan.ArrowType(c.Type), Nullable: true}
	}
	return array.NewRecordReader(arrow.NewSchema(fields, nil), nil)
}
