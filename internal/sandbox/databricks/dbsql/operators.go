package dbsql

import (
	"fmt"
	"strings"

	"github.com/waggle-sql/waggle/internal/sandbox/sqltree"
)

// Compare compiles a comparison (functions/eqsign and its like); strings compare byte by byte, NaN equals itself and is above all.
func (c *compiler) Compare(op string, a, b value) (value, *Error) {
	to, ok := coerced(a.Type, b.Type)
	if !ok || to.Kind == Array || to.Kind == Interval {
		return value{}, mismatch(op, []value{a, b})
	}
	return value{SQL: "(" + c.operand(a, to) + " " + op + " " + c.operand(b, to) + ")", Type: of(Boolean),
		Nullable: (a.Nullable || b.Nullable) && !strings.Contains(op, "DISTINCT")}, nil
}

// operand is a value as one side of a comparison. DuckDB compares exact numbers of any two types exactly, so that short ones stand
// without a cast, and literals bare: thousands of casts would cost seconds.
func (c *compiler) operand(v value, to Type) string {
	if !v.Type.isExact() || !to.isExact() || to.exact().Precision == maxPrecision {
		return c.Convert(v, to).SQL
	}
	switch {
	case v.Lit == nil:
		return v.SQL
	case strings.HasPrefix(*v.Lit, "-"):
		return "(" + *v.Lit + ")"
	}
	return *v.Lit
}

// concat is || and concat (functions/concat): strings, or binaries alone; NULL when any is.
func (s *scope) concat(vs []value, source string) (value, *Error) {
	to := of(Binary)
	for _, v := range vs {
		if v.Type.Kind != Binary {
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
		out[i], isNullable = w.SQL, isNullable || v.Nullable
	}
	return value{SQL: "(" + strings.Join(out, " || ") + ")", Type: to, Nullable: isNullable}, nil
}

// bits compiles & | ^ over integers (functions/ampersandsign, -pipesign, -caretsign).
func (c *compiler) bits(op string, a, b value) (value, *Error) {
	if !a.Type.isInteger() || !b.Type.isInteger() {
		return value{}, mismatch(op, []value{a, b})
	}
	to := of(max(a.Type.Kind, b.Type.Kind))
	l, r := c.Convert(a, to).SQL, c.Convert(b, to).SQL
	sql := "(" + l + " " + op + " " + r + ")"
	if op == "^" {
		sql = "xor(" + l + ", " + r + ")"
	}
	return value{SQL: sql, Type: to, Nullable: a.Nullable || b.Nullable}, nil
}

// arithmetic compiles + - * / % DIV (sql-ref-operators).
func (c *compiler) arithmetic(op string, a, b value) (value, *Error) {
	if a.Type.Kind == Interval || b.Type.Kind == Interval {
		return c.intervalSum(op, a, b)
	}
	if a.Type.Kind == Date && b.Type.Kind == Date && op == "-" {
		return c.dayDifference(a, b), nil
	}
	shown := []value{a, b}
	for _, v := range []*value{&a, &b} {
		if v.Type.Kind == Void {
			*v = c.Convert(*v, of(Int))
		}
	}
	if a.Type.Kind == String || b.Type.Kind == String {
		to, ok := coerced(a.Type, b.Type)
		if to.Kind == String {
			to = of(Double)
		}
		if !ok || !to.isNumeric() {
			return value{}, mismatch(op, shown)
		}
		a, b = c.Convert(a, to), c.Convert(b, to)
	}
	if !a.Type.isNumeric() || !b.Type.isNumeric() {
		return value{}, mismatch(op, shown)
	}
	out := value{Nullable: a.Nullable || b.Nullable}
	switch {
	case a.Type.isFloat() || b.Type.isFloat():
		out.Type, out.SQL = c.floating(op, a, b)
	case op == "DIV":
		out.Type, out.SQL = of(Bigint), c.integral(a, b)
	case a.Type.isInteger() && b.Type.isInteger():
		out.Type, out.SQL = c.integers(op, a, b)
	default:
		out.Type, out.SQL = c.decimals(op, asDecimal(a), asDecimal(b))
		if out.SQL == "" {
			return value{}, unsupported("%s over DECIMALs of together more than 38 fractional digits", op)
		}
	}
	return out, nil
}

func (c *compiler) floating(op string, a, b value) (Type, string) {
	to := of(Double)
	if a.Type == b.Type && op != "/" && op != "DIV" {
		to = a.Type
	}
	l, r := c.Convert(a, to).SQL, c.Convert(b, to).SQL
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
		return of(Double), "db_fdiv(" + c.Convert(a, of(Double)).SQL + ", " + c.Convert(b, of(Double)).SQL + ")"
	}
	to := of(max(a.Type.Kind, b.Type.Kind))
	l, r := c.Convert(a, to).SQL, c.Convert(b, to).SQL
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
	l, r := castTo(a.SQL, of(Bigint)), castTo(b.SQL, of(Bigint))
	if !a.Type.isInteger() || !b.Type.isInteger() {
		s := max(a.Type.Scale, b.Type.Scale)
		return castTo(fmt.Sprintf("db_div(%s, %s)", unscaled(asDecimal(a), s), unscaled(asDecimal(b), s)), of(Bigint))
	}
	if nonzero(b) && !strings.HasPrefix(*b.Lit, "-") {
		return "(" + l + " // " + r + ")"
	}
	return "db_div(" + l + ", " + r + ")"
}

func nonzero(v value) bool { return v.Lit != nil && strings.Trim(*v.Lit, "-0.") != "" }

// asDecimal is an exact number as a DECIMAL; a literal integer has no more digits than it shows.
func asDecimal(v value) value {
	t := v.Type.exact()
	if v.Type.isInteger() && v.Lit != nil {
		t = decimal(len(strings.TrimPrefix(*v.Lit, "-")), 0)
	}
	if t != v.Type {
		v.SQL = castTo(v.SQL, t)
		if v.Lit != nil {
			v.SQL = castTo(sqltree.Text(*v.Lit), t)
		}
		v.Type = t
	}
	return v
}

// decimals compiles an operator over DECIMALs: its type, and text of it; no text where DuckDB has none. DuckDB computes in 64 bits while both
// operands have at most 18 digits, so that a wider result needs a wider operand.
func (c *compiler) decimals(op string, a, b value) (Type, string) {
	t := result(op, a.Type, b.Type)
	l := a.SQL
	wide := t.Precision
	if op == "*" {
		wide = a.Type.Precision + b.Type.Precision
	}
	if wide > 18 && a.Type.Precision <= 18 && b.Type.Precision <= 18 {
		l = castTo(a.SQL, decimal(19, a.Type.Scale))
	}
	switch op {
	case "+", "-":
		return t, castTo("("+l+" "+op+" "+b.SQL+")", t)
	case "*":
		if a.Type.Scale+b.Type.Scale > maxPrecision {
			return t, ""
		}
		return t, castTo("("+l+" * "+b.SQL+")", t)
	case "/":
		if b.Type.Scale+t.Scale-a.Type.Scale > maxPrecision {
			return t, ""
		}
		return t, castTo(quotient(a, b, t.Scale), t)
	}
	s := max(a.Type.Scale, b.Type.Scale)
	return t, castTo(fmt.Sprintf("db_scaled(db_mod(%s, %s), %s)", unscaled(a, s), unscaled(b, s), tiny(s)), t)
}

// quotient is a/b rounded half away from zero at a scale, computed on 128-bit integers: (A·10^(scale+sb-sa)) / B for the unscaled
// integers A and B.
func quotient(a, b value, scale int) string {
	name := "db_quotient"
	if nonzero(b) {
		name = "db_half_up"
	}
	return fmt.Sprintf("db_scaled(%s(%s, %s), %s)", name, unscaled(a, a.Type.Scale+scale+b.Type.Scale-a.Type.Scale), unscaled(b, b.Type.Scale), tiny(scale))
}

// unscaled is a DECIMAL as the integer that it makes at a scale.
func unscaled(v value, scale int) string {
	own := "CAST(" + v.SQL + " AS HUGEINT)"
	if v.Type.Scale > 0 {
		wide := castTo(v.SQL, decimal(min(maxPrecision, v.Type.Precision+v.Type.Scale), v.Type.Scale))
		own = fmt.Sprintf("CAST(%s * CAST('1%s' AS DECIMAL(38,0)) AS HUGEINT)", wide, strings.Repeat("0", v.Type.Scale))
	}
	if scale == v.Type.Scale {
		return own
	}
	return fmt.Sprintf("(%s * CAST('1%s' AS HUGEINT))", own, strings.Repeat("0", scale-v.Type.Scale))
}

// tiny is 10^-scale.
func tiny(scale int) string {
	if scale == 0 {
		return "CAST('1' AS DECIMAL(1,0))"
	}
	return fmt.Sprintf("CAST('0.%s1' AS DECIMAL(%d,%d))", strings.Repeat("0", scale-1), scale, scale)
}
