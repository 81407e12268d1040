package sfsql

import (
	"fmt"
	"strings"

	"github.com/waggle-sql/waggle/internal/sandbox/sqltree"
)

// comparable returns the type in which a and b compare, or false (sql-reference/data-type-conversion). A string meets a date,
// time, timestamp or boolean in that type; it meets a number only as a literal, because the precision of the number that
// Snowflake makes of a string is not documented.
func (c *compiler) comparable(a, b value) (Type, bool) {
	if t, ok := union(a.Type, b.Type); ok {
		return t, !t.isSemi()
	}
	if a.Type.Kind == Varchar {
		a, b = b, a
	}
	if b.Type.Kind == Varchar {
		switch a.Type.Kind {
		case Date, Time, TimestampNTZ, TimestampLTZ, Boolean:
			return a.Type, true
		case Number, Float:
			if b.Lit == nil {
				return Type{}, false
			}
			n, err := numberLiteral(strings.TrimPrefix(strings.TrimSpace(*b.Lit), "-"))
			if err != nil || !sqltree.IsDecimal(strings.TrimPrefix(strings.TrimSpace(*b.Lit), "-")) {
				return Type{}, false
			}
			return union(a.Type, n.Type)
		}
	}
	if a.Type.Kind == TimestampTZ && b.Type.Kind == TimestampLTZ || a.Type.Kind == TimestampLTZ && b.Type.Kind == TimestampTZ {
		return of(TimestampLTZ), true
	}
	return Type{}, false
}

// Compare compiles a comparison; strings compare byte by byte, timestamps with zones by instant.
func (c *compiler) Compare(op string, a, b value) (value, *Error) {
	to, ok := c.comparable(a, b)
	if !ok {
		return value{}, invalidTypes(strings.TrimSpace(op), []value{a, b})
	}
	if to.Kind == TimestampTZ {
		to = of(TimestampLTZ)
	}
	l, r := c.operand(a, to), c.operand(b, to)
	return value{SQL: "(" + l + " " + strings.TrimSpace(op) + " " + r + ")", Type: of(Boolean),
		Nullable: (a.Nullable || b.Nullable) && !strings.Contains(op, "DISTINCT")}, nil
}

// operand is a value as one side of a comparison. A short number stands bare: it compares exactly with any DECIMAL, and thousands of
// casts would cost seconds.
func (c *compiler) operand(v value, to Type) string {
	if v.Lit == nil || v.Type.Kind != Number || to.Kind != Number || len(*v.Lit) > 17 {
		return c.Convert(v, to).SQL
	}
	if strings.HasPrefix(*v.Lit, "-") {
		return "(" + *v.Lit + ")"
	}
	return *v.Lit
}

// concat is || (sql-reference/functions/concat): strings or binaries; a number becomes a string.
func (c *compiler) concat(a, b value) (value, *Error) {
	to := varchar(a.Type.Length + b.Type.Length)
	if a.Type.Kind == Binary && b.Type.Kind == Binary {
		to = Type{Kind: Binary, Length: a.Type.Length + b.Type.Length}
	}
	out := make([]string, 2)
	for i, v := range []value{a, b} {
		switch {
		case v.Type.Kind == to.Kind, v.Type.Kind == Null:
		case v.Type.Kind == Number && to.Kind == Varchar:
			v = c.Convert(v, of(Varchar))
			to = varchar(to.Length + 40)
		default:
			return value{}, invalidTypes("||", []value{a, b})
		}
		out[i] = c.Convert(v, to).SQL
	}
	sql := "(" + out[0] + " || " + out[1] + ")"
	if a.Type.Kind == Null || b.Type.Kind == Null {
		sql = castTo(sql, to)
	}
	return value{SQL: sql, Type: to, Nullable: a.Nullable || b.Nullable}, nil
}

// arithmetic compiles + - * / % (sql-reference/operators-arithmetic).
func (c *compiler) arithmetic(op string, a, b value) (value, *Error) {
	if v, ok := c.dateArithmetic(op, a, b); ok {
		return v, nil
	}
	for _, v := range []*value{&a, &b} {
		if v.Type.Kind == Null {
			*v = value{SQL: castTo("NULL", number(1, 0)), Type: number(1, 0), Nullable: true}
		}
		if !v.Type.isNumeric() {
			return value{}, invalidTypes(op, []value{a, b})
		}
	}
	isNullable := a.Nullable || b.Nullable
	if a.Type.Kind == Float || b.Type.Kind == Float {
		a, b = c.Convert(a, of(Float)), c.Convert(b, of(Float))
		sql := fmt.Sprintf("(%s %s %s)", a.SQL, op, b.SQL)
		switch op {
		case "/":
			sql = fmt.Sprintf("sf_fdiv(%s, %s)", a.SQL, b.SQL)
		case "%":
			sql = fmt.Sprintf("sf_fmod(%s, %s)", a.SQL, b.SQL)
		}
		return value{SQL: sql, Type: of(Float), Nullable: isNullable}, nil
	}
	t, sql := c.fixed(op, a, b)
	return value{SQL: castTo(sql, t), Type: t, Nullable: isNullable}, nil
}

// fixed compiles an operator over NUMBERs: its type, and text that casts to it. DuckDB computes in 64 bits while both operands
// have at most 18 digits, so a wider result needs a wider operand.
func (c *compiler) fixed(op string, a, b value) (Type, string) {
	l := a.SQL
	widen := func(t Type) {
		if t.Precision > 18 && a.Type.Precision <= 18 && b.Type.Precision <= 18 {
			l = castTo(a.SQL, number(19, a.Type.Scale))
		}
	}
	switch op {
	case "+", "-":
		t := sumType(a.Type, b.Type)
		widen(t)
		return t, fmt.Sprintf("(%s %s %s)", l, op, b.SQL)
	case "*":
		t := productType(a.Type, b.Type)
		widen(number(a.Type.Precision+b.Type.Precision, 0))
		return t, fmt.Sprintf("(%s * %s)", l, b.SQL)
	case "/":
		t := quotientType(a.Type, b.Type)
		return t, c.quotient(a, b, t.Scale)
	}
	return remainderType(a.Type, b.Type), remainder(a, b)
}

// remainder is a rest of the dividend's sign (sql-reference/functions/mod). Of operands that no DECIMAL holds both, for which DuckDB takes
// doubles, it is computed on 128-bit integers.
func remainder(a, b value) string {
	s := max(a.Type.Scale, b.Type.Scale)
	if s+max(a.Type.leading(), b.Type.leading()) <= 38 {
		return fmt.Sprintf("sf_mod(%s, %s)", a.SQL, b.SQL)
	}
	return fmt.Sprintf("sf_mod(%s * %s, %s * %s) * CAST('%s' AS DECIMAL(%d,%d))", unscaled(a), power(s-a.Type.Scale), unscaled(b), power(s-b.Type.Scale),
		tiny(s), max(s, 1), s)
}

// quotient is a/b rounded half away from zero at a scale, computed on 128-bit integers: (A·10^(scale+sb-sa)) / B for the
// unscaled integers A and B.
func (c *compiler) quotient(a, b value, scale int) string {
	name := "sf_div"
	if b.Lit != nil && strings.Trim(*b.Lit, "-0.") != "" {
		name = "sf_quotient"
	}
	return fmt.Sprintf("%s(%s * %s, %s) * CAST('%s' AS DECIMAL(%d,%d))", name, unscaled(a), power(scale+b.Type.Scale-a.Type.Scale),
		unscaled(b), tiny(scale), max(scale, 1), scale)
}

// unscaled is the integer that a NUMBER's digits make without the point.
func unscaled(v value) string {
	if v.Type.Scale == 0 {
		return "CAST(" + v.SQL + " AS HUGEINT)"
	}
	wide := castTo(v.SQL, number(min(maxPrecision, v.Type.Precision+v.Type.Scale), v.Type.Scale))
	return fmt.Sprintf("CAST(%s * CAST('%s' AS DECIMAL(38,0)) AS HUGEINT)", wide, "1"+strings.Repeat("0", v.Type.Scale))
}

func power(n int) string { return "CAST('1" + strings.Repeat("0", n) + "' AS HUGEINT)" }

// tiny is 10^-scale.
func tiny(scale int) string {
	if scale == 0 {
		return "1"
	}
	return "0." + strings.Repeat("0", scale-1) + "1"
}
