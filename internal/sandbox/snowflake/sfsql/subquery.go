package sfsql

import (
	"github.com/waggle-sql/waggle/internal/sandbox/sqltree"
)

// Subqueries follow user-guide/querying-subqueries: an uncorrelated scalar subquery may stand anywhere and have LIMIT; a
// correlated scalar one, EXISTS, IN, ANY and ALL stand in WHERE; correlation reaches one level out; a correlated scalar
// subquery must be one aggregate without GROUP BY, correlated by equalities.

// nested compiles a subquery of s and returns its nest, which counts references to s.
func (s *scope) nested(q *sqltree.Query) (*table, *nest, *Error) {
	outer := s.rows()
	n := &nest{outer: outer}
	t, err := s.c.query(q, n, s.with)
	return t, n, err
}

func (s *scope) scalar(x *sqltree.Subquery) (value, *Error) {
	t, n, err := s.nested(x.Q)
	if err != nil {
		return value{}, err
	}
	if len(t.cols) != 1 {
		return value{}, compilation(2118, "42601", "Invalid subquery: expected 1 column, got %d", len(t.cols))
	}
	if n.refs > 0 {
		if s.clause != "WHERE" || !oneRow(x.Q) || !s.equalities(x.Q) {
			return value{}, unsupportedSubquery()
		}
	}
	return value{sql: "(" + t.sql + ")", typ: t.cols[0].typ, nullable: true}, nil
}

// oneRow says whether a query yields one row whatever its tables hold: aggregates without GROUP BY.
func oneRow(q *sqltree.Query) bool {
	b, ok := q.Body.(*sqltree.SelectBody)
	return ok && q.Limit == nil && q.Offset == nil && b.Group == nil && b.Having == nil && b.Qualify == nil && !b.Distinct &&
		len(b.Items) == 1 && hasAggregate(b.Items[0].X)
}

// equalities says whether q refers to s only in top-level WHERE conjuncts of the form own = around.
func (s *scope) equalities(q *sqltree.Query) bool {
	b := q.Body.(*sqltree.SelectBody)
	n := &nest{outer: s.rows()}
	own := &scope{c: s.c, nest: n, with: s.with}
	for _, w := range q.With {
		def, err := s.c.cte(w, n, own.with)
		if err != nil {
			return false
		}
		own.with = def
	}
	if _, err := own.from(b.From); err != nil || n.refs > 0 {
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
func (s *scope) sides(x sqltree.Expr) (inner, outer bool) {
	if r, ok := x.(*sqltree.Reference); ok {
		f, err := s.find(r.Parts)
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

// predicateQuery compiles the query of EXISTS, IN, ANY or ALL.
func (s *scope) predicateQuery(q *sqltree.Query) (*table, *Error) {
	if s.clause != "WHERE" || q.Limit != nil || q.Offset != nil {
		return nil, unsupportedSubquery()
	}
	t, n, err := s.nested(q)
	if err != nil {
		return nil, err
	}
	if n.refs > 0 {
		b, ok := q.Body.(*sqltree.SelectBody)
		if !ok || b.Group != nil || b.Having != nil || b.Qualify != nil {
			return nil, unsupportedSubquery()
		}
		for _, it := range b.Items {
			if hasAggregate(it.X) {
				return nil, unsupportedSubquery()
			}
		}
	}
	return t, nil
}

func (s *scope) exists(x *sqltree.Exists) (value, *Error) {
	t, err := s.predicateQuery(x.Q)
	if err != nil {
		return value{}, err
	}
	return value{sql: "EXISTS (" + t.sql + ")", typ: of(Boolean)}, nil
}

// member compiles x op ANY|ALL (query), of which IN is = ANY and NOT IN is <> ALL.
func (s *scope) member(x sqltree.Expr, op string, q *sqltree.Query, all bool) (value, *Error) {
	v, err := s.expr(x)
	if err != nil {
		return value{}, err
	}
	t, err := s.predicateQuery(q)
	if err != nil {
		return value{}, err
	}
	if len(t.cols) != 1 {
		return value{}, compilation(2118, "42601", "Invalid subquery: expected 1 column, got %d", len(t.cols))
	}
	w := value{sql: "?", typ: t.cols[0].typ}
	to, ok := s.c.comparable(v, w)
	if !ok {
		return value{}, invalidTypes(op, []value{v, w})
	}
	sql := t.sql
	if t.cols[0].typ != to {
		sql = s.c.retyped(t, []tableCol{{alias: s.c.id("c"), typ: to}})
	}
	word := " ANY "
	if all {
		word = " ALL "
	}
	return value{sql: "(" + s.c.convert(v, to).sql + " " + op + word + "(" + sql + "))", typ: of(Boolean), nullable: true}, nil
}
