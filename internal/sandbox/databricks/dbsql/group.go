package dbsql

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/waggle-sql/waggle/internal/sandbox/sqltree"
)

// groups compiles GROUP BY and makes the scope of what is evaluated after it.
func (b *selectBuilder) groups() *Error {
	late := *b.scope
	b.late = &late
	late.aggs = true
	if b.s.Group == nil && !b.aggregates() {
		late.grouped = nil
		return nil
	}
	late.grouped = &keys{texts: map[string]bool{}, shapes: map[string]bool{}}
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
func (b *selectBuilder) aggregates() bool {
	xs := []sqltree.Expr{b.s.Having, b.s.Qualify}
	for _, it := range b.items {
		xs = append(xs, it.x)
	}
	for _, o := range b.q.Order {
		xs = append(xs, o.X)
	}
	for _, x := range xs {
		if hasAggregate(x) {
			return true
		}
	}
	return b.s.Having != nil
}

func hasAggregate(x sqltree.Expr) bool {
	if c, ok := x.(*sqltree.Call); ok && c.Over == nil && isAggregate(c.Name) {
		return true
	}
	for _, y := range sqltree.Children(x) {
		if hasAggregate(y) {
			return true
		}
	}
	return false
}

// groupAll groups by every entry of the select list that has no aggregate (GROUP BY ALL).
func (b *selectBuilder) groupAll() *Error {
	var out []string
	for i := range b.items {
		if hasAggregate(b.items[i].x) {
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

func (b *selectBuilder) groupItem(it sqltree.GroupItem) (string, *Error) {
	sets := make([]string, len(it.Sets))
	for i, set := range it.Sets {
		texts := make([]string, len(set))
		for k, x := range set {
			var err *Error
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
func (b *selectBuilder) groupExpr(x sqltree.Expr) (string, *Error) {
	if n, ok := x.(*sqltree.NumberLit); ok {
		if i, e := strconv.Atoi(n.Text); e == nil {
			if i < 1 || i > len(b.items) {
				return "", failure("GROUP_BY_POS_OUT_OF_RANGE", "GROUP BY position %d is not in select list (valid range is [1, %d]).", i, len(b.items))
			}
			return b.groupKey(b.items[i-1])
		}
	}
	return b.groupKey(item{x: x})
}

func (b *selectBuilder) groupKey(it item) (string, *Error) {
	v := it.value
	if !it.done {
		var err *Error
		if v, err = b.scope.in("GROUP BY").expr(it.x); err != nil {
			return "", err
		}
		b.late.grouped.shapes[fmt.Sprintf("%T", it.x)] = true
		if r, ok := it.x.(*sqltree.Reference); ok && len(r.Parts) == 1 && b.scope.aliases[strings.ToLower(r.Parts[0].Text)] != nil {
			b.late.grouped.shapes[fmt.Sprintf("%T", b.scope.aliases[strings.ToLower(r.Parts[0].Text)])] = true
		}
	}
	if err := keyable(v.typ); err != nil {
		return "", err
	}
	b.late.grouped.texts[v.sql] = true
	return v.sql, nil
}

// key compiles x as a row's expression when that is one of the group keys.
func (s *scope) key(x sqltree.Expr) (value, bool) {
	if s.grouped == nil || !s.grouped.shapes[fmt.Sprintf("%T", x)] {
		return value{}, false
	}
	v, err := s.rows().expr(x)
	return v, err == nil && s.grouped.texts[v.sql]
}
