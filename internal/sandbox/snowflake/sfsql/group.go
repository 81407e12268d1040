package sfsql

import (
	"fmt"
	"strings"
)

// groups compiles GROUP BY and makes the scope of what is evaluated after it.
func (b *selectBuilder) groups() *Error {
	late := *b.scope
	b.late = &late
	late.aggs = true
	if b.s.group == nil && !b.aggregates() {
		late.grouped = nil
		return nil
	}
	late.grouped = &keys{texts: map[string]bool{}, shapes: map[string]bool{}}
	if b.s.group == nil {
		return nil
	}
	if b.s.group.all {
		return b.groupAll()
	}
	var out []string
	for _, it := range b.s.group.items {
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
	xs := []expr{b.s.having, b.s.qualify}
	for _, it := range b.items {
		xs = append(xs, it.x)
	}
	for _, o := range b.q.order {
		xs = append(xs, o.x)
	}
	for _, x := range xs {
		if hasAggregate(x) {
			return true
		}
	}
	return b.s.having != nil
}

func hasAggregate(x expr) bool {
	if c, ok := x.(*call); ok && c.over == nil && isAggregate(c.name) {
		return true
	}
	for _, y := range children(x) {
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

func (b *selectBuilder) groupItem(it groupItem) (string, *Error) {
	sets := make([]string, len(it.sets))
	for i, set := range it.sets {
		texts := make([]string, len(set))
		for k, x := range set {
			var err *Error
			if texts[k], err = b.groupExpr(x); err != nil {
				return "", err
			}
		}
		sets[i] = strings.Join(texts, ", ")
		if it.kind != "" && (len(set) != 1 || it.kind == "GROUPING SETS") {
			sets[i] = "(" + sets[i] + ")"
		}
	}
	if it.kind == "" {
		return sets[0], nil
	}
	return it.kind + " (" + strings.Join(sets, ", ") + ")", nil
}

// groupExpr compiles one group key: a position, a column, an alias or an expression, in that order.
func (b *selectBuilder) groupExpr(x expr) (string, *Error) {
	if n, ok := x.(*numberLit); ok {
		if i, ok := atoi(n.text); ok {
			if i < 1 || i > len(b.items) {
				return "", b.scope.c.at(n.from, 2001, "42601", "invalid GROUP BY position %d", i)
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
		if r, ok := it.x.(*reference); ok && len(r.parts) == 1 && b.scope.aliases[r.parts[0].text] != nil {
			b.late.grouped.shapes[fmt.Sprintf("%T", b.scope.aliases[r.parts[0].text])] = true
		}
	}
	if err := keyable(v.typ); err != nil {
		return "", err
	}
	b.late.grouped.texts[v.sql] = true
	return v.sql, nil
}

// key compiles x as a row's expression when that is one of the group keys.
func (s *scope) key(x expr) (value, bool) {
	if s.grouped == nil || !s.grouped.shapes[fmt.Sprintf("%T", x)] {
		return value{}, false
	}
	v, err := s.rows().expr(x)
	return v, err == nil && s.grouped.texts[v.sql]
}

// children are the expressions directly under x, subqueries left out.
func children(x expr) (out []expr) {
	switch x := x.(type) {
	case *call:
		out = append(out, x.args...)
		for _, o := range x.within {
			out = append(out, o.x)
		}
		if x.over != nil {
			out = append(out, x.over.partition...)
			for _, o := range x.over.order {
				out = append(out, o.x)
			}
		}
	case *unary:
		out = []expr{x.x}
	case *binary:
		out = []expr{x.l, x.r}
	case *logic:
		out = x.xs
	case *isNull:
		out = []expr{x.x}
	case *isDistinct:
		out = []expr{x.l, x.r}
	case *between:
		out = []expr{x.x, x.lo, x.hi}
	case *inList:
		out = append([]expr{x.x}, x.list...)
	case *inQuery:
		out = []expr{x.x}
	case *quantified:
		out = []expr{x.x}
	case *like:
		out = append([]expr{x.x}, x.patterns...)
	case *caseExpr:
		out = []expr{x.operand, x.other}
		for _, w := range x.whens {
			out = append(out, w.cond, w.then)
		}
	case *castExpr:
		out = []expr{x.x}
	case *path:
		out = append([]expr{x.x}, x.steps...)
	}
	return out
}
