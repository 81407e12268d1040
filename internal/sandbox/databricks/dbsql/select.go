package dbsql

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/waggle-sql/waggle/internal/sandbox/sqltree"
)

// item is a select-list entry after stars are expanded.
type item struct {
	name  string
	x     sqltree.Expr
	value value
	done  bool
}

// selectBody compiles one SELECT with the ORDER BY and LIMIT of the query around it.
func (c *compiler) selectBody(s *sqltree.SelectBody, q *sqltree.Query, n *nest, with *ctes) (*table, *Error) {
	sc := &scope{c: c, nest: n, with: with}
	from, err := sc.from(s.From)
	if err != nil {
		return nil, err
	}
	items, err := sc.items(s.Items)
	if err != nil {
		return nil, err
	}
	b := &selectBuilder{scope: sc, s: s, q: q, items: items, parts: []string{from}}
	for _, step := range []func() *Error{b.where, b.groups, b.list, b.having, b.qualify, b.finish} {
		if err := step(); err != nil {
			return nil, err
		}
	}
	return b.table, nil
}

// selectBuilder holds one SELECT while its clauses are compiled in the order in which they are evaluated.
type selectBuilder struct {
	scope *scope // rows
	late  *scope // after grouping
	s     *sqltree.SelectBody
	q     *sqltree.Query
	items []item
	parts []string // FROM … onwards
	cols  []tableCol
	table *table
	group string
}

// items expands stars and gives each entry its name (sql-ref-syntax-qry-select).
func (s *scope) items(in []sqltree.SelectItem) (out []item, err *Error) {
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
		e := item{x: it.X, name: s.c.source(it.X)}
		if r, ok := it.X.(*sqltree.Reference); ok {
			e.name = r.Parts[len(r.Parts)-1].Text
		}
		if it.Alias != nil {
			e.name = it.Alias.Text
			key := strings.ToLower(e.name)
			if _, ok := s.aliases[key]; ok {
				twice = append(twice, key)
			}
			s.aliases[key] = it.X
		}
		out = append(out, e)
	}
	for _, key := range twice {
		delete(s.aliases, key)
	}
	return out, nil
}

func (s *scope) star(it sqltree.SelectItem) (out []item, err *Error) {
	skip := map[string]bool{}
	for _, n := range it.Exclude {
		skip[strings.ToLower(n.Text)] = true
	}
	found := false
	for _, f := range s.fields {
		probe := append(append([]sqltree.Name(nil), it.Of...), sqltree.Name{Text: f.name})
		if !f.matches(probe) {
			continue
		}
		found = true
		if !skip[strings.ToLower(f.name)] {
			out = append(out, item{name: f.name, value: f.value, done: true})
		}
	}
	if !found && it.Of != nil {
		return nil, failure("CANNOT_RESOLVE_STAR_EXPAND", "Cannot resolve %s.* given input columns.", shown(it.Of))
	}
	if !found {
		return nil, failure("UNSUPPORTED_FEATURE", "The feature is not supported: SELECT * without columns.")
	}
	return out, nil
}

func (b *selectBuilder) where() *Error {
	if b.s.Where == nil {
		return nil
	}
	sc := b.scope.in("WHERE")
	sc.aliases = nil
	sql, err := sc.conjuncts(b.s.Where)
	b.parts = append(b.parts, " WHERE "+sql)
	return err
}

// conjuncts compiles a WHERE condition.
func (s *scope) conjuncts(x sqltree.Expr) (string, *Error) {
	xs := []sqltree.Expr{x}
	if l, ok := x.(*sqltree.Logic); ok && l.Op == "AND" {
		xs = l.Xs
	}
	out := make([]string, len(xs))
	for i, x := range xs {
		v, err := s.condition(x)
		if err != nil {
			return "", err
		}
		out[i] = v.sql
	}
	if len(out) == 1 {
		return out[0], nil
	}
	return "(" + strings.Join(out, " AND ") + ")", nil
}

func (b *selectBuilder) list() *Error {
	sc := b.late.in("SELECT")
	sc.windows = true
	sc.aliases = b.scope.aliases
	for i := range b.items {
		it := &b.items[i]
		if it.done {
			if g := b.late.grouped; g != nil && !g.texts[it.value.sql] {
				return failure("MISSING_AGGREGATION", "The non-aggregating expression \"%s\" is based on columns which are not participating in the GROUP BY clause.", it.name)
			}
		} else {
			v, err := sc.expr(it.x)
			if err != nil {
				return err
			}
			it.value = v
		}
		t := it.value.typ
		if b.s.Distinct {
			if err := keyable(t); err != nil {
				return err
			}
		}
		b.cols = append(b.cols, tableCol{it.name, b.scope.c.id("c"), t, it.value.nullable})
	}
	return nil
}

func (b *selectBuilder) having() *Error {
	if b.s.Having == nil {
		return nil
	}
	v, err := b.late.in("HAVING").condition(b.s.Having)
	b.group += " HAVING " + v.sql
	return err
}

func (b *selectBuilder) qualify() *Error {
	if b.s.Qualify == nil {
		return nil
	}
	sc := b.late.in("QUALIFY")
	sc.windows = true
	v, err := sc.condition(b.s.Qualify)
	b.group += " QUALIFY " + v.sql
	return err
}

func (b *selectBuilder) finish() *Error {
	sc := b.late.in("ORDER BY")
	sc.windows = true
	texts, list := make([]string, len(b.items)), make([]string, len(b.items))
	for i, it := range b.items {
		texts[i] = it.value.sql
		list[i] = b.scope.c.exactly(it.value, b.cols[i].typ) + " AS " + b.cols[i].alias
	}
	head := "SELECT "
	if b.s.Distinct {
		head = "SELECT DISTINCT "
	}
	order, err := sc.orderBy(b.q.Order, b.s, texts, b.cols)
	if err != nil {
		return err
	}
	limit, err := sc.limits(b.q)
	b.table = &table{head + strings.Join(list, ", ") + strings.Join(b.parts, "") + b.group + order + limit, b.cols}
	return err
}

// orderBy compiles ORDER BY: a position, an output name, or an expression (sql-ref-syntax-qry-select-orderby). texts are the
// compiled entries of the select list, cols its columns.
func (s *scope) orderBy(order []sqltree.OrderItem, sel *sqltree.SelectBody, texts []string, cols []tableCol) (string, *Error) {
	if len(order) == 0 {
		return "", nil
	}
	out := make([]string, len(order))
	for i, o := range order {
		sql, t, err := s.orderKey(o.X, sel, texts, cols)
		if err != nil {
			return "", err
		}
		if out[i], err = sorted(sql, t, o); err != nil {
			return "", err
		}
	}
	return " ORDER BY " + strings.Join(out, ", "), nil
}

func (s *scope) orderKey(x sqltree.Expr, sel *sqltree.SelectBody, texts []string, cols []tableCol) (string, Type, *Error) {
	key := func(i int) (string, Type, *Error) {
		if sel == nil {
			return texts[i], cols[i].typ, nil
		}
		return cols[i].alias, cols[i].typ, nil
	}
	if n, ok := x.(*sqltree.NumberLit); ok {
		if i, e := strconv.Atoi(n.Text); e == nil {
			if i < 1 || i > len(cols) {
				return "", Type{}, failure("ORDER_BY_POS_OUT_OF_RANGE", "ORDER BY position %d is not in select list (valid range is [1, %d]).", i, len(cols))
			}
			return key(i - 1)
		}
	}
	if r, ok := x.(*sqltree.Reference); ok && len(r.Parts) == 1 {
		for i, col := range cols {
			if strings.EqualFold(col.name, r.Parts[0].Text) {
				return key(i)
			}
		}
	}
	v, err := s.expr(x)
	if err != nil {
		return "", Type{}, err
	}
	for i := range texts {
		if texts[i] == v.sql {
			return key(i)
		}
	}
	if sel == nil || sel.Distinct {
		return "", Type{}, s.unresolved(ticked(s.c.source(x)))
	}
	return v.sql, v.typ, nil
}

// sorted says one sort key with its direction and the place of its NULLs: NULL is the lowest value.
func sorted(sql string, t Type, o sqltree.OrderItem) (string, *Error) {
	if err := keyable(t); err != nil {
		return "", err
	}
	dir, nulls := "ASC", o.Nulls
	if o.Desc {
		dir = "DESC"
	}
	if nulls == "" {
		nulls = map[bool]string{true: "LAST", false: "FIRST"}[o.Desc]
	}
	return fmt.Sprintf("%s %s NULLS %s", sql, dir, nulls), nil
}

// limits compiles LIMIT and OFFSET: constant integers (sql-ref-syntax-qry-select-limit, -offset).
func (s *scope) limits(q *sqltree.Query) (string, *Error) {
	out := ""
	for _, l := range []struct {
		word string
		x    sqltree.Expr
	}{{"LIMIT", q.Limit}, {"OFFSET", q.Offset}} {
		if l.x == nil {
			continue
		}
		v, err := (&scope{c: s.c}).expr(l.x)
		if err != nil {
			return "", err
		}
		n, ok := constInt(v)
		if !ok || n < 0 || v.typ.Kind == Bigint && n > 1<<31-1 {
			return "", failure("INVALID_LIMIT_LIKE_EXPRESSION", "The limit like expression \"%s\" is invalid.", s.c.source(l.x))
		}
		out += fmt.Sprintf(" %s %d", l.word, n)
	}
	return out, nil
}

// keyable refuses types whose order or equality the sandbox does not know.
func keyable(t Type) *Error {
	if t.Kind == Array || t.Kind == Interval {
		return unsupported("grouping, sorting or distinct rows of %s", t)
	}
	return nil
}

// exactly is a value as a result column: DuckDB folds some constants to NULL of another type, so whatever is not a column or a cast
// is cast.
func (c *compiler) exactly(v value, t Type) string {
	sql := c.convert(v, t).sql
	if strings.HasPrefix(sql, "CAST(") || strings.HasPrefix(sql, "q") && strings.Trim(sql, "qc.0123456789") == "" {
		return sql
	}
	return castTo(sql, t)
}
