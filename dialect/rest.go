package dialect

import (
	"math"

	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/planner/plan"
)

// REST prints a fragment over one object of a REST source: [Limit] [Filter] Scan, its Late leaves filled. env decides the
// meaning of the values (time zone); the values themselves are printed in UTC and ISO style.
func REST(n plan.Node, object Object, env *datum.Env) (Calls, error) {
	c := Calls{Limit: -1}
	if l, ok := n.(*plan.Limit); ok {
		count, err := rowCount(l.Count, env)
		if err != nil {
			return c, err
		}
		c.Limit, n = count, l.Input
	}
	var terms []plan.Expr
	if f, ok := n.(*plan.Filter); ok {
		terms, n = conjuncts(f.Cond), f.Input
	}
	scan, ok := n.(*plan.Scan)
	if !ok {
		return c, pgerr.New(pgerr.Internal, "a fragment of a REST source has the wrong shape")
	}
	c.Object = scan.Table.Object
	for _, i := range scan.Fields {
		c.Columns = append(c.Columns, scan.Table.Columns[i].Physical)
	}
	b := binder{calls: &c, env: env, bounds: map[string]bound{}}
	for _, t := range terms {
		if err := b.term(object, scan, t); err != nil {
			return c, err
		}
	}
	b.finish()
	c.Empty = c.Empty || c.Limit == 0
	return c, nil
}

func conjuncts(e plan.Expr) []plan.Expr {
	if and, ok := e.(*plan.And); ok {
		return and.Args
	}
	return []plan.Expr{e}
}

// rowCount evaluates a LIMIT; NULL is no limit.
func rowCount(e plan.Expr, env *datum.Env) (int64, error) {
	v, err := plan.Eval(e, nil, env)
	if err != nil || v == nil {
		return -1, err
	}
	n, ok := v.(datum.Int)
	if !ok || n < 0 {
		return -1, pgerr.New(pgerr.InvalidLimit, "LIMIT must not be negative").At(e.Pos())
	}
	return int64(n), nil
}

// binder collects the values of sinks. Two terms for one sink are combined, so that none is lost: the tighter bound of
// two, the intersection of two lists.
type binder struct {
	calls  *Calls
	env    *datum.Env
	bounds map[string]bound
	order  []string
}

type bound struct {
	sink   Sink
	oid    uint32
	values []datum.Value
}

func (b *binder) term(object Object, scan *plan.Scan, t plan.Expr) error {
	said, ok := BindSink(object, scan, t)
	if !ok {
		return pgerr.New(pgerr.Internal, "a fragment of a REST source holds a filter that its request cannot say").At(t.Pos())
	}
	values, err := b.values(said)
	if err != nil {
		return err
	}
	if said.Op == "<=" && said.Sink.Op == "<" {
		next, ok := after(values)
		if !ok {
			return nil // nothing is greater
		}
		values = next
	}
	if len(values) == 0 {
		b.calls.Empty = true
		return nil
	}
	name := said.Sink.Name
	old, found := b.bounds[name]
	if !found {
		b.order = append(b.order, name)
		b.bounds[name] = bound{said.Sink, said.Column.Type.OID, values}
		return nil
	}
	old.values = combine(old, values)
	b.calls.Empty = b.calls.Empty || len(old.values) == 0
	b.bounds[name] = old
	return nil
}

// values evaluates a term's values without the NULLs, which no row equals.
func (b *binder) values(said Bound) ([]datum.Value, error) {
	var out []datum.Value
	for _, e := range said.Values {
		v, err := plan.Eval(e, nil, b.env)
		if err != nil {
			return nil, err
		}
		if a, ok := v.(*datum.Array); ok && said.Array {
			out = append(out, a.Items...)
			continue
		}
		out = append(out, v)
	}
	kept := out[:0]
	for _, v := range out {
		if v != nil {
			kept = append(kept, v)
		}
	}
	return kept, nil
}

// after turns `a <= x` for a sink that says `a < y` into the next value: y = x + 1; false for a value that has none. Nothing is before
// the infinite past, which stays.
func after(values []datum.Value) ([]datum.Value, bool) {
	out := make([]datum.Value, len(values))
	for i, v := range values {
		switch v := v.(type) {
		case datum.Timestamp:
			if v == datum.MaxTimestamp {
				return nil, false
			}
			if out[i] = v + 1; v == datum.MinTimestamp {
				out[i] = v
			}
		case datum.Date:
			if v == datum.MaxDate {
				return nil, false
			}
			if out[i] = v + 1; v == datum.MinDate {
				out[i] = v
			}
		case datum.Int:
			if v == math.MaxInt64 {
				return nil, false
			}
			out[i] = v + 1
		default:
			return nil, false
		}
	}
	return out, true
}

func combine(old bound, values []datum.Value) []datum.Value {
	switch old.sink.Op {
	case ">=", ">":
		if datum.Compare(old.oid, values[0], old.values[0]) > 0 {
			return values[:1]
		}
		return old.values
	case "<=", "<":
		if datum.Compare(old.oid, values[0], old.values[0]) < 0 {
			return values[:1]
		}
		return old.values
	}
	var both []datum.Value
	for _, v := range old.values {
		for _, w := range values {
			if datum.Compare(old.oid, v, w) == 0 {
				both = append(both, v)
				break
			}
		}
	}
	return both
}

func (b *binder) finish() {
	utc := &datum.Env{}
	for _, name := range b.order {
		bound := b.bounds[name]
		v := SinkValue{Sink: name}
		seen := map[string]bool{}
		for _, x := range bound.values {
			oid := bound.oid
			if _, isText := x.(datum.Text); isText {
				oid = pgcat.Text
			}
			text := string(datum.AppendText(nil, oid, x, utc))
			if !seen[text] {
				seen[text] = true
				v.Values = append(v.Values, text)
			}
		}
		b.calls.Sinks = append(b.calls.Sinks, v)
	}
}
