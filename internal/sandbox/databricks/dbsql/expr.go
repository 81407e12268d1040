package dbsql

import (
	"github.com/waggle-sql/waggle/internal/sandbox/sqltree"
)

// expr compiles what is this language's own.
func (s *scope) expr(x sqltree.Expr) (value, *Error) {
	switch x := x.(type) {
	case *sqltree.NumberLit:
		return numberLiteral(x.Text)
	case *sqltree.StringLit:
		return stringLiteral(x.Text), nil
	case *sqltree.BindExpr:
		return s.bound(x)
	case *sqltree.Unary:
		return s.unary(x)
	case *sqltree.Binary:
		return s.binary(x)
	case *sqltree.Call:
		return s.call(x)
	case *sqltree.CastExpr:
		return s.cast(x)
	case *sqltree.Path:
		return s.path(x)
	case *sqltree.Interval:
		return s.interval(x)
	case *sqltree.IsTruth:
		return s.isTruth(x)
	case *sqltree.InList:
		return s.inList(x)
	case *sqltree.InQuery:
		return s.member(x.X, x.Q, x.Not)
	case *sqltree.Exists:
		return s.exists(x)
	case *sqltree.Like:
		return s.like(x)
	case *sqltree.Subquery:
		return s.scalar(x)
	}
	return value{}, unsupported("the expression %s", s.c.Source(x))
}

// condition compiles x as BOOLEAN.
func (s *scope) condition(x sqltree.Expr) (value, *Error) {
	v, err := s.Expr(x)
	if err != nil {
		return value{}, err
	}
	switch v.Type.Kind {
	case Boolean:
		return v, nil
	case Void:
		return s.c.Convert(v, of(Boolean)), nil
	}
	return value{}, failure("DATATYPE_MISMATCH.FILTER_NOT_BOOLEAN", "Cannot resolve \"%s\" due to data type mismatch: Filter expression "+
		"\"%s\" of type \"%s\" is not a boolean.",
		s.c.Source(x), s.c.Source(x), v.Type.upper())
}

func (s *scope) isTruth(x *sqltree.IsTruth) (value, *Error) {
	v, err := s.condition(x.X)
	word := x.Value
	if word == "UNKNOWN" {
		word = "NULL"
	}
	if x.Not {
		word = "NOT " + word
	}
	return value{SQL: "(" + v.SQL + " IS " + word + ")", Type: of(Boolean)}, err
}

func (s *scope) unary(x *sqltree.Unary) (value, *Error) {
	if x.Op == "NOT" {
		v, err := s.condition(x.X)
		return value{SQL: "(NOT " + v.SQL + ")", Type: v.Type, Nullable: v.Nullable}, err
	}
	if n, ok := x.X.(*sqltree.NumberLit); ok && x.Op == "-" {
		return numberLiteral("-" + n.Text)
	}
	v, err := s.Expr(x.X)
	if err != nil {
		return v, err
	}
	if v.Type.Kind == String {
		v = s.c.Convert(v, of(Double))
	}
	if !v.Type.isNumeric() && v.Type.Kind != Void && v.Type.Kind != Interval {
		return v, mismatch(s.c.Source(x), []value{v})
	}
	if x.Op == "-" {
		v.SQL, v.Lit = "(-"+v.SQL+")", nil
	}
	return v, nil
}

func (s *scope) binary(x *sqltree.Binary) (value, *Error) {
	a, b, err := s.Two(x.L, x.R)
	if err != nil {
		return value{}, err
	}
	switch x.Op {
	case "=", "<>", "<", "<=", ">", ">=":
		return s.c.Compare(x.Op, a, b)
	case "==":
		return s.c.Compare("=", a, b)
	case "<=>":
		return s.c.Compare("IS NOT DISTINCT FROM", a, b)
	case "||":
		return s.concat([]value{a, b}, s.c.Source(x))
	case "&", "|", "^":
		return s.c.bits(x.Op, a, b)
	}
	return s.c.arithmetic(x.Op, a, b)
}

// inList compiles IN (a, b, …), whose values meet in their least common type (functions/in).
func (s *scope) inList(x *sqltree.InList) (value, *Error) {
	meets := func(to Type, v, y value) (Type, *Error) {
		t, ok := coerced(to, y.Type)
		if !ok {
			return t, mismatch(s.c.Source(x), []value{v, y})
		}
		return t, nil
	}
	return s.InList(x, meets, s.c.operand)
}
