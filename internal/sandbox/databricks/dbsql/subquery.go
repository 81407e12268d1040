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

func (s *scope) scalar(x *sqltree.Subquery) (value, *Error) {
	t, n, err := s.Nested(x.Q)
	if err != nil {
		return value{}, err
	}
	if len(t.Cols) != 1 {
		return value{}, failure("INVALID_SUBQUERY_EXPRESSION.SCALAR_SUBQUERY_RETURN_MORE_THAN_ONE_OUTPUT_COLUMN", "Invalid subquery: "+
			"Scalar subquery must return only one column, but returned %d.", len(t.Cols))
	}
	if n.Refs > 0 {
		switch {
		case s.Clause != "WHERE" && s.Clause != "SELECT":
			return value{}, unsupportedSubquery("UNSUPPORTED_CORRELATED_SCALAR_SUBQUERY", "Correlated scalar subqueries can only be used "+
				"in filters, aggregations, projections, and UPDATE/MERGE/DELETE commands")
		case !rules.OneRow(x.Q):
			return value{}, unsupportedSubquery("MUST_AGGREGATE_CORRELATED_SCALAR_SUBQUERY", "Correlated scalar subqueries must be "+
				"aggregated to return at most one row")
		case !s.Equalities(x.Q):
			return value{}, unsupportedSubquery("CORRELATED_COLUMN_IS_NOT_ALLOWED_IN_PREDICATE", "Correlated column is not allowed in predicate")
		}
	}
	return value{SQL: "(" + t.SQL + ")", Type: t.Cols[0].Type, Nullable: true}, nil
}

// predicateQuery compiles the query of EXISTS or IN.
func (s *scope) predicateQuery(q *sqltree.Query) (*table, *Error) {
	if s.Clause != "WHERE" && s.Clause != "HAVING" {
		return nil, unsupportedSubquery("UNSUPPORTED_IN_EXISTS_SUBQUERY", "An IN/EXISTS predicate subquery can only be used in filters")
	}
	t, n, err := s.Nested(q)
	if err != nil {
		return nil, err
	}
	if n.Refs > 0 {
		if !rules.Plain(q) || q.Limit != nil || q.Offset != nil {
			return nil, unsupportedSubquery("ACCESSING_OUTER_QUERY_COLUMN_IS_NOT_ALLOWED", "Accessing outer query column is not allowed "+
				"in this location")
		}
	}
	return t, nil
}

func (s *scope) exists(x *sqltree.Exists) (value, *Error) {
	t, err := s.predicateQuery(x.Q)
	if err != nil {
		return value{}, err
	}
	return value{SQL: "EXISTS (" + t.SQL + ")", Type: of(Boolean)}, nil
}

// member compiles x [NOT] IN (query).
func (s *scope) member(x sqltree.Expr, q *sqltree.Query, not bool) (value, *Error) {
	v, err := s.Expr(x)
	if err != nil {
		return value{}, err
	}
	t, err := s.predicateQuery(q)
	if err != nil {
		return value{}, err
	}
	if len(t.Cols) != 1 {
		return value{}, failure("INVALID_SUBQUERY_EXPRESSION.SCALAR_SUBQUERY_RETURN_MORE_THAN_ONE_OUTPUT_COLUMN", "Invalid subquery: "+
			"Scalar subquery must return only one column, but returned %d.", len(t.Cols))
	}
	w := value{SQL: "?", Type: t.Cols[0].Type}
	to, ok := coerced(v.Type, w.Type)
	if !ok {
		return value{}, mismatch("IN", []value{v, w})
	}
	word := " IN ("
	if not {
		word = " NOT IN ("
	}
	return value{SQL: "(" + s.c.Convert(v, to).SQL + word + s.c.OneColumn(t, to) + "))", Type: of(Boolean), Nullable: true}, nil
}
