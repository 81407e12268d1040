package dialect

import (
	"strings"

	"github.com/waggle-sql/waggle/planner/plan"
)

const (
	maxSOQLDepth = 5 // parents of parents
	maxSOQLSemis = 2
)

// join makes the parent's fields paths from the child that refers to it. A semi or anti join of ids is IN or NOT IN a subquery.
//
//	left join on a.AccountId = b.Id
//	  scan Opportunity a                 →    SELECT …, Account.Name FROM Opportunity
//	  scan Account b [Name]
//
// It would be wrong for an outer join to a parent that a filter restricts: the filter would drop the child.
func (p *soql) join(n *plan.Join) *soqlQuery {
	left, right := p.node(n.Left), p.node(n.Right)
	if p.err != nil {
		return left
	}
	if n.Lateral || !left.bare() || !right.bare() || n.Cond == nil {
		p.refuse(-1, "this join")
		return left
	}
	a, b, ok := equatedColumns(n.Cond)
	if !ok {
		p.refuse(n.Cond.Pos(), "a join by this condition")
		return left
	}
	if _, here := left.cols[a]; !here {
		a, b = b, a
	}
	from, found := left.cols[a]
	to, found2 := right.cols[b]
	if !found || !found2 {
		p.refuse(n.Cond.Pos(), "a join by this condition")
		return left
	}
	switch {
	case n.Kind == plan.Semi || n.Kind == plan.Anti:
		return p.semi(left, right, soqlSemi{column: a, query: right, inner: b, anti: n.Kind == plan.Anti})
	case from.leadsTo(right, to) && (n.Kind == plan.Inner || n.Kind == plan.Left):
		return p.adopt(left, from, right, n.Kind == plan.Left)
	case to.leadsTo(left, from) && (n.Kind == plan.Inner || n.Kind == plan.Right):
		return p.adopt(right, to, left, n.Kind == plan.Right)
	}
	p.refuse(n.Cond.Pos(), "a join by this condition")
	return left
}

// equatedColumns reads a join's condition as the equality of two columns.
func equatedColumns(e plan.Expr) (a, b plan.ColID, ok bool) {
	c, isCall := e.(*plan.Call)
	if !isCall || c.Op != "=" || len(c.Args) != 2 {
		return 0, 0, false
	}
	x, okX := unlabelled(c.Args[0]).(*plan.Ref)
	y, okY := unlabelled(c.Args[1]).(*plan.Ref)
	if !okX || !okY {
		return 0, 0, false
	}
	return x.ID, y.ID, true
}

func unlabelled(e plan.Expr) plan.Expr {
	if c, ok := e.(*plan.Cast); ok && c.Method == plan.Relabel && textual(c.T.OID) {
		return c.Arg
	}
	return e
}

// leadsTo reports whether a field refers to the records of another query by the Id that it is joined to.
func (c soqlColumn) leadsTo(parent *soqlQuery, to soqlColumn) bool {
	f := c.column.Field
	return f != nil && soqlName.MatchString(f.Relationship) && f.References == parent.object && to.name == "Id" && to.prefix == ""
}

// adopt makes a parent's columns columns of the child.
func (p *soql) adopt(child *soqlQuery, by soqlColumn, parent *soqlQuery, outer bool) *soqlQuery {
	prefix := by.prefix + by.column.Field.Relationship + "."
	switch {
	case outer && (len(parent.where) > 0 || len(parent.semis) > 0 || len(parent.parents) > 0):
		p.refuse(-1, "an outer join to some rows of an object")
	case len(parent.semis) > 0:
		p.refuse(-1, "a subquery on a parent")
	}
	for id, c := range parent.cols {
		c.prefix, c.outer = prefix+c.prefix, outer || c.outer
		if strings.Count(c.prefix, ".") > maxSOQLDepth {
			p.refuse(-1, "a path of more than %d objects", maxSOQLDepth)
		}
		child.cols[id] = c
	}
	if !outer {
		child.parents = append(child.parents, prefix)
	}
	for _, path := range parent.parents {
		child.parents = append(child.parents, prefix+path)
	}
	child.where = append(child.where, parent.where...)
	child.wider = child.wider || parent.wider
	return child
}

// semi adds a condition on another object: only exact ones, and only between ids of one object.
func (p *soql) semi(q, other *soqlQuery, s soqlSemi) *soqlQuery {
	from, to := q.cols[s.column], other.cols[s.inner]
	same := from.class() == soqlID && to.class() == soqlID && from.identifies(q) != "" && from.identifies(q) == to.identifies(other)
	if !same || other.object == q.object || from.prefix != "" || to.prefix != "" || other.wider || len(other.semis) > 0 || len(q.semis) == maxSOQLSemis {
		p.refuse(-1, "this semi join")
	}
	if s.anti && from.name != "Id" {
		p.refuse(-1, "an anti join by a field that may be empty")
	}
	q.semis = append(q.semis, s)
	return q
}

// identifies is the object whose ids a field holds.
func (c soqlColumn) identifies(q *soqlQuery) string {
	if c.name == "Id" {
		return q.object
	}
	if c.column.Field == nil {
		return ""
	}
	return c.column.Field.References
}
