package dialect

import (
	"math"
	"strings"

	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/planner/plan"
)

// snowNumbers are arithmetic. Integers are NUMBER(38, 0), checked against their type where they may leave it; a numeric is
// said where Snowflake's scale is PostgreSQL's display scale.
func snowNumbers() map[string]snowRule {
	rules := map[string]snowRule{
		"numeric_add(numeric,numeric)": numericSum(" + "), "numeric_sub(numeric,numeric)": numericSum(" - "),
		"numeric_mul(numeric,numeric)": numericProduct, "numeric_div(numeric,numeric)": numericQuotient,
		"numeric_uminus(numeric)": sameScale("(- $1)"), "numeric_uplus(numeric)": sameScale("$1"),
		"numeric_abs(numeric)": sameScale("ABS($1)"), "abs(numeric)": sameScale("ABS($1)"),
		"round(numeric)": rounding("ROUND"), "trunc(numeric)": rounding("TRUNC"),
		"round(numeric,int4)": rounding("ROUND"), "trunc(numeric,int4)": rounding("TRUNC"),
		"ceil(numeric)": whole("CEIL($1)"), "ceiling(numeric)": whole("CEIL($1)"), "floor(numeric)": whole("FLOOR($1)"),
		"sign(numeric)": whole("SIGN($1)"), "numeric_mod(numeric,numeric)": numericRemainder, "mod(numeric,numeric)": numericRemainder,
		"float8pl(float8,float8)": floating(" + "), "float8mi(float8,float8)": floating(" - "),
		"float8mul(float8,float8)": floating(" * "), "float8div(float8,float8)": floating(" / "),
		"float8um(float8)": doubled("(- $1)"), "float8up(float8)": doubled("$1"), "float8abs(float8)": doubled("ABS($1)"), "abs(float8)": doubled("ABS($1)"),
	}
	for prefix, types := range map[string]string{
		"int2": "int2,int2", "int4": "int4,int4", "int8": "int8,int8", "int24": "int2,int4", "int42": "int4,int2",
		"int28": "int2,int8", "int82": "int8,int2", "int48": "int4,int8", "int84": "int8,int4",
	} {
		rules[prefix+"pl("+types+")"] = integerOf("($1 + $2)", func(a, b float64) float64 { return a + b })
		rules[prefix+"mi("+types+")"] = integerOf("($1 - $2)", func(a, b float64) float64 { return a + b })
		rules[prefix+"mul("+types+")"] = integerOf("($1 * $2)", func(a, b float64) float64 { return a * b })
		rules[prefix+"div("+types+")"] = integerDivision
		if strings.HasPrefix(types, prefix) {
			rules[prefix+"mod("+types+")"], rules["mod("+types+")"] = integerRemainder, integerRemainder
		}
	}
	for _, t := range []string{"int2", "int4", "int8"} {
		rules[t+"um("+t+")"] = integerOf("(- $1)", func(a, _ float64) float64 { return a })
		rules[t+"up("+t+")"] = integerOf("$1", func(a, _ float64) float64 { return a })
		rules["abs("+t+")"] = integerOf("ABS($1)", func(a, _ float64) float64 { return a })
		rules[t+"abs("+t+")"] = rules["abs("+t+")"]
	}
	return rules
}

// integerOf is a form whose result is at most mag of the operands' magnitudes.
func integerOf(form string, mag func(a, b float64) float64) snowRule {
	return func(p *snow, c *plan.Call, args []sx) (sx, bool) {
		x, m := sx{text: p.fillBare(form, args), p: 38}, [2]float64{1, 1}
		for i, a := range args {
			if m[i] = a.mag; m[i] == 0 {
				m[i] = math.Inf(1)
			}
		}
		x.mag = math.Nextafter(mag(m[0], m[1]), math.Inf(1))
		return p.ranged(x, c.T.OID, c.At), true
	}
}

// fillBare is fill without parentheses of its own.
func (p *snow) fillBare(form string, args []sx) string {
	text := p.fill(form, args)
	return text[1 : len(text)-1]
}

// integerDivision truncates toward zero: the dividend less its remainder divides without a rest.
func integerDivision(p *snow, c *plan.Call, args []sx) (sx, bool) {
	x := sx{text: p.fillBare("((($1) - MOD($1, $2)) / $2)::NUMBER(38, 0)", args), p: 38, mag: args[0].mag}
	if n, ok := intConst(c.Args[1]); ok && n != 0 && n != -1 {
		x.mag = math.Floor(args[0].mag / math.Abs(float64(n)))
	}
	x.text = paren(x.text)
	if x.mag == 0 {
		x.mag = math.Inf(1)
	}
	return p.ranged(x, c.T.OID, c.At), true
}

func integerRemainder(p *snow, _ *plan.Call, args []sx) (sx, bool) {
	return sx{text: p.fillBare("MOD($1, $2)", args), p: 38, mag: args[1].mag}, true
}

func doubled(form string) snowRule {
	return func(p *snow, _ *plan.Call, args []sx) (sx, bool) { return sx{text: p.fillBare(form, args)}, true }
}

// scaleOf is the display scale of a number, as a text.
func (p *snow) scaleOf(x sx) string {
	switch {
	case x.null:
		return "NULL"
	case x.scale != 0:
		return p.cols[x.scale].text
	}
	return itoa(x.s)
}

// numericSum: both scales are the greater one of the operands'.
func numericSum(op string) snowRule {
	return func(p *snow, c *plan.Call, args []sx) (sx, bool) {
		a, b := args[0], args[1]
		if !p.divided(args, c.At) {
			return sx{}, false
		}
		x := sx{text: paren(a.text + op + b.text), p: min(a.p, b.p), s: max(a.s, b.s), loose: a.loose || b.loose}
		if a.scale != 0 || b.scale != 0 {
			x.scale = p.hidden(sx{text: "GREATEST(" + p.scaleOf(a) + ", " + p.scaleOf(b) + ")", oid: pgcat.Int4})
		}
		return p.unknown(x), true
	}
}

// unknown: where one operand's scale is not known, a computed one says nothing.
func (p *snow) unknown(x sx) sx {
	if x.scale != 0 && (x.p == 0 || x.loose) {
		x.scale, x.loose = 0, true
	}
	return x
}

// numericProduct is said where Snowflake keeps all digits: its scale is at most the greater of 12 and the operands'.
func numericProduct(p *snow, c *plan.Call, args []sx) (sx, bool) {
	a, b := args[0], args[1]
	if a.den != 0 || b.den != 0 {
		return p.scaledQuotient(c, a, b)
	}
	kept := a.p > 0 && b.p > 0 && a.s+b.s <= max(12, a.s, b.s)
	if !kept && !(a.p > 0 && a.s == 0 && a.scale == 0) && !(b.p > 0 && b.s == 0 && b.scale == 0) {
		return sx{}, false
	}
	x := sx{text: paren(a.text + " * " + b.text), p: min(a.p, b.p), s: a.s + b.s, loose: a.loose || b.loose}
	if a.scale != 0 || b.scale != 0 {
		x.scale = p.hidden(sx{text: paren(p.scaleOf(a) + " + " + p.scaleOf(b)), oid: pgcat.Int4})
	}
	return p.unknown(x), true
}

func sameScale(form string) snowRule {
	return func(p *snow, c *plan.Call, args []sx) (sx, bool) {
		x := args[0]
		x.text, x.plain, x.null = p.fillBare(form, args), false, false
		return x, p.divided(args, c.At)
	}
}

func whole(form string) snowRule {
	return func(p *snow, c *plan.Call, args []sx) (sx, bool) {
		return sx{text: p.fillBare(form, args) + "::NUMBER(38, 0)", p: 38}, p.divided(args, c.At)
	}
}

// rounding gives the number of digits that was asked for, which must be known; both round half away from zero.
func rounding(name string) snowRule {
	return func(p *snow, c *plan.Call, args []sx) (sx, bool) {
		n := int64(0)
		if len(c.Args) == 2 {
			var ok bool
			if n, ok = intConst(c.Args[1]); !ok {
				return sx{}, false
			}
		}
		scale := int32(max(n, 0))
		if n > 37 || n < -37 || args[0].p == 0 && n > 0 || !p.divided(args, c.At) {
			return sx{}, false
		}
		return sx{text: name + paren(args[0].text+", "+p.number(n)) + "::NUMBER(38, " + itoa(scale) + ")", p: 38, s: scale}, true
	}
}

func numericRemainder(p *snow, c *plan.Call, args []sx) (sx, bool) {
	a, b := args[0], args[1]
	if a.p == 0 || b.p == 0 || a.scale+b.scale != 0 || a.loose || b.loose {
		return sx{}, false
	}
	s := max(a.s, b.s)
	return sx{text: p.fillBare("MOD($1, $2)", args) + "::NUMBER(38, " + itoa(s) + ")", p: 38, s: s}, p.divided(args, c.At)
}

// shown is a result column: a number whose display scale differs from row to row is text with that scale.
func (p *snow) shown(x sx, t plan.Type) string {
	if x.den != 0 {
		return p.unsupported(-1, "a quotient as a result").text
	}
	if x.loose {
		return p.unsupported(-1, "a number of several display scales as a result").text
	}
	if _, s, ok := decimalOf(t); ok && x.null && t.OID == pgcat.Numeric {
		return "NULL::NUMBER(38, " + itoa(s) + ")"
	}
	if x.scale == 0 || t.OID != pgcat.Numeric {
		return x.text
	}
	scale := p.cols[x.scale].text
	var b strings.Builder
	b.WriteString("CASE " + scale)
	for s := int32(0); s < x.s; s++ {
		b.WriteString(" WHEN " + itoa(s) + " THEN TO_VARCHAR(" + x.text + "::NUMBER(38, " + itoa(s) + "))")
	}
	b.WriteString(" ELSE TO_VARCHAR(" + x.text + ") END")
	return p.count(b.String())
}
