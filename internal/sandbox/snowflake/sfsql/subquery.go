package sfsql

import (
	"github.com/waggle-sql/waggle/internal/sandbox/sqltree"
)

// Subqueries follow user-guide/querying-subqueries: an uncorrelated scalar subquery may stand anywhere and have LIMIT; a
// correlated scalar one, EXISTS, IN, ANY and ALL stand in WHERE; correlation reaches one level out; a correlated scalar
// subquery must be one aggregate without GROUP BY, correlated by equalities.

func (s *scope) scalar(x *sqltree.Subquery) (value, *Error) {
	t, n, err := s.Nested(x.Q)
	if err != nil {
		return value{}, err
	}
	if len(t.Cols) != 1 {
		return value{}, compilation(2118, "42601", "Invalid subquery: expected 1 column, got %d", len(t.Cols))
	}
	if n.Refs > 0 {
		if s.Clause != "WHERE" || !rules.OneRow(x.Q) || !s.Equalities(x.Q) {
			return value{}, unsupportedSubquery()
		}
	}
	return value{SQL: "(" + t.SQL + ")", Type: t.Cols[0].Type, Nullable: true}, nil
}

// predicateQuery compiles the query of EXISTS, IN, ANY or ALL.
func (s *scope) predicateQuery(q *sqltree.Query) (*table, *Error) {
	if s.Clause != "WHERE" || q.Limit != nil || q.Offset != nil {
		return nil, unsupportedSubquery()
	}
	t, n, err := s.Nested(q)
	if err != nil {
		return nil, err
	}
	if n.Refs > 0 && !rules.Plain(q) {
		return nil, unsupportedSubquery()
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

// member compiles x op ANY|ALL (query), of which IN is = ANY and NOT IN is <> ALL.
func (s *scope) member(x sqltree.Expr, op string, q *sqltree.Query, all bool) (value, *Error) {
	v, err := s.Expr(x)
	if err != nil {
		return value{}, err
	}
	t, err := s.predicateQuery(q)
	if err != nil {
		return value{}, err
	}
	if len(t.Cols) != 1 {
		return value{}, compilation(2118, "42601", "Invalid subquery: expected 1 column, got %d", len(t.Cols))
	}
	w := value{SQL: "?", Type: t.Cols[0].Type}
	to, ok := s.c.comparable(v, w)
	if !ok {
		return value{}, invalidTypes(op, []value{v, w})
	}
	word := " ANY "
	if all {
		word = " ALL "
	}
	return value{SQL: "(" + s.c.Convert(v, to).SQL + " " + op + word + "(" + s.c.OneColumn(t, to) + "))", Type: of(Boolean), Nullable: true}, nil
}
