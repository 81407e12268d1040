package sfsql

import (
	"fmt"
	"strings"
)

// comparable returns the type in which a and b compare, or false (sql-reference/data-type-conversion). A string meets a date,
// time, timestamp or boolean in that type; it meets a number only as a literal, because the precision of the number that
// Snowflake makes of a string is not documented.
func (c *compiler) comparable(a, b value) (Type, bool) {
	if t, ok := union(a.typ, b.typ); ok {
		return t, !t.isSemi()
	}
	if a.typ.Kind == Varchar {
		a, b = b, a
	}
	if b.typ.Kind == Varchar {
		switch a.typ.Kind {
		case Date, Time, TimestampNTZ, TimestampLTZ, Boolean:
			return a.typ, true
		case Number, Float:
			if b.lit == nil {
				return Type{}, false
			}
			n, err := numberLiteral(strings.TrimPrefix(strings.TrimSpace(*b.lit), "-"))
			if err != nil || !decimalText(strings.TrimPrefix(strings.TrimSpace(*b.lit), "-")) {
				return Type{}, false
			}
			return union(a.typ, n.typ)
		}
	}
	if a.typ.Kind == TimestampTZ && b.typ.Kind == TimestampLTZ || a.typ.Kind == TimestampLTZ && b.typ.Kind == TimestampTZ {
		return of(TimestampLTZ), true
	}
	return Type{}, false
}

func decimalText(s string) bool {
	return s != "" && strings.Trim(s, "0123456789.") == "" && strings.Count(s, ".") <= 1 && s != "."
}

// compare compiles a comparison; strings compare byte by byte, timestamps with zones by instant.
func (c *compiler) compare(op string, a, b value) (value, *Error) {
	to, ok := c.comparable(a, b)
	if !ok {
		return value{}, invalidTypes(strings.TrimSpace(op), []value{a, b})
	}
	if to.Kind == TimestampTZ {
		to = of(TimestampLTZ)
	}
	l, r := c.operand(a, to), c.operand(b, to)
	return value{sql: "(" + l + " " + strings.TrimSpace(op) + " " + r + ")", typ: of(Boolean),
		nullable: (a.nullable || b.nullable) && !strings.Contains(op, "DISTINCT")}, nil
}

// operand is a value as one side of a comparison. A short number stands bare: it compares exactly with any DECIMAL, and thousands of
// casts would cost seconds.
func (c *compiler) operand(v value, to Type) string {
	if v.lit == nil || v.typ.Kind != Number || to.Kind != Number || len(*v.lit) > 17 {
		return c.convert(v, to).sql
	}
	if strings.HasPrefix(*v.lit, "-") {
		return "(" + *v.lit + ")"
	}
	return *v.lit
}

// concat is || (sql-reference/functions/concat): strings or binaries; a number becomes a string.
func (c *compiler) concat(a, b value) (value, *Error) {
	to := varchar(a.typ.Length + b.typ.Length)
	if a.typ.Kind == Binary && b.typ.Kind == Binary {
		to = Type{Kind: Binary, Length: a.typ.Length + b.typ.Length}
	}
	out := make([]string, 2)
	for i, v := range []value{a, b} {
		switch {
		case v.typ.Kind == to.Kind, v.typ.Kind == Null:
		case v.typ.Kind == Number && to.Kind == Varchar:
			v = c.convert(v, of(Varchar))
			to = varchar(to.Length + 40)
		default:
			return value{}, invalidTypes("||", []value{a, b})
		}
		out[i] = c.convert(v, to).sql
	}
	sql := "(" + out[0] + " || " + out[1] + ")"
	if a.typ.Kind == Null || b.typ.Kind == Null {
		sql = castTo(sql, to)
	}
	return value{sql: sql, typ: to, nullable: a.nullable || b.nullable}, nil
}

// arithmetic compiles + - * / % (sql-reference/operators-arithmetic).
func (c *compiler) arithmetic(op string, a, b value) (value, *Error) {
	if v, ok := c.dateArithmetic(op, a, b); ok {
		return v, nil
	}
	for _, v := range []*value{&a, &b} {
		if v.typ.Kind == Null {
			*v = value{sql: castTo("NULL", number(1, 0)), typ: number(1, 0), nullable: true}
		}
		if !v.typ.isNumeric() {
			return value{}, invalidTypes(op, []value{a, b})
		}
	}
	isNullable := a.nullable || b.nullable
	if a.typ.Kind == Float || b.typ.Kind == Float {
		a, b = c.convert(a, of(Float)), c.convert(b, of(Float))
		sql := fmt.Sprintf("(%s %s %s)", a.sql, op, b.sql)
		switch op {
		case "/":
			sql = fmt.Sprintf("sf_fdiv(%s, %s)", a.sql, b.sql)
		case "%":
			sql = fmt.Sprintf("sf_fmod(%s, %s)", a.sql, b.sql)
		}
		return value{sql: sql, typ: of(Float), nullable: isNullable}, nil
	}
	t, sql := c.fixed(op, a, b)
	return value{sql: castTo(sql, t), typ: t, nullable: isNullable}, nil
}

// fixed compiles an operator over NUMBERs: its type, and text that casts to it. DuckDB computes in 64 bits while both operands
// have at most 18 digits, so a wider result needs a wider operand.
func (c *compiler) fixed(op string, a, b value) (Type, string) {
	l := a.sql
	widen := func(t Type) {
		if t.Precision > 18 && a.typ.Precision <= 18 && b.typ.Precision <= 18 {
			l = castTo(a.sql, number(19, a.typ.Scale))
		}
	}
	switch op {
	case "+", "-":
		t := sumType(a.typ, b.typ)
		widen(t)
		return t, fmt.Sprintf("(%s %s %s)", l, op, b.sql)
	case "*":
		t := productType(a.typ, b.typ)
		widen(number(a.typ.Precision+b.typ.Precision, 0))
		return t, fmt.Sprintf("(%s * %s)", l, b.sql)
	case "/":
		t := quotientType(a.typ, b.typ)
		return t, c.quotient(a, b, t.Scale)
	}
	return remainderType(a.typ, b.typ), fmt.Sprintf("sf_mod(%s, %s)", a.sql, b.sql)
}

// quotient is a/b rounded half away from zero at a scale, computed on 128-bit integers: (A·10^(scale+sb-sa)) / B for the
// unscaled integers A and B.
func (c *compiler) quotient(a, b value, scale int) string {
	name := "sf_div"
	if b.lit != nil && strings.Trim(*b.lit, "-0.") != "" {
		name = "sf_quotient"
	}
	return fmt.Sprintf("%s(%s * %s, %s) * CAST('%s' AS DECIMAL(%d,%d))", name, unscaled(a), power(scale+b.typ.Scale-a.typ.Scale),
		unscaled(b), tiny(scale), max(scale, 1), scale)
}

// unscaled is the integer that a NUMBER's digits make without the point.
func unscaled(v value) string {
	if v.typ.Scale == 0 {
		return "CAST(" + v.sql + " AS HUGEINT)"
	}
	wide := castTo(v.sql, number(min(maxPrecision, v.typ.Precision+v.typ.Scale), v.typ.Scale))
	return fmt.Sprintf("CAST(%s * CAST('%s' AS DECIMAL(38,0)) AS HUGEINT)", wide, "1"+strings.Repeat("0", v.typ.Scale))
}

func power(n int) string { return "CAST('1" + strings.Repeat("0", n) + "' AS HUGEINT)" }

// tiny is 10^-scale.
func tiny(scale int) string {
	if scale == 0 {
		return "1"
	}
	return "0." + strings.Repeat("0", scale-1) + "1"
}
