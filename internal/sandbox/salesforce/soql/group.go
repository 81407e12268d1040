package soql

import (
	"strconv"
	"strings"

	"github.com/waggle-sql/waggle/internal/sandbox/salesforce/sobject"
)

// group is an entry of GROUP BY.
type group struct {
	key   string // what tells it from others
	sql   string // by what rows are grouped
	value string // what the group shows
	name  string
	field *sobject.Field
}

const maxRollup = 3 // fields of ROLLUP and CUBE

// key is what two spellings of one expression have in common.
func (c *compiler) key(e expr) (string, *Error) {
	if e.function != "" {
		o, err := c.function(e)
		return o.sql, err
	}
	n, f, err := c.resolve(e)
	if err != nil {
		return "", err
	}
	return n.column(f), nil
}

// grouping translates GROUP BY.
func (c *compiler) grouping() *Error {
	for _, e := range c.q.group {
		g := group{}
		if e.function != "" {
			if aggregate(e.function) {
				return c.at(e.at, MalformedQuery, "unexpected token: '%s'", e.function)
			}
			o, err := c.function(e)
			if err != nil {
				return err
			}
			g = group{key: o.sql, sql: o.sql, value: o.sql, name: "", field: o.field}
		} else {
			n, f, err := c.resolve(e)
			if err != nil {
				return err
			}
			if !f.Groupable() {
				return c.at(e.at, MalformedQuery, "field '%s' can not be grouped in a query call", f.Name)
			}
			g = group{key: n.column(f), sql: n.folded(f), value: n.folded(f), name: f.Name, field: f}
			if g.sql != g.key && f.Type.Text() {
				g.value = "min(" + g.key + ")"
				if c.q.rollup != "" {
					g.value = "CASE WHEN GROUPING(" + g.sql + ") = 0 THEN min(" + g.key + ") END"
				}
			}
		}
		c.groups = append(c.groups, g)
	}
	if c.q.rollup != "" && len(c.groups) > maxRollup {
		return c.at(c.q.group[maxRollup].at, MalformedQuery, "GROUP BY %s takes at most %d fields", c.q.rollup, maxRollup)
	}
	return nil
}

// aggregated is a query with aggregates or groups.
func (c *compiler) aggregated(out *Query, where string) *Error {
	out.Aggregate, out.Traits.Grouped = true, true
	if c.q.group == nil && (c.q.limit != nil || c.q.offset != nil) {
		return plain(MalformedQuery, "Non-grouped query that uses overall aggregate functions cannot also use LIMIT")
	}
	if err := c.grouping(); err != nil {
		return err
	}
	var items []string
	out.Record = &Record{ID: -1}
	used, unnamed := map[string]bool{}, 0
	for _, it := range c.q.items {
		o, name, err := c.aggregateItem(it)
		if err != nil {
			return err
		}
		if name == "" {
			name = "expr" + strconv.Itoa(unnamed)
			unnamed++
		}
		if used[strings.ToLower(name)] {
			return c.at(it.at, MalformedQuery, "duplicate alias: %s", name)
		}
		used[strings.ToLower(name)] = true
		out.Record.Members = append(out.Record.Members, Member{Name: name, Column: len(items)})
		out.Columns = append(out.Columns, Column{Path: []string{name}, Type: o.field.Type, Floating: o.field.Floating})
		items = append(items, shown(o.sql, o.field.Type)+" AS c"+strconv.Itoa(len(items)))
	}
	tail, err := c.aggregateTail()
	out.SQL = "SELECT " + strings.Join(items, ", ") + " FROM " + c.from() + " WHERE " + where + tail
	return err
}

// aggregateItem translates an entry of the select list and returns its name: "" for one that is called expr0, expr1 …
func (c *compiler) aggregateItem(it item) (operand, string, *Error) {
	if it.child != nil {
		return operand{}, "", c.at(it.at, MalformedQuery, "a grouped query has no subqueries")
	}
	if aggregate(it.expr.function) {
		if it.expr.function == "COUNT" && len(it.expr.args) == 0 {
			return operand{}, "", c.at(it.at, MalformedQuery, "COUNT() must be the only element of the SELECT list")
		}
		o, err := c.aggregate(it.expr)
		return o, it.alias, err
	}
	if it.expr.function == "GROUPING" {
		return c.level(it)
	}
	key, err := c.key(it.expr)
	if err != nil {
		return operand{}, "", err
	}
	for _, g := range c.groups {
		if g.key == key {
			name := it.alias
			if name == "" {
				name = g.name
			}
			return operand{sql: g.value, field: g.field}, name, nil
		}
	}
	name := it.expr.function
	if name == "" {
		name = it.expr.path[len(it.expr.path)-1]
	}
	return operand{}, "", c.at(it.at, MalformedQuery, "Field must be grouped or aggregated: %s", name)
}

// level is GROUPING(field): whether a row of ROLLUP or CUBE is over all values of the field.
func (c *compiler) level(it item) (operand, string, *Error) {
	if c.q.rollup != "" && len(it.expr.args) == 1 {
		key, err := c.key(it.expr.args[0])
		if err != nil {
			return operand{}, "", err
		}
		for _, g := range c.groups {
			if g.key == key {
				return operand{sql: "GROUPING(" + g.sql + ")", field: &sobject.Field{Type: sobject.Int}}, it.alias, nil
			}
		}
	}
	return operand{}, "", c.at(it.at, MalformedQuery, "GROUPING takes a field of GROUP BY ROLLUP or GROUP BY CUBE")
}

// aggregateTail is what follows WHERE.
func (c *compiler) aggregateTail() (string, *Error) {
	out := ""
	if len(c.groups) > 0 {
		keys := make([]string, len(c.groups))
		for i, g := range c.groups {
			keys[i] = g.sql
		}
		list := strings.Join(keys, ", ")
		if c.q.rollup != "" {
			list = c.q.rollup + " (" + list + ")"
		}
		out += " GROUP BY " + list
	}
	c.having = true
	if c.q.having != nil {
		sql, err := c.where(c.q.having)
		if err != nil {
			return "", err
		}
		out += " HAVING " + sql
	}
	orders := make([]string, len(c.q.order))
	for i, o := range c.q.order {
		if !aggregate(o.expr.function) && !c.grouped(o.expr) {
			name := o.expr.function
			if name == "" {
				name = o.expr.path[len(o.expr.path)-1]
			}
			if _, err := c.key(o.expr); err != nil {
				return "", err
			}
			return "", c.at(o.expr.at, MalformedQuery, "Ordered field must be grouped or aggregated: %s", name)
		}
		var err *Error
		if orders[i], err = c.order(o); err != nil {
			return "", err
		}
	}
	if len(orders) > 0 {
		out += " ORDER BY " + strings.Join(orders, ", ")
	}
	out += c.tail()
	return out, nil
}
