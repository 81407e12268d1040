package rules

import (
	"slices"

	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/planner/plan"
)

// PartialAggregate lets the source of an aggregate's arguments add up its rows before they travel: one for each value of the
// columns that are read above, instead of all of them.
//
//	aggregate sum(b.x) by a.g             aggregate sum(sum) by a.g
//	  inner join on a.k = b.k               inner join on a.k = b.k
//	    a                            →        a
//	    b                                     aggregate sum(b.x) by b.k
//	                                            b
//
// There are never more groups than rows. Rows of b with equal k join the same rows of a, so that each group counts once for each of
// them, as its rows do. It would be wrong for arguments of a, whose rows would be counted once for a group instead of once for a row;
// for count(distinct), string_agg and sums of floats, which depend on the rows or their order; and above the side that an outer join
// fills with NULLs for count(*) and for what is not NULL for NULL. It is of no use where the columns hold b's declared key.
var PartialAggregate = Rule{"PartialAggregate", func(env *Env, n plan.Node) (plan.Node, bool) {
	a, ok := n.(*plan.Aggregate)
	if !ok || a.Sets != nil || len(a.Aggs) == 0 || !env.connection(a).several {
		return n, false
	}
	p := &partials{env: env, groups: slices.Clone(a.Groups), aggs: slices.Clone(a.Aggs)}
	if !p.flatten(a.Input) || !p.find() || !p.split() {
		return n, false
	}
	return p.build(a), true
}}

// partials is one aggregate being split.
type partials struct {
	env    *Env
	groups []plan.Expr
	aggs   []plan.Expr
	input  plan.Node

	side     plan.Node // the subtree that is aggregated before the join
	nullable bool      // an outer join fills it with NULLs
	above    []plan.Expr

	of    []parts
	inner *plan.Aggregate
	shown plan.Node                // inner, its sums as decimals
	by    map[plan.ColID]plan.Expr // columns of side above it
}

// flatten looks through a projection below the aggregate.
func (p *partials) flatten(n plan.Node) bool {
	p.input = n
	pr, ok := n.(*plan.Project)
	if !ok {
		return true
	}
	by := map[plan.ColID]plan.Expr{}
	for i, e := range pr.Exprs {
		if volatile(e) || hasSubquery(e) {
			return false
		}
		by[pr.Out[i].ID] = e
	}
	for _, list := range [][]plan.Expr{p.groups, p.aggs} {
		for i, e := range list {
			list[i] = substitute(e, by)
		}
	}
	p.input = pr.Input
	return true
}

// find goes down to the one source that has all the arguments, and collects the expressions on the way.
func (p *partials) find() bool {
	var args set
	for _, e := range p.aggs {
		a, ok := e.(*plan.Agg)
		if !ok || volatile(a) || hasSubquery(a) || !calm(a) {
			return false
		}
		args.join(p.env.refs(a))
	}
	n := p.input
	for !args.empty() {
		if c := p.env.connection(n); !c.several {
			p.side = n
			return p.env.speaks(c.name) && !isGrouped(n)
		}
		next, ok := p.step(n, args)
		if !ok {
			return false
		}
		n = next
	}
	return false
}

func isGrouped(n plan.Node) bool {
	if p, ok := n.(*plan.Project); ok {
		n = p.Input
	}
	_, ok := n.(*plan.Aggregate)
	return ok
}

// step goes through one node whose rows are at most repeated or dropped.
func (p *partials) step(n plan.Node, args set) (plan.Node, bool) {
	switch n := n.(type) {
	case *plan.Filter:
		p.above = append(p.above, n.Cond)
		return n.Input, !volatile(n.Cond) && !hasSubquery(n.Cond)
	case *plan.Join:
		if n.Lateral || n.Cond == nil || volatile(n.Cond) || hasSubquery(n.Cond) {
			return nil, false
		}
		p.above = append(p.above, n.Cond)
		if args.inside(p.env.cols(n.Left)) {
			p.nullable = p.nullable || n.Kind == plan.Right
			return n.Left, n.Kind != plan.Full
		}
		if args.inside(p.env.cols(n.Right)) {
			p.nullable = p.nullable || n.Kind == plan.Left
			return n.Right, n.Kind == plan.Inner || n.Kind == plan.Left || n.Kind == plan.Right
		}
	}
	return nil, false
}

// split makes the aggregate below the join; false where it would not help, or cannot be said.
func (p *partials) split() bool {
	cols := p.env.cols(p.side)
	p.inner = &plan.Aggregate{Input: p.side}
	p.by = map[plan.ColID]plan.Expr{}
	for i, g := range p.groups {
		_, plain := g.(*plan.Ref)
		if refs := p.env.refs(g); !plain && !p.nullable && !refs.empty() && refs.inside(cols) && !volatile(g) && calm(g) {
			p.groups[i] = p.group(g, "key")
		}
	}
	identical := p.read(p.groups, cols, false) && p.read(p.above, cols, true)
	if !identical || len(p.inner.Groups) == 0 || p.env.keyed(p.side, p.inner.Groups) {
		return false
	}
	for _, e := range p.aggs {
		a := e.(*plan.Agg)
		of, ok := partsOf(a)
		if !ok || p.nullable && !nullForNull(a) {
			return false
		}
		p.of = append(p.of, of)
		for _, b := range of.below {
			p.inner.Aggs = append(p.inner.Aggs, b)
			p.inner.Out = append(p.inner.Out, p.env.column(b.Name, b.T))
		}
	}
	p.shown = p.decimals()
	sql, ok := p.env.Sources[p.env.connection(p.side).name].SQL()
	return ok && sql.Say(p.shown) == nil
}

// read groups by the columns of the side that expressions read; false when an expression could tell values apart that are equal.
// A column that is an expression of its own is only grouped by again, unless the expressions are conditions.
func (p *partials) read(list []plan.Expr, cols set, conditions bool) bool {
	ok := true
	for _, e := range list {
		_, alone := e.(*plan.Ref)
		plan.WalkExpr(e, func(c plan.Expr) {
			r, isRef := c.(*plan.Ref)
			if !isRef || !cols.has(r.ID) {
				return
			}
			ok = ok && (alone && !conditions || identical(r.T))
			if p.by[r.ID] == nil {
				p.by[r.ID] = p.group(r, r.Name)
			}
		})
	}
	return ok
}

// identical reports whether equal values of a type are the same in every respect: not so 1.0 and 1.00, or 0 and -0.
func identical(t plan.Type) bool {
	switch t.OID {
	case pgcat.Bool, pgcat.Timestamp, pgcat.TimestampTZ:
		return true
	}
	return keyKind(t) != noKey
}

// group adds a grouping column and returns a reference to it.
func (p *partials) group(e plan.Expr, name string) plan.Expr {
	c := p.env.column(name, e.Type())
	p.inner.Groups = append(p.inner.Groups, e)
	p.inner.Out = append(p.inner.Out, c)
	return refTo(c)
}

// nullForNull: a row of NULLs adds nothing.
func nullForNull(a *plan.Agg) bool {
	if a.Star || len(a.Args) != 1 || a.Filter != nil {
		return false
	}
	_, plain := a.Args[0].(*plan.Ref)
	return plain
}

// decimals gives numerics their fixed scale, so that they travel as numbers.
func (p *partials) decimals() plan.Node {
	c := &plan.Project{Input: p.inner}
	changed := false
	for i, col := range p.inner.Out {
		e := plan.Expr(refTo(col))
		if k := i - len(p.inner.Groups); k >= 0 {
			if t, ok := travelType(p.inner.Aggs[k].(*plan.Agg)); ok && t != col.Type {
				e = &plan.Cast{Base: plan.Base{T: t, At: -1}, Arg: e, Method: plan.Length, Explicit: true}
				col = p.env.column(col.Name, t)
				changed = true
			}
		}
		c.Exprs, c.Out = append(c.Exprs, e), append(c.Out, col)
	}
	if !changed {
		return p.inner
	}
	return c
}

// build puts the aggregate of the parts above what was above their side.
func (p *partials) build(a *plan.Aggregate) plan.Node {
	outer := &plan.Aggregate{Input: p.replace(p.input)}
	top := &plan.Project{Out: a.Out}
	for i, g := range p.groups {
		outer.Groups = append(outer.Groups, substitute(g, p.by))
		outer.Out = append(outer.Out, a.Out[i])
		top.Exprs = append(top.Exprs, refTo(a.Out[i]))
	}
	at := len(p.inner.Groups)
	for _, of := range p.of {
		var values []plan.Expr
		for _, signature := range of.above {
			over, _ := pgcat.ProcBySignature(signature)
			sum := aggOver(over, p.shown.Cols()[at])
			at++
			col := p.env.column(sum.Name, sum.T)
			outer.Aggs, outer.Out = append(outer.Aggs, sum), append(outer.Out, col)
			values = append(values, refTo(col))
		}
		top.Exprs = append(top.Exprs, of.finish(values))
	}
	top.Input = outer
	return top
}

// aggOver is an aggregate of a column. One that is polymorphic has its column's type.
func aggOver(p *pgcat.Proc, c plan.Col) *plan.Agg {
	t := plan.Type{OID: p.Result, Mod: -1}
	if result, ok := pgcat.TypeByOID(p.Result); !ok || result.Kind == 'p' {
		t = c.Type
	}
	return &plan.Agg{Base: plan.Base{T: t, At: -1}, Proc: p.OID, Name: p.Name, Args: []plan.Expr{refTo(c)}}
}

// replace rebuilds the path to the side over its groups.
func (p *partials) replace(n plan.Node) plan.Node {
	if n == p.side {
		return p.shown
	}
	n = mapInputs(n, p.replace)
	switch n := n.(type) {
	case *plan.Filter:
		return &plan.Filter{Input: n.Input, Cond: substitute(n.Cond, p.by)}
	case *plan.Join:
		c := *n
		c.Cond = substitute(n.Cond, p.by)
		return &c
	}
	return n
}
