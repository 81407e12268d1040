package soql

import (
	"strconv"
	"strings"

	"github.com/waggle-sql/waggle/internal/sandbox/salesforce/sobject"
)

// children adds a subquery of the select list: the records that refer to the query's own
// (https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_relationships.htm). DuckDB gathers
// them by the record to which they refer, in their order.
func (c *compiler) children(b *builder, it item) *Error {
	s := it.child
	if c.inner || s.group != nil {
		return c.at(it.at, MalformedQuery, "a subquery of children has neither groups nor subqueries")
	}
	var r *Relation
	var ref *sobject.Field
	if c.env.Children != nil {
		r, ref = c.env.Children(c.root.relation.Object, s.from)
	}
	if r == nil {
		return c.at(s.fromAt, InvalidType, "Didn't understand relationship '%s' in FROM part of query call. If you are attempting to use a custom relationship, be sure to append the '__r' after the custom relationship name. Please reference your WSDL or the describe call for the appropriate names.", s.from)
	}
	if b.paths["("+ref.Children] {
		return c.at(it.at, MalformedQuery, "duplicate subquery: %s", s.from)
	}
	b.paths["("+ref.Children] = true
	in := &compiler{env: c.env, text: c.text, aliases: c.aliases, inner: true, q: s, name: s.alias}
	if in.name == "" {
		in.name = s.from
	}
	in.root = in.node(r)
	out := &Query{Object: r.Object}
	sql, err := in.gathered(out, ref)
	if err != nil {
		return err
	}
	c.aliases = in.aliases + 1
	alias := "t" + strconv.Itoa(c.aliases)
	c.joins = append(c.joins, " LEFT JOIN ("+sql+") AS "+alias+" ON "+alias+".parent = "+c.root.alias+`."Id"`)
	b.items = append(b.items, alias+".children AS c"+strconv.Itoa(len(b.items)))
	b.out.Columns = append(b.out.Columns, Column{Path: []string{ref.Children}, Type: sobject.String})
	b.out.Record.Members = append(b.out.Record.Members, Member{Name: ref.Children, Column: len(b.items) - 1, Children: out})
	b.out.Traits.Children = true
	return nil
}

// gathered is a SELECT of two columns: a record's id, and its children as JSON.
func (c *compiler) gathered(out *Query, ref *sobject.Field) (string, *Error) {
	where := c.root.column(ref) + " IS NOT NULL"
	if c.q.where != nil {
		sql, err := c.where(c.q.where)
		if err != nil {
			return "", err
		}
		where += " AND " + sql
	}
	items, err := c.fields(out)
	if err != nil {
		return "", err
	}
	b := &builder{out: out, paths: map[string]bool{}}
	out.Record = &Record{Object: out.Object.Name, ID: -1}
	for _, it := range items {
		if it.child != nil || it.expr.function != "" {
			return "", c.at(it.at, MalformedQuery, "a subquery of children selects fields")
		}
		if err := c.member(b, it); err != nil {
			return "", err
		}
	}
	b.complete(out.Record, c.root)
	order, err := c.orders()
	if err != nil {
		return "", err
	}
	if order == "" {
		order = " ORDER BY " + c.root.alias + `."Id"`
	}
	columns := make([]string, len(b.items))
	for i := range columns {
		columns[i] = "c" + strconv.Itoa(i)
	}
	sql := "SELECT parent, CAST(to_json(list([" + strings.Join(columns, ", ") + "] ORDER BY place)) AS VARCHAR) AS children FROM (SELECT " +
		c.root.column(ref) + " AS parent, row_number() OVER (PARTITION BY " + c.root.column(ref) + order + ") AS place, " + strings.Join(b.items, ", ") +
		" FROM " + c.from() + " WHERE " + where + ")"
	if c.q.limit != nil || c.q.offset != nil {
		first := 0
		if c.q.offset != nil {
			first = c.q.offset.n
		}
		sql += " WHERE place > " + strconv.Itoa(first)
		if c.q.limit != nil {
			sql += " AND place <= " + strconv.Itoa(first+c.q.limit.n)
		}
	}
	return sql + " GROUP BY parent", nil
}
