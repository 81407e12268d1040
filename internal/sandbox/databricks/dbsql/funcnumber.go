package dbsql

import (
	"fmt"
	"strings"

	"github.com/waggle-sql/waggle/internal/sandbox/sqltree"
)

// numberFunctions are functions of numbers; logarithms of what is not positive are NULL.
var numberFunctions = []function{
	{name: "ABS", args: "n", of: first, form: "abs($1)"},
	{name: "ABS", args: "f", typ: of(Double), form: "abs($1)"},
	{name: "SIGN", args: "f", typ: of(Double), form: "CAST(sign($1) AS DOUBLE)"},
	{name: "SIGNUM", args: "f", typ: of(Double), form: "CAST(sign($1) AS DOUBLE)"},
	{name: "SQRT", args: "f", typ: of(Double), form: "(CASE WHEN $1 < 0 THEN CAST('NaN' AS DOUBLE) ELSE sqrt($1) END)"},
	{name: "CBRT", args: "f", typ: of(Double), form: "cbrt($1)"},
	{name: "EXP", args: "f", typ: of(Double), form: "exp($1)"},
	{name: "LN", args: "f", typ: of(Double), form: "(CASE WHEN $1 > 0 THEN ln($1) END)"},
	{name: "LOG", args: "f", typ: of(Double), form: "(CASE WHEN $1 > 0 THEN ln($1) END)"},
	{name: "LOG", args: "ff", typ: of(Double), form: "(CASE WHEN $1 > 0 AND $2 > 0 THEN ln($2) / ln($1) END)"},
	{name: "LOG10", args: "f", typ: of(Double), form: "(CASE WHEN $1 > 0 THEN log10($1) END)"},
	{name: "LOG2", args: "f", typ: of(Double), form: "(CASE WHEN $1 > 0 THEN log2($1) END)"},
	{name: "POWER", args: "ff", typ: of(Double), form: "power($1, $2)"},
	{name: "POW", args: "ff", typ: of(Double), form: "power($1, $2)"},
	{name: "PI", args: "", typ: of(Double), form: "pi()"},
	{name: "SIN", args: "f", typ: of(Double), form: "sin($1)"},
	{name: "COS", args: "f", typ: of(Double), form: "cos($1)"},
	{name: "TAN", args: "f", typ: of(Double), form: "tan($1)"},
	{name: "ATAN", args: "f", typ: of(Double), form: "atan($1)"},
	{name: "ATAN2", args: "ff", typ: of(Double), form: "atan2($1, $2)"},
	{name: "DEGREES", args: "f", typ: of(Double), form: "degrees($1)"},
	{name: "RADIANS", args: "f", typ: of(Double), form: "radians($1)"},
	{name: "ISNAN", args: "f", typ: of(Boolean), form: "COALESCE(isnan($1), FALSE)"},
	{name: "CEIL", args: "f", typ: of(Bigint), form: "ceil($1)", page: "ceil"},
	{name: "FLOOR", args: "f", typ: of(Bigint), form: "floor($1)", page: "floor"},
}

var otherFunctions = []function{
	{name: "ISNULL", args: "x", typ: of(Boolean), form: "($1 IS NULL)"},
	{name: "ISNOTNULL", args: "x", typ: of(Boolean), form: "($1 IS NOT NULL)"},
	{name: "UUID", args: "", typ: of(String), form: "CAST(uuid() AS VARCHAR)"},
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
		v = s.c.convert(v, of(Double))
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
			return s.c.convert(v, of(Bigint)), nil
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
	b := s.c.convert(a[1], r.Type).SQL
	return value{SQL: castTo(fmt.Sprintf("db_pmod(%s, %s)", r.SQL, b), r.Type), Type: r.Type, Nullable: r.Nullable}, nil
}
