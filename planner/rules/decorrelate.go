package rules

import (
	"slices"

	"github.com/waggle-sql/waggle/planner/plan"
)

// decorrelation moves the conditions of a subquery that read outer columns out of it, so that the subquery stands on its own and
// the conditions can join it to the outer rows.
type decorrelation struct {
	env   *Env
	outer set
	terms []plan.Expr // over outer columns and columns of the pulled plan
	fail  bool
}

// decorrelate returns n without references to outer, which shows at least n's columns, and the terms that were in it. It fails
// where a condition cannot leave: below LIMIT, a window, the kept side of nothing, or a grouping that it does not equate.
func (env *Env) decorrelate(n plan.Node, outer set) (plan.Node, []plan.Expr, bool) {
	d := &decorrelation{env: env, outer: outer}
	n = d.pull(n)
	return n, d.terms, !d.fail
}

// pull handles one node; the columns that terms read pass through whatever is above it.
func (d *decorrelation) pull(n plan.Node) plan.Node {
	if d.fail || !d.env.free(n).meets(d.outer) {
		return n
	}
	switch n := n.(type) {
	case *plan.Filter:
		in := d.pull(n.Input)
		return filter(in, d.leave(Conjuncts(n.Cond)))
	case *plan.Project:
		return d.project(n)
	case *plan.Join:
		return d.join(n)
	case *plan.Aggregate:
		return d.aggregate(n)
	case *plan.Unique:
		return d.unique(n)
	case *plan.Sort:
		if !d.reads(n.Keys) {
			return n.WithInputs([]plan.Node{d.pull(n.Input)})
		}
	}
	d.fail = true
	return n
}

func (d *decorrelation) reads(keys []plan.SortKey) bool {
	return slices.ContainsFunc(keys, func(k plan.SortKey) bool { return d.outside(k.Expr) })
}

// outside reports whether an expression reads outer columns.
func (d *decorrelation) outside(e plan.Expr) bool { return d.env.refs(e).meets(d.outer) }

// leave takes the terms that read outer columns and returns the others.
func (d *decorrelation) leave(terms []plan.Expr) []plan.Expr {
	moved, stay := partition(terms, d.outside)
	d.fail = d.fail || slices.ContainsFunc(moved, func(t plan.Expr) bool { return volatile(t) || hasSubquery(t) })
	d.terms = append(d.terms, moved...)
	return stay
}

func (d *decorrelation) project(p *plan.Project) plan.Node {
	in := d.pull(p.Input)
	d.fail = d.fail || slices.ContainsFunc(p.Exprs, d.outside)
	c := &plan.Project{Input: in, Exprs: slices.Clone(p.Exprs), Out: slices.Clone(p.Out)}
	shown := d.env.cols(p)
	for _, col := range in.Cols() {
		if !shown.has(col.ID) && d.needs(col.ID) {
			c.Exprs, c.Out = append(c.Exprs, refTo(col)), append(c.Out, col)
		}
	}
	return c
}

func (d *decorrelation) needs(id plan.ColID) bool {
	return slices.ContainsFunc(d.terms, func(t plan.Expr) bool { return d.env.refs(t).has(id) })
}

func (d *decorrelation) join(j *plan.Join) plan.Node {
	d.fail = d.fail || j.Lateral || j.Kind == plan.Right || j.Kind == plan.Full
	if d.fail {
		return j
	}
	c := *j
	c.Left = d.pull(j.Left)
	if j.Kind == plan.Inner {
		c.Right = d.pull(j.Right)
		c.Cond = Conjunction(d.leave(Conjuncts(j.Cond)))
		return &c
	}
	d.fail = d.fail || d.env.free(j.Right).meets(d.outer) || d.outside(j.Cond)
	return &c
}

// aggregate groups by the columns that the terms below equate with outer ones as well: for one outer row these have one value.
func (d *decorrelation) aggregate(a *plan.Aggregate) plan.Node {
	if len(a.Groups) == 0 {
		d.fail = true
		return a
	}
	return d.grouped(a)
}

// grouped is aggregate for any grouping. One without groups has no row for an empty input from here on.
func (d *decorrelation) grouped(a *plan.Aggregate) plan.Node {
	before := len(d.terms)
	in := d.pull(a.Input)
	d.fail = d.fail || a.Sets != nil || slices.ContainsFunc(a.Groups, d.outside) || slices.ContainsFunc(a.Aggs, d.outside)
	c := &plan.Aggregate{Input: in, Groups: slices.Clone(a.Groups), Aggs: a.Aggs}
	c.Out = slices.Clone(a.Out[:len(a.Groups)])
	inner := d.env.cols(in)
	for i := before; i < len(d.terms) && !d.fail; i++ {
		t, key, ok := d.equated(d.terms[i], inner)
		if !ok {
			d.fail = true
			return a
		}
		at := slices.IndexFunc(c.Groups, func(g plan.Expr) bool { return plan.Equal(g, key) })
		if at < 0 {
			at = len(c.Groups)
			c.Groups, c.Out = append(c.Groups, key), append(c.Out, d.env.column("key", key.Type()))
		}
		d.terms[i] = withOperand(t, key, refTo(c.Out[at]))
	}
	c.Out = append(c.Out, a.Out[len(a.Groups):]...)
	return c
}

// equated reads a term as inner expression = outer expression.
func (d *decorrelation) equated(t plan.Expr, inner set) (c *plan.Call, key plan.Expr, ok bool) {
	c, ok = t.(*plan.Call)
	if !ok || c.Op != "=" || len(c.Args) != 2 || !orders("=", c.Proc) {
		return nil, nil, false
	}
	for i, a := range c.Args {
		mine, other := d.env.refs(a), d.env.refs(c.Args[1-i])
		if mine.meets(inner) && !mine.meets(d.outer) && !other.meets(inner) {
			return c, a, true
		}
	}
	return nil, nil, false
}

func withOperand(c *plan.Call, old, by plan.Expr) plan.Expr {
	n := *c
	n.Args = slices.Clone(c.Args)
	for i, a := range n.Args {
		if a == old {
			n.Args[i] = by
		}
	}
	return &n
}

// unique keeps DISTINCT above equalities alone: for one outer row the columns that they add have one value.
func (d *decorrelation) unique(u *plan.Unique) plan.Node {
	before := len(d.terms)
	in := d.pull(u.Input)
	inner := d.env.cols(in)
	d.fail = d.fail || u.On != nil || slices.ContainsFunc(d.terms[before:], func(t plan.Expr) bool {
		_, _, ok := d.equated(t, inner)
		return !ok
	})
	return &plan.Unique{Input: in}
}
