package duckselect

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/waggle-sql/waggle/internal/sandbox/sqltree"
)

// groups compiles GROUP BY and makes the scope of what is evaluated after it.
func (b *builder[T]) groups() *sqltree.Error {
	late := *b.scope
	b.late = &late
	late.Aggregates = true
	if b.s.Group == nil && !b.aggregates() {
		late.Grouped = nil
		return nil
	}
	late.Grouped = &Keys{texts: map[string]bool{}, shapes: map[string]bool{}}
	if b.s.Group == nil {
		return nil
	}
	if b.s.Group.All {
		return b.groupAll()
	}
	var out []string
	for _, it := range b.s.Group.Items {
		sql, err := b.groupItem(it)
		if err != nil {
			return err
		}
		out = append(out, sql)
	}
	b.group = " GROUP BY " + strings.Join(out, ", ")
	return nil
}

// aggregates says whether any clause after WHERE has an aggregate outside a window.
func (b *builder[T]) aggregates() bool {
	xs := []sqltree.Expr{b.s.Having, b.s.Qualify}
	for _, it := range b.items {
		xs = append(xs, it.x)
	}
	for _, o := range b.q.Order {
		xs = append(xs, o.X)
	}
	for _, x := range xs {
		if b.scope.C.Rules.HasAggregate(x) {
			return true
		}
	}
	return b.s.Having != nil
}

// HasAggregate says whether an expression has an aggregate function outside of windows and subqueries.
func (r *Rules[T]) HasAggregate(x sqltree.Expr) bool {
	if c, ok := x.(*sqltree.Call); ok && c.Over == nil && r.IsAggregate(c.Name) {
		return true
	}
	for _, y := range sqltree.Children(x) {
		if r.HasAggregate(y) {
			return true
		}
	}
	return false
}

// groupAll groups by every entry of the select list that has no aggregate (GROUP BY ALL).
func (b *builder[T]) groupAll() *sqltree.Error {
	var out []string
	for i := range b.items {
		if b.scope.C.Rules.HasAggregate(b.items[i].x) {
			continue
		}
		sql, err := b.groupKey(b.items[i])
		if err != nil {
			return err
		}
		out = append(out, sql)
	}
	if len(out) > 0 {
		b.group = " GROUP BY " + strings.Join(out, ", ")
	}
	return nil
}

func (b *builder[T]) groupItem(it sqltree.GroupItem) (string, *sqltree.Error) {
	sets := make([]string, len(it.Sets))
	for i, set := range it.Sets {
		texts := make([]string, len(set))
		for k, x := range set {
			var err *sqltree.Error
			if texts[k], err = b.groupExpr(x); err != nil {
				return "", err
			}
		}
		sets[i] = strings.Join(texts, ", ")
		if it.Kind != "" && (len(set) != 1 || it.Kind == "GROUPING SETS") {
			sets[i] = "(" + sets[i] + ")"
		}
	}
	if it.Kind == "" {
		return sets[0], nil
	}
	return it.Kind + " (" + strings.Join(sets, ", ") + ")", nil
}

// groupExpr compiles one group key: a position, a column, an alias or an expression, in that order.
func (b *builder[T]) groupExpr(x sqltree.Expr) (string, *sqltree.Error) {
	if n, ok := x.(*sqltree.NumberLit); ok {
		if i, e := strconv.Atoi(n.Text); e == nil {
			if i < 1 || i > len(b.items) {
				return "", b.scope.C.Rules.Position(b.scope.In("GROUP BY"), n, i, len(b.items))
			}
			return b.groupKey(b.items[i-1])
		}
	}
	return b.groupKey(item[T]{x: x})
}

func (b *builder[T]) groupKey(it item[T]) (string, *sqltree.Error) {
	v := it.value
	if !it.done {
		var err *sqltree.Error
		if v, err = b.scope.In("GROUP BY").Expr(it.x); err != nil {
			return "", err
		}
		b.late.Grouped.shapes[fmt.Sprintf("%T", it.x)] = true
		if r, ok := it.x.(*sqltree.Reference); ok && len(r.Parts) == 1 && b.scope.aliases[b.scope.fold(r.Parts[0].Text)] != nil {
			b.late.Grouped.shapes[fmt.Sprintf("%T", b.scope.aliases[b.scope.fold(r.Parts[0].Text)])] = true
		}
	}
	if err := b.scope.C.Rules.Key(v.Type); err != nil {
		return "", err
	}
	b.late.Grouped.texts[v.SQL] = true
	return v.SQL, nil
}

// key compiles x as a row's expression when that is one of the group keys.
func (s *Scope[T]) key(x sqltree.Expr) (Value[T], bool) {
	if s.Grouped == nil || !s.Grouped.shapes[fmt.Sprintf("%T", x)] {
		return Value[T]{}, false
	}
	v, err := s.Rows().Expr(x)
	return v, err == nil && s.Grouped.texts[v.SQL]
}
