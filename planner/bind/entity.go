package bind

import (
	"fmt"
	"slices"

	pg "github.com/pganalyze/pg_query_go/v6"

	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/planner/plan"
	"github.com/waggle-sql/waggle/semantic"
)

// entityItem is one use of an entity in a FROM. Its Project is extended by the expressions of the properties that the
// statement turns out to use; dropIdleProjects removes it when there are none.
type entityItem struct {
	entity   *semantic.Entity
	item     *item
	scope    *scope
	project  *plan.Project
	physical []*column
	named    []*column // properties and metrics under the model's names, whatever an alias calls them
	computed map[*semantic.Property]*plan.Ref
	open     map[any]bool // properties and metrics whose text is being bound, to find cycles
}

// modelText is the piece of the model whose text is being bound: all in it carries the position of the calling token.
type modelText struct {
	at    int
	place semantic.Place
}

func (m *modelText) locate(e *pgerr.Error) *pgerr.Error {
	if m.place.File == "" || e.Detail != "" && e.Position != 0 {
		return e
	}
	detail := fmt.Sprintf("In the model: %s:%d:%d.", m.place.File, m.place.Line, m.place.Column)
	if e.Detail != "" {
		detail = e.Detail + " " + detail
	}
	return e.WithDetail("%s", detail).At(m.at)
}

// entity lists properties, then metrics, as columns of an item over a scan.
func (b *binder) entity(s *scope, it *item, sc *plan.Scan, physical []*column) plan.Node {
	e := it.rel.Entity
	x := &entityItem{entity: e, item: it, scope: s, physical: physical, computed: map[*semantic.Property]*plan.Ref{},
		open: map[any]bool{}}
	it.entity = x
	byName := make(map[string]*column, len(physical))
	for _, c := range physical {
		byName[c.name] = c
	}
	hasText := false
	for _, p := range e.Properties {
		hidden := it.rel.ColumnState(p.Name) == semantic.Hidden
		if c := byName[p.Name]; p.Expr == nil && c != nil {
			c.origin.Column, c.hidden = p.Num, hidden
			it.cols = append(it.cols, c)
			continue
		}
		if p.Expr != nil {
			hasText = true
			it.cols = append(it.cols, &column{name: p.Name, property: p, entity: x, hidden: hidden,
				origin: plan.Origin{Table: it.rel.Table.OID, Column: p.Num}})
		}
	}
	for _, m := range e.Metrics {
		it.cols = append(it.cols, &column{name: m.Name, metric: m, entity: x, hidden: true,
			origin: plan.Origin{Table: it.rel.Table.OID, Column: m.Num}})
	}
	x.named = slices.Clone(it.cols)
	if !hasText {
		return sc
	}
	x.project = &plan.Project{Input: sc}
	for _, c := range sc.Out {
		x.project.Exprs, x.project.Out = append(x.project.Exprs, refTo(c)), append(x.project.Out, c)
	}
	b.grows[x.project] = x
	return x.project
}

// columnExpr returns the expression of a column, computing a property's when it is first used.
func (b *binder) columnExpr(c *column, at int) plan.Expr {
	if c.property == nil {
		return c.expr
	}
	x := c.entity
	if r, ok := x.computed[c.property]; ok {
		return r
	}
	e := b.propertyText(x, c.property, at)
	if b.err != nil {
		return null(c.property.Type.OID, at)
	}
	out := b.newCol(x.scope, x.item.name, c.property.Name, e.Type())
	x.computed[c.property] = refTo(out)
	out.Property = &plan.Property{Name: c.property.Name, Tags: c.property.Tags}
	x.project.Exprs, x.project.Out = append(x.project.Exprs, e), append(x.project.Out, out)
	return x.computed[c.property]
}

// propertyText binds a property's expression over the physical columns; other properties in it are put in place.
func (b *binder) propertyText(x *entityItem, p *semantic.Property, at int) plan.Expr {
	s := &scope{clause: inWhere, items: []*item{{name: x.entity.Name, relVisible: true, colsVisible: true}}}
	done := b.enter(x, p, p.Expr, at)
	defer done()
	if b.err != nil {
		return null(p.Type.OID, at)
	}
	s.inline = func(q *semantic.Property) plan.Expr { return b.propertyText(x, q, at) }
	inner := s.items[0]
	for _, q := range x.entity.Properties {
		if q.Expr != nil {
			inner.cols = append(inner.cols, &column{name: q.Name, property: q, entity: x})
		}
	}
	inner.cols = append(inner.cols, x.physical...)
	node := b.modelNode(p.Expr)
	if node == nil {
		return null(p.Type.OID, at)
	}
	e := b.expr(s, node)
	return b.toDeclared(e, p, at)
}

// enter starts the binding of a model text and finds cycles; the returned function ends it.
func (b *binder) enter(x *entityItem, key any, text *semantic.Expression, at int) func() {
	saved := b.model
	b.model = &modelText{at: at, place: text.At}
	if x.open[key] {
		b.fail(pgerr.New("42P17", "an expression of entity \"%s\" refers to itself", x.entity.Name).
			WithHint("Break the cycle in the model."), at)
	}
	x.open[key] = true
	return func() { delete(x.open, key); b.model = saved }
}

func (b *binder) toDeclared(e plan.Expr, p *semantic.Property, at int) plan.Expr {
	if p.Type.OID == 0 || b.err != nil {
		return b.textOfUnknown(e)
	}
	r, ok := b.coerceTo(e, p.Type, assignment, at)
	if !ok {
		return b.fail(pgerr.New(pgerr.DatatypeMismatch, "property \"%s\" is of type %s but its expression is of type %s",
			p.Name, typeName(p.Type.OID), typeName(e.Type().OID)).WithHint("Cast the expression, or declare its type."), at)
	}
	return r
}

// modelNode parses a text of the model.
func (b *binder) modelNode(x *semantic.Expression) *pg.Node {
	n, err := parseExpr(x.Text)
	if err != nil {
		b.fail(err, b.model.at)
		return nil
	}
	return n
}

// maxModelText bounds an expression of the model: the parser has no guard of its own before it.
const maxModelText = 16 << 10

// parseExpr parses one expression.
func parseExpr(text string) (*pg.Node, *pgerr.Error) {
	const head = "SELECT "
	invalid := pgerr.New(pgerr.SyntaxError, "this is not one expression")
	if len(text) > maxModelText {
		return nil, pgerr.New(pgerr.StatementTooComplex, "the expression is longer than %d bytes", maxModelText)
	}
	tree, err := pg.Parse(head + text)
	if err != nil {
		return nil, pgerr.New(pgerr.SyntaxError, "%s", err.Error())
	}
	if len(tree.Stmts) != 1 {
		return nil, invalid
	}
	sel := tree.Stmts[0].Stmt.GetSelectStmt()
	if sel == nil || len(sel.TargetList) != 1 || sel.FromClause != nil || sel.WhereClause != nil || sel.SortClause != nil ||
		sel.GroupClause != nil || sel.LimitCount != nil || sel.Larg != nil {
		return nil, invalid
	}
	return sel.TargetList[0].GetResTarget().GetVal(), nil
}

// dropIdleProjects removes the projects of entities whose expressions nobody used.
func dropIdleProjects(n plan.Node) plan.Node {
	drop := func(m plan.Node) plan.Node {
		p, ok := m.(*plan.Project)
		if !ok {
			return m
		}
		sc, ok := p.Input.(*plan.Scan)
		if !ok || len(sc.Out) != len(p.Out) || len(sc.Out) == 0 || sc.Out[0].ID != p.Out[0].ID {
			return m
		}
		return sc
	}
	var enter func(e plan.Expr) plan.Expr
	all := func(m plan.Node) plan.Node { return drop(plan.MapOwn(m, enter)) }
	enter = func(e plan.Expr) plan.Expr {
		return plan.MapExpr(e, func(c plan.Expr) plan.Expr {
			q, ok := c.(*plan.Subquery)
			if !ok {
				return c
			}
			inner := plan.Transform(q.Plan, drop)
			if inner == q.Plan {
				return c
			}
			k := *q
			k.Plan = inner
			return &k
		})
	}
	return plan.Transform(n, all)
}
