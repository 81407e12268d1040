package sfsql

import (
	"strings"

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
	case *sqltree.InList:
		return s.inList(x)
	case *sqltree.InQuery:
		if x.Not {
			return s.member(x.X, "<>", x.Q, true)
		}
		return s.member(x.X, "=", x.Q, false)
	case *sqltree.Quantified:
		return s.member(x.X, x.Op, x.Q, x.All)
	case *sqltree.Exists:
		return s.exists(x)
	case *sqltree.Like:
		return s.like(x)
	case *sqltree.Subquery:
		return s.scalar(x)
	case *sqltree.Interval:
		return value{}, unsupported("INTERVAL outside of date arithmetic")
	}
	return value{}, unsupported("expression %s", s.c.Source(x))
}

// numberLiteral types a constant by its digits; with an exponent it is a FLOAT (sql-reference/data-types-numeric).
func numberLiteral(t string) (value, *Error) {
	if strings.ContainsAny(t, "eE") {
		return value{SQL: castTo(sqltree.Text(t), of(Float)), Type: of(Float), Lit: &t}, nil
	}
	whole, frac, _ := strings.Cut(t, ".")
	whole = strings.TrimLeft(whole, "0")
	p := max(len(whole), 1) + len(frac)
	if len(whole) == 0 && p == maxPrecision+1 {
		p = maxPrecision
	}
	if p > maxPrecision || len(frac) > 37 {
		return value{}, &Error{Number: 100046, SQLState: "22003", Message: "Number out of representable range: type FIXED[SB16](38,0){not null}, value " + t}
	}
	t = strings.TrimSuffix(t, ".")
	ty := number(p, len(frac))
	return value{SQL: castTo(sqltree.Text(t), ty), Type: ty, Lit: &t}, nil
}

func stringLiteral(t string) value {
	return value{SQL: sqltree.Text(t), Type: varchar(max(len([]rune(t)), 1)), Lit: &t}
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
	case Null, Number:
		return s.c.Convert(v, of(Boolean)), nil
	}
	return value{}, compilation(1038, "22023", "invalid type [%s] for parameter 'condition'", v.Type)
}

func (s *scope) unary(x *sqltree.Unary) (value, *Error) {
	if x.Op == "NOT" {
		v, err := s.condition(x.X)
		v.SQL, v.Lit = "(NOT "+v.SQL+")", nil
		return v, err
	}
	if n, ok := x.X.(*sqltree.NumberLit); ok && x.Op == "-" {
		v, err := numberLiteral(n.Text)
		if err != nil {
			return v, err
		}
		lit := "-" + *v.Lit
		return value{SQL: castTo(sqltree.Text(lit), v.Type), Type: v.Type, Lit: &lit}, nil
	}
	v, err := s.Expr(x.X)
	if err != nil {
		return v, err
	}
	if v.Type.Kind == Null {
		return v, nil
	}
	if !v.Type.isNumeric() {
		return v, invalidTypes(x.Op, []value{v})
	}
	if x.Op == "-" {
		v.SQL, v.Lit = "(-"+v.SQL+")", nil
	}
	return v, nil
}

func (s *scope) binary(x *sqltree.Binary) (value, *Error) {
	if iv, ok := x.R.(*sqltree.Interval); ok {
		return s.intervalSum(x, iv)
	}
	a, b, err := s.Two(x.L, x.R)
	if err != nil {
		return value{}, err
	}
	switch x.Op {
	case "=", "<>", "<", "<=", ">", ">=":
		return s.c.Compare(x.Op, a, b)
	case "||":
		return s.c.concat(a, b)
	}
	return s.c.arithmetic(x.Op, a, b)
}

// inList compiles IN (a, b, …): an equality with each, by three-valued logic (sql-reference/functions/in).
func (s *scope) inList(x *sqltree.InList) (value, *Error) {
	if err := computedList(x.List); err != nil {
		return value{}, err
	}
	meets := func(to Type, v, y value) (Type, *Error) {
		t, ok := s.c.comparable(value{Type: to, Lit: v.Lit}, y)
		if !ok {
			return t, invalidTypes("IN", []value{v, y})
		}
		return t, nil
	}
	written := func(v value, to Type) string {
		if to.Kind == TimestampTZ {
			to = of(TimestampLTZ)
		}
		return s.c.operand(v, to)
	}
	return s.InList(x, meets, written)
}

// maxComputed is how many elements of an IN list may be something else than literals and placeholders; a cast literal counts.
const maxComputed = 50

func computedList(list []sqltree.Expr) *Error {
	n := 0
	for _, x := range list {
		if u, ok := x.(*sqltree.Unary); ok && u.Op == "-" {
			x = u.X
		}
		switch x.(type) {
		case *sqltree.NumberLit, *sqltree.StringLit, *sqltree.BoolLit, *sqltree.NullLit, *sqltree.BindExpr:
		default:
			n++
		}
	}
	if n > maxComputed {
		return compilation(2014, "22000", "In-list contains more than 50 non-constant values")
	}
	return nil
}
