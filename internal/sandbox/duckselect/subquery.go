package duckselect

import "github.com/waggle-sql/waggle/internal/sandbox/sqltree"

// Nested compiles a subquery of s and returns its nest, which counts references to s.
func (s *Scope[T]) Nested(q *sqltree.Query) (*Table[T], *Nest[T], *sqltree.Error) {
	n := &Nest[T]{Outer: s.Rows()}
	t, err := s.C.Query(q, n, s.With)
	return t, n, err
}

// OneRow says whether a query yields one row whatever its tables hold: aggregates without GROUP BY.
func (r *Rules[T]) OneRow(q *sqltree.Query) bool {
	b, ok := q.Body.(*sqltree.SelectBody)
	return ok && q.Limit == nil && q.Offset == nil && b.Group == nil && b.Having == nil && b.Qualify == nil && !b.Distinct &&
		len(b.Items) == 1 && r.HasAggregate(b.Items[0].X)
}

// Plain says whether a query neither groups nor aggregates.
func (r *Rules[T]) Plain(q *sqltree.Query) bool {
	b, ok := q.Body.(*sqltree.SelectBody)
	if !ok || b.Group != nil || b.Having != nil || b.Qualify != nil {
		return false
	}
	for _, it := range b.Items {
		if r.HasAggregate(it.X) {
			return false
		}
	}
	return true
}

// Equalities says whether q, of one SELECT, refers to s only in top-level WHERE conjuncts of the form own = around.
func (s *Scope[T]) Equalities(q *sqltree.Query) bool {
	b := q.Body.(*sqltree.SelectBody)
	n := &Nest[T]{Outer: s.Rows()}
	own := &Scope[T]{C: s.C, Nest: n, With: s.With}
	for _, w := range q.With {
		def, err := s.C.cte(w, q.Recursive || s.C.Rules.Recursive, n, own.With)
		if err != nil {
			return false
		}
		own.With = def
	}
	if _, err := own.from(b.From); err != nil || n.Refs > 0 {
		return false
	}
	xs := []sqltree.Expr{b.Where}
	if l, ok := b.Where.(*sqltree.Logic); ok && l.Op == "AND" {
		xs = l.Xs
	}
	for _, x := range xs {
		if x == nil {
			continue
		}
		if _, outer := own.sides(x); !outer {
			continue
		}
		eq, ok := x.(*sqltree.Binary)
		if !ok || eq.Op != "=" {
			return false
		}
		li, lo := own.sides(eq.L)
		ri, ro := own.sides(eq.R)
		if li && lo || ri && ro || lo && ro {
			return false
		}
	}
	_, outer := own.sides(b.Items[0].X)
	return !outer
}

// sides says whether an expression refers to columns of s, and to columns of the query around it.
func (s *Scope[T]) sides(x sqltree.Expr) (inner, outer bool) {
	if r, ok := x.(*sqltree.Reference); ok {
		f, err := s.Find(r.Parts)
		return f != nil || err != nil, f == nil && err == nil
	}
	for _, y := range sqltree.Children(x) {
		if y != nil {
			i, o := s.sides(y)
			inner, outer = inner || i, outer || o
		}
	}
	return inner, outer
}
