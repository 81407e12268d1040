package dbsql

import (
	"fmt"
	"strings"

	"github.com/waggle-sql/waggle/internal/sandbox/sqltree"
)

// compare compiles a comparison (functions/eqsign and its like); strings compare byte by byte, NaN equals itself and is above all.
func (c *compiler) compare(op string, a, b value) (value, *Error) {
	to, ok := coerced(a.typ, b.typ)
	if !ok || to.Kind == Array || to.Kind == Interval {
		return value{}, mismatch(op, []value{a, b})
	}
	return value{sql: "(" + c.operand(a, to) + " " + op + " " + c.operand(b, to) + ")", typ: of(Boolean),
		nullable: (a.nullable || b.nullable) && !strings.Contains(op, "DISTINCT")}, nil
}

// operand is a value as one side of a comparison. DuckDB compares exact numbers of any two types exactly, so that short ones stand
// without a cast, and literals bare: thousands of casts would cost seconds.
func (c *compiler) operand(v value, to Type) string {
	if !v.typ.isExact() || !to.isExact() || to.exact().Precision == maxPrecision {
		return c.convert(v, to).sql
	}
	switch {
	case v.lit == nil:
		return v.sql
	case strings.HasPrefix(*v.lit, "-"):
		return "(" + *v.lit + ")"
	}
	return *v.lit
}

// concat is || and concat (functions/concat): strings, or binaries alone; NULL when any is.
func (s *scope) concat(vs []value, source string) (value, *Error) {
	to := of(Binary)
	for _, v := range vs {
		if v.typ.Kind != Binary {
			to = of(String)
		}
	}
	out, isNullable := make([]string, len(vs)), false
	for i, v := range vs {
		w, ok := s.c.fitOne('t', v)
		if to.Kind == Binary {
			w, ok = v, true
		}
		if !ok {
			return value{}, mismatch(source, vs)
		}
		out[i], isNullable = w.sql, isNullable || v.nullable
	}
	return value{sql: "(" + strings.Join(out, " || ") + ")", typ: to, nullable: isNullable}, nil
}

// bits compiles & | ^ over integers (functions/ampersandsign, -pipesign, -caretsign).
func (c *compiler) bits(op string, a, b value) (value, *Error) {
	if !a.typ.isInteger() || !b.typ.isInteger() {
		return value{}, mismatch(op, []value{a, b})
	}
	to := of(max(a.typ.Kind, b.typ.Kind))
	l, r := c.convert(a, to).sql, c.convert(b, to).sql
	sql := "(" + l + " " + op + " " + r + ")"
	if op == "^" {
		sql = "xor(" + l + ", " + r + ")"
	}
	return value{sql: sql, typ: to, nullable: a.nullable || b.nullable}, nil
}

// arithmetic compiles + - * / % DIV (sql-ref-operators).
func (c *compiler) arithmetic(op string, a, b value) (value, *Error) {
	if a.typ.Kind == Interval || b.typ.Kind == Interval {
		return c.intervalSum(op, a, b)
	}
	if a.typ.Kind == Date && b.typ.Kind == Date && op == "-" {
		return c.dayDifference(a, b), nil
	}
	shown := []value{a, b}
	for _, v := range []*value{&a, &b} {
		if v.typ.Kind == Void {
			*v = c.convert(*v, of(Int))
		}
	}
	if a.typ.Kind == String || b.typ.Kind == String {
		to, ok := coerced(a.typ, b.typ)
		if to.Kind == String {
			to = of(Double)
		}
		if !ok || !to.isNumeric() {
			return value{}, mismatch(op, shown)
		}
		a, b = c.convert(a, to), c.convert(b, to)
	}
	if !a.typ.isNumeric() || !b.typ.isNumeric() {
		return value{}, mismatch(op, shown)
	}
	out := value{nullable: a.nullable || b.nullable}
	switch {
	case a.typ.isFloat() || b.typ.isFloat():
		out.typ, out.sql = c.floating(op, a, b)
	case op == "DIV":
		out.typ, out.sql = of(Bigint), c.integral(a, b)
	case a.typ.isInteger() && b.typ.isInteger():
		out.typ, out.sql = c.integers(op, a, b)
	default:
		out.typ, out.sql = c.decimals(op, asDecimal(a), asDecimal(b))
		if out.sql == "" {
			return value{}, unsupported("%s over DECIMALs of together more than 38 fractional digits", op)
		}
	}
	return out, nil
}

func (c *compiler) floating(op string, a, b value) (Type, string) {
	to := of(Double)
	if a.typ == b.typ && op != "/" && op != "DIV" {
		to = a.typ
	}
	l, r := c.convert(a, to).sql, c.convert(b, to).sql
	switch op {
	case "/":
		return to, "db_fdiv(" + l + ", " + r + ")"
	case "%":
		return to, "db_mod(" + l + ", " + r + ")"
	case "DIV":
		return of(Bigint), castTo("trunc(db_fdiv("+l+", "+r+"))", of(Bigint))
	}
	return to, "(" + l + " " + op + " " + r + ")"
}

func (c *compiler) integers(op string, a, b value) (Type, string) {
	if op == "/" {
		return of(Double), "db_fdiv(" + c.convert(a, of(Double)).sql + ", " + c.convert(b, of(Double)).sql + ")"
	}
	to := of(max(a.typ.Kind, b.typ.Kind))
	l, r := c.convert(a, to).sql, c.convert(b, to).sql
	switch {
	case op == "%" && nonzero(b):
		return to, "(" + l + " % " + r + ")"
	case op == "%":
		return to, "db_mod(" + l + ", " + r + ")"
	}
	return to, "(" + l + " " + op + " " + r + ")"
}

// integral is DIV (functions/div): the quotient without its fraction, a BIGINT.
func (c *compiler) integral(a, b value) string {
	l, r := castTo(a.sql, of(Bigint)), castTo(b.sql, of(Bigint))
	if !a.typ.isInteger() || !b.typ.isInteger() {
		s := max(a.typ.Scale, b.typ.Scale)
		return castTo(fmt.Sprintf("db_div(%s, %s)", unscaled(asDecimal(a), s), unscaled(asDecimal(b), s)), of(Bigint))
	}
	if nonzero(b) && !strings.HasPrefix(*b.lit, "-") {
		return "(" + l + " // " + r + ")"
	}
	return "db_div(" + l + ", " + r + ")"
}

func nonzero(v value) bool { return v.lit != nil && strings.Trim(*v.lit, "-0.") != "" }

// asDecimal is an exact number as a DECIMAL; a literal integer has no more digits than it shows.
func asDecimal(v value) value {
	t := v.typ.exact()
	if v.typ.isInteger() && v.lit != nil {
		t = decimal(len(strings.TrimPrefix(*v.lit, "-")), 0)
	}
	if t != v.typ {
		v.sql = castTo(v.sql, t)
		if v.lit != nil {
			v.sql = castTo(sqltree.Text(*v.lit), t)
		}
		v.typ = t
	}
	return v
}

// decimals compiles an operator over DECIMALs: its type, and text of it; no text where DuckDB has none. DuckDB computes in 64 bits while both
// operands have at most 18 digits, so that a wider result needs a wider operand.
func (c *compiler) decimals(op string, a, b value) (Type, string) {
	t := result(op, a.typ, b.typ)
	l := a.sql
	if wide := max(t.Precision, a.typ.Precision+b.typ.Precision); a.typ.Precision <= 18 && b.typ.Precision <= 18 && (t.Precision > 18 || op == "*" && wide > 18) {
		l = castTo(a.sql, decimal(19, a.typ.Scale))
	}
	switch op {
	case "+", "-":
		return t, castTo("("+l+" "+op+" "+b.sql+")", t)
	case "*":
		if a.typ.Scale+b.typ.Scale > maxPrecision {
			return t, ""
		}
		return t, castTo("("+l+" * "+b.sql+")", t)
	case "/":
		if b.typ.Scale+t.Scale-a.typ.Scale > maxPrecision {
			return t, ""
		}
		return t, castTo(quotient(a, b, t.Scale), t)
	}
	s := max(a.typ.Scale, b.typ.Scale)
	return t, castTo(fmt.Sprintf("db_scaled(db_mod(%s, %s), %s)", unscaled(a, s), unscaled(b, s), tiny(s)), t)
}

// quotient is a/b rounded half away from zero at a scale, computed on 128-bit integers: (A·10^(scale+sb-sa)) / B for the unscaled
// integers A and B.
func quotient(a, b value, scale int) string {
	name := "db_quotient"
	if nonzero(b) {
		name = "db_half_up"
	}
	return fmt.Sprintf("db_scaled(%s(%s, %s), %s)", name, unscaled(a, a.typ.Scale+scale+b.typ.Scale-a.typ.Scale), unscaled(b, b.typ.Scale), tiny(scale))
}

// unscaled is a DECIMAL as the integer that it makes at a scale.
func unscaled(v value, scale int) string {
	own := "CAST(" + v.sql + " AS HUGEINT)"
	if v.typ.Scale > 0 {
		wide := castTo(v.sql, decimal(min(maxPrecision, v.typ.Precision+v.typ.Scale), v.typ.Scale))
		own = fmt.Sprintf("CAST(%s * CAST('1%s' AS DECIMAL(38,0)) AS HUGEINT)", wide, strings.Repeat("0", v.typ.Scale))
	}
	if scale == v.typ.Scale {
		return own
	}
	return fmt.Sprintf("(%s * CAST('1%s' AS HUGEINT))", own, strings.Repeat("0", scale-v.typ.Scale))
}

// tiny is 10^-scale.
func tiny(scale int) string {
	if scale == 0 {
		return "CAST('1' AS DECIMAL(1,0))"
	}
	return fmt.Sprintf("CAST('0.%s1' AS DECIMAL(%d,%d))", strings.Repeat("0", scale-1), scale, scale)
}
