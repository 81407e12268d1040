package dbsql

import (
	"errors"
	"fmt"
	"strings"

	"github.com/waggle-sql/waggle/internal/sandbox/sqltree"
)

// from compiles a FROM clause into s.fields and returns its text with the word FROM, or "" without one.
func (s *scope) from(f sqltree.FromItem) (string, *Error) {
	if f == nil {
		return "", nil
	}
	sql, fields, err := s.item(f, nil)
	s.fields = fields
	return " FROM " + sql, err
}

// item compiles one FROM item. left are the columns that a lateral item may refer to.
func (s *scope) item(f sqltree.FromItem, left []field) (string, []field, *Error) {
	switch f := f.(type) {
	case *sqltree.TableItem:
		return s.tableItem(f)
	case *sqltree.QueryItem:
		return s.queryItem(f, left)
	case *sqltree.FunctionItem:
		return s.functionItem(f, left)
	case *sqltree.JoinItem:
		return s.join(f, left)
	}
	return "", nil, unsupported("FROM item")
}

func (s *scope) tableItem(f *sqltree.TableItem) (string, []field, *Error) {
	if len(f.Parts) == 1 {
		if w := s.with.find(f.Parts[0].Text); w != nil {
			return s.derived(w.table, f.Alias, f.Columns, f.Parts[0].Text)
		}
	}
	return s.base(f)
}

// base compiles a table or view of the catalog: its columns cast to their types, under names of ours.
func (s *scope) base(f *sqltree.TableItem) (string, []field, *Error) {
	full := s.c.qualified(f.Parts)
	missing := failure("TABLE_OR_VIEW_NOT_FOUND", "The table or view %s cannot be found. Verify the spelling and correctness of the schema and catalog. "+
		"If you did not qualify the name with a schema, verify the current_schema() output, or qualify the name with the correct schema and "+
		"catalog. To tolerate the error on drop use DROP VIEW IF EXISTS or DROP TABLE IF EXISTS.", shown(f.Parts))
	if s.c.env.Table == nil || full[0] == "" || full[1] == "" {
		return "", nil, missing
	}
	r, e := s.c.env.Table(full[0], full[1], full[2])
	if e != nil {
		var own *Error
		if errors.As(e, &own) {
			return "", nil, own
		}
		return "", nil, missing
	}
	t := &table{}
	items := make([]string, len(r.Columns))
	for i, col := range r.Columns {
		alias := s.c.id("c")
		items[i] = castTo(sqltree.Quote(col.Name), col.Type) + " AS " + alias
		t.cols = append(t.cols, tableCol{col.Name, alias, col.Type, col.Nullable})
	}
	t.sql = fmt.Sprintf("(SELECT %s FROM %s)", strings.Join(items, ", "), r.From)
	return s.derived(t, f.Alias, f.Columns, full...)
}

// qualified completes an object's name with the session's catalog and schema.
func (c *compiler) qualified(parts []sqltree.Name) []string {
	full := []string{c.env.Catalog, c.env.Schema, ""}
	for i, p := range parts {
		full[3-len(parts)+i] = p.Text
	}
	return full
}

// derived makes a FROM item of a table, whose text is one already: its columns under an alias, or without one under the object's
// own names, of which a qualifier may leave out the first.
func (s *scope) derived(t *table, alias *sqltree.Name, columns []sqltree.Name, own ...string) (string, []field, *Error) {
	t, err := s.c.renamed(t, columns)
	if err != nil {
		return "", nil, err
	}
	qualifier := own
	if alias != nil {
		qualifier = []string{alias.Text}
	}
	id := s.c.id("q")
	fields := make([]field, len(t.cols))
	for i, col := range t.cols {
		fields[i] = field{name: col.name, qualifier: qualifier,
			value: value{sql: id + "." + col.alias, typ: col.typ, nullable: col.nullable}}
	}
	return t.sql + " AS " + id, fields, nil
}

func (s *scope) queryItem(f *sqltree.QueryItem, left []field) (string, []field, *Error) {
	n := s.nest.deeper()
	if f.Lateral {
		n = &nest{outer: &scope{c: s.c, fields: left, nest: s.nest, with: s.with}}
	}
	t, err := s.c.query(f.Q, n, s.with)
	if err != nil {
		return "", nil, err
	}
	prefix := "("
	if f.Lateral {
		prefix = "LATERAL ("
		if n.refs > 0 && (f.Q.Limit != nil || f.Q.Offset != nil) {
			return "", nil, unsupportedSubquery("ACCESSING_OUTER_QUERY_COLUMN_IS_NOT_ALLOWED", "LIMIT in a lateral subquery that refers to its left")
		}
	}
	t.sql = prefix + t.sql + ")"
	return s.derived(t, f.Alias, f.Columns)
}

// join compiles one join (sql-ref-syntax-qry-select-join).
func (s *scope) join(j *sqltree.JoinItem, left []field) (string, []field, *Error) {
	l, lf, err := s.item(j.L, left)
	if err != nil {
		return "", nil, err
	}
	visible := lf
	if j.Kind == "RIGHT" || j.Kind == "FULL" {
		visible = nil
	}
	r, rf, err := s.item(j.R, append(append([]field(nil), left...), visible...))
	if err != nil {
		return "", nil, err
	}
	if j.Kind == "LEFT" || j.Kind == "FULL" {
		rf = nullable(rf)
	}
	if j.Kind == "RIGHT" || j.Kind == "FULL" {
		lf = nullable(lf)
	}
	fields, on, err := s.joinOn(j, lf, rf)
	if err != nil {
		return "", nil, err
	}
	if f, ok := j.R.(*sqltree.FunctionItem); ok && f.Outer {
		return fmt.Sprintf("(%s LEFT JOIN %s ON TRUE)", l, r), fields, nil
	}
	if j.Kind == "SEMI" || j.Kind == "ANTI" {
		fields = lf
	}
	if on == "" {
		return fmt.Sprintf("(%s CROSS JOIN %s)", l, r), fields, nil
	}
	return fmt.Sprintf("(%s %s JOIN %s ON %s)", l, j.Kind, r, on), fields, nil
}

func nullable(in []field) []field {
	out := append([]field(nil), in...)
	for i := range out {
		out[i].nullable = true
	}
	return out
}

// joinOn returns the columns of a join and its condition; "" for a cross join.
func (s *scope) joinOn(j *sqltree.JoinItem, lf, rf []field) ([]field, string, *Error) {
	all := append(append([]field(nil), lf...), rf...)
	if j.Natural {
		j.Using = shared(lf, rf)
	}
	switch {
	case j.On != nil:
		on := (&scope{c: s.c, fields: all, nest: s.nest, with: s.with}).in("ON")
		v, err := on.condition(j.On)
		return all, v.sql, err
	case len(j.Using) > 0:
		return s.using(j, lf, rf)
	case j.Kind != "CROSS" && !j.Natural:
		return nil, "", unsupported("%s JOIN without a condition", j.Kind)
	}
	return all, "", nil
}

func shared(lf, rf []field) (out []sqltree.Name) {
	for _, l := range lf {
		for _, r := range rf {
			if strings.EqualFold(l.name, r.name) && !l.hidden && !r.hidden {
				out = append(out, sqltree.Name{Text: l.name})
			}
		}
	}
	return out
}

// using merges the named columns: the left one, the right one of a right join, either of a full join.
func (s *scope) using(j *sqltree.JoinItem, lf, rf []field) ([]field, string, *Error) {
	ls, rs := &scope{c: s.c, fields: lf}, &scope{c: s.c, fields: rf}
	var merged []field
	var on []string
	for _, n := range j.Using {
		l, err := ls.resolve(&sqltree.Reference{Parts: []sqltree.Name{n}})
		if err != nil {
			return nil, "", err
		}
		r, err := rs.resolve(&sqltree.Reference{Parts: []sqltree.Name{n}})
		if err != nil {
			return nil, "", err
		}
		eq, err := s.c.compare("=", l, r)
		if err != nil {
			return nil, "", err
		}
		on = append(on, eq.sql)
		v := l
		switch j.Kind {
		case "RIGHT":
			v = r
		case "FULL":
			if v, err = s.c.coalesce([]value{l, r}); err != nil {
				return nil, "", err
			}
		}
		merged = append(merged, field{name: n.Text, value: v})
	}
	for _, f := range append(append([]field(nil), lf...), rf...) {
		for _, n := range j.Using {
			f.hidden = f.hidden || strings.EqualFold(f.name, n.Text)
		}
		merged = append(merged, f)
	}
	return merged, strings.Join(on, " AND "), nil
}
