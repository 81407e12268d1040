package sfsql

import (
	"errors"
	"fmt"
	"strings"
)

// from compiles a FROM clause into s.fields and returns its text with the word FROM, or "" without one.
func (s *scope) from(f fromItem) (string, *Error) {
	if f == nil {
		return "", nil
	}
	sql, fields, err := s.item(f, nil)
	s.fields = fields
	return " FROM " + sql, err
}

// item compiles one FROM item. left are the columns that a lateral item may refer to.
func (s *scope) item(f fromItem, left []field) (string, []field, *Error) {
	switch f := f.(type) {
	case *tableItem:
		return s.tableItem(f)
	case *queryItem:
		return s.queryItem(f, left)
	case *functionItem:
		return s.functionItem(f, left)
	case *joinItem:
		return s.join(f, left)
	}
	return "", nil, unsupported("FROM item")
}

func (s *scope) tableItem(f *tableItem) (string, []field, *Error) {
	if len(f.parts) == 1 {
		if w := s.with.find(f.parts[0].text); w != nil {
			return s.derived(w.table, f.alias, f.columns, f.parts[0].text)
		}
	}
	return s.base(f)
}

// base compiles a table or view of the catalog: its columns cast to their types, under names of ours.
func (s *scope) base(f *tableItem) (string, []field, *Error) {
	full, err := s.c.qualified(f.parts)
	if err != nil {
		return "", nil, err
	}
	missing := compilation(2003, "42S02", "Object '%s' does not exist or not authorized.", shown(f.parts))
	if s.c.env.Table == nil {
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
		items[i] = castTo(quote(col.Name), col.Type) + " AS " + alias
		t.cols = append(t.cols, tableCol{col.Name, alias, col.Type, col.Nullable})
	}
	t.sql = fmt.Sprintf("(SELECT %s FROM %s)", strings.Join(items, ", "), r.From)
	return s.derived(t, f.alias, f.columns, full...)
}

// qualified completes an object's name with the session's database and schema.
func (c *compiler) qualified(parts []name) ([]string, *Error) {
	full := []string{c.env.Database, c.env.Schema, ""}
	for i, p := range parts {
		full[3-len(parts)+i] = p.text
	}
	if full[0] == "" || full[1] == "" {
		return nil, compilation(90105, "22000", "Cannot perform SELECT. This session does not have a current database. "+
			"Call 'USE DATABASE', or use a qualified name.")
	}
	return full, nil
}

// derived makes a FROM item of a table, whose text is one already: its columns under an alias, or without one under the object's
// own names, of which a qualifier may leave out the first.
func (s *scope) derived(t *table, alias *name, columns []name, own ...string) (string, []field, *Error) {
	t, err := s.c.renamed(t, columns)
	if err != nil {
		return "", nil, err
	}
	qualifier := own
	if alias != nil {
		qualifier = []string{alias.text}
	}
	id := s.c.id("q")
	fields := make([]field, len(t.cols))
	for i, col := range t.cols {
		fields[i] = field{name: col.name, qualifier: qualifier,
			value: value{sql: id + "." + col.alias, typ: col.typ, nullable: col.nullable}}
	}
	return t.sql + " AS " + id, fields, nil
}

func (s *scope) queryItem(f *queryItem, left []field) (string, []field, *Error) {
	n := s.nest.deeper()
	if f.lateral {
		n = &nest{outer: &scope{c: s.c, fields: left, nest: s.nest, with: s.with}}
	}
	t, err := s.c.query(f.q, n, s.with)
	if err != nil {
		return "", nil, err
	}
	prefix := "("
	if f.lateral {
		prefix = "LATERAL ("
		if n.refs > 0 && (f.q.limit != nil || f.q.offset != nil) {
			return "", nil, unsupportedSubquery()
		}
	}
	t.sql = prefix + t.sql + ")"
	return s.derived(t, f.alias, f.columns)
}

// join compiles one join (sql-reference/constructs/join).
func (s *scope) join(j *joinItem, left []field) (string, []field, *Error) {
	l, lf, err := s.item(j.l, left)
	if err != nil {
		return "", nil, err
	}
	visible := lf
	if j.kind == "RIGHT" || j.kind == "FULL" {
		visible = nil
	}
	r, rf, err := s.item(j.r, append(append([]field(nil), left...), visible...))
	if err != nil {
		return "", nil, err
	}
	if j.kind == "LEFT" || j.kind == "FULL" {
		rf = nullable(rf)
	}
	if j.kind == "RIGHT" || j.kind == "FULL" {
		lf = nullable(lf)
	}
	fields, on, err := s.joinOn(j, lf, rf)
	if err != nil {
		return "", nil, err
	}
	if f, ok := j.r.(*functionItem); ok && f.outer() {
		if j.kind != "CROSS" && j.kind != "LEFT" {
			return "", nil, unsupported("OUTER FLATTEN under %s JOIN", j.kind)
		}
		return fmt.Sprintf("(%s LEFT JOIN %s ON TRUE)", l, r), fields, nil
	}
	if on == "" {
		return fmt.Sprintf("(%s CROSS JOIN %s)", l, r), fields, nil
	}
	return fmt.Sprintf("(%s %s JOIN %s ON %s)", l, j.kind, r, on), fields, nil
}

func nullable(in []field) []field {
	out := append([]field(nil), in...)
	for i := range out {
		out[i].nullable = true
	}
	return out
}

// joinOn returns the columns of a join and its condition; "" for a cross join.
func (s *scope) joinOn(j *joinItem, lf, rf []field) ([]field, string, *Error) {
	all := append(append([]field(nil), lf...), rf...)
	if j.natural {
		j.using = shared(lf, rf)
	}
	switch {
	case j.on != nil:
		on := (&scope{c: s.c, fields: all, nest: s.nest, with: s.with}).in("ON")
		v, err := on.condition(j.on)
		return all, v.sql, err
	case len(j.using) > 0:
		return s.using(j, lf, rf)
	case j.kind != "CROSS" && !j.natural:
		return nil, "", unsupported("%s JOIN without a condition", j.kind)
	}
	return all, "", nil
}

func shared(lf, rf []field) (out []name) {
	for _, l := range lf {
		for _, r := range rf {
			if l.name == r.name && !l.hidden && !r.hidden && !l.bare && !r.bare {
				out = append(out, name{text: l.name})
			}
		}
	}
	return out
}

// using merges the named columns: the left one, the right one of a right join, either of a full join.
func (s *scope) using(j *joinItem, lf, rf []field) ([]field, string, *Error) {
	ls, rs := &scope{c: s.c, fields: lf}, &scope{c: s.c, fields: rf}
	var merged []field
	var on []string
	for _, n := range j.using {
		l, err := ls.resolve(&reference{parts: []name{n}})
		if err != nil {
			return nil, "", err
		}
		r, err := rs.resolve(&reference{parts: []name{n}})
		if err != nil {
			return nil, "", err
		}
		eq, err := s.c.compare("=", l, r)
		if err != nil {
			return nil, "", err
		}
		on = append(on, eq.sql)
		v := l
		switch j.kind {
		case "RIGHT":
			v = r
		case "FULL":
			if v, err = s.c.coalesce([]value{l, r}); err != nil {
				return nil, "", err
			}
		}
		merged = append(merged, field{name: n.text, bare: true, value: v})
	}
	for _, f := range append(append([]field(nil), lf...), rf...) {
		for _, n := range j.using {
			f.hidden = f.hidden || f.name == n.text
		}
		merged = append(merged, f)
	}
	for i := range j.using {
		merged[i].bare, merged[i].hidden = false, false
	}
	return merged, strings.Join(on, " AND "), nil
}
