package soql

import (
	"slices"
	"strings"

	"github.com/waggle-sql/waggle/internal/sandbox/salesforce/sobject"
)

// where translates a condition. Salesforce knows no third truth value: a comparison of nothing is false, and its negation true.
func (c *compiler) where(x cond) (string, *Error) { return c.cond(x, true, true) }

// cond translates a condition. Where what is null would be taken for false anyhow, plain is set; top is set where a semi-join may be.
func (c *compiler) cond(x cond, plain, top bool) (string, *Error) {
	switch x := x.(type) {
	case *logic:
		joint := " AND "
		if x.or {
			joint = " OR "
		}
		terms := make([]string, len(x.terms))
		for i, t := range x.terms {
			sql, err := c.cond(t, plain, top && !x.or)
			if err != nil {
				return "", err
			}
			terms[i] = sql
		}
		return "(" + strings.Join(terms, joint) + ")", nil
	case *negation:
		sql, err := c.cond(x.term, false, false)
		return "(NOT " + sql + ")", err
	case *compare:
		if x.sub != nil {
			if !top {
				return "", c.at(x.subAt, MalformedQuery, "Semi join sub-selects are only allowed at the top level WHERE expressions and not in nested WHERE expressions.")
			}
			return c.semijoin(x)
		}
		sql, err := c.compare(x)
		if err == nil && !plain {
			sql = "coalesce(" + sql + ", false)"
		}
		return sql, err
	}
	return "true", nil
}

// operand is the left side of a comparison.
type operand struct {
	name  string
	sql   string
	field *sobject.Field // its type decides what it is compared with
	null  string         // what tells that it is missing
}

// compare translates a comparison; its value may be null for false.
func (c *compiler) compare(x *compare) (string, *Error) {
	left, err := c.left(x)
	if err != nil {
		return "", err
	}
	if err := c.operator(x, left); err != nil {
		return "", err
	}
	switch {
	case x.op == "INCLUDES":
		return c.includes(x, left)
	case x.list:
		return c.in(x, left)
	}
	v := x.values[0]
	if v.kind == aNull || v.kind == aText && v.text == "" && left.field.Type.Text() && x.op != "LIKE" {
		return c.null(x, left)
	}
	if v.kind == aPeriod {
		return c.within(x, left, v)
	}
	sql, err := c.value(x, left, v)
	if err != nil {
		return "", err
	}
	switch x.op {
	case "!=":
		return "(" + left.sql + " IS DISTINCT FROM " + sql + ")", nil
	case "LIKE":
		return "(" + left.sql + " LIKE " + sql + ` ESCAPE '\')`, nil
	}
	return "(" + left.sql + " " + x.op + " " + sql + ")", nil
}

// left resolves the left side: a field, a function of a date, or in HAVING an aggregate.
func (c *compiler) left(x *compare) (operand, *Error) {
	if x.left.function != "" {
		return c.function(x.left)
	}
	n, f, err := c.resolve(x.left)
	if err != nil {
		return operand{}, err
	}
	if !f.Filterable() {
		return operand{}, c.at(x.left.at, InvalidField, "field '%s' can not be filtered in a query call", f.Name)
	}
	if c.having && !c.grouped(x.left) {
		return operand{}, c.at(x.left.at, MalformedQuery, "Field must be grouped or aggregated: %s", f.Name)
	}
	return operand{name: f.Name, sql: n.folded(f), field: f, null: n.column(f) + " IS NULL"}, nil
}

// operator refuses operators that a type does not have.
func (c *compiler) operator(x *compare, left operand) *Error {
	t := left.field.Type
	equality := x.op == "=" || x.op == "!="
	bad := x.op == "LIKE" && (!t.Text() || t == sobject.MultiPicklist) ||
		x.op == "INCLUDES" && t != sobject.MultiPicklist || t == sobject.Boolean && !equality ||
		t == sobject.MultiPicklist && !equality && x.op != "INCLUDES"
	if bad {
		return c.at(x.opAt, InvalidOperator, "invalid operator on %s field", t)
	}
	return nil
}

// null compares with nothing: null, or the empty text, which is kept as null. A boolean that is null is false.
func (c *compiler) null(x *compare, left operand) (string, *Error) {
	switch {
	case x.op != "=" && x.op != "!=":
		return "", c.at(x.opAt, InvalidOperator, "invalid operator: a comparison with null is = or !=")
	case left.field.Type == sobject.Boolean && x.op == "=":
		return "(NOT " + left.sql + ")", nil
	case left.field.Type == sobject.Boolean:
		return left.sql, nil
	case x.op == "=":
		return "(" + left.null + ")", nil
	}
	return "(NOT " + left.null + ")", nil
}

// within compares with a stretch of days.
func (c *compiler) within(x *compare, left operand, v literal) (string, *Error) {
	word := "DATE"
	switch left.field.Type {
	case sobject.Date:
	case sobject.Datetime:
		word = "TIMESTAMP"
	default:
		return "", c.mistyped(x, left)
	}
	s := v.span(c.env.Now)
	from, to := day(word, s.from), day(word, s.to)
	switch x.op {
	case "=":
		return "(" + left.sql + " >= " + from + " AND " + left.sql + " < " + to + ")", nil
	case "!=":
		return "(NOT coalesce(" + left.sql + " >= " + from + " AND " + left.sql + " < " + to + ", false))", nil
	case "<", ">=":
		return "(" + left.sql + " " + x.op + " " + from + ")", nil
	case "<=":
		return "(" + left.sql + " < " + to + ")", nil
	}
	return "(" + left.sql + " >= " + to + ")", nil
}

// in compares with a list.
func (c *compiler) in(x *compare, left operand) (string, *Error) {
	var values []string
	null := false
	for _, v := range x.values {
		if v.kind == aNull || v.kind == aText && v.text == "" && left.field.Type.Text() {
			null = true
			continue
		}
		if v.kind == aPeriod {
			return "", c.at(v.at, MalformedQuery, "unexpected token: '%s'", v.text)
		}
		sql, err := c.value(x, left, v)
		if err != nil {
			return "", err
		}
		values = append(values, sql)
	}
	var terms []string
	if len(values) > 0 {
		terms = append(terms, left.sql+" IN ("+strings.Join(values, ", ")+")")
	}
	if null {
		terms = append(terms, left.null)
	}
	sql := "(" + strings.Join(terms, " OR ") + ")"
	if x.not {
		sql = "(NOT coalesce(" + sql + ", false))"
	}
	return sql, nil
}

// includes looks for chosen values in a picklist of several: each text of the list is one value, or several joined by semicolons
// that must all be chosen.
func (c *compiler) includes(x *compare, left operand) (string, *Error) {
	var terms []string
	for _, v := range x.values {
		if v.kind != aText {
			return "", c.mistyped(x, left)
		}
		var all []string
		for part := range strings.SplitSeq(v.text, ";") {
			all = append(all, "list_contains(string_split("+left.sql+", ';'), lower("+literalSQL(part)+"))")
		}
		terms = append(terms, "("+strings.Join(all, " AND ")+")")
	}
	sql := "(" + strings.Join(terms, " OR ") + ")"
	if x.not {
		sql = "(NOT coalesce(" + sql + ", false))"
	}
	return sql, nil
}

// semijoin translates field IN (SELECT …).
func (c *compiler) semijoin(x *compare) (string, *Error) {
	c.semi++
	switch {
	case c.having:
		return "", c.at(x.subAt, MalformedQuery, "Semi join sub-selects are not allowed in HAVING")
	case c.inner:
		return "", c.at(x.subAt, MalformedQuery, "Nested semi join sub-selects are not supported")
	case c.semi > 2:
		return "", c.at(x.subAt, MalformedQuery, "maximum 2 semi join sub-selects are allowed")
	}
	left, err := c.left(x)
	if err != nil {
		return "", err
	}
	if !left.field.Type.Key() {
		return "", c.at(x.left.at, MalformedQuery, "The left operand field in the where expression for outer query should be an id field, cannot use: '%s'", left.name)
	}
	s := x.sub
	if len(s.items) != 1 || s.items[0].child != nil || s.items[0].expr.function != "" || s.items[0].alias != "" || s.group != nil || s.order != nil || s.limit != nil || s.offset != nil {
		return "", c.at(x.subAt, MalformedQuery, "The inner select of a semi join selects one field, without GROUP BY, ORDER BY, LIMIT and OFFSET")
	}
	in := &compiler{env: c.env, text: c.text, aliases: c.aliases, inner: true}
	if err := in.open(s.from, s.fromAt, s.alias); err != nil {
		return "", err
	}
	if in.root.relation.Object.Name == c.root.relation.Object.Name {
		return "", c.at(x.subAt, MalformedQuery, "The inner and outer selects should not be on the same object type")
	}
	sql, err := in.ids(s)
	c.aliases = in.aliases
	not := ""
	if x.not {
		not = "NOT "
	}
	return "(" + not + "coalesce(" + left.sql + " IN (" + sql + "), false))", err
}

// ids is a semi-join's query.
func (c *compiler) ids(s *query) (string, *Error) {
	n, f, err := c.resolve(s.items[0].expr)
	if err != nil {
		return "", err
	}
	if !f.Type.Key() {
		return "", c.at(s.items[0].at, MalformedQuery, "The selected field '%s' in the subquery should be an id or a reference", f.Name)
	}
	where := n.column(f) + " IS NOT NULL"
	if s.where != nil {
		sql, err := c.where(s.where)
		if err != nil {
			return "", err
		}
		where += " AND " + sql
	}
	return "SELECT " + n.column(f) + " FROM " + c.from() + " WHERE " + where, nil
}

// grouped tells whether an expression is one of the query's groups.
func (c *compiler) grouped(e expr) bool {
	key, err := c.key(e)
	return err == nil && slices.ContainsFunc(c.groups, func(g group) bool { return g.key == key })
}
