package rules

import (
	"slices"

	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/planner/plan"
)

// SplitAverage asks a source that cannot say avg exactly for sums and counts; the division stays here.
//
//	aggregate avg(x) by k        project [k, avg = sum / nullif(count, 0)]
//	  scan t               →       aggregate sum(x), count(x) by k
//	                                 scan t
//
// It would be wrong for averages of floats, whose sums depend on the rows' order.
var SplitAverage = Rule{"SplitAverage", func(env *Env, n plan.Node) (plan.Node, bool) {
	a, ok := n.(*plan.Aggregate)
	if !ok || !slices.ContainsFunc(a.Aggs, isAverage) {
		return n, false
	}
	c := env.connection(a)
	sql, ok := env.Sources[c.name].SQL()
	if !ok || c.several || sql.Say(a) == nil {
		return n, false
	}
	top := env.averagesAbove(a)
	if sql.Say(top.Input) != nil {
		return n, false
	}
	return top, true
}}

func isAverage(e plan.Expr) bool {
	a, ok := e.(*plan.Agg)
	return ok && a.Name == "avg"
}

// averagesAbove replaces the averages that can be taken apart.
func (env *Env) averagesAbove(a *plan.Aggregate) *plan.Project {
	c := &plan.Aggregate{Input: a.Input, Groups: a.Groups, Sets: a.Sets, Out: slices.Clone(a.Out[:len(a.Groups)])}
	top := &plan.Project{Out: a.Out}
	for _, col := range c.Out {
		top.Exprs = append(top.Exprs, refTo(col))
	}
	add := func(e plan.Expr, name string) plan.Expr {
		col := env.column(name, e.Type())
		c.Aggs, c.Out = append(c.Aggs, e), append(c.Out, col)
		return refTo(col)
	}
	for i, e := range a.Aggs {
		agg, isAgg := e.(*plan.Agg)
		of, ok := parts{}, false
		if isAgg && isAverage(e) {
			of, ok = partsOf(agg)
		}
		if !ok {
			top.Exprs = append(top.Exprs, add(e, a.Out[len(a.Groups)+i].Name))
			continue
		}
		sum, count := add(of.below[0], "sum"), add(of.below[1], "count")
		top.Exprs = append(top.Exprs, ratio(numeric(sum), numeric(count)))
	}
	top.Input = c
	return top
}

// numeric is an integer or numeric as numeric.
func numeric(e plan.Expr) plan.Expr {
	if e.Type().OID == pgcat.Numeric {
		return e
	}
	c, _ := pgcat.CastFor(e.Type().OID, pgcat.Numeric)
	return &plan.Cast{Base: plan.Base{T: plan.Type{OID: pgcat.Numeric, Mod: -1}, At: -1}, Arg: e, Method: plan.FunctionCast, Proc: c.Func}
}
