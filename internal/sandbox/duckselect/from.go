package duckselect

import (
	"errors"
	"fmt"
	"strings"

	"github.com/waggle-sql/waggle/internal/sandbox/sqltree"
)

// from compiles a FROM clause into s.Fields and returns its text with the word FROM, or "" without one.
func (s *Scope[T]) from(f sqltree.FromItem) (string, *sqltree.Error) {
	if f == nil {
		return "", nil
	}
	sql, fields, err := s.item(f, nil)
	s.Fields = fields
	return " FROM " + sql, err
}

// item compiles one FROM item. left are the columns that a lateral item may refer to.
func (s *Scope[T]) item(f sqltree.FromItem, left []Field[T]) (string, []Field[T], *sqltree.Error) {
	switch f := f.(type) {
	case *sqltree.TableItem:
		return s.tableItem(f)
	case *sqltree.QueryItem:
		return s.queryItem(f, left)
	case *sqltree.FunctionItem:
		return s.C.L.Function(s, f, left)
	case *sqltree.JoinItem:
		return s.join(f, left)
	}
	return "", nil, s.C.Rules.Form("FROM item")
}

func (s *Scope[T]) tableItem(f *sqltree.TableItem) (string, []Field[T], *sqltree.Error) {
	if len(f.Parts) == 1 {
		if w := s.With.find(s.fold(f.Parts[0].Text)); w != nil {
			return s.Derived(w.table, f.Alias, f.Columns, f.Parts[0].Text)
		}
	}
	return s.base(f)
}

// base compiles a table or view of the catalog: its columns cast to their types, under names of ours.
func (s *Scope[T]) base(f *sqltree.TableItem) (string, []Field[T], *sqltree.Error) {
	from, cols, own, err := s.C.L.Relation(f.Parts)
	if err != nil {
		return "", nil, err
	}
	t := &Table[T]{Cols: cols}
	items := make([]string, len(cols))
	for i := range cols {
		cols[i].Alias = s.C.ID("c")
		items[i] = s.C.castTo(sqltree.Quote(cols[i].Name), cols[i].Type) + " AS " + cols[i].Alias
	}
	t.SQL = fmt.Sprintf("(SELECT %s FROM %s)", strings.Join(items, ", "), from)
	return s.Derived(t, f.Alias, f.Columns, own...)
}

// Completed are the three parts of a relation's name, of which the session has the ones that are not said.
func Completed(parts []sqltree.Name, database, schema string) []string {
	own := []string{database, schema, ""}
	for i, p := range parts {
		own[3-len(parts)+i] = p.Text
	}
	return own
}

// Refusal is the statement's error where an environment has no relation for it: the environment's own *sqltree.Error; any other error means
// that there is none, which is missing.
func Refusal(e error, missing *sqltree.Error) *sqltree.Error {
	if refusal := new(sqltree.Error); errors.As(e, &refusal) {
		return refusal
	}
	return missing
}

// Derived makes a FROM item of a table, whose text is one already: its columns under an alias, or without one under the object's
// own names, of which a qualifier may leave out the first.
func (s *Scope[T]) Derived(t *Table[T], alias *sqltree.Name, columns []sqltree.Name, own ...string) (string, []Field[T], *sqltree.Error) {
	t, err := s.C.renamed(t, columns)
	if err != nil {
		return "", nil, err
	}
	qualifier := own
	if alias != nil {
		qualifier = []string{alias.Text}
	}
	id := s.C.ID("q")
	fields := make([]Field[T], len(t.Cols))
	for i, col := range t.Cols {
		fields[i] = Field[T]{Name: col.Name, Qualifier: qualifier,
			Value: Value[T]{SQL: id + "." + col.Alias, Type: col.Type, Nullable: col.Nullable}}
	}
	return t.SQL + " AS " + id, fields, nil
}

func (s *Scope[T]) queryItem(f *sqltree.QueryItem, left []Field[T]) (string, []Field[T], *sqltree.Error) {
	n := s.Nest.deeper()
	if f.Lateral {
		n = &Nest[T]{Outer: &Scope[T]{C: s.C, Fields: left, Nest: s.Nest, With: s.With}}
	}
	t, err := s.C.Query(f.Q, n, s.With)
	if err != nil {
		return "", nil, err
	}
	prefix := "("
	if f.Lateral {
		prefix = "LATERAL ("
		if n.Refs > 0 && (f.Q.Limit != nil || f.Q.Offset != nil) {
			return "", nil, s.C.Rules.Correlated(nil)
		}
	}
	t.SQL = prefix + t.SQL + ")"
	return s.Derived(t, f.Alias, f.Columns)
}

// join compiles one join.
func (s *Scope[T]) join(j *sqltree.JoinItem, left []Field[T]) (string, []Field[T], *sqltree.Error) {
	l, lf, err := s.item(j.L, left)
	if err != nil {
		return "", nil, err
	}
	visible := lf
	if j.Kind == "RIGHT" || j.Kind == "FULL" {
		visible = nil
	}
	r, rf, err := s.item(j.R, append(append([]Field[T](nil), left...), visible...))
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
	if f, ok := j.R.(*sqltree.FunctionItem); ok && s.C.Rules.Outer(f) {
		if j.Kind != "CROSS" && j.Kind != "LEFT" {
			return "", nil, s.C.Rules.Form("an outer function under " + j.Kind + " JOIN")
		}
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

func nullable[T comparable](in []Field[T]) []Field[T] {
	out := append([]Field[T](nil), in...)
	for i := range out {
		out[i].Nullable = true
	}
	return out
}

// joinOn returns the columns of a join and its condition; "" for a cross join.
func (s *Scope[T]) joinOn(j *sqltree.JoinItem, lf, rf []Field[T]) ([]Field[T], string, *sqltree.Error) {
	all := append(append([]Field[T](nil), lf...), rf...)
	if j.Natural {
		j.Using = s.shared(lf, rf)
	}
	switch {
	case j.On != nil:
		on := (&Scope[T]{C: s.C, Fields: all, Nest: s.Nest, With: s.With}).In("ON")
		v, err := s.C.L.Condition(on, j.On)
		return all, v.SQL, err
	case len(j.Using) > 0:
		return s.using(j, lf, rf)
	case j.Kind != "CROSS" && !j.Natural:
		return nil, "", s.C.Rules.Form(j.Kind + " JOIN without a condition")
	}
	return all, "", nil
}

func (s *Scope[T]) shared(lf, rf []Field[T]) (out []sqltree.Name) {
	for _, l := range lf {
		for _, r := range rf {
			if s.fold(l.Name) == s.fold(r.Name) && !l.Hidden && !r.Hidden {
				out = append(out, sqltree.Name{Text: l.Name})
			}
		}
	}
	return out
}

// using merges the named columns: the left one, the right one of a right join, either of a full join.
func (s *Scope[T]) using(j *sqltree.JoinItem, lf, rf []Field[T]) ([]Field[T], string, *sqltree.Error) {
	ls, rs := &Scope[T]{C: s.C, Fields: lf}, &Scope[T]{C: s.C, Fields: rf}
	var merged []Field[T]
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
		eq, err := s.C.L.Compare("=", l, r)
		if err != nil {
			return nil, "", err
		}
		on = append(on, eq.SQL)
		v := l
		switch j.Kind {
		case "RIGHT":
			v = r
		case "FULL":
			if v, err = s.C.Coalesce([]Value[T]{l, r}); err != nil {
				return nil, "", err
			}
		}
		merged = append(merged, Field[T]{Name: n.Text, Value: v})
	}
	for _, f := range append(append([]Field[T](nil), lf...), rf...) {
		for _, n := range j.Using {
			f.Hidden = f.Hidden || s.fold(f.Name) == s.fold(n.Text)
		}
		merged = append(merged, f)
	}
	return merged, strings.Join(on, " AND "), nil
}
