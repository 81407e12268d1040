package dbsql

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/waggle-sql/waggle/internal/sandbox/sqltree"
)

// maxSpent bounds the bytes that one statement's expressions are written in, counted at every level of nesting.
const maxSpent = 256 << 20

func (s *scope) expr(x sqltree.Expr) (value, *Error) {
	v, err := s.compile(x)
	if s.c.spent += len(v.SQL); err == nil && s.c.spent > maxSpent {
		return value{}, tooComplex()
	}
	return v, err
}

// compile compiles an expression. Where the scope is grouped, an expression that is a group key as a whole stands for it.
func (s *scope) compile(x sqltree.Expr) (value, *Error) {
	if v, ok := s.Key(x); ok {
		return v, nil
	}
	switch x := x.(type) {
	case *sqltree.Reference:
		return s.Resolve(x)
	case *sqltree.NumberLit:
		return numberLiteral(x.Text)
	case *sqltree.StringLit:
		return stringLiteral(x.Text), nil
	case *sqltree.BoolLit:
		return value{SQL: strings.ToUpper(strconv.FormatBool(x.Value)), Type: of(Boolean)}, nil
	case *sqltree.NullLit:
		return value{SQL: "NULL", Nullable: true}, nil
	case *sqltree.BindExpr:
		return s.bound(x)
	case *sqltree.Unary:
		return s.unary(x)
	case *sqltree.Binary:
		return s.binary(x)
	case *sqltree.Logic:
		return s.Logic(x)
	case *sqltree.Call:
		return s.call(x)
	case *sqltree.CastExpr:
		return s.cast(x)
	case *sqltree.CaseExpr:
		return s.Case(x)
	case *sqltree.Path:
		return s.path(x)
	case *sqltree.Interval:
		return s.interval(x)
	}
	return s.predicate(x)
}

func (s *scope) predicate(x sqltree.Expr) (value, *Error) {
	switch x := x.(type) {
	case *sqltree.IsNull:
		return s.IsNull(x)
	case *sqltree.IsTruth:
		return s.isTruth(x)
	case *sqltree.IsDistinct:
		return s.IsDistinct(x)
	case *sqltree.Between:
		return s.Between(x)
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
	v, err := s.expr(x)
	if err != nil {
		return value{}, err
	}
	switch v.Type.Kind {
	case Boolean:
		return v, nil
	case Void:
		return s.c.convert(v, of(Boolean)), nil
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
	v, err := s.expr(x.X)
	if err != nil {
		return v, err
	}
	if v.Type.Kind == String {
		v = s.c.convert(v, of(Double))
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
		return s.c.compare(x.Op, a, b)
	case "==":
		return s.c.compare("=", a, b)
	case "<=>":
		return s.c.compare("IS NOT DISTINCT FROM", a, b)
	case "||":
		return s.concat([]value{a, b}, s.c.Source(x))
	case "&", "|", "^":
		return s.c.bits(x.Op, a, b)
	}
	return s.c.arithmetic(x.Op, a, b)
}

// inList compiles IN (a, b, …), whose values meet in their least common type (functions/in).
func (s *scope) inList(x *sqltree.InList) (value, *Error) {
	v, err := s.expr(x.X)
	if err != nil {
		return value{}, err
	}
	vs := make([]value, len(x.List))
	to := v.Type
	for i, y := range x.List {
		if vs[i], err = s.expr(y); err != nil {
			return value{}, err
		}
		t, ok := coerced(to, vs[i].Type)
		if !ok {
			return value{}, mismatch(s.c.Source(x), []value{v, vs[i]})
		}
		to = t
	}
	out := make([]string, len(vs))
	for i := range vs {
		out[i] = s.c.operand(vs[i], to)
	}
	not := ""
	if x.Not {
		not = "NOT "
	}
	return value{SQL: fmt.Sprintf("(%s %sIN (%s))", s.c.operand(v, to), not, strings.Join(out, ", ")), Type: of(Boolean), Nullable: true}, nil
}
