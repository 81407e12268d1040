package dbsql

import (
	"fmt"
	"strings"

	"github.com/waggle-sql/waggle/internal/sandbox/sqltree"
)

// numberFunctions are functions of numbers; logarithms of what is not positive are NULL.
var numberFunctions = []function{
	{Name: "ABS", Args: "n", Of: first, Form: "abs($1)"},
	{Name: "ABS", Args: "f", Type: of(Double), Form: "abs($1)"},
	{Name: "SIGN", Args: "f", Type: of(Double), Form: "CAST(sign($1) AS DOUBLE)"},
	{Name: "SIGNUM", Args: "f", Type: of(Double), Form: "CAST(sign($1) AS DOUBLE)"},
	{Name: "SQRT", Args: "f", Type: of(Double), Form: "(CASE WHEN $1 < 0 THEN CAST('NaN' AS DOUBLE) ELSE sqrt($1) END)"},
	{Name: "CBRT", Args: "f", Type: of(Double), Form: "cbrt($1)"},
	{Name: "EXP", Args: "f", Type: of(Double), Form: "exp($1)"},
	{Name: "LN", Args: "f", Type: of(Double), Form: "(CASE WHEN $1 > 0 THEN ln($1) END)"},
	{Name: "LOG", Args: "f", Type: of(Double), Form: "(CASE WHEN $1 > 0 THEN ln($1) END)"},
	{Name: "LOG", Args: "ff", Type: of(Double), Form: "(CASE WHEN $1 > 0 AND $2 > 0 THEN ln($2) / ln($1) END)"},
	{Name: "LOG10", Args: "f", Type: of(Double), Form: "(CASE WHEN $1 > 0 THEN log10($1) END)"},
	{Name: "LOG2", Args: "f", Type: of(Double), Form: "(CASE WHEN $1 > 0 THEN log2($1) END)"},
	{Name: "POWER", Args: "ff", Type: of(Double), Form: "power($1, $2)"},
	{Name: "POW", Args: "ff", Type: of(Double), Form: "power($1, $2)"},
	{Name: "PI", Args: "", Type: of(Double), Form: "pi()"},
	{Name: "SIN", Args: "f", Type: of(Double), Form: "sin($1)"},
	{Name: "COS", Args: "f", Type: of(Double), Form: "cos($1)"},
	{Name: "TAN", Args: "f", Type: of(Double), Form: "tan($1)"},
	{Name: "ATAN", Args: "f", Type: of(Double), Form: "atan($1)"},
	{Name: "ATAN2", Args: "ff", Type: of(Double), Form: "atan2($1, $2)"},
	{Name: "DEGREES", Args: "f", Type: of(Double), Form: "degrees($1)"},
	{Name: "RADIANS", Args: "f", Type: of(Double), Form: "radians($1)"},
	{Name: "ISNAN", Args: "f", Type: of(Boolean), Form: "COALESCE(isnan($1), FALSE)"},
	{Name: "CEIL", Args: "f", Type: of(Bigint), Form: "ceil($1)", Page: "ceil"},
	{Name: "FLOOR", Args: "f", Type: of(Bigint), Form: "floor($1)", Page: "floor"},
}

var otherFunctions = []function{
	{Name: "ISNULL", Args: "x", Type: of(Boolean), Form: "($1 IS NULL)"},
	{Name: "ISNOTNULL", Args: "x", Type: of(Boolean), Form: "($1 IS NOT NULL)"},
	{Name: "UUID", Args: "", Type: of(String), Form: "CAST(uuid() AS VARCHAR)"},
}

// roundedType is the type of round, bround, ceil and floor of a DECIMAL to n digits (functions/round).
func roundedType(t Type, n int) Type {
	whole := t.leading() + 1
	if n < 0 {
		return decimal(min(max(whole, 1-n), maxPrecision), 0)
	}
	s := min(t.Scale, n)
	return decimal(min(whole+s, maxPrecision), s)
}

// round compiles round(x [, n]), half away from zero: integers keep their type, a DOUBLE rounds the number that it prints as.
func round(s *scope, x *sqltree.Call, a []value) (value, *Error) {
	n, ok := 0, true
	if len(a) == 2 {
		n, ok = constInt(a[1])
	}
	v := a[0]
	if v.Type.Kind == String || v.Type.Kind == Void {
		v = s.c.Convert(v, of(Double))
	}
	if !ok || !v.Type.isNumeric() || n < -38 || n > 38 {
		return value{}, mismatch(s.c.Source(x), a)
	}
	out := value{Type: v.Type, Nullable: v.Nullable}
	switch {
	case v.Type.isInteger() && n >= 0:
		out.SQL = v.SQL
	case v.Type.isInteger():
		out.SQL = castTo(fmt.Sprintf("round(%s, %d)", castTo(v.SQL, decimal(20, 0)), n), v.Type)
	case v.Type.Kind == Decimal:
		out.Type = roundedType(v.Type, n)
		out.SQL = castTo(fmt.Sprintf("round(%s, %d)", castTo(v.SQL, decimal(min(v.Type.Precision+1, maxPrecision), v.Type.Scale)), n), out.Type)
	case n < 0 || n > 20:
		return value{}, unsupported("%s of a DOUBLE to %d digits", x.Name, n)
	default:
		out.SQL = castTo(fmt.Sprintf("(CASE WHEN isnan(%s) OR abs(%s) >= 1e15 THEN %s ELSE CAST(CAST(CAST(%s AS VARCHAR) AS DECIMAL(38,%d)) AS DOUBLE) END)",
			v.SQL, v.SQL, v.SQL, v.SQL, n), out.Type)
	}
	return out, nil
}

// bround rounds halves to even (functions/bround).
func bround(s *scope, x *sqltree.Call, a []value) (value, *Error) {
	n, ok := 0, true
	if len(a) == 2 {
		n, ok = constInt(a[1])
	}
	v := a[0]
	if !v.Type.isNumeric() {
		return value{}, mismatch(s.c.Source(x), a)
	}
	if !ok || n != 0 || v.Type.Kind == Decimal {
		return value{}, unsupported("%s", s.c.Source(x))
	}
	if v.Type.isInteger() {
		return v, nil
	}
	return value{SQL: castTo("round_even("+v.SQL+", 0)", v.Type), Type: v.Type, Nullable: v.Nullable}, nil
}

// ceilFloor compiles ceil and floor: of integers and DOUBLEs a BIGINT, of DECIMALs a DECIMAL (functions/ceil, -floor).
func ceilFloor(s *scope, x *sqltree.Call, a []value) (value, *Error) {
	name := strings.ToLower(x.Name[:4])
	if name == "floo" {
		name = "floor"
	}
	v := a[0]
	if v.Type.Kind != Decimal {
		f, ok := s.c.fitOne('f', v)
		switch {
		case len(a) == 2:
			return value{}, unsupported("%s of %s to digits", name, v.Type)
		case v.Type.isInteger():
			return s.c.Convert(v, of(Bigint)), nil
		case !ok:
			return value{}, mismatch(s.c.Source(x), a)
		}
		return value{SQL: castTo(name+"("+f.SQL+")", of(Bigint)), Type: of(Bigint), Nullable: v.Nullable}, nil
	}
	n, ok := 0, true
	if len(a) == 2 {
		n, ok = constInt(a[1])
	}
	if !ok || n < 0 || n > 18 || v.Type.leading()+n > maxPrecision-v.Type.Scale {
		if n != 0 || !ok {
			return value{}, unsupported("%s", s.c.Source(x))
		}
	}
	t := roundedType(v.Type, n)
	if n == 0 {
		return value{SQL: castTo(name+"("+v.SQL+")", t), Type: t, Nullable: v.Nullable}, nil
	}
	if n >= v.Type.Scale {
		return value{SQL: castTo(v.SQL, t), Type: t, Nullable: v.Nullable}, nil
	}
	scaled := fmt.Sprintf("(%s * CAST('1%s' AS DECIMAL(%d,0)))", castTo(v.SQL, decimal(maxPrecision-n-1, v.Type.Scale)), strings.Repeat("0", n), n+1)
	return value{SQL: castTo(fmt.Sprintf("db_scaled(CAST(%s(%s) AS HUGEINT), %s)", name, scaled, tiny(n)), t), Type: t, Nullable: v.Nullable}, nil
}

// binaryCall compiles an operator's function form.
func binaryCall(op string) func(s *scope, x *sqltree.Call, a []value) (value, *Error) {
	return func(s *scope, x *sqltree.Call, a []value) (value, *Error) { return s.c.arithmetic(op, a[0], a[1]) }
}

// tryCall is an operator that yields NULL where it raises (functions/try_divide and its like).
func tryCall(op string) func(s *scope, x *sqltree.Call, a []value) (value, *Error) {
	return func(s *scope, x *sqltree.Call, a []value) (value, *Error) {
		v, err := s.c.arithmetic(op, a[0], a[1])
		if v.Type.Kind == Interval || v.Type.isDateLike() {
			return value{}, unsupported("%s", s.c.Source(x))
		}
		return value{SQL: "TRY(" + v.SQL + ")", Type: v.Type, Nullable: true}, err
	}
}

// pmod is the positive remainder (functions/pmod).
func pmod(s *scope, x *sqltree.Call, a []value) (value, *Error) {
	r, err := s.c.arithmetic("%", a[0], a[1])
	if err != nil {
		return r, err
	}
	if !r.Type.isInteger() {
		return r, unsupported("pmod of %s", r.Type)
	}
	b := s.c.Convert(a[1], r.Type).SQL
	return value{SQL: castTo(fmt.Sprintf("db_pmod(%s, %s)", r.SQL, b), r.Type), Type: r.Type, Nullable: r.Nullable}, nil
}
