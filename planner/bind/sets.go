package bind

import (
	"slices"

	"github.com/waggle-sql/waggle/planner/plan"
)

// setLayer is one ProjectSet in the making: calls of set-returning functions become its columns.
type setLayer struct {
	q    *selectBuild
	node *plan.ProjectSet
}

func (q *selectBuild) newLayer() *setLayer {
	return &setLayer{q: q, node: &plan.ProjectSet{Input: q.node}}
}

// replace turns the innermost calls of set-returning functions into references to the layer's columns.
func (l *setLayer) replace(e plan.Expr) (plan.Expr, bool) {
	c, ok := e.(*plan.Call)
	if !ok || !returnsSet(c) || holdsSet(c.Args) {
		return e, false
	}
	out := l.q.b.newCol(nil, "", c.Name, c.T)
	l.node.Exprs, l.node.Out = append(l.node.Exprs, c), append(l.node.Out, out)
	return placed(out, c.At), true
}

// reuse refers to calls that are columns of the layer already.
func (l *setLayer) reuse(e plan.Expr) (plan.Expr, bool) {
	for i, x := range l.node.Exprs {
		if equal(x, e) {
			return placed(l.node.Out[i], e.Pos()), true
		}
	}
	return e, false
}

func placed(c plan.Col, at int) *plan.Ref {
	r := refTo(c)
	r.At = at
	return r
}

// passThrough keeps columns of the input beside the calls.
func (l *setLayer) passThrough(keep func(plan.ColID) bool) {
	for _, c := range l.q.node.Cols() {
		if keep(c.ID) {
			l.node.Exprs, l.node.Out = append(l.node.Exprs, refTo(c)), append(l.node.Out, c)
		}
	}
}

// sets puts a ProjectSet under the select list for each level of nested set-returning functions, innermost first.
func (q *selectBuild) sets() {
	for q.s.sets && q.b.err == nil {
		l := q.newLayer()
		for i := range q.targets {
			q.targets[i].expr = descendHere(q.targets[i].expr, l.replace)
		}
		if len(l.node.Exprs) == 0 {
			return
		}
		used := map[plan.ColID]bool{}
		for _, t := range q.targets {
			for id := range plan.Refs(t.expr) {
				used[id] = true
			}
		}
		l.passThrough(func(id plan.ColID) bool { return used[id] })
		q.node = l.node
	}
}

// groupedSets puts the set-returning functions of GROUP BY below the grouping, where PostgreSQL runs them.
func (q *selectBuild) groupedSets() {
	for q.b.err == nil && slices.ContainsFunc(q.groups, func(e plan.Expr) bool { return holdsSet([]plan.Expr{e}) }) {
		l := q.newLayer()
		for i := range q.groups {
			q.groups[i] = descendHere(q.groups[i], l.replace)
		}
		for i := range q.targets {
			q.targets[i].expr = descendHere(q.targets[i].expr, l.reuse)
		}
		for _, c := range l.node.Out {
			q.b.owner[c.ID], q.b.table[c.ID] = q.s, ""
		}
		l.passThrough(func(plan.ColID) bool { return true })
		q.node = l.node
	}
}

func holdsSet(args []plan.Expr) bool {
	found := false
	for _, a := range args {
		plan.WalkExpr(a, func(e plan.Expr) {
			if c, ok := e.(*plan.Call); ok && returnsSet(c) {
				found = true
			}
		})
	}
	return found
}

// descendHere is plan.Descend that leaves the plans of subqueries alone.
func descendHere(e plan.Expr, f func(plan.Expr) (plan.Expr, bool)) plan.Expr {
	return plan.Descend(e, func(x plan.Expr) (plan.Expr, bool) {
		q, ok := x.(*plan.Subquery)
		if !ok {
			return f(x)
		}
		c := *q
		c.Test = descendHere(q.Test, f)
		return &c, true
	})
}
