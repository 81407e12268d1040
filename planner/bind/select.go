package bind

import (
	"slices"

	pg "github.com/pganalyze/pg_query_go/v6"

	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/planner/plan"
)

// output is a bound query. Its node may have hidden columns after the shown ones only when queryOptions.root was set.
type output struct {
	node    plan.Node
	cols    []outColumn
	project *plan.Project // whose unknown literals a set operation may still type; nil when there is none
}

type outColumn struct {
	name   string
	id     plan.ColID
	typ    plan.Type
	origin plan.Origin
	at     int         // for errors about it
	row    []outColumn // the fields of a composite column; its own id is none
}

type queryOptions struct {
	rows     bool // composite columns may be given field by field
	root     bool // hidden sort columns may stay
	unknowns bool // literals of unknown type stay, for a set operation to type
}

// target is an item of the select list, or a hidden one that ORDER BY or DISTINCT ON added.
type target struct {
	name   string
	expr   plan.Expr
	hidden bool
	origin plan.Origin
}

// query binds a query with its WITH, whatever its form.
func (b *binder) query(n *pg.SelectStmt, up *scope, opt queryOptions) *output {
	if n == nil || !b.deeper(-1) {
		b.shallower()
		if n == nil {
			b.refuse(-1, "this form of query is not supported")
		}
		return emptyOutput()
	}
	defer b.shallower()
	s := newScope(up)
	if n.IntoClause != nil {
		b.fail(pgerr.New(pgerr.ReadOnlyTransaction, "cannot execute SELECT INTO in a read-only transaction").
			WithHint("Nothing can be stored here; fetch the rows instead."), b.at(n.IntoClause.Rel.GetLocation()))
	}
	if len(n.LockingClause) > 0 {
		b.fail(pgerr.New(pgerr.ReadOnlyTransaction, "cannot execute %s in a read-only transaction", lockName(n)), -1)
	}
	var ctes []*cte
	if n.WithClause != nil {
		ctes = b.with(s, n.WithClause)
	}
	if b.err != nil {
		return emptyOutput()
	}
	var out *output
	switch {
	case n.Op > pg.SetOperation_SETOP_NONE:
		out = b.setOperation(s, n)
	case len(n.ValuesLists) > 0:
		out = b.valuesQuery(s, n)
	default:
		out = b.simpleSelect(s, n, opt)
	}
	if b.err != nil {
		return emptyOutput()
	}
	out.node = attachCTEs(ctes, out.node)
	return out
}

func emptyOutput() *output { return &output{node: &plan.Values{Rows: [][]plan.Expr{{}}}} }

func lockName(n *pg.SelectStmt) string {
	names := map[pg.LockClauseStrength]string{
		pg.LockClauseStrength_LCS_FORKEYSHARE: "SELECT FOR KEY SHARE", pg.LockClauseStrength_LCS_FORSHARE: "SELECT FOR SHARE",
		pg.LockClauseStrength_LCS_FORNOKEYUPDATE: "SELECT FOR NO KEY UPDATE"}
	if name, ok := names[n.LockingClause[0].GetLockingClause().GetStrength()]; ok {
		return name
	}
	return "SELECT FOR UPDATE"
}

// simpleSelect binds SELECT … FROM … in PostgreSQL's order, so that the first error is the same.
func (b *binder) simpleSelect(s *scope, n *pg.SelectStmt, opt queryOptions) *output {
	s.named = windowDefs(n.WindowClause)
	s.grouped = len(n.GroupClause) > 0 || n.HavingClause != nil
	node := b.from(s, n.FromClause)
	targets := b.targets(s, n.TargetList)
	if n.WhereClause != nil {
		if where := b.toBoolean(b.within(s, inWhere, n.WhereClause), "WHERE"); b.err == nil {
			node = &plan.Filter{Input: node, Cond: where}
		}
	}
	var having plan.Expr
	if n.HavingClause != nil {
		having = b.toBoolean(b.within(s, inHaving, n.HavingClause), "HAVING")
	}
	q := &selectBuild{b: b, s: s, node: node, targets: targets, having: having}
	q.joinLaterals()
	q.sort = b.sortClause(s, q, n.SortClause)
	q.groupBy(n)
	q.distinct(n)
	limit := b.limit(s, n)
	b.checkWindows(s)
	if !opt.unknowns {
		for i := range q.targets {
			q.targets[i].expr = b.textOfUnknown(q.targets[i].expr)
		}
	}
	b.checkRecursion(s)
	if b.err != nil {
		return emptyOutput()
	}
	q.aggregate()
	q.window()
	q.sets()
	return q.finish(limit, opt)
}

// selectBuild is a SELECT between the binding of its expressions and its plan.
type selectBuild struct {
	b       *binder
	s       *scope
	node    plan.Node
	targets []target
	having  plan.Expr
	sort    []sortItem
	groups  []plan.Expr
	// groupTargets are the targets that the groups are; inSets says that GROUP BY has grouping sets.
	groupTargets []int
	inSets       bool
	groupSets    [][]int
	unique       bool
	on           []int // targets of DISTINCT ON
	onAt         []int // where they stand
	distinctOn   bool
}

// maxTargets is PostgreSQL's MaxTupleAttributeNumber. Without it, a few common table expressions, each of which joins the
// former with itself, would have more columns than fit into memory.
const maxTargets = 1664

// targets binds the select list, stars expanded.
func (b *binder) targets(s *scope, list []*pg.Node) []target {
	var out []target
	for _, n := range list {
		if len(out) > maxTargets {
			break
		}
		r := n.GetResTarget()
		if c := r.GetVal().GetColumnRef(); c != nil && c.Fields[len(c.Fields)-1].GetAStar() != nil {
			out = append(out, b.star(s, c)...)
			continue
		}
		if x := r.GetVal().GetAIndirection(); x != nil && x.Indirection[len(x.Indirection)-1].GetAStar() != nil {
			b.refuse(-1, "row expansion via \"*\" is not supported here")
			return out
		}
		e := b.within(s, inSelect, r.GetVal())
		if b.err != nil {
			return out
		}
		name := r.GetName()
		if name == "" {
			name = columnName(r.GetVal())
		}
		t := target{name: name, expr: e}
		if r.GetVal().GetCollateClause() == nil {
			t.origin = b.originOf(s, e)
		}
		out = append(out, t)
	}
	if len(out) > maxTargets {
		b.fail(pgerr.New(pgerr.TooManyColumns, "target lists can have at most %d entries", maxTargets), -1)
	}
	return out
}

// star expands * and table.*.
func (b *binder) star(s *scope, c *pg.ColumnRef) []target {
	at := b.at(c.Location)
	names := texts(c.Fields[:len(c.Fields)-1])
	if len(names) > 0 {
		it := b.qualifiedItem(s, names, at)
		if it == nil {
			return nil
		}
		return b.expand(s, it, at)
	}
	var out []target
	any := false
	for _, it := range s.items {
		if it.colsVisible {
			any = true
			out = append(out, b.expand(s, it, at)...)
		}
	}
	if !any {
		b.fail(pgerr.New(pgerr.SyntaxError, "SELECT * with no tables specified is not valid"), at)
	}
	return out
}

func (b *binder) expand(s *scope, it *item, at int) []target {
	var out []target
	for _, c := range it.cols {
		if !c.hidden && c.metric == nil {
			out = append(out, target{name: c.name, expr: b.shown(s, it, c, at), origin: c.origin})
		}
	}
	return out
}

// originOf finds the table column that a reference shows.
func (b *binder) originOf(s *scope, e plan.Expr) plan.Origin {
	r, ok := e.(*plan.Ref)
	if !ok {
		return plan.Origin{}
	}
	for level := s; level != nil; level = level.up {
		for _, it := range level.all {
			for _, c := range it.cols {
				if x, ok := c.expr.(*plan.Ref); ok && x.ID == r.ID {
					return c.origin
				}
				if c.property != nil && c.entity.computed[c.property] != nil && c.entity.computed[c.property].ID == r.ID {
					return c.origin
				}
			}
		}
	}
	return plan.Origin{}
}

// finish projects the targets that are shown or sorted by, then removes duplicates, sorts and limits.
func (q *selectBuild) finish(limit *plan.Limit, opt queryOptions) *output {
	p := &plan.Project{Input: q.node}
	out := &output{project: p}
	place := make([]plan.Col, len(q.targets))
	for i, t := range q.targets {
		if t.hidden && !q.ordersBy(i) {
			continue
		}
		row := fields(t.expr)
		if row != nil && opt.rows && !t.hidden && !q.unique && !q.distinctOn && len(p.Out)+len(row.Items) <= maxTargets {
			out.cols = append(out.cols, q.rowColumn(p, t, row))
			continue
		}
		c := plan.Col{ID: q.b.newID(nil, ""), Name: t.name, Type: t.expr.Type()}
		p.Exprs, p.Out, place[i] = append(p.Exprs, t.expr), append(p.Out, c), c
		if !t.hidden {
			out.cols = append(out.cols, outColumn{name: t.name, id: c.ID, typ: c.Type, origin: t.origin, at: pos(t.expr)})
		}
	}
	var node plan.Node = p
	keys := sortKeys(q.sort, place)
	switch {
	case q.distinctOn:
		u := &plan.Unique{Input: node, Keys: keys}
		for _, i := range q.on {
			u.On = append(u.On, refTo(place[i]))
		}
		node = u
	case q.unique:
		node = &plan.Unique{Input: node}
	}
	out.node = sortAndLimit(node, keys, limit)
	if shown := out.width(); shown < len(p.Out) && !opt.root {
		out.node = trim(out.node, p.Out[:shown])
	}
	return out
}

// ordersBy reports whether ORDER BY or DISTINCT ON uses a target.
func (q *selectBuild) ordersBy(i int) bool {
	return slices.Contains(q.on, i) || slices.ContainsFunc(q.sort, func(it sortItem) bool { return it.target == i })
}

func sortAndLimit(node plan.Node, keys []plan.SortKey, limit *plan.Limit) plan.Node {
	if len(keys) > 0 {
		node = &plan.Sort{Input: node, Keys: keys}
	}
	if limit != nil {
		limit.Input = node
		node = limit
	}
	return node
}

// trim keeps some columns under their own ids.
func trim(node plan.Node, cols []plan.Col) plan.Node {
	p := &plan.Project{Input: node, Out: cols}
	for _, c := range cols {
		p.Exprs = append(p.Exprs, refTo(c))
	}
	return p
}
