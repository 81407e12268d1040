package bind

import (
	"slices"

	pg "github.com/pganalyze/pg_query_go/v6"

	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/planner/plan"
)

// join binds a JOIN and makes its item: merged columns of USING first, then the rest of both sides.
func (b *binder) join(s *scope, n *pg.JoinExpr) (plan.Node, []*item) {
	j := &plan.Join{Kind: joinKind(n.Jointype)}
	var left, right []*item
	outer := s.items
	j.Left, left = b.fromItem(s, n.Larg)
	if b.err != nil {
		return j.Left, nil
	}
	setLateral(left, true, j.Kind == plan.Inner || j.Kind == plan.Left)
	s.items = append(slices.Clone(outer), left...)
	j.Right, right = b.fromItem(s, n.Rarg)
	s.items = outer
	if b.err != nil {
		return j.Left, nil
	}
	b.checkConflicts(left, right)
	j.Lateral = refersTo(j.Right, j.Left)
	both := append(slices.Clone(left), right...)
	markNullable(j.Kind, left, right)
	it, using := b.joinItem(n, j, left, right)
	if n.Quals != nil && b.err == nil {
		setLateral(both, false, true)
		s.items = both
		j.Cond = b.toBoolean(b.within(s, inJoinOn, n.Quals), "JOIN/ON")
		s.items = outer
	}
	noteWitnesses(j, left, right)
	var visible []*item
	if n.Alias == nil {
		for _, x := range both {
			x.colsVisible = false
		}
		visible = both
	}
	if using != nil {
		visible = append(visible, using)
	}
	return j, append(visible, it)
}

func joinKind(t pg.JoinType) plan.JoinKind {
	switch t {
	case pg.JoinType_JOIN_LEFT:
		return plan.Left
	case pg.JoinType_JOIN_RIGHT:
		return plan.Right
	case pg.JoinType_JOIN_FULL:
		return plan.Full
	}
	return plan.Inner
}

func markNullable(k plan.JoinKind, left, right []*item) {
	for _, it := range left {
		it.nullable = it.nullable || k == plan.Right || k == plan.Full
	}
	for _, it := range right {
		it.nullable = it.nullable || k == plan.Left || k == plan.Full
	}
}

// joinItem makes the join's own item, and the item of JOIN … USING (…) AS alias.
func (b *binder) joinItem(n *pg.JoinExpr, j *plan.Join, left, right []*item) (*item, *item) {
	lcols, rcols := visibleColumns(left), visibleColumns(right)
	names := texts(n.UsingClause)
	if n.IsNatural {
		names = commonNames(lcols, rcols)
	}
	it := &item{name: n.Alias.GetAliasname(), relVisible: n.Alias != nil, colsVisible: true, isJoin: true,
		nullable: j.Kind != plan.Inner}
	if it.relVisible {
		it.renamed = true
	}
	var conds []plan.Expr
	merged := map[*column]bool{}
	for i, name := range names {
		if slices.Contains(names[:i], name) {
			b.fail(pgerr.New(pgerr.DuplicateColumn, "column name \"%s\" appears more than once in USING clause", name), -1)
		}
		l, r := b.usingColumn(lcols, name, "left"), b.usingColumn(rcols, name, "right")
		if b.err != nil {
			return it, nil
		}
		merged[l], merged[r] = true, true
		le, re := b.columnExpr(l, -1), b.columnExpr(r, -1)
		conds = append(conds, b.operator("=", le, re, -1))
		it.cols = append(it.cols, &column{name: name, expr: b.mergeColumn(j.Kind, le, re), origin: l.origin})
	}
	using := b.usingAlias(n, it.cols)
	for _, c := range append(slices.Clone(lcols), rcols...) {
		if !merged[c] {
			it.cols = append(it.cols, c)
		}
	}
	j.Cond = conjunction(conds)
	b.aliasColumns(it, n.Alias)
	return it, using
}

func (b *binder) usingAlias(n *pg.JoinExpr, cols []*column) *item {
	if n.JoinUsingAlias == nil {
		return nil
	}
	return &item{name: n.JoinUsingAlias.Aliasname, relVisible: true, cols: slices.Clone(cols), isJoin: true}
}

func visibleColumns(items []*item) []*column {
	var cols []*column
	for _, it := range items {
		if it.colsVisible {
			cols = append(cols, it.cols...)
		}
	}
	return cols
}

// commonNames lists the names that both sides have, in the order of the left.
func commonNames(left, right []*column) []string {
	var names []string
	for _, l := range left {
		if l.hidden || l.metric != nil {
			continue
		}
		for _, r := range right {
			if r.name == l.name && !r.hidden && r.metric == nil {
				names = append(names, l.name)
				break
			}
		}
	}
	return names
}

func (b *binder) usingColumn(cols []*column, name, side string) *column {
	var found *column
	for _, c := range cols {
		if c.name != name || c.metric != nil {
			continue
		}
		if found != nil {
			b.fail(pgerr.New(pgerr.AmbiguousColumn, "common column name \"%s\" appears more than once in %s table", name, side), -1)
			return nil
		}
		found = c
	}
	if found == nil {
		b.fail(pgerr.New(pgerr.UndefinedColumn, "column \"%s\" specified in USING clause does not exist in %s table", name, side), -1)
	}
	return found
}

// mergeColumn is the value of a USING column (buildMergedJoinVar).
func (b *binder) mergeColumn(k plan.JoinKind, l, r plan.Expr) plan.Expr {
	pair := []plan.Expr{l, r}
	t := b.unifyAll("JOIN/USING", pair)
	switch k {
	case plan.Left:
		return pair[0]
	case plan.Right:
		return pair[1]
	case plan.Full:
		return &plan.Choose{Base: plan.Base{T: t, At: -1}, Kind: plan.Coalesce, Args: pair}
	}
	if pair[0] != l && pair[1] == r {
		return pair[1]
	}
	return pair[0]
}

func conjunction(conds []plan.Expr) plan.Expr {
	switch len(conds) {
	case 0:
		return nil
	case 1:
		return conds[0]
	}
	return &plan.And{Base: base(16, pos(conds[0])), Args: conds}
}
