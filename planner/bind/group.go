package bind

import (
	"slices"

	pg "github.com/pganalyze/pg_query_go/v6"

	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/planner/plan"
)

// maxGroupingSets is PostgreSQL's limit.
const maxGroupingSets = 4096

// groupBy binds GROUP BY with its grouping sets.
func (q *selectBuild) groupBy(n *pg.SelectStmt) {
	b := q.b
	var sets [][]int // nil: no grouping sets; each set lists group numbers
	q.inSets = usesSets(n.GroupClause)
	for _, g := range n.GroupClause {
		part := q.groupItem(g)
		if b.err != nil {
			return
		}
		if sets == nil {
			sets = part
		} else {
			sets = product(sets, part)
		}
		if len(sets) > maxGroupingSets {
			b.fail(pgerr.New(pgerr.StatementTooComplex, "too many grouping sets present (maximum %d)", maxGroupingSets), -1)
			return
		}
	}
	if n.GroupDistinct {
		sets = uniqueSets(sets)
	}
	if len(sets) > 1 || len(sets) == 1 && len(sets[0]) == 0 || usesSets(n.GroupClause) {
		q.groupSets = sets
	}
	q.s.groups = q.groups
}

func usesSets(list []*pg.Node) bool {
	return slices.ContainsFunc(list, func(n *pg.Node) bool { return n.GetGroupingSet() != nil })
}

// groupItem binds one item of GROUP BY to the sets that it stands for.
func (q *selectBuild) groupItem(n *pg.Node) [][]int {
	if gs := n.GetGroupingSet(); gs != nil {
		return q.groupingSet(gs)
	}
	if r := n.GetRowExpr(); r != nil && r.RowFormat == pg.CoercionForm_COERCE_IMPLICIT_CAST {
		return [][]int{q.groupList(r.Args)}
	}
	return [][]int{{q.group(n)}}
}

func (q *selectBuild) groupList(nodes []*pg.Node) []int {
	var out []int
	for _, n := range nodes {
		for _, s := range q.groupItem(n) {
			out = append(out, s...)
		}
	}
	return out
}

// group binds one grouping expression and returns its number.
func (q *selectBuild) group(n *pg.Node) int {
	b := q.b
	i := b.findTarget92(q.s, q, n, inGroupBy)
	if b.err != nil {
		return 0
	}
	t := &q.targets[i]
	t.expr = b.textOfUnknown(t.expr)
	b.requireEquality(t.expr.Type().OID, b.at(nodeLocation(n)))
	plan.WalkExpr(t.expr, func(e plan.Expr) {
		switch x := e.(type) {
		case *plan.Agg:
			if b.aggs[x] == q.s {
				b.fail(pgerr.New(pgerr.GroupingError, "aggregate functions are not allowed in GROUP BY"), x.At)
			}
		case *plan.WindowFunc:
			b.fail(pgerr.New(pgerr.WindowingError, "window functions are not allowed in GROUP BY"), x.Base.At)
		}
	})
	for k, g := range q.groups {
		if !equal(g, t.expr) {
			continue
		}
		if q.inSets && q.groupTargets[k] != i { // PostgreSQL keeps the two apart in the sets
			b.refuse(pos(t.expr), "one expression under two names in grouping sets is not supported")
		}
		return k
	}
	q.groups, q.groupTargets = append(q.groups, t.expr), append(q.groupTargets, i)
	return len(q.groups) - 1
}

func (q *selectBuild) groupingSet(gs *pg.GroupingSet) [][]int {
	switch gs.Kind {
	case pg.GroupingSetKind_GROUPING_SET_EMPTY:
		return [][]int{{}}
	case pg.GroupingSetKind_GROUPING_SET_ROLLUP:
		items := q.groupItems(gs.Content)
		var out [][]int
		for k := len(items); k >= 0; k-- {
			out = append(out, slices.Concat(items[:k]...))
		}
		return nonNil(out)
	case pg.GroupingSetKind_GROUPING_SET_CUBE:
		return q.cube(gs)
	case pg.GroupingSetKind_GROUPING_SET_SETS:
		var out [][]int
		for _, c := range gs.Content {
			out = append(out, q.groupItem(c)...)
		}
		return nonNil(out)
	}
	return [][]int{q.groupList(gs.Content)}
}

func (q *selectBuild) groupItems(nodes []*pg.Node) [][]int {
	var items [][]int
	for _, n := range nodes {
		items = append(items, slices.Concat(q.groupItem(n)...))
	}
	return items
}

func (q *selectBuild) cube(gs *pg.GroupingSet) [][]int {
	items := q.groupItems(gs.Content)
	if len(items) > 12 {
		q.b.fail(pgerr.New(pgerr.ProgramLimitExceeded, "CUBE is limited to 12 elements"), q.b.at(gs.Location))
		return nil
	}
	var out [][]int
	for mask := 1<<len(items) - 1; mask >= 0; mask-- {
		var set []int
		for i, it := range items {
			if mask&(1<<(len(items)-1-i)) != 0 {
				set = append(set, it...)
			}
		}
		out = append(out, set)
	}
	return nonNil(out)
}

// nonNil keeps empty sets apart from absent ones.
func nonNil(sets [][]int) [][]int {
	for i, s := range sets {
		if s == nil {
			sets[i] = []int{}
		}
	}
	return sets
}

func product(x, y [][]int) [][]int {
	var out [][]int
	for _, a := range x {
		for _, c := range y {
			set := slices.Clone(a)
			for _, g := range c {
				if !slices.Contains(set, g) {
					set = append(set, g)
				}
			}
			out = append(out, set)
			if len(out) > maxGroupingSets {
				return out
			}
		}
	}
	return nonNil(out)
}

func uniqueSets(sets [][]int) [][]int {
	var out [][]int
	for _, s := range sets {
		sorted := slices.Sorted(slices.Values(s))
		if !slices.ContainsFunc(out, func(o []int) bool { return slices.Equal(slices.Sorted(slices.Values(o)), sorted) }) {
			out = append(out, s)
		}
	}
	return out
}

// grouping binds GROUPING(…); its arguments are resolved to groups when the aggregate is built.
func (b *binder) grouping(s *scope, n *pg.GroupingFunc) plan.Expr {
	at := b.at(n.Location)
	if len(n.Args) > 31 {
		return b.fail(pgerr.New("54023", "GROUPING must have fewer than 32 arguments"), at)
	}
	switch s.clause {
	case inSelect, inHaving, inOrderBy, inDistinctOn, inPartition, inWindowOrder:
	default:
		return b.fail(pgerr.New(pgerr.GroupingError, "grouping operations are not allowed in %s", s.clause), at)
	}
	g := &plan.Grouping{Base: base(pgcat.Int4, at)}
	if b.groupings == nil {
		b.groupings = map[*plan.Grouping]groupingArgs{}
	}
	b.groupings[g] = groupingArgs{s, b.exprs(s, n.Args)}
	s.aggs = true
	return g
}

// groupingArgs are the arguments of a GROUPING of a scope.
type groupingArgs struct {
	s    *scope
	args []plan.Expr
}
