package dbsql

import (
	"github.com/waggle-sql/waggle/internal/sandbox/sqltree"
)

// Subqueries (sql-ref-syntax-subqueries, error-messages/unsupported-subquery-expression-category-error-class): an uncorrelated scalar
// subquery may stand anywhere; EXISTS and IN stand in WHERE and HAVING; correlation reaches one level out; a correlated scalar subquery
// stands in WHERE or the select list and must be one aggregate without GROUP BY, correlated by equalities.

func unsupportedSubquery(class, format string, args ...any) *Error {
	return failure("UNSUPPORTED_SUBQUERY_EXPRESSION_CATEGORY."+class, "Unsupported subquery expression: "+format+".", args...)
}

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
		return value{}, failure("INVALID_SUBQUERY_EXPRESSION.SCALAR_SUBQUERY_RETURN_MORE_THAN_ONE_OUTPUT_COLUMN", "Invalid subquery: Scalar subquery must return only one column, but returned %d.", len(t.cols))
	}
	if n.refs > 0 {
		switch {
		case s.clause != "WHERE" && s.clause != "SELECT":
			return value{}, unsupportedSubquery("UNSUPPORTED_CORRELATED_SCALAR_SUBQUERY", "Correlated scalar subqueries can only be used in filters, aggregations, projections, and UPDATE/MERGE/DELETE commands")
		case !oneRow(x.Q):
			return value{}, unsupportedSubquery("MUST_AGGREGATE_CORRELATED_SCALAR_SUBQUERY", "Correlated scalar subqueries must be aggregated to return at most one row")
		case !s.equalities(x.Q):
			return value{}, unsupportedSubquery("CORRELATED_COLUMN_IS_NOT_ALLOWED_IN_PREDICATE", "Correlated column is not allowed in predicate")
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
		def, err := s.c.cte(w, q.Recursive, n, own.with)
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

// predicateQuery compiles the query of EXISTS or IN.
func (s *scope) predicateQuery(q *sqltree.Query) (*table, *Error) {
	if s.clause != "WHERE" && s.clause != "HAVING" {
		return nil, unsupportedSubquery("UNSUPPORTED_IN_EXISTS_SUBQUERY", "An IN/EXISTS predicate subquery can only be used in filters")
	}
	t, n, err := s.nested(q)
	if err != nil {
		return nil, err
	}
	if n.refs > 0 {
		b, ok := q.Body.(*sqltree.SelectBody)
		plain := ok && b.Group == nil && b.Having == nil && b.Qualify == nil && q.Limit == nil && q.Offset == nil
		for i := 0; plain && i < len(b.Items); i++ {
			plain = !hasAggregate(b.Items[i].X)
		}
		if !plain {
			return nil, unsupportedSubquery("ACCESSING_OUTER_QUERY_COLUMN_IS_NOT_ALLOWED", "Accessing outer query column is not allowed in this location")
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

// member compiles x [NOT] IN (query).
func (s *scope) member(x sqltree.Expr, q *sqltree.Query, not bool) (value, *Error) {
	v, err := s.expr(x)
	if err != nil {
		return value{}, err
	}
	t, err := s.predicateQuery(q)
	if err != nil {
		return value{}, err
	}
	if len(t.cols) != 1 {
		return value{}, failure("INVALID_SUBQUERY_EXPRESSION.SCALAR_SUBQUERY_RETURN_MORE_THAN_ONE_OUTPUT_COLUMN", "Invalid subquery: Scalar subquery must return only one column, but returned %d.", len(t.cols))
	}
	w := value{sql: "?", typ: t.cols[0].typ}
	to, ok := coerced(v.typ, w.typ)
	if !ok {
		return value{}, mismatch("IN", []value{v, w})
	}
	sql := t.sql
	if t.cols[0].typ != to {
		sql = s.c.retyped(t, []tableCol{{alias: s.c.id("c"), typ: to}})
	}
	word := " IN ("
	if not {
		word = " NOT IN ("
	}
	return value{sql: "(" + s.c.convert(v, to).sql + word + sql + "))", typ: of(Boolean), nullable: true}, nil
}
