package duckselect

import (
	"fmt"
	"strings"

	"github.com/waggle-sql/waggle/internal/sandbox/sqltree"
)

// Query compiles a query inside a nest with the WITH names that it can see.
func (c *Compiler[T]) Query(q *sqltree.Query, n *Nest[T], with *CTEs[T]) (*Table[T], *sqltree.Error) {
	var prefix []string
	for _, w := range q.With {
		def, err := c.cte(w, q.Recursive || c.Rules.Recursive, n, with)
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
	t.SQL = "WITH RECURSIVE " + strings.Join(prefix, ", ") + " " + t.SQL
	return t, nil
}

func (c *Compiler[T]) ordered(q *sqltree.Query, n *Nest[T], with *CTEs[T]) (*Table[T], *sqltree.Error) {
	if s, ok := q.Body.(*sqltree.SelectBody); ok {
		return c.selectBody(s, q, n, with)
	}
	t, err := c.body(q.Body, n, with)
	if err != nil || len(q.Order) == 0 && q.Limit == nil && q.Offset == nil {
		return t, err
	}
	s := &Scope[T]{C: c, With: with, Nest: n}
	id := c.ID("q")
	names := make([]string, len(t.Cols))
	for i, col := range t.Cols {
		names[i] = id + "." + col.Alias
		s.Fields = append(s.Fields, Field[T]{Name: col.Name, Value: Value[T]{SQL: names[i], Type: col.Type, Nullable: col.Nullable}})
	}
	sql := "SELECT " + strings.Join(names, ", ") + " FROM (" + t.SQL + ") AS " + id
	order, err := s.orderBy(q.Order, nil, names, t.Cols)
	if err != nil {
		return nil, err
	}
	limit, err := c.limits(q)
	return &Table[T]{sql + order + limit, t.Cols}, err
}

// limits compiles LIMIT and OFFSET.
func (c *Compiler[T]) limits(q *sqltree.Query) (out string, err *sqltree.Error) {
	s := &Scope[T]{C: c}
	for _, l := range []struct {
		word string
		x    sqltree.Expr
	}{{" LIMIT ", q.Limit}, {" OFFSET ", q.Offset}} {
		if l.x == nil {
			continue
		}
		v, err := s.Expr(l.x)
		if err != nil {
			return "", err
		}
		n, err := c.L.Limit(v, l.x)
		if err != nil {
			return "", err
		}
		if n != "" {
			out += l.word + n
		}
	}
	return out, nil
}

func (c *Compiler[T]) body(b sqltree.Body, n *Nest[T], with *CTEs[T]) (*Table[T], *sqltree.Error) {
	switch b := b.(type) {
	case *sqltree.Query:
		return c.Query(b, n, with)
	case *sqltree.SelectBody:
		return c.selectBody(b, &sqltree.Query{}, n, with)
	case *sqltree.ValuesBody:
		return c.values(b, n, with)
	case *sqltree.SetBody:
		return c.setBody(b, n, with)
	}
	return nil, c.Rules.Form("query form")
}

// setBody compiles set operators: columns pair by position and take the left names. A reference to the query around is refused there.
func (c *Compiler[T]) setBody(b *sqltree.SetBody, n *Nest[T], with *CTEs[T]) (*Table[T], *sqltree.Error) {
	l, err := c.body(b.L, n.deeper(), with)
	if err != nil {
		return nil, err
	}
	r, err := c.body(b.R, n.deeper(), with)
	if err != nil {
		return nil, err
	}
	if len(l.Cols) != len(r.Cols) {
		return nil, c.Rules.Columns(b.Op, len(l.Cols), len(r.Cols))
	}
	cols := make([]Col[T], len(l.Cols))
	for i := range l.Cols {
		t, ok := c.Rules.Union(l.Cols[i].Type, r.Cols[i].Type)
		if !ok {
			return nil, c.Rules.Types(b.Op, i, l.Cols[i].Type, r.Cols[i].Type)
		}
		if b.Op != "UNION ALL" {
			if err := c.Rules.Key(t); err != nil {
				return nil, err
			}
		}
		cols[i] = Col[T]{l.Cols[i].Name, c.ID("c"), t, l.Cols[i].Nullable || r.Cols[i].Nullable}
	}
	return &Table[T]{"(" + c.retyped(l, cols) + ") " + b.Op + " (" + c.retyped(r, cols) + ")", cols}, nil
}

// OneColumn is the text of a table of one column as one of a type.
func (c *Compiler[T]) OneColumn(t *Table[T], to T) string {
	if t.Cols[0].Type == to {
		return t.SQL
	}
	return c.retyped(t, []Col[T]{{Alias: c.ID("c"), Type: to}})
}

// retyped renames and converts a table's columns.
func (c *Compiler[T]) retyped(t *Table[T], cols []Col[T]) string {
	id := c.ID("q")
	items := make([]string, len(cols))
	for i, col := range cols {
		sql := id + "." + t.Cols[i].Alias
		if t.Cols[i].Type != col.Type {
			sql = c.L.Convert(Value[T]{SQL: sql, Type: t.Cols[i].Type}, col.Type).SQL
		}
		items[i] = sql + " AS " + col.Alias
	}
	return "SELECT " + strings.Join(items, ", ") + " FROM (" + t.SQL + ") AS " + id
}

func (c *Compiler[T]) values(b *sqltree.ValuesBody, n *Nest[T], with *CTEs[T]) (*Table[T], *sqltree.Error) {
	s := &Scope[T]{C: c, Nest: n, With: with, Clause: "VALUES"}
	rows := make([][]Value[T], len(b.Rows))
	types := make([]T, len(b.Rows[0]))
	for i, row := range b.Rows {
		if len(row) != len(types) {
			return nil, c.Rules.RowWidth(s, b, len(types), len(row), i)
		}
		for k, x := range row {
			v, err := s.Expr(x)
			if err != nil {
				return nil, err
			}
			t, ok := c.Rules.Meet(types[k], v.Type)
			if !ok {
				return nil, c.Rules.RowTypes(k, types[k], v.Type)
			}
			types[k] = t
			rows[i] = append(rows[i], v)
		}
	}
	return c.valuesTable(rows, types), nil
}

func (c *Compiler[T]) valuesTable(rows [][]Value[T], types []T) *Table[T] {
	t := &Table[T]{}
	names := make([]string, len(types))
	for k := range types {
		types[k] = c.Rules.Output(types[k])
		names[k] = c.ID("c")
		t.Cols = append(t.Cols, Col[T]{fmt.Sprintf(c.Rules.ValuesColumn, k+1), names[k], types[k], true})
	}
	lines := make([]string, len(rows))
	for i, row := range rows {
		cells := make([]string, len(row))
		for k, v := range row {
			cells[k] = c.L.Convert(v, types[k]).SQL
		}
		lines[i] = "(" + strings.Join(cells, ", ") + ")"
	}
	id := c.ID("q")
	t.SQL = "SELECT * FROM (VALUES " + strings.Join(lines, ", ") + ") AS " + id + "(" + strings.Join(names, ", ") + ")"
	return t
}

// cte compiles one WITH element. One that names itself is recursive: anchor UNION ALL recursive arm, whose columns take the anchor's
// types.
func (c *Compiler[T]) cte(w sqltree.Cte, recursive bool, n *Nest[T], with *CTEs[T]) (*CTEs[T], *sqltree.Error) {
	id := c.ID("q")
	def := &CTEs[T]{parent: with, name: c.Rules.Fold(w.Name.Text)}
	if set, ok := w.Q.Body.(*sqltree.SetBody); ok && recursive && sqltree.Mentions(set.R, w.Name.Text) {
		return def, c.recursive(w, def, id, n)
	}
	t, err := c.Query(w.Q, n.deeper(), with)
	if err != nil {
		return nil, err
	}
	if def.table, err = c.renamed(t, w.Columns); err != nil {
		return nil, err
	}
	def.table.SQL = id
	def.sql = id + " AS (" + t.SQL + ")"
	return def, nil
}

// renamed gives a table's columns the names of a column list.
func (c *Compiler[T]) renamed(t *Table[T], names []sqltree.Name) (*Table[T], *sqltree.Error) {
	out := &Table[T]{t.SQL, append([]Col[T](nil), t.Cols...)}
	if names == nil {
		return out, nil
	}
	if len(names) != len(t.Cols) {
		return nil, c.Rules.Names(c, names, len(t.Cols))
	}
	for i, n := range names {
		out.Cols[i].Name = n.Text
	}
	return out, nil
}

func (c *Compiler[T]) recursive(w sqltree.Cte, def *CTEs[T], id string, n *Nest[T]) *sqltree.Error {
	set := w.Q.Body.(*sqltree.SetBody)
	if set.Op != "UNION ALL" || len(w.Q.Order) > 0 || w.Q.Limit != nil || len(w.Q.With) > 0 {
		return c.Rules.Form("recursive WITH other than anchor UNION ALL recursive term")
	}
	anchor, err := c.body(set.L, n.deeper(), def.parent)
	if err != nil {
		return err
	}
	if def.table, err = c.renamed(anchor, w.Columns); err != nil {
		return err
	}
	def.table.SQL = id
	for i := range def.table.Cols {
		def.table.Cols[i].Nullable = true
	}
	r, err := c.body(set.R, n.deeper(), def)
	if err != nil {
		return err
	}
	if len(r.Cols) != len(anchor.Cols) {
		return c.Rules.Columns(set.Op, len(anchor.Cols), len(r.Cols))
	}
	for i, col := range r.Cols {
		if !c.Rules.SameFamily(anchor.Cols[i].Type, col.Type) {
			return c.Rules.Types(set.Op, i, anchor.Cols[i].Type, col.Type)
		}
	}
	def.sql = id + " AS ((" + anchor.SQL + ") UNION ALL (" + c.retyped(r, anchor.Cols) + "))"
	return nil
}
