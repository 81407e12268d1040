package dialect

import (
	"regexp"
	"slices"
	"strings"

	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/planner/plan"
)

// node makes a query of one operator over its inputs'.
func (p *soql) node(n plan.Node) *soqlQuery {
	if p.depth++; p.depth > 500 {
		p.err = pgerr.New(pgerr.StatementTooComplex, "the plan is too deep")
	}
	defer func() { p.depth-- }()
	if p.err != nil {
		return &soqlQuery{}
	}
	switch n := n.(type) {
	case *plan.Scan:
		return p.scanned(n)
	case *plan.Filter:
		return p.filtered(n)
	case *plan.Project:
		return p.projected(n)
	case *plan.Join:
		return p.join(n)
	case *plan.Aggregate:
		return p.aggregate(n)
	case *plan.Sort:
		return p.sorted(n)
	case *plan.Limit:
		return p.cut(n)
	}
	p.refuse(-1, "this operator")
	return &soqlQuery{}
}

// soqlName is what may stand in a statement as a name; it is never quoted there.
var soqlName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z][A-Za-z0-9_]*)*$`)

func (p *soql) scanned(n *plan.Scan) *soqlQuery {
	q := &soqlQuery{object: n.Table.Object, cols: map[plan.ColID]soqlColumn{}}
	if !soqlName.MatchString(q.object) || strings.Contains(q.object, ".") {
		p.err = pgerr.New(pgerr.InvalidName, "the object %q is none of Salesforce's", q.object).WithHint("write its API name, as Opportunity or Deal__c")
	}
	for i, c := range n.Out {
		column := n.Table.Columns[n.Fields[i]]
		if !soqlName.MatchString(column.Physical) {
			p.err = pgerr.New(pgerr.InvalidName, "the field %q is none of Salesforce's", column.Physical).WithHint("write its API name, as StageName or Region__c")
		}
		q.cols[c.ID] = soqlColumn{name: column.Physical, column: column, scale: -1}
	}
	return q
}

func (p *soql) filtered(n *plan.Filter) *soqlQuery {
	q := p.node(n.Input)
	if q.grouped || q.counted || q.limit != nil {
		p.refuse(n.Cond.Pos(), "a condition on groups, or on some rows of many")
		return q
	}
	for _, t := range conjuncts(n.Cond) {
		p.filter(q, t)
		q.where = append(q.where, t)
	}
	return q
}

// filter checks that a term can be said, and notes whether it lets more rows pass.
func (p *soql) filter(q *soqlQuery, t plan.Expr) {
	c := p.condition(q, t, true)
	switch {
	case p.err != nil:
	case c.support == plan.None:
		p.refuse(t.Pos(), "this condition")
	case c.support == plan.Superset && !p.wide && c.why != "":
		p.err = pgerr.New(pgerr.FeatureNotSupported, "%s", c.why).At(t.Pos())
	case c.support == plan.Superset && !p.wide:
		p.refuse(t.Pos(), "exactly this condition")
	}
	q.wider = q.wider || c.support == plan.Superset
}

// projected renames, drops and reorders columns; it computes nothing.
func (p *soql) projected(n *plan.Project) *soqlQuery {
	q := p.node(n.Input)
	for i, e := range n.Exprs {
		r, ok := e.(*plan.Ref)
		if !ok {
			p.refuse(e.Pos(), "a computed column")
			return q
		}
		c, known := q.cols[r.ID]
		if !known && !q.counted {
			p.refuse(e.Pos(), "a column of another query")
			return q
		}
		q.cols[n.Out[i].ID] = c
	}
	return q
}

func (p *soql) sorted(n *plan.Sort) *soqlQuery {
	q := p.node(n.Input)
	if q.grouped || q.counted || q.limit != nil {
		p.refuse(-1, "an order of groups, or of some rows of many")
		return q
	}
	q.order = nil
	for _, k := range n.Keys {
		if _, ok := k.Expr.(*plan.Const); ok {
			continue
		}
		r, ok := k.Expr.(*plan.Ref)
		if !ok || !q.cols[r.ID].ordered() {
			p.refuse(k.Expr.Pos(), "an order as PostgreSQL's")
			return q
		}
		q.order = append(q.order, directed(q.cols[r.ID].path(), k))
	}
	return q
}

// ordered reports whether Salesforce orders a field's values as PostgreSQL does: numbers and moments, but no text, which it orders
// by the asking person's language.
func (c soqlColumn) ordered() bool {
	return c.column.Field != nil && c.column.Field.Sort && slices.Contains([]soqlClass{soqlNumber, soqlDate, soqlMoment}, c.class())
}

// cut limits: only below exact filters, since the source would stop too early otherwise.
func (p *soql) cut(n *plan.Limit) *soqlQuery {
	q := p.node(n.Input)
	if n.WithTies || n.Offset != nil || q.grouped || q.counted || q.limit != nil || q.wider || len(plan.Refs(n.Count)) > 0 {
		p.refuse(-1, "this limit")
		return q
	}
	if n.Count != nil && !fixed(n.Count) {
		p.refuse(n.Count.Pos(), "this limit")
	}
	q.limit = n.Count
	return q
}

// aggregate counts, sums, or finds the least and greatest values, of all records or by fields with few values.
func (p *soql) aggregate(n *plan.Aggregate) *soqlQuery {
	q := p.node(n.Input)
	if n.Sets != nil || q.grouped || q.counted || q.limit != nil || q.wider {
		p.refuse(-1, "this grouping")
		return q
	}
	out := &soqlQuery{object: q.object, parents: q.parents, where: q.where, semis: q.semis, grouped: true, cols: map[plan.ColID]soqlColumn{}}
	for id, c := range q.cols { // for the conditions
		out.cols[id] = c
	}
	for i, e := range n.Groups {
		c := p.key(q, e)
		out.groups = append(out.groups, c.computed)
		out.cols[n.Out[i].ID] = c
	}
	for i, e := range n.Aggs {
		a, ok := e.(*plan.Agg)
		if !ok {
			p.refuse(e.Pos(), "this aggregate")
			return out
		}
		out.cols[n.Out[len(n.Groups)+i].ID] = p.agg(q, a)
	}
	out.counted = len(n.Groups) == 0 && len(n.Aggs) == 1 && n.Aggs[0].(*plan.Agg).Star
	if len(n.Groups) == 0 && len(n.Aggs) == 0 {
		p.refuse(-1, "one row of nothing")
	}
	return out
}

// key is what rows are grouped by: a field of few values, which are equal there as here, or a part of a date. A grouped answer has
// 2,000 rows at most, so that a field of more values would fail where reading the rows does not.
func (p *soql) key(q *soqlQuery, e plan.Expr) soqlColumn {
	if r, ok := e.(*plan.Ref); ok {
		c := q.cols[r.ID]
		f := c.column.Field
		few := f != nil && f.Group && (c.class() == soqlFlag || f.Kind == "picklist" && f.Restricted)
		if !few || c.outer && c.class() == soqlFlag {
			p.refuse(e.Pos(), "grouping by this")
		}
		c.computed = c.path()
		return c
	}
	part, c, ok := p.datePart(q, e)
	if !ok {
		p.refuse(e.Pos(), "grouping by this")
		return c
	}
	c.computed = part + paren(c.path())
	return c
}

// soqlParts are the parts of a date that few dates have, or as many as there are years.
var soqlParts = map[string]string{"year": "CALENDAR_YEAR", "quarter": "CALENDAR_QUARTER", "month": "CALENDAR_MONTH", "day": "DAY_IN_MONTH", "doy": "DAY_IN_YEAR"}

func (p *soql) datePart(q *soqlQuery, e plan.Expr) (string, soqlColumn, bool) {
	call, ok := e.(*plan.Call)
	if !ok || call.Name != "extract" || len(call.Args) != 2 {
		return "", soqlColumn{}, false
	}
	unit, isText := call.Args[0].(*plan.Const)
	r, isRef := call.Args[1].(*plan.Ref)
	if !isText || !isRef {
		return "", soqlColumn{}, false
	}
	name, _ := unit.Value.(datum.Text)
	c := q.cols[r.ID]
	part := soqlParts[string(name)]
	ok = part != "" && c.class() == soqlDate && c.column.Field != nil && c.column.Field.Group
	return part, c, ok
}

// agg prints one aggregate.
func (p *soql) agg(q *soqlQuery, a *plan.Agg) soqlColumn {
	out := soqlColumn{scale: -1}
	if a.Filter != nil || a.Within || len(a.Args) > 1 || a.Distinct && a.Name != "count" {
		p.refuse(a.At, "this aggregate")
		return out
	}
	if a.Star && a.Name == "count" {
		out.computed = "COUNT(Id)"
		return out
	}
	c, ok := p.argument(q, a)
	if !ok {
		p.refuse(a.At, "%s of this", a.Name)
		return out
	}
	word := map[string]string{"count": "COUNT", "sum": "SUM", "min": "MIN", "max": "MAX"}[a.Name]
	if a.Distinct {
		word = "COUNT_DISTINCT"
	}
	if _, s, ok := datum.NumericPrecision(c.column.Type.Mod); ok && a.T.OID == pgcat.Numeric {
		out.scale = s
	} else if a.Name == "sum" {
		out.scale = 0
	}
	out.computed = word + paren(c.path())
	return out
}

// argument is the field of an aggregate, where Salesforce computes it as PostgreSQL does
// (https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_select_agg_functions_field_types.htm).
func (p *soql) argument(q *soqlQuery, a *plan.Agg) (soqlColumn, bool) {
	if len(a.Args) != 1 {
		return soqlColumn{}, false
	}
	c, ok := p.field(q, a.Args[0])
	f := c.column.Field
	if !ok || c.prefix != "" || f == nil {
		return c, false
	}
	class := c.class()
	_, _, scaled := datum.NumericPrecision(c.column.Type.Mod)
	exact := class == soqlNumber && (c.column.Type.OID != pgcat.Numeric || scaled)
	switch {
	case a.Name == "count" && a.Distinct:
		return c, f.Aggregate && (exact || class == soqlDate || class == soqlID)
	case a.Name == "count":
		return c, f.Aggregate && class != soqlFlag && class != soqlOther
	case a.Name == "sum":
		return c, f.Aggregate && exact
	case a.Name == "min", a.Name == "max":
		return c, f.Aggregate && (exact || class == soqlDate || class == soqlMoment)
	}
	return c, false
}
