package sfsql

import (
	"fmt"

	"github.com/waggle-sql/waggle/internal/sandbox/sqltree"
)

// numberFunctions follow sql-reference/functions-numeric.
var numberFunctions = []function{
	{Name: "ABS", Args: "n", Of: first, Form: "abs($1)"},
	{Name: "ABS", Args: "f", Type: floatType, Form: "abs($1)"},
	{Name: "SIGN", Args: "n", Type: number(1, 0), Form: "sign($1)"},
	{Name: "SIGN", Args: "f", Type: floatType, Form: "CAST(sign($1) AS DOUBLE)"},
	{Name: "SQRT", Args: "f", Type: floatType, Form: "sqrt($1)"},
	{Name: "SQUARE", Args: "f", Type: floatType, Form: "($1 * $1)"},
	{Name: "POWER", Args: "ff", Type: floatType, Form: "sf_power($1, $2)", Page: "pow"},
	{Name: "POW", Args: "ff", Type: floatType, Form: "sf_power($1, $2)"},
	{Name: "EXP", Args: "f", Type: floatType, Form: "sf_finite(exp($1), 'exp')"},
	{Name: "LN", Args: "f", Type: floatType, Form: "ln($1)"},
	{Name: "LOG", Args: "ff", Type: floatType, Form: "(ln($2) / ln($1))"},
	{Name: "PI", Args: "", Type: floatType, Form: "pi()"},
	{Name: "SIN", Args: "f", Type: floatType, Form: "sin($1)"},
	{Name: "COS", Args: "f", Type: floatType, Form: "cos($1)"},
	{Name: "TAN", Args: "f", Type: floatType, Form: "tan($1)"},
	{Name: "COT", Args: "f", Type: floatType, Form: "cot($1)"},
	{Name: "ASIN", Args: "f", Type: floatType, Form: "sf_asin($1)"},
	{Name: "ACOS", Args: "f", Type: floatType, Form: "sf_acos($1)"},
	{Name: "ATAN", Args: "f", Type: floatType, Form: "atan($1)"},
	{Name: "ATAN2", Args: "ff", Type: floatType, Form: "atan2($1, $2)"},
	{Name: "SINH", Args: "f", Type: floatType, Form: "sinh($1)"},
	{Name: "COSH", Args: "f", Type: floatType, Form: "cosh($1)"},
	{Name: "TANH", Args: "f", Type: floatType, Form: "tanh($1)"},
	{Name: "DEGREES", Args: "f", Type: floatType, Form: "degrees($1)"},
	{Name: "RADIANS", Args: "f", Type: floatType, Form: "radians($1)"},
	{Name: "FACTORIAL", Args: "i", Type: number(38, 0), Form: "sf_factorial($1)"},
	{Name: "BITAND", Args: "ii", Type: number(38, 0), Form: "($1 & $2)"},
	{Name: "BITOR", Args: "ii", Type: number(38, 0), Form: "($1 | $2)"},
	{Name: "BITXOR", Args: "ii", Type: number(38, 0), Form: "xor($1, $2)"},
	{Name: "BITNOT", Args: "i", Type: number(38, 0), Form: "(~$1)"},
}

// div0 compiles DIV0(a, b) and DIV0NULL(a, b): a/b, or 0 when b is 0 (or NULL).
func div0(null bool) func(s *scope, x *sqltree.Call, a []value) (value, *Error) {
	return func(s *scope, x *sqltree.Call, a []value) (value, *Error) {
		q, err := s.c.arithmetic("/", a[0], a[1])
		if err != nil {
			return value{}, err
		}
		test := a[1].SQL + " = 0"
		if null {
			test = "(" + test + " OR " + a[1].SQL + " IS NULL)"
		}
		q.SQL = fmt.Sprintf("(CASE WHEN %s AND %s IS NOT NULL THEN %s ELSE %s END)", test, a[0].SQL, castTo("0", q.Type), q.SQL)
		return q, nil
	}
}

func modulo(s *scope, x *sqltree.Call, a []value) (value, *Error) {
	return s.c.arithmetic("%", a[0], a[1])
}

// rounding compiles ROUND, TRUNC, CEIL and FLOOR: FLOAT stays FLOAT; a NUMBER keeps min(its scale, a literal scale), at least 0
// (sql-reference/functions/round, -trunc, -ceil, -floor). A rounded NUMBER may grow by a digit.
func rounding(name string) func(s *scope, x *sqltree.Call, a []value) (value, *Error) {
	return func(s *scope, x *sqltree.Call, a []value) (value, *Error) {
		if name == "trunc" && a[0].Type.isDateLike() && len(a) == 2 {
			return s.dateTrunc(x, a[1], a[0])
		}
		n := 0
		if len(a) == 2 {
			ok := false
			if n, ok = constInt(a[1]); !ok || n < -38 || n > 38 {
				return value{}, unsupported("%s with a scale that is not a literal integer", x.Name)
			}
		}
		v := a[0]
		switch v.Type.Kind {
		case Null:
			return v, nil
		case Number:
			return roundNumber(name, v, n), nil
		case Float:
			return roundFloat(name, v, n)
		}
		return value{}, invalidTypes(x.Name, a)
	}
}

func roundNumber(name string, v value, n int) value {
	if n >= v.Type.Scale {
		return v
	}
	t := number(min(maxPrecision, v.Type.Precision+1), max(n, 0))
	v.Lit = nil
	if name == "round" && n >= 0 {
		v.SQL = castTo(v.SQL, t)
		v.Type = t
		return v
	}
	unit, back := "", ""
	if n != 0 {
		unit, back = fmt.Sprintf(" * %s", powerOf(n)), fmt.Sprintf(" * %s", powerOf(-n))
	}
	wide := castTo(v.SQL, number(maxPrecision, v.Type.Scale))
	v.SQL = castTo(fmt.Sprintf("CAST(%s(%s%s) AS DECIMAL(38,0))%s", name, wide, unit, back), t)
	v.Type = t
	return v
}

// powerOf is 10^n as a DuckDB decimal.
func powerOf(n int) string {
	if n < 0 {
		return fmt.Sprintf("CAST('%s' AS DECIMAL(%d,%d))", tiny(-n), max(-n, 1), -n)
	}
	return fmt.Sprintf("CAST('1e%d' AS DECIMAL(%d,0))", n, n+1)
}

func roundFloat(name string, v value, n int) (value, *Error) {
	v.Lit = nil
	switch {
	case n == 0:
		v.SQL = name + "(" + v.SQL + ")"
	case name == "round":
		v.SQL = fmt.Sprintf("round(%s, %d)", v.SQL, n)
	default:
		return v, unsupported("%s of a FLOAT with a scale", name)
	}
	return v, nil
}

// extreme compiles GREATEST and LEAST, NULL when any argument is (sql-reference/functions/greatest), or the forms that skip NULLs.
func extreme(name string, skip bool) func(s *scope, x *sqltree.Call, a []value) (value, *Error) {
	return func(s *scope, x *sqltree.Call, a []value) (value, *Error) {
		to, isNullable, err := s.c.Common(x.Name, a)
		if err != nil {
			return value{}, err
		}
		if to.isSemi() || to.Kind == TimestampTZ || to.Kind == Boolean {
			return value{}, invalidTypes(x.Name, a)
		}
		list, nulls := "", ""
		for i, v := range a {
			if i > 0 {
				list, nulls = list+", ", nulls+" OR "
			}
			sql := s.c.Convert(v, to).SQL
			list += sql
			nulls += sql + " IS NULL"
		}
		out := value{SQL: name + "(" + list + ")", Type: to, Nullable: isNullable}
		if !skip && isNullable {
			out.SQL = "(CASE WHEN " + nulls + " THEN NULL ELSE " + out.SQL + " END)"
		}
		return out, nil
	}
}
