package dbsql

import (
	"fmt"
	"strings"

	"github.com/waggle-sql/waggle/internal/sandbox/sqltree"
)

// query compiles a query inside a nest with the WITH names that it can see.
func (c *compiler) query(q *sqltree.Query, n *nest, with *ctes) (*table, *Error) {
	var prefix []string
	for _, w := range q.With {
		def, err := c.cte(w, q.Recursive, n, with)
		if err != nil {
			return nil, err
		}
		with = def
		prefix = append(prefix, def.sql)
	}
	t, err := c.ordered(q, n, with)
	if err != nil || len(prefix) == 0 {
		return t, err
	}
	t.sql = "WITH RECURSIVE " + strings.Join(prefix, ", ") + " " + t.sql
	return t, nil
}

func (c *compiler) ordered(q *sqltree.Query, n *nest, with *ctes) (*table, *Error) {
	if s, ok := q.Body.(*sqltree.SelectBody); ok {
		return c.selectBody(s, q, n, with)
	}
	t, err := c.body(q.Body, n, with)
	if err != nil || len(q.Order) == 0 && q.Limit == nil && q.Offset == nil {
		return t, err
	}
	s := &scope{c: c, with: with, nest: n}
	id := c.id("q")
	names := make([]string, len(t.cols))
	for i, col := range t.cols {
		names[i] = id + "." + col.alias
		s.fields = append(s.fields, field{name: col.name, value: value{sql: names[i], typ: col.typ, nullable: col.nullable}})
	}
	sql := "SELECT " + strings.Join(names, ", ") + " FROM (" + t.sql + ") AS " + id
	order, err := s.orderBy(q.Order, nil, names, t.cols)
	if err != nil {
		return nil, err
	}
	limit, err := s.limits(q)
	return &table{sql + order + limit, t.cols}, err
}

func (c *compiler) body(b sqltree.Body, n *nest, with *ctes) (*table, *Error) {
	switch b := b.(type) {
	case *sqltree.Query:
		t, err := c.query(b, n, with)
		return t, err
	case *sqltree.SelectBody:
		return c.selectBody(b, &sqltree.Query{}, n, with)
	case *sqltree.ValuesBody:
		return c.values(b, n, with)
	case *sqltree.SetBody:
		return c.setBody(b, n, with)
	}
	return nil, unsupported("query form")
}

func mismatchedColumns(op string, l, r int) *Error {
	return failure("NUM_COLUMNS_MISMATCH", "%s can only be performed on inputs with the same number of columns, but the first input has %d columns "+
		"and the second input has %d columns.", op, l, r)
}

func incompatible(op string, i int, l, r Type) *Error {
	return failure("INCOMPATIBLE_COLUMN_TYPE", "%s can only be performed on tables with compatible column types. The %d. column of the second "+
		"table is \"%s\" type which is not compatible with \"%s\" at the same column of the first table.", op, i+1, r.upper(), l.upper())
}

// setBody compiles set operators (sql-ref-syntax-qry-select-setops): columns pair by position and take the left names.
func (c *compiler) setBody(b *sqltree.SetBody, n *nest, with *ctes) (*table, *Error) {
	l, err := c.arm(b.L, n, with)
	if err != nil {
		return nil, err
	}
	r, err := c.arm(b.R, n, with)
	if err != nil {
		return nil, err
	}
	if len(l.cols) != len(r.cols) {
		return nil, mismatchedColumns(b.Op, len(l.cols), len(r.cols))
	}
	cols := make([]tableCol, len(l.cols))
	for i := range l.cols {
		t, ok := least(l.cols[i].typ, r.cols[i].typ)
		if !ok {
			return nil, incompatible(b.Op, i, l.cols[i].typ, r.cols[i].typ)
		}
		if b.Op != "UNION ALL" {
			if err := keyable(t); err != nil {
				return nil, err
			}
		}
		cols[i] = tableCol{l.cols[i].name, c.id("c"), t, l.cols[i].nullable || r.cols[i].nullable}
	}
	return &table{"(" + c.retyped(l, cols) + ") " + b.Op + " (" + c.retyped(r, cols) + ")", cols}, nil
}

// arm compiles one side of a set operator; a reference to the query around is refused there.
func (c *compiler) arm(b sqltree.Body, n *nest, with *ctes) (*table, *Error) {
	return c.body(b, n.deeper(), with)
}

func (n *nest) deeper() *nest {
	if n == nil {
		return nil
	}
	return &nest{outer: n.outer, deep: true}
}

// retyped renames and casts a table's columns.
func (c *compiler) retyped(t *table, cols []tableCol) string {
	id := c.id("q")
	items := make([]string, len(cols))
	for i, col := range cols {
		sql := id + "." + t.cols[i].alias
		if t.cols[i].typ != col.typ {
			sql = c.convert(value{sql: sql, typ: t.cols[i].typ}, col.typ).sql
		}
		items[i] = sql + " AS " + col.alias
	}
	return "SELECT " + strings.Join(items, ", ") + " FROM (" + t.sql + ") AS " + id
}

// values compiles VALUES; its columns are col1, col2, … (sql-ref-syntax-qry-select-values).
func (c *compiler) values(b *sqltree.ValuesBody, n *nest, with *ctes) (*table, *Error) {
	s := &scope{c: c, nest: n, with: with, clause: "VALUES"}
	rows := make([][]value, len(b.Rows))
	types := make([]Type, len(b.Rows[0]))
	for i, row := range b.Rows {
		if len(row) != len(types) {
			return nil, failure("INVALID_INLINE_TABLE.NUM_COLUMNS_MISMATCH", "Invalid inline table. Inline table expected %d columns but found %d columns in row %d.", len(types), len(row), i)
		}
		for k, x := range row {
			v, err := s.expr(x)
			if err != nil {
				return nil, err
			}
			t, ok := coerced(types[k], v.typ)
			if !ok {
				return nil, failure("INVALID_INLINE_TABLE.INCOMPATIBLE_TYPES_IN_INLINE_TABLE", "Invalid inline table. Found incompatible types in the column %d for inline table.", k+1)
			}
			types[k] = t
			rows[i] = append(rows[i], v)
		}
	}
	return c.valuesTable(rows, types), nil
}

func (c *compiler) valuesTable(rows [][]value, types []Type) *table {
	t := &table{}
	names := make([]string, len(types))
	for k := range types {
		names[k] = c.id("c")
		t.cols = append(t.cols, tableCol{fmt.Sprintf("col%d", k+1), names[k], types[k], true})
	}
	lines := make([]string, len(rows))
	for i, row := range rows {
		cells := make([]string, len(row))
		for k, v := range row {
			cells[k] = c.convert(v, types[k]).sql
		}
		lines[i] = "(" + strings.Join(cells, ", ") + ")"
	}
	id := c.id("q")
	t.sql = "SELECT * FROM (VALUES " + strings.Join(lines, ", ") + ") AS " + id + "(" + strings.Join(names, ", ") + ")"
	return t
}

// cte compiles one WITH element. One that names itself is recursive: anchor UNION ALL recursive arm, whose columns take the
// anchor's types (sql-ref-syntax-qry-select-cte).
func (c *compiler) cte(w sqltree.Cte, recursive bool, n *nest, with *ctes) (*ctes, *Error) {
	id := c.id("q")
	def := &ctes{parent: with, name: w.Name.Text}
	if set, ok := w.Q.Body.(*sqltree.SetBody); ok && recursive && sqltree.Mentions(set.R, w.Name.Text) {
		return def, c.recursive(w, def, id, n)
	}
	t, err := c.query(w.Q, n.deeper(), with)
	if err != nil {
		return nil, err
	}
	if def.table, err = c.renamed(t, w.Columns); err != nil {
		return nil, err
	}
	def.table.sql = id
	def.sql = id + " AS (" + t.sql + ")"
	return def, nil
}

// renamed gives a table's columns the names of a column list.
func (c *compiler) renamed(t *table, names []sqltree.Name) (*table, *Error) {
	out := &table{t.sql, append([]tableCol(nil), t.cols...)}
	if names == nil {
		return out, nil
	}
	if len(names) != len(t.cols) {
		return nil, failure("ASSIGNMENT_ARITY_MISMATCH", "The number of columns or variables assigned or aliased: %d does not match the number of source expressions: %d.",
			len(names), len(t.cols))
	}
	for i, n := range names {
		out.cols[i].name = n.Text
	}
	return out, nil
}

func (c *compiler) recursive(w sqltree.Cte, def *ctes, id string, n *nest) *Error {
	set := w.Q.Body.(*sqltree.SetBody)
	if set.Op != "UNION ALL" || len(w.Q.Order) > 0 || w.Q.Limit != nil || len(w.Q.With) > 0 {
		return unsupported("recursive WITH other than anchor UNION ALL recursive term")
	}
	anchor, err := c.arm(set.L, n, def.parent)
	if err != nil {
		return err
	}
	if def.table, err = c.renamed(anchor, w.Columns); err != nil {
		return err
	}
	def.table.sql = id
	for i := range def.table.cols {
		def.table.cols[i].nullable = true
	}
	r, err := c.arm(set.R, n, def)
	if err != nil {
		return err
	}
	if len(r.cols) != len(anchor.cols) {
		return mismatchedColumns(set.Op, len(anchor.cols), len(r.cols))
	}
	for i, col := range r.cols {
		if t, ok := coerced(anchor.cols[i].typ, col.typ); !ok || t.Kind != anchor.cols[i].typ.Kind {
			return incompatible(set.Op, i, anchor.cols[i].typ, col.typ)
		}
	}
	def.sql = id + " AS ((" + anchor.sql + ") UNION ALL (" + c.retyped(r, anchor.cols) + "))"
	return nil
}
