package duckselect

import (
	"strconv"
	"strings"

	"github.com/waggle-sql/waggle/internal/sandbox/sqltree"
)

// item is a select-list entry after stars are expanded.
type item[T comparable] struct {
	name  string
	x     sqltree.Expr
	value Value[T]
	done  bool
}

// selectBody compiles one SELECT with the ORDER BY and LIMIT of the query around it.
func (c *Compiler[T]) selectBody(s *sqltree.SelectBody, q *sqltree.Query, n *Nest[T], with *CTEs[T]) (*Table[T], *sqltree.Error) {
	sc := &Scope[T]{C: c, Nest: n, With: with}
	from, err := sc.from(s.From)
	if err != nil {
		return nil, err
	}
	items, err := sc.items(s.Items)
	if err != nil {
		return nil, err
	}
	b := &builder[T]{scope: sc, s: s, q: q, items: items, parts: []string{from}}
	for _, step := range []func() *sqltree.Error{b.where, b.groups, b.list, b.having, b.qualify, b.finish} {
		if err := step(); err != nil {
			return nil, err
		}
	}
	return b.table, nil
}

// builder holds one SELECT while its clauses are compiled in the order in which they are evaluated.
type builder[T comparable] struct {
	scope *Scope[T] // rows
	late  *Scope[T] // after grouping
	s     *sqltree.SelectBody
	q     *sqltree.Query
	items []item[T]
	parts []string // FROM … onwards
	cols  []Col[T]
	table *Table[T]
	group string
}

// items expands stars and gives each entry its name.
func (s *Scope[T]) items(in []sqltree.SelectItem) (out []item[T], err *sqltree.Error) {
	s.aliases = map[string]sqltree.Expr{}
	var twice []string
	for _, it := range in {
		if it.Star {
			stars, err := s.star(it)
			if err != nil {
				return nil, err
			}
			out = append(out, stars...)
			continue
		}
		e := item[T]{x: it.X, name: s.C.Rules.Title(s.C.Source(it.X))}
		if r, ok := it.X.(*sqltree.Reference); ok {
			e.name = r.Parts[len(r.Parts)-1].Text
		}
		if it.Alias != nil {
			e.name = it.Alias.Text
			key := s.fold(e.name)
			if _, ok := s.aliases[key]; !ok {
				s.aliases[key] = it.X
			} else if !s.C.Rules.FirstAlias {
				twice = append(twice, key)
			}
		}
		out = append(out, e)
	}
	for _, key := range twice {
		delete(s.aliases, key)
	}
	return out, nil
}

func (s *Scope[T]) star(it sqltree.SelectItem) (out []item[T], err *sqltree.Error) {
	skip := map[string]bool{}
	for _, n := range it.Exclude {
		skip[s.fold(n.Text)] = true
	}
	found := false
	for _, f := range s.Fields {
		probe := append(append([]sqltree.Name(nil), it.Of...), sqltree.Name{Text: f.Name})
		if !s.matches(&f, probe) {
			continue
		}
		found = true
		if !skip[s.fold(f.Name)] {
			out = append(out, item[T]{name: f.Name, value: f.Value, done: true})
		}
	}
	if !found {
		return nil, s.C.Rules.Star(s, it)
	}
	return out, nil
}

func (b *builder[T]) where() *sqltree.Error {
	if b.s.Where == nil {
		return nil
	}
	sc := b.scope.In("WHERE")
	if !b.scope.C.Rules.WhereAliases {
		sc.aliases = nil
	}
	sql, err := sc.conjuncts(b.s.Where)
	b.parts = append(b.parts, " WHERE "+sql)
	return err
}

// conjuncts compiles a WHERE condition.
func (s *Scope[T]) conjuncts(x sqltree.Expr) (string, *sqltree.Error) {
	xs := []sqltree.Expr{x}
	if l, ok := x.(*sqltree.Logic); ok && l.Op == "AND" {
		xs = l.Xs
	}
	out := make([]string, len(xs))
	for i, x := range xs {
		v, err := s.C.L.Condition(s, x)
		if err != nil {
			return "", err
		}
		out[i] = v.SQL
	}
	if len(out) == 1 {
		return out[0], nil
	}
	return "(" + strings.Join(out, " AND ") + ")", nil
}

func (b *builder[T]) list() *sqltree.Error {
	sc := b.late.In("SELECT")
	sc.Windows = true
	sc.aliases = b.scope.aliases
	rules := b.scope.C.Rules
	for i := range b.items {
		it := &b.items[i]
		if it.done {
			if g := b.late.Grouped; g != nil && !g.texts[it.value.SQL] {
				return rules.NotGrouped([]sqltree.Name{{Text: it.name}})
			}
		} else {
			v, err := sc.Expr(it.x)
			if err != nil {
				return err
			}
			it.value = v
		}
		t := rules.Output(it.value.Type)
		if b.s.Distinct {
			if err := rules.Key(t); err != nil {
				return err
			}
		}
		b.cols = append(b.cols, Col[T]{it.name, b.scope.C.ID("c"), t, it.value.Nullable})
	}
	return nil
}

func (b *builder[T]) having() *sqltree.Error {
	if b.s.Having == nil {
		return nil
	}
	v, err := b.scope.C.L.Condition(b.late.In("HAVING"), b.s.Having)
	b.group += " HAVING " + v.SQL
	return err
}

func (b *builder[T]) qualify() *sqltree.Error {
	if b.s.Qualify == nil {
		return nil
	}
	sc := b.late.In("QUALIFY")
	sc.Windows = true
	v, err := b.scope.C.L.Condition(sc, b.s.Qualify)
	b.group += " QUALIFY " + v.SQL
	return err
}

func (b *builder[T]) finish() *sqltree.Error {
	sc := b.late.In("ORDER BY")
	sc.Windows = true
	texts, list := make([]string, len(b.items)), make([]string, len(b.items))
	for i, it := range b.items {
		texts[i] = it.value.SQL
		list[i] = b.scope.C.exactly(it.value, b.cols[i].Type) + " AS " + b.cols[i].Alias
	}
	head := "SELECT "
	if b.s.Distinct {
		head = "SELECT DISTINCT "
	}
	order, err := sc.orderBy(b.q.Order, b.s, texts, b.cols)
	if err != nil {
		return err
	}
	limit, err := b.scope.C.limits(b.q)
	b.table = &Table[T]{head + strings.Join(list, ", ") + strings.Join(b.parts, "") + b.group + order + limit, b.cols}
	return err
}

// orderBy compiles ORDER BY: a position, an output name, or an expression. texts are the compiled entries of the select list, cols its
// columns.
func (s *Scope[T]) orderBy(order []sqltree.OrderItem, sel *sqltree.SelectBody, texts []string, cols []Col[T]) (string, *sqltree.Error) {
	if len(order) == 0 {
		return "", nil
	}
	out := make([]string, len(order))
	for i, o := range order {
		sql, t, err := s.orderKey(o.X, sel, texts, cols)
		if err != nil {
			return "", err
		}
		if out[i], err = s.C.L.Sorted(sql, t, o); err != nil {
			return "", err
		}
	}
	return " ORDER BY " + strings.Join(out, ", "), nil
}

func (s *Scope[T]) orderKey(x sqltree.Expr, sel *sqltree.SelectBody, texts []string, cols []Col[T]) (sql string, t T, err *sqltree.Error) {
	key := func(i int) (string, T, *sqltree.Error) {
		if sel == nil {
			return texts[i], cols[i].Type, nil
		}
		return cols[i].Alias, cols[i].Type, nil
	}
	if n, ok := x.(*sqltree.NumberLit); ok {
		if i, e := strconv.Atoi(n.Text); e == nil {
			if i < 1 || i > len(cols) {
				return "", t, s.C.Rules.Position(s.In("ORDER BY"), n, i, len(cols))
			}
			return key(i - 1)
		}
	}
	if r, ok := x.(*sqltree.Reference); ok && len(r.Parts) == 1 {
		for i, col := range cols {
			if s.fold(col.Name) == s.fold(r.Parts[0].Text) {
				return key(i)
			}
		}
	}
	v, err := s.Expr(x)
	if err != nil {
		return "", t, err
	}
	for i := range texts {
		if texts[i] == v.SQL {
			return key(i)
		}
	}
	if sel == nil || sel.Distinct {
		return "", t, s.C.Rules.NotSortable(s, x)
	}
	return v.SQL, v.Type, nil
}

// exactly is a value as a result column: DuckDB folds some constants to NULL of another type, so whatever is not a column or a cast
// is cast.
func (c *Compiler[T]) exactly(v Value[T], t T) string {
	sql := c.L.Convert(v, t).SQL
	if strings.HasPrefix(sql, "CAST(") || strings.HasPrefix(sql, "q") && strings.Trim(sql, "qc.0123456789") == "" {
		return sql
	}
	return c.castTo(sql, t)
}
