package bind

import (
	"slices"

	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/planner/plan"
)

// regroup rewrites expressions over the input of an Aggregate to expressions over its output.
type regroup struct {
	q     *selectBuild
	b     *binder
	node  *plan.Aggregate
	refs  []plan.Col // of the groups
	aggs  []plan.Col
	inSub bool
}

// aggregate puts an Aggregate under the select list when the query has groups, aggregates or HAVING.
func (q *selectBuild) aggregate() {
	b := q.b
	if !q.s.aggs && !q.s.grouped {
		return
	}
	if len(q.s.bare) > 0 {
		b.fail(bareMetricError(q.s.bare[0]), q.s.bare[0].at)
		return
	}
	q.groupedSets()
	g := &regroup{q: q, b: b, node: &plan.Aggregate{Input: q.node, Groups: q.groups, Sets: q.groupSets}}
	for _, e := range q.groups {
		name := "group"
		if r, ok := e.(*plan.Ref); ok {
			name = r.Name
		}
		g.refs = append(g.refs, b.newCol(nil, "", name, e.Type()))
	}
	for i := range q.targets {
		q.targets[i].expr = plan.Descend(q.targets[i].expr, g.rewrite)
	}
	q.having = plan.Descend(q.having, g.rewrite)
	g.node.Out = slices.Concat(g.refs, g.aggs)
	q.node = g.node
	if q.having != nil {
		q.node = &plan.Filter{Input: q.node, Cond: q.having}
	}
}

func (g *regroup) rewrite(e plan.Expr) (plan.Expr, bool) {
	if g.b.err != nil {
		return e, true
	}
	switch e.(type) {
	case *plan.Const, *plan.Late:
		if len(g.refs) == 0 {
			return e, true
		}
	}
	for i, group := range g.node.Groups {
		if equal(e, group) {
			return &plan.Ref{Base: plan.Base{T: g.refs[i].Type, At: e.Pos()}, ID: g.refs[i].ID, Name: g.refs[i].Name}, true
		}
	}
	switch x := e.(type) {
	case *plan.Agg:
		return g.agg(x)
	case *plan.Grouping:
		return g.grouping(x)
	case *plan.Ref:
		if g.b.owner[x.ID] == g.q.s {
			return g.ungrouped(x), true
		}
		return e, true
	case *plan.Subquery:
		return g.subquery(x), true
	}
	return e, false
}

// agg replaces an aggregate of this level by its column.
func (g *regroup) agg(a *plan.Agg) (plan.Expr, bool) {
	if level, ok := g.b.aggs[a]; !ok || level != g.q.s {
		return a, ok && level != nil && level.depth < g.q.s.depth
	}
	return g.column(a), true
}

// column returns the output column of an aggregate or grouping, adding it when it is new.
func (g *regroup) column(e plan.Expr) plan.Expr {
	for i, x := range g.node.Aggs {
		if equal(x, e) {
			c := g.aggs[i]
			return &plan.Ref{Base: plan.Base{T: c.Type, At: e.Pos()}, ID: c.ID, Name: c.Name}
		}
	}
	name := "grouping"
	if a, ok := e.(*plan.Agg); ok {
		name = a.Name
	}
	c := g.b.newCol(nil, "", name, e.Type())
	g.node.Aggs, g.aggs = append(g.node.Aggs, e), append(g.aggs, c)
	return &plan.Ref{Base: plan.Base{T: c.Type, At: e.Pos()}, ID: c.ID, Name: c.Name}
}

func (g *regroup) grouping(x *plan.Grouping) (plan.Expr, bool) {
	args, ok := g.b.groupings[x]
	if !ok || args.s != g.q.s {
		return x, true
	}
	out := &plan.Grouping{Base: x.Base}
	for _, a := range args.args {
		i := slices.IndexFunc(g.node.Groups, func(e plan.Expr) bool { return equal(e, a) })
		if i < 0 {
			return g.b.fail(pgerr.New(pgerr.GroupingError,
				"arguments to GROUPING must be grouping expressions of the associated query level"), pos(a)), true
		}
		out.Groups = append(out.Groups, i)
	}
	return g.column(out), true
}

func (g *regroup) subquery(x *plan.Subquery) plan.Expr {
	c := *x
	c.Test = plan.Descend(x.Test, g.rewrite)
	saved := g.inSub
	g.inSub = true
	c.Plan = plan.DescendNode(x.Plan, g.rewrite)
	g.inSub = saved
	return &c
}

// ungrouped handles a column that is no group: it depends on a declared key that is grouped, or it is an error.
func (g *regroup) ungrouped(r *plan.Ref) plan.Expr {
	if g.dependent(r) {
		a := &plan.Agg{Base: plan.Base{T: r.T, At: r.At}, Proc: anyValue(), Name: "any_value", Args: []plan.Expr{r}}
		return g.column(a)
	}
	name := r.Name
	if t := g.b.table[r.ID]; t != "" {
		name = t + "." + name
	}
	if g.inSub {
		return g.b.fail(pgerr.New(pgerr.GroupingError, "subquery uses ungrouped column \"%s\" from outer query", name), r.At)
	}
	return g.b.fail(pgerr.New(pgerr.GroupingError,
		"column \"%s\" must appear in the GROUP BY clause or be used in an aggregate function", name), r.At)
}

func anyValue() uint32 {
	for _, p := range pgcat.ProcsByName("any_value") {
		return p.OID
	}
	return 0
}

// dependent reports whether all columns of the key of the column's entity are groups (DECISIONS 11).
func (g *regroup) dependent(r *plan.Ref) bool {
	if g.node.Sets != nil {
		return false
	}
	for _, it := range g.q.s.all {
		if it.entity == nil || len(it.entity.entity.Key) == 0 || !itemHas(it, r.ID) {
			continue
		}
		for _, key := range it.entity.entity.Key {
			if !g.grouped(it, key) {
				return false
			}
		}
		return true
	}
	return false
}

func itemHas(it *item, id plan.ColID) bool {
	return slices.ContainsFunc(it.cols, func(c *column) bool {
		if c.property != nil {
			ref := c.entity.computed[c.property]
			return ref != nil && ref.ID == id
		}
		ref, ok := c.expr.(*plan.Ref)
		return ok && ref.ID == id
	})
}

func (g *regroup) grouped(it *item, key string) bool {
	for _, c := range it.cols {
		if c.name != key || c.metric != nil {
			continue
		}
		e := c.expr
		if c.property != nil {
			ref := c.entity.computed[c.property]
			if ref == nil {
				return false
			}
			e = ref
		}
		return slices.ContainsFunc(g.node.Groups, func(x plan.Expr) bool { return equal(x, e) })
	}
	return false
}
