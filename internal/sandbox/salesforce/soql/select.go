package soql

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/waggle-sql/waggle/internal/sandbox/salesforce/sobject"
)

// MaxOffset is how far OFFSET may go.
const MaxOffset = 2000

// query translates a whole query.
func (c *compiler) query(q *query) (*Query, *Error) {
	c.q = q
	if err := c.open(q.from, q.fromAt, q.alias); err != nil {
		return nil, err
	}
	if q.offset != nil && q.offset.n > MaxOffset {
		return nil, c.at(q.offset.at, OutsideRange, "Maximum SOQL offset allowed is %d", MaxOffset)
	}
	where := "true"
	if q.where != nil {
		var err *Error
		if where, err = c.where(q.where); err != nil {
			return nil, err
		}
	}
	out := &Query{Object: c.root.relation.Object, Traits: Traits{
		Offset: q.offset != nil, Ordered: q.order != nil, Limited: q.limit != nil, Grouped: q.group != nil,
	}}
	aggregating := slices.ContainsFunc(q.items, func(it item) bool { return aggregate(it.expr.function) })
	var err *Error
	switch {
	case len(q.items) == 1 && q.items[0].expr.function == "COUNT" && len(q.items[0].expr.args) == 0 && q.items[0].alias == "" && q.group == nil:
		err = c.counting(out, where)
	case aggregating || q.group != nil:
		err = c.aggregated(out, where)
	default:
		err = c.records(out, where)
	}
	if err != nil {
		return nil, err
	}
	return out, nil
}

// tail is LIMIT and OFFSET.
func (c *compiler) tail() string {
	out := ""
	if c.q.limit != nil {
		out += " LIMIT " + strconv.Itoa(c.q.limit.n)
	}
	if c.q.offset != nil {
		out += " OFFSET " + strconv.Itoa(c.q.offset.n)
	}
	return out
}

// counting is SELECT COUNT().
func (c *compiler) counting(out *Query, where string) *Error {
	if len(c.q.order) > 0 {
		return c.at(c.q.order[0].expr.at, MalformedQuery, "COUNT() cannot be used with ORDER BY")
	}
	out.Counting, out.Traits.Grouped = true, true
	out.SQL = "SELECT CAST(count(*) AS VARCHAR) FROM (SELECT 1 FROM " + c.from() + " WHERE " + where + c.tail() + ")"
	return nil
}

// records is a query of records.
func (c *compiler) records(out *Query, where string) *Error {
	items, err := c.fields(out)
	if err != nil {
		return err
	}
	b := &builder{out: out, paths: map[string]bool{}}
	out.Record = &Record{Object: out.Object.Name, ID: -1}
	for _, it := range items {
		add := c.member
		if it.child != nil {
			add = c.children
		}
		if err := add(b, it); err != nil {
			return err
		}
	}
	b.complete(out.Record, c.root)
	order, err := c.orders()
	out.SQL = "SELECT " + strings.Join(b.items, ", ") + " FROM " + c.from() + " WHERE " + where + order + c.tail()
	return err
}

// orders is ORDER BY of a query of records.
func (c *compiler) orders() (string, *Error) {
	orders := make([]string, len(c.q.order))
	for i, o := range c.q.order {
		if o.expr.function != "" {
			return "", c.at(o.expr.at, MalformedQuery, "ORDER BY takes fields of the query's object and its parents")
		}
		var err *Error
		if orders[i], err = c.order(o); err != nil {
			return "", err
		}
	}
	if len(orders) == 0 {
		return "", nil
	}
	return " ORDER BY " + strings.Join(orders, ", "), nil
}

// fields are the select list's entries, with FIELDS() replaced by what it means
// (https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_select_fields.htm).
func (c *compiler) fields(out *Query) ([]item, *Error) {
	var items []item
	for _, it := range c.q.items {
		if it.expr.function != "FIELDS" {
			items = append(items, it)
			continue
		}
		kind := ""
		if len(it.expr.args) == 1 {
			kind = strings.ToUpper(strings.Join(it.expr.args[0].path, "."))
		}
		if kind != "ALL" && kind != "CUSTOM" && kind != "STANDARD" {
			return nil, c.at(it.at, MalformedQuery, "FIELDS takes ALL, CUSTOM or STANDARD")
		}
		if kind != "STANDARD" {
			out.Traits.AllFields = true
			if c.q.limit == nil || c.q.limit.n > 200 {
				return nil, c.at(it.at, MalformedQuery, "The SOQL FIELDS function must have a LIMIT of at most 200")
			}
		}
		for _, f := range c.root.relation.Object.Fields {
			if kind == "ALL" || (kind == "CUSTOM") == sobject.Custom(f.Name) {
				items = append(items, item{expr: expr{at: it.at, path: []string{f.Name}}, at: it.at})
			}
		}
	}
	return items, nil
}

// builder gathers the columns of records.
type builder struct {
	out   *Query
	items []string
	paths map[string]bool
}

// member adds a selected field.
func (c *compiler) member(b *builder, it item) *Error {
	if it.expr.function != "" {
		if _, known := dateFunction(it.expr.function); known {
			return c.at(it.at, MalformedQuery, "Field must be grouped or aggregated: %s", it.expr.function)
		}
		return c.at(it.at, MalformedQuery, "the function %s is not served by the sandbox", it.expr.function)
	}
	if it.alias != "" {
		return c.at(it.at, MalformedQuery, "only aggregate expressions use field aliasing")
	}
	n, f, err := c.resolve(it.expr)
	if err != nil {
		return err
	}
	names, record := c.descend(b.out.Record, it.expr)
	names = append(names, f.Name)
	path := strings.Join(names, ".")
	if b.paths[path] {
		return c.at(it.at, MalformedQuery, "duplicate field selected: %s", path)
	}
	b.paths[path] = true
	column := b.add(n, f, names, false)
	record.Members = append(record.Members, Member{Name: f.Name, Column: column})
	if f.Type == sobject.ID {
		record.ID = column
	}
	return nil
}

// add adds a column to the result.
func (b *builder) add(n *node, f *sobject.Field, path []string, hidden bool) int {
	b.items = append(b.items, shown(n.column(f), f.Type)+" AS c"+strconv.Itoa(len(b.items)))
	b.out.Columns = append(b.out.Columns, Column{Path: path, Type: f.Type, Floating: f.Floating, Hidden: hidden})
	return len(b.items) - 1
}

// descend goes to the record of a path's parent, which it makes when it is not there, and returns the names on the way.
func (c *compiler) descend(r *Record, e expr) ([]string, *Record) {
	path, n := e.path, c.root
	if len(path) > 1 && strings.EqualFold(path[0], c.name) && n.relation.Object.Parent(path[0]) == nil {
		path = path[1:]
	}
	var names []string
	for _, name := range path[:len(path)-1] {
		ref := n.relation.Object.Parent(name)
		n = n.parents[ref.Name]
		names = append(names, ref.Relationship)
		i := slices.IndexFunc(r.Members, func(m Member) bool { return m.Parent != nil && m.Name == ref.Relationship })
		if i < 0 {
			i = len(r.Members)
			r.Members = append(r.Members, Member{Name: ref.Relationship, Parent: &Record{Object: n.relation.Object.Name, ID: -1}})
		}
		r = r.Members[i].Parent
	}
	return names, r
}

// complete adds the ids that records need for their attributes.
func (b *builder) complete(r *Record, n *node) {
	if r.ID < 0 {
		r.ID = b.add(n, n.relation.Object.Field("Id"), []string{"Id"}, true)
	}
	for _, m := range r.Members {
		if m.Parent != nil {
			b.complete(m.Parent, n.parents[n.relation.Object.Parent(m.Name).Name])
		}
	}
}

// order translates an entry of ORDER BY: texts without case, nothing first unless it says otherwise.
func (c *compiler) order(o order) (string, *Error) {
	var sql string
	if o.expr.function != "" {
		f, err := c.function(o.expr)
		if err != nil {
			return "", err
		}
		sql = f.sql
		if f.field.Type.Text() && !f.field.CaseSensitive {
			sql = "lower(" + sql + ")"
		}
	} else {
		n, f, err := c.resolve(o.expr)
		if err != nil {
			return "", err
		}
		if !f.Sortable() {
			return "", c.at(o.expr.at, MalformedQuery, "field '%s' can not be sorted in a query call", f.Name)
		}
		sql = n.folded(f)
	}
	direction, nulls := "ASC", "FIRST"
	if o.desc {
		direction = "DESC"
	}
	if o.nulls != "" {
		nulls = o.nulls
	}
	return fmt.Sprintf("%s %s NULLS %s", sql, direction, nulls), nil
}
