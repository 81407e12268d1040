package bind

import (
	pg "github.com/pganalyze/pg_query_go/v6"

	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/planner/plan"
	"github.com/waggle-sql/waggle/semantic"
)

// from binds the FROM list; without one, the node yields a single row without columns.
func (b *binder) from(s *scope, list []*pg.Node) plan.Node {
	var node plan.Node
	for _, n := range list {
		right, items := b.fromItem(s, n)
		if b.err != nil {
			break
		}
		b.checkConflicts(s.items, items)
		setLateral(items, true, true)
		s.items = append(s.items, items...)
		if node == nil {
			node = right
		} else {
			node = &plan.Join{Kind: plan.Inner, Left: node, Right: right, Lateral: refersTo(right, node)}
		}
	}
	setLateral(s.items, false, true)
	if node == nil {
		return &plan.Values{Rows: [][]plan.Expr{{}}}
	}
	return node
}

func setLateral(items []*item, only, ok bool) {
	for _, it := range items {
		it.lateralOnly, it.lateralOK = only, ok
	}
}

// refersTo reports whether a plan uses columns that another one produces.
func refersTo(n, of plan.Node) bool {
	switch n.(type) {
	case *plan.Scan, *plan.CTERef:
		return false
	}
	free := plan.FreeRefs(n)
	if len(free) == 0 {
		return false
	}
	for _, c := range of.Cols() {
		if free[c.ID] {
			return true
		}
	}
	return false
}

// fromItem binds one item of FROM; it returns its plan and what it adds to the namespace.
func (b *binder) fromItem(s *scope, n *pg.Node) (plan.Node, []*item) {
	none := &plan.Values{Rows: [][]plan.Expr{{}}}
	if !b.deeper(-1) {
		b.shallower()
		return none, nil
	}
	defer b.shallower()
	switch x := n.Node.(type) {
	case *pg.Node_RangeVar:
		return b.rangeVar(s, x.RangeVar)
	case *pg.Node_RangeSubselect:
		return b.rangeSubselect(s, x.RangeSubselect)
	case *pg.Node_RangeFunction:
		return b.rangeFunction(s, x.RangeFunction)
	case *pg.Node_JoinExpr:
		return b.join(s, x.JoinExpr)
	case *pg.Node_RangeTableSample:
		b.refuse(b.at(x.RangeTableSample.Location), "TABLESAMPLE is not supported")
	case *pg.Node_RangeTableFunc:
		b.refuse(b.at(x.RangeTableFunc.Location), "XMLTABLE is not supported")
	default:
		b.refuse(-1, "this item of FROM is not supported")
	}
	return none, nil
}

func (b *binder) rangeVar(s *scope, n *pg.RangeVar) (plan.Node, []*item) {
	at := b.at(n.Location)
	if n.Schemaname == "" {
		if c := findCTE(s.ctes, n.Relname); c != nil {
			return b.cteReference(s, c, n)
		}
	}
	rel, err := b.findRelation(n.Schemaname, n.Relname)
	if err != nil {
		b.fail(b.hiddenCTE(s, n, err), at)
		return &plan.Values{}, nil
	}
	return b.scan(s, rel, n.Alias, at)
}

// scan reads a relation: an entity behind a Project for its expressions, or a system relation.
func (b *binder) scan(s *scope, rel *semantic.Relation, alias *pg.Alias, at int) (plan.Node, []*item) {
	it := &item{name: rel.Table.Name, schema: rel.Table.Schema, rel: rel, relVisible: true, colsVisible: true}
	if alias != nil {
		it.name, it.schema, it.renamed = alias.Aliasname, "", true
	}
	sc := &plan.Scan{Table: rel.Table, At: at}
	cols := make([]*column, len(rel.Table.Columns))
	for i := range rel.Table.Columns {
		c := &rel.Table.Columns[i]
		out := b.newCol(s, it.name, c.Name, c.Type)
		sc.Fields, sc.Out = append(sc.Fields, i), append(sc.Out, out)
		cols[i] = &column{name: c.Name, expr: refTo(out), origin: plan.Origin{Table: rel.Table.OID, Column: c.Num},
			hidden: rel.ColumnState(c.Name) == semantic.Hidden}
	}
	var node plan.Node = sc
	if rel.Entity != nil {
		node = b.entity(s, it, sc, cols)
	} else {
		it.cols = cols
	}
	b.aliasColumns(it, alias)
	s.all = append(s.all, it)
	return node, []*item{it}
}

func refTo(c plan.Col) *plan.Ref {
	return &plan.Ref{Base: plan.Base{T: c.Type, At: -1}, ID: c.ID, Name: c.Name}
}

// aliasColumns renames an item's columns by AS t (a, b).
func (b *binder) aliasColumns(it *item, alias *pg.Alias) {
	if alias == nil || len(alias.Colnames) == 0 {
		return
	}
	names := texts(alias.Colnames)
	shown := 0
	for i, c := range it.cols {
		if c.metric != nil || c.hidden {
			continue
		}
		if shown < len(names) {
			renamed := *c
			renamed.name = names[shown]
			if r, ok := c.expr.(*plan.Ref); ok {
				named := *r
				named.Name, renamed.expr = renamed.name, &named
			}
			it.cols[i] = &renamed
		}
		shown++
	}
	if len(names) > shown {
		b.fail(pgerr.New(pgerr.InvalidColumnReference, "table \"%s\" has %d columns available but %d columns specified",
			it.name, shown, len(names)), -1)
	}
}

// rangeSubselect binds a subquery in FROM.
func (b *binder) rangeSubselect(s *scope, n *pg.RangeSubselect) (plan.Node, []*item) {
	saved := s.lateral
	s.lateral = n.Lateral
	out := b.query(n.Subquery.GetSelectStmt(), s, queryOptions{rows: true})
	s.lateral = saved
	if b.err != nil {
		return out.node, nil
	}
	it := &item{relVisible: n.Alias != nil, colsVisible: true, name: "unnamed_subquery"}
	if n.Alias != nil {
		it.name = n.Alias.Aliasname
	}
	it.cols = b.adopt(s, it.name, out)
	b.aliasColumns(it, n.Alias)
	s.all = append(s.all, it)
	return out.node, []*item{it}
}

// adopt makes the columns of a bound subquery columns of s.
func (b *binder) adopt(s *scope, table string, out *output) []*column {
	cols := make([]*column, len(out.cols))
	for i, c := range out.cols {
		if c.row != nil {
			cols[i] = b.adoptRow(s, table, c)
			continue
		}
		b.owner[c.id], b.table[c.id] = s, table
		cols[i] = &column{name: c.name, origin: c.origin,
			expr: &plan.Ref{Base: plan.Base{T: c.typ, At: -1}, ID: c.id, Name: c.name}}
	}
	return cols
}

// checkConflicts fails when two items have the same name.
func (b *binder) checkConflicts(old, added []*item) {
	for _, x := range added {
		if !x.relVisible {
			continue
		}
		for _, y := range old {
			if y.relVisible && x.name == y.name && (x.schema == y.schema || x.schema == "" || y.schema == "") {
				b.fail(pgerr.New(pgerr.DuplicateAlias, "table name \"%s\" specified more than once", x.name), -1)
				return
			}
		}
	}
}
