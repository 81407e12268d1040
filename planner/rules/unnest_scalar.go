package rules

import (
	"slices"

	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/planner/plan"
)

// UnnestScalar joins the groups of a correlated aggregate instead of computing it for each outer row, in a filter or a projection.
//
//	filter x.a < (select 2 * avg(y.b) from y            project [x's columns]
//	              where y.c = x.c)                        filter x.a < 2 * avg
//	  x                                          →          left join on key = x.c
//	                                                          x
//	                                                          aggregate group by (y.c) [key] [avg]
//	                                                            y
//
// An outer row without a group sees what the aggregate is over no rows: NULL, but 0 for count, which is why count becomes
// coalesce(count, 0) above the join. Where NULL drops the row anyway, an inner join does. It would be wrong for a subquery that is
// no aggregate without GROUP BY: it may have two rows for one outer row, and must raise. It would be wrong for arguments that can
// raise for rows that no outer row asks for.
var UnnestScalar = Rule{"UnnestScalar", func(env *Env, n plan.Node) (plan.Node, bool) {
	switch n := n.(type) {
	case *plan.Filter:
		return env.unnestFilter(n)
	case *plan.Project:
		return env.unnestProject(n)
	}
	return n, false
}}

func (env *Env) unnestFilter(f *plan.Filter) (plan.Node, bool) {
	input, changed := f.Input, false
	terms := slices.Clone(Conjuncts(f.Cond))
	for i, t := range terms {
		terms[i] = env.eachScalar(t, func(q *plan.Subquery) plan.Expr {
			a, ok := env.grouping(q, env.cols(input))
			if !ok {
				return q
			}
			changed = true
			kind := plan.Left
			if a.nullable && rejectsNull(t, q) {
				kind = plan.Inner
			}
			input = a.joinTo(input, kind)
			return a.value
		})
	}
	if !changed {
		return f, false
	}
	return showing(filter(input, terms), f.Input.Cols()), true
}

func (env *Env) unnestProject(p *plan.Project) (plan.Node, bool) {
	input := p.Input
	exprs := make([]plan.Expr, len(p.Exprs))
	for i, e := range p.Exprs {
		exprs[i] = env.eachScalar(e, func(q *plan.Subquery) plan.Expr {
			a, ok := env.grouping(q, env.cols(input))
			if !ok {
				return q
			}
			input = a.joinTo(input, plan.Left)
			return a.value
		})
	}
	if input == p.Input {
		return p, false
	}
	return &plan.Project{Input: input, Exprs: exprs, Out: p.Out}, true
}

// eachScalar replaces the scalar subqueries of an expression, those in other subqueries excepted.
func (env *Env) eachScalar(e plan.Expr, f func(*plan.Subquery) plan.Expr) plan.Expr {
	if !hasSubquery(e) {
		return e
	}
	return plan.Descend(e, func(e plan.Expr) (plan.Expr, bool) {
		q, ok := e.(*plan.Subquery)
		if ok && q.Kind == plan.Scalar {
			return f(q), true
		}
		return e, ok
	})
}

// independent is a correlated aggregate made independent: a plan with one row for each value of the keys, the terms that join it,
// and the value for an outer row.
type independent struct {
	plan     plan.Node
	on       []plan.Expr
	value    plan.Expr
	nullable bool // the value is NULL for an outer row without a group
}

// grouping makes a subquery independent of the columns of outer; false when it does not depend on them, or cannot be.
func (env *Env) grouping(q *plan.Subquery, outer set) (*independent, bool) {
	if !env.free(q.Plan).meets(outer) {
		return nil, false
	}
	cols := q.Plan.Cols()
	if len(cols) != 1 {
		return nil, false
	}
	values, a, ok := overAggregate(q.Plan, []plan.Expr{refTo(cols[0])})
	if !ok {
		return nil, false
	}
	g, ok := env.groupedBy(a, outer)
	if !ok {
		return nil, false
	}
	g.value, g.nullable = emptied(values[0], a)
	return g, true
}

// overAggregate looks through projections for an aggregate without groups, which has one row, and returns the expressions over it.
func overAggregate(n plan.Node, values []plan.Expr) ([]plan.Expr, *plan.Aggregate, bool) {
	for {
		switch m := n.(type) {
		case *plan.Project:
			by := map[plan.ColID]plan.Expr{}
			for i, e := range m.Exprs {
				by[m.Out[i].ID] = e
			}
			for i, v := range values {
				values[i] = substitute(v, by)
			}
			n = m.Input
		case *plan.Aggregate:
			once := !slices.ContainsFunc(values, func(v plan.Expr) bool { return volatile(v) || hasSubquery(v) })
			return values, m, once && len(m.Groups) == 0 && m.Sets == nil
		default:
			return nil, nil, false
		}
	}
}

// groupedBy groups an aggregate by what its input is equated with.
func (env *Env) groupedBy(a *plan.Aggregate, outer set) (*independent, bool) {
	for _, e := range a.Aggs {
		agg, ok := e.(*plan.Agg)
		if !ok || agg.Within || !emptyIsNull(agg) && !counts(agg) || volatile(agg) || hasSubquery(agg) || !calm(agg) {
			return nil, false
		}
	}
	if nodeContains(a.Input, volatileCall) || !calmNode(a.Input) {
		return nil, false
	}
	d := &decorrelation{env: env, outer: outer}
	n := d.grouped(a)
	if d.fail || len(d.terms) == 0 || !env.free(n).empty() {
		return nil, false
	}
	return &independent{plan: n, on: d.terms}, true
}

func (g *independent) joinTo(n plan.Node, kind plan.JoinKind) plan.Node {
	return &plan.Join{Kind: kind, Left: n, Right: g.plan, Cond: Conjunction(g.on)}
}

// counts reports whether an aggregate is 0 over no rows.
func counts(a *plan.Agg) bool { return a.Name == "count" }

// emptyIsNull reports whether an aggregate is NULL over no rows.
func emptyIsNull(a *plan.Agg) bool {
	return slices.Contains([]string{"sum", "avg", "min", "max", "bool_and", "bool_or", "every", "bit_and", "bit_or", "bit_xor",
		"stddev", "stddev_pop", "stddev_samp", "variance", "var_pop", "var_samp", "string_agg", "array_agg"}, a.Name)
}

// emptied is a value over an aggregate's columns as an outer row sees it, and whether it is NULL for one without a group.
func emptied(v plan.Expr, a *plan.Aggregate) (plan.Expr, bool) {
	by, nulls := map[plan.ColID]plan.Expr{}, set{}
	for i, e := range a.Aggs {
		c := a.Out[i]
		if !counts(e.(*plan.Agg)) {
			nulls.add(c.ID)
			continue
		}
		zero := &plan.Const{Base: plan.Base{T: c.Type, At: -1}, Value: datum.Int(0)}
		by[c.ID] = &plan.Choose{Base: plan.Base{T: c.Type, At: e.Pos()}, Kind: plan.Coalesce, Args: []plan.Expr{refTo(c), zero}}
	}
	return substitute(v, by), strict(v, nulls)
}

// rejectsNull reports whether a term is not true when one of its subqueries is NULL.
func rejectsNull(t plan.Expr, q *plan.Subquery) bool {
	switch t := t.(type) {
	case *plan.Subquery:
		return t == q
	case *plan.Cast:
		return rejectsNull(t.Arg, q)
	case *plan.Call:
		p, ok := pgcat.ProcByOID(t.Proc)
		return ok && p.Strict && slices.ContainsFunc(t.Args, func(a plan.Expr) bool { return rejectsNull(a, q) })
	}
	return false
}
