package rules

import (
	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/planner/plan"
)

// UnnestExists makes semi joins of EXISTS, IN and op ANY over a subquery, and anti joins of NOT EXISTS, where they stand as
// terms of a filter.
//
//	filter x.a in (select y.b from y where y.c = x.c)        semi join on x.a = y.b and y.c = x.c
//	  x                                                 →      x
//	                                                           y
//
// A filter drops what is unknown like what is false, so that IN needs no more. It would be wrong for NOT IN, which is unknown
// for every x as soon as one y.b is NULL: an anti join on x.a = y.b keeps such rows. NOT IN stays a subquery, which engines
// answer by one pass over y.
var UnnestExists = Rule{"UnnestExists", func(env *Env, n plan.Node) (plan.Node, bool) {
	f, ok := n.(*plan.Filter)
	if !ok {
		return n, false
	}
	var joins []*plan.Join
	_, stay := partition(Conjuncts(f.Cond), func(t plan.Expr) bool {
		j, ok := env.semiOf(t, env.cols(f.Input))
		if ok {
			joins = append(joins, j)
		}
		return ok
	})
	if len(joins) == 0 {
		return n, false
	}
	out := filter(f.Input, stay)
	for _, j := range joins {
		j.Left = out
		out = j
	}
	return out, true
}}

// semiOf makes a semi or anti join of a term; its Left is not set.
func (env *Env) semiOf(t plan.Expr, outer set) (*plan.Join, bool) {
	kind := plan.Semi
	if not, ok := t.(*plan.Not); ok {
		kind, t = plan.Anti, not.Arg
	}
	q, ok := t.(*plan.Subquery)
	if !ok {
		return nil, false
	}
	if q.Kind == plan.Exists {
		right, terms, ok := env.decorrelate(anyRow(q.Plan), outer)
		return &plan.Join{Kind: kind, Right: right, Cond: Conjunction(terms)}, ok
	}
	if q.Kind != plan.Any || kind == plan.Anti || volatile(q.Test) || hasSubquery(q.Test) {
		return nil, false
	}
	in, value, ok := valueOf(q.Plan)
	proc, known := pgcat.ProcByOID(q.Proc)
	if !ok || !known {
		return nil, false
	}
	right, terms, ok := env.decorrelate(in, outer)
	test := &plan.Call{Base: plan.Base{T: q.T, At: q.At}, Proc: q.Proc, Name: proc.Name, Op: q.Op, Args: []plan.Expr{q.Test, value}}
	return &plan.Join{Kind: kind, Right: right, Cond: Conjunction(append([]plan.Expr{test}, terms...))}, ok
}

// anyRow strips from a plan what does not decide whether it has a row.
func anyRow(n plan.Node) plan.Node {
	for {
		switch m := n.(type) {
		case *plan.Project:
			if contains(exprsOf(m), volatileCall) {
				return n
			}
			n = m.Input
		case *plan.Sort:
			n = m.Input
		case *plan.Unique:
			n = m.Input
		case *plan.Aggregate:
			if len(m.Groups) == 0 || m.Sets != nil {
				return n
			}
			n = m.Input
		case *plan.Limit:
			if !passesFirst(m) {
				return n
			}
			n = m.Input
		default:
			return n
		}
	}
}

func exprsOf(p *plan.Project) plan.Expr { return &plan.RowOf{Items: p.Exprs} }

// passesFirst reports whether a limit passes at least one row of what has one.
func passesFirst(l *plan.Limit) bool {
	if l.Offset != nil {
		return false
	}
	c, ok := l.Count.(*plan.Const)
	if !ok {
		return l.Count == nil
	}
	v, ok := c.Value.(datum.Int)
	return c.Value == nil || ok && v > 0
}

// valueOf strips from a plan of one column what decides neither its rows nor their values, and returns the column's expression.
func valueOf(n plan.Node) (plan.Node, plan.Expr, bool) {
	cols := n.Cols()
	if len(cols) != 1 {
		return nil, nil, false
	}
	var value plan.Expr = refTo(cols[0])
	for {
		switch m := n.(type) {
		case *plan.Project:
			by := map[plan.ColID]plan.Expr{}
			for i, e := range m.Exprs {
				by[m.Out[i].ID] = e
			}
			value = substitute(value, by)
			if volatile(value) || hasSubquery(value) {
				return nil, nil, false
			}
			n = m.Input
		case *plan.Sort:
			n = m.Input
		case *plan.Unique:
			if m.On != nil {
				return n, value, true
			}
			n = m.Input
		default:
			return n, value, true
		}
	}
}
