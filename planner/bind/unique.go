package bind

import (
	"slices"

	pg "github.com/pganalyze/pg_query_go/v6"

	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/planner/plan"
)

func boolConst(v bool, at int) plan.Expr {
	return &plan.Const{Base: base(pgcat.Bool, at), Value: datum.Bool(v)}
}

// distinct binds DISTINCT and DISTINCT ON.
func (q *selectBuild) distinct(n *pg.SelectStmt) {
	b := q.b
	if len(n.DistinctClause) == 0 || b.err != nil {
		return
	}
	if n.DistinctClause[0] == nil || n.DistinctClause[0].Node == nil {
		q.unique = true
		for _, it := range q.sort {
			if t := q.targets[it.target]; t.hidden {
				b.fail(pgerr.New(pgerr.InvalidColumnReference,
					"for SELECT DISTINCT, ORDER BY expressions must appear in select list"), pos(t.expr))
			}
		}
		for i := range q.targets {
			t := &q.targets[i]
			t.expr = b.textOfUnknown(t.expr)
			b.requireEquality(t.expr.Type().OID, pos(t.expr))
		}
		return
	}
	q.distinctOn = true
	for _, d := range n.DistinctClause {
		i := b.findTarget92(q.s, q, d, inDistinctOn)
		if b.err != nil {
			return
		}
		t := &q.targets[i]
		t.expr = b.textOfUnknown(t.expr)
		b.requireEquality(t.expr.Type().OID, pos(t.expr))
		if !slices.Contains(q.on, i) {
			q.on, q.onAt = append(q.on, i), append(q.onAt, b.at(nodeLocation(d)))
		}
	}
	q.checkDistinctOn()
}

// checkDistinctOn demands that ORDER BY starts with the DISTINCT ON expressions.
func (q *selectBuild) checkDistinctOn() {
	matched, skipped := 0, false
	for _, it := range q.sort {
		if !slices.Contains(q.on, it.target) {
			skipped = true
			continue
		}
		if skipped {
			q.badDistinctOn(it.target)
			return
		}
		matched++
	}
	if skipped && matched < len(q.on) {
		for _, i := range q.on {
			if !slices.ContainsFunc(q.sort, func(it sortItem) bool { return it.target == i }) {
				q.badDistinctOn(i)
				return
			}
		}
	}
}

func (q *selectBuild) badDistinctOn(i int) {
	q.b.fail(pgerr.New(pgerr.InvalidColumnReference,
		"SELECT DISTINCT ON expressions must match initial ORDER BY expressions"), q.onAt[slices.Index(q.on, i)])
}
