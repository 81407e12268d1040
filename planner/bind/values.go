package bind

import (
	"fmt"

	pg "github.com/pganalyze/pg_query_go/v6"

	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/planner/plan"
)

// valuesQuery binds VALUES with its ORDER BY and LIMIT.
func (b *binder) valuesQuery(s *scope, n *pg.SelectStmt) *output {
	width := -1
	rows := make([][]plan.Expr, 0, len(n.ValuesLists))
	for _, l := range n.ValuesLists {
		items := l.GetList().GetItems()
		row := make([]plan.Expr, len(items))
		for i, x := range items {
			row[i] = b.within(s, inValues, x)
			if b.err != nil {
				return emptyOutput()
			}
		}
		if width >= 0 && len(items) != width {
			b.fail(pgerr.New(pgerr.SyntaxError, "VALUES lists must all be the same length"), b.at(nodeLocation(items[0])))
			return emptyOutput()
		}
		width = len(items)
		rows = append(rows, row)
	}
	v := &plan.Values{Rows: rows}
	out := &output{node: v}
	column := make([]plan.Expr, len(rows))
	for i := range width {
		for k, r := range rows {
			column[k] = r[i]
		}
		t := b.unifyAll("VALUES", column)
		for k := range rows {
			rows[k][i] = column[k]
		}
		c := b.newCol(nil, "", fmt.Sprintf("column%d", i+1), t)
		v.Out = append(v.Out, c)
		out.cols = append(out.cols, outColumn{name: c.Name, id: c.ID, typ: t})
	}
	if b.err != nil {
		return emptyOutput()
	}
	return b.orderValues(s, n, out)
}

// orderValues sorts by expressions over the values' columns, which a hidden target may compute.
func (b *binder) orderValues(s *scope, n *pg.SelectStmt, out *output) *output {
	if n.SortClause == nil && n.LimitCount == nil && n.LimitOffset == nil {
		return out
	}
	inner := newScope(s.up)
	q := &selectBuild{b: b, s: inner, node: out.node}
	it := &item{name: "*VALUES*", colsVisible: true, cols: b.adopt(inner, "*VALUES*", out)}
	inner.items, inner.all = []*item{it}, []*item{it}
	for _, c := range it.cols {
		q.targets = append(q.targets, target{name: c.name, expr: c.expr})
	}
	q.sort = b.sortClause(inner, q, n.SortClause)
	limit := b.limit(inner, n)
	if b.err != nil {
		return emptyOutput()
	}
	return q.finish(limit, queryOptions{})
}
