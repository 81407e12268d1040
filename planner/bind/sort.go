package bind

import (
	pg "github.com/pganalyze/pg_query_go/v6"

	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/planner/plan"
)

// sortItem orders by a target.
type sortItem struct {
	target           int
	desc, nullsFirst bool
	at               int
}

// sortClause binds ORDER BY; what is not in the select list becomes a hidden target.
func (b *binder) sortClause(s *scope, q *selectBuild, list []*pg.Node) []sortItem {
	var out []sortItem
	for _, n := range list {
		by := n.GetSortBy()
		i := b.findTarget92(s, q, by.Node, inOrderBy)
		if b.err != nil {
			return nil
		}
		if it, ok := b.sortItem(q, by, i); ok {
			out = appendSort(out, it)
		}
	}
	return out
}

// appendSort leaves out what is sorted by already.
func appendSort(items []sortItem, it sortItem) []sortItem {
	for _, x := range items {
		if x.target == it.target {
			return items
		}
	}
	return append(items, it)
}

func (b *binder) sortItem(q *selectBuild, by *pg.SortBy, i int) (sortItem, bool) {
	t := &q.targets[i]
	t.expr = b.textOfUnknown(t.expr)
	at := b.at(nodeLocation(by.Node))
	desc, first, ok := b.direction(by, t.expr.Type().OID, at)
	return sortItem{target: i, desc: desc, nullsFirst: first, at: at}, ok
}

// direction reads ASC, DESC, USING and NULLS; it fails for types without an order.
func (b *binder) direction(by *pg.SortBy, oid uint32, at int) (desc, nullsFirst, ok bool) {
	switch by.SortbyDir {
	case pg.SortByDir_SORTBY_DESC:
		desc = true
	case pg.SortByDir_SORTBY_USING:
		switch name := b.operatorName(by.UseOp, at); name {
		case "<":
		case ">":
			desc = true
		default:
			b.fail(pgerr.New(pgerr.WrongObjectType, "operator %s is not a valid ordering operator", name).
				WithHint("Ordering operators must be \"<\" or \">\" members of btree operator families."), b.at(by.Location))
		}
	}
	b.requireOrder(oid, at)
	nullsFirst = desc
	switch by.SortbyNulls {
	case pg.SortByNulls_SORTBY_NULLS_FIRST:
		nullsFirst = true
	case pg.SortByNulls_SORTBY_NULLS_LAST:
		nullsFirst = false
	}
	return desc, nullsFirst, b.err == nil
}

func sortKeys(items []sortItem, cols []plan.Col) []plan.SortKey {
	var keys []plan.SortKey
	for _, it := range items {
		r := refTo(cols[it.target])
		r.At = it.at
		keys = append(keys, plan.SortKey{Expr: r, Desc: it.desc, NullsFirst: it.nullsFirst})
	}
	return keys
}

// findTarget92 finds what an item of ORDER BY, GROUP BY or DISTINCT ON means: an output name, an ordinal or an expression
// (findTargetlistEntrySQL92).
func (b *binder) findTarget92(s *scope, q *selectBuild, n *pg.Node, c clause) int {
	if r := n.GetColumnRef(); r != nil && len(r.Fields) == 1 && r.Fields[0].GetString_() != nil {
		name, at := r.Fields[0].GetString_().GetSval(), b.at(r.Location)
		if c != inGroupBy || !b.isColumn(s, name) {
			if i := b.outputNamed(q, name, c, at); i >= 0 || b.err != nil {
				return i
			}
		}
	}
	if k := n.GetAConst(); k != nil {
		at := b.at(k.Location)
		if k.GetIval() == nil {
			if _, ok := k.Val.(*pg.A_Const_Ival); !ok {
				b.fail(pgerr.New(pgerr.SyntaxError, "non-integer constant in %s", c), at)
				return 0
			}
		}
		return b.ordinal(q, int(k.GetIval().GetIval()), c, at)
	}
	return b.findTarget99(s, q, n, c)
}

// isColumn reports whether a bare name is a column of this level's FROM, which GROUP BY prefers to an output name.
func (b *binder) isColumn(s *scope, name string) bool {
	for _, it := range s.items {
		if !it.colsVisible {
			continue
		}
		for _, c := range it.cols {
			if c.name == name {
				return true
			}
		}
	}
	return false
}

func (b *binder) outputNamed(q *selectBuild, name string, c clause, at int) int {
	found := -1
	for i, t := range q.targets {
		if t.hidden || t.name != name {
			continue
		}
		if found >= 0 && !equal(q.targets[found].expr, t.expr) {
			b.fail(pgerr.New(pgerr.AmbiguousColumn, "%s \"%s\" is ambiguous", c, name), at)
			return -1
		}
		if found < 0 {
			found = i
		}
	}
	return found
}

func (b *binder) ordinal(q *selectBuild, n int, c clause, at int) int {
	k := 0
	for i, t := range q.targets {
		if t.hidden {
			continue
		}
		if k++; k == n {
			return i
		}
	}
	b.fail(pgerr.New(pgerr.InvalidColumnReference, "%s position %d is not in select list", c, n), at)
	return 0
}

// findTarget99 binds an expression over input columns and finds or adds its target (findTargetlistEntrySQL99).
func (b *binder) findTarget99(s *scope, q *selectBuild, n *pg.Node, c clause) int {
	e := b.within(s, c, n)
	if b.err != nil {
		return 0
	}
	for i, t := range q.targets {
		if equal(t.expr, e) {
			return i
		}
	}
	q.targets = append(q.targets, target{name: "?column?", expr: e, hidden: true})
	return len(q.targets) - 1
}

// limit binds LIMIT, OFFSET and FETCH; nil when there is none.
func (b *binder) limit(s *scope, n *pg.SelectStmt) *plan.Limit {
	if n.LimitCount == nil && n.LimitOffset == nil {
		return nil
	}
	l := &plan.Limit{WithTies: n.LimitOption == pg.LimitOption_LIMIT_OPTION_WITH_TIES}
	if n.LimitOffset != nil {
		l.Offset = b.rowCount(s, n.LimitOffset, inOffset)
	}
	if n.LimitCount != nil {
		l.Count = b.rowCount(s, n.LimitCount, inLimit)
	}
	if l.WithTies && len(n.SortClause) == 0 {
		b.fail(pgerr.New(pgerr.SyntaxError, "WITH TIES cannot be specified without ORDER BY clause"), -1)
	}
	if c, ok := l.Count.(*plan.Const); ok && c.Value == nil {
		l.Count = nil
	}
	if l.Count == nil && l.Offset == nil {
		return nil
	}
	return l
}

func (b *binder) rowCount(s *scope, n *pg.Node, c clause) plan.Expr {
	if k := n.GetAConst(); k != nil && k.Isnull && c == inOffset {
		return nil
	}
	e := b.toSpecific(b.within(s, c, n), pgcat.Int8, c.String())
	plan.WalkExpr(e, func(x plan.Expr) {
		if r, ok := x.(*plan.Ref); ok && b.owner[r.ID] == s {
			b.fail(pgerr.New(pgerr.InvalidColumnReference, "argument of %s must not contain variables", c), r.At)
		}
	})
	b.sensitive(e)
	if v, ok := constValue(e); ok && b.err == nil {
		if i, ok := v.(datum.Int); ok && i < 0 {
			b.failNegative(c)
		}
	}
	return e
}

func (b *binder) failNegative(c clause) {
	if c == inLimit {
		b.fail(pgerr.New(pgerr.InvalidLimit, "LIMIT must not be negative"), -1)
		return
	}
	b.fail(pgerr.New(pgerr.InvalidOffset, "OFFSET must not be negative"), -1)
}
