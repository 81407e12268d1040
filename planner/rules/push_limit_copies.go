package rules

import (
	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/planner/plan"
)

// PushLimitIntoLeftJoin takes no more rows of the side that a left join keeps than the limit passes, in the limit's order. The
// limit stays.
//
//	limit 5                      limit 5
//	  sort a.x                     sort a.x
//	    left join            →       left join
//	      a                            limit 5
//	      b                              sort a.x
//	                                       a
//	                                   b
//
// Each row of a makes at least one row. It would be wrong for an inner join, which may drop the five, and for an order that reads b.
var PushLimitIntoLeftJoin = Rule{"PushLimitIntoLeftJoin", func(env *Env, n plan.Node) (plan.Node, bool) {
	top, ok := topOf(n)
	if !ok {
		return n, false
	}
	j, ok := top.input.(*plan.Join)
	if !ok || j.Kind != plan.Left || top.limited(j.Left) || env.answers(n) {
		return n, false
	}
	left := env.cols(j.Left)
	for _, k := range top.keys() {
		if !env.refs(k.Expr).inside(left) || hasSubquery(k.Expr) || volatile(k.Expr) {
			return n, false
		}
	}
	return top.over(withSides(j, top.copy(j.Left, top.keys()), j.Right)), true
}}

// PushLimitIntoUnion takes no more rows of each input of a UNION ALL than the limit passes, in the limit's order. The limit stays.
//
//	limit 5              limit 5
//	  sort c               sort c
//	    union all [c]  →     union all [c]
//	      x [a]                limit 5
//	      y [b]                  sort a
//	                               x [a]
//	                           limit 5 …
//
// It would be wrong for UNION: five rows of x may be one row of the result.
var PushLimitIntoUnion = Rule{"PushLimitIntoUnion", func(env *Env, n plan.Node) (plan.Node, bool) {
	top, ok := topOf(n)
	if !ok {
		return n, false
	}
	s, ok := top.input.(*plan.SetOp)
	if !ok || s.Kind != plan.Union || !s.All || top.limited(s.Left) || top.limited(s.Right) || env.answers(n) {
		return n, false
	}
	for _, k := range top.keys() {
		if hasSubquery(k.Expr) || volatile(k.Expr) {
			return n, false
		}
	}
	c := *s
	c.Left, c.Right = top.copyTo(s, s.Left), top.copyTo(s, s.Right)
	return top.over(&c), true
}}

// top is a limit with a constant count, perhaps over a sort.
type top struct {
	limit *plan.Limit
	sort  *plan.Sort // nil for none
	input plan.Node
	count int64 // rows that are looked at: those that OFFSET skips too
}

// mostRows bounds a limit that is copied: with OFFSET the sum must stay a number.
const mostRows = 1 << 40

func topOf(n plan.Node) (*top, bool) {
	l, ok := n.(*plan.Limit)
	if !ok || l.WithTies || l.Count == nil {
		return nil, false
	}
	t := &top{limit: l, input: l.Input}
	for _, e := range []plan.Expr{l.Count, l.Offset} {
		if e == nil {
			continue
		}
		c, constant := e.(*plan.Const)
		if !constant {
			return nil, false
		}
		v, number := c.Value.(datum.Int)
		if !number || v < 0 || v > mostRows {
			return nil, false
		}
		t.count += int64(v)
	}
	if s, sorted := l.Input.(*plan.Sort); sorted {
		t.sort, t.input = s, s.Input
	}
	return t, true
}

func (t *top) keys() []plan.SortKey {
	if t.sort == nil {
		return nil
	}
	return t.sort.Keys
}

// limited reports whether a plan has a copy of the limit already.
func (t *top) limited(n plan.Node) bool {
	for {
		switch m := n.(type) {
		case *plan.Project:
			n = m.Input
		case *plan.Limit:
			c, ok := m.Count.(*plan.Const)
			if !ok {
				return false
			}
			v, ok := c.Value.(datum.Int)
			return ok && int64(v) <= t.count
		default:
			return false
		}
	}
}

// copy is n with its first rows alone.
func (t *top) copy(n plan.Node, keys []plan.SortKey) plan.Node {
	if len(keys) > 0 {
		n = &plan.Sort{Input: n, Keys: keys}
	}
	return &plan.Limit{Input: n, Count: &plan.Const{Base: plan.Base{T: t.limit.Count.Type(), At: -1}, Value: datum.Int(t.count)}}
}

// copyTo is copy for an input of a set operation, by that input's columns.
func (t *top) copyTo(s *plan.SetOp, in plan.Node) plan.Node {
	by := map[plan.ColID]plan.Expr{}
	for i, c := range in.Cols() {
		if i < len(s.Out) {
			by[s.Out[i].ID] = refTo(c)
		}
	}
	keys := make([]plan.SortKey, len(t.keys()))
	for i, k := range t.keys() {
		keys[i] = k
		keys[i].Expr = substitute(k.Expr, by)
	}
	return t.copy(in, keys)
}

// over is the limit and the sort over another input.
func (t *top) over(n plan.Node) plan.Node {
	if t.sort != nil {
		n = t.sort.WithInputs([]plan.Node{n})
	}
	return t.limit.WithInputs([]plan.Node{n})
}
