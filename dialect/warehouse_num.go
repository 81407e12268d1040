package dialect

import (
	"slices"
	"strings"

	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/planner/plan"
)

// warehouseNumbers are the arithmetic of numeric, said where the warehouse keeps PostgreSQL's display scale, and of float8.
func warehouseNumbers() map[string]callRule {
	return map[string]callRule{
		"numeric_add(numeric,numeric)": numericSum(" + "), "numeric_sub(numeric,numeric)": numericSum(" - "),
		"numeric_mul(numeric,numeric)": numericProduct, "numeric_div(numeric,numeric)": numericQuotient,
		"numeric_uminus(numeric)": sameScale("(- $1)"), "numeric_uplus(numeric)": sameScale("$1"),
		"numeric_abs(numeric)": sameScale("ABS($1)"), "abs(numeric)": sameScale("ABS($1)"),
		"ceil(numeric)": whole("CEIL($1)"), "ceiling(numeric)": whole("CEIL($1)"), "floor(numeric)": whole("FLOOR($1)"),
		"sign(numeric)": numericSign, "numeric_mod(numeric,numeric)": numericRemainder, "mod(numeric,numeric)": numericRemainder,
		"float8pl(float8,float8)": floating(" + "), "float8mi(float8,float8)": floating(" - "),
		"float8mul(float8,float8)": floating(" * "), "float8div(float8,float8)": floating(" / "),
		"float8um(float8)": doubled("(- $1)"), "float8up(float8)": doubled("$1"), "float8abs(float8)": doubled("ABS($1)"), "abs(float8)": doubled("ABS($1)"),
	}
}

// integerOperators are the arithmetic of integers: the operators' names and their operands' types.
var integerOperators = map[string]string{
	"int2": "int2,int2", "int4": "int4,int4", "int8": "int8,int8", "int24": "int2,int4", "int42": "int4,int2",
	"int28": "int2,int8", "int82": "int8,int2", "int48": "int4,int8", "int84": "int8,int4",
}

// fillBare is fill without parentheses of its own.
func (p *warehouse) fillBare(form string, args []sx) string {
	text := p.fill(form, args)
	return text[1 : len(text)-1]
}

func doubled(form string) callRule {
	return func(p *warehouse, _ *plan.Call, args []sx) (sx, bool) { return sx{text: p.fillBare(form, args)}, true }
}

// scaleOf is the display scale of a number, as a text.
func (p *warehouse) scaleOf(x sx) string {
	switch {
	case x.null:
		return "NULL"
	case x.scale != 0:
		return p.cols[x.scale].text
	}
	return itoa(x.s)
}

// numericSum: both scales are the greater one of the operands'.
func numericSum(op string) callRule {
	return func(p *warehouse, c *plan.Call, args []sx) (sx, bool) {
		a, b := args[0], args[1]
		if !p.divided(args, c.At) {
			return sx{}, false
		}
		q, s, ok := p.lang.sum(a, b)
		a, b = p.declared(a, s), p.declared(b, s)
		x := sx{text: paren(a.text + op + b.text), p: q, s: s, loose: a.loose || b.loose}
		if a.scale != 0 || b.scale != 0 {
			x.scale = p.hidden(sx{text: "GREATEST(" + p.scaleOf(a) + ", " + p.scaleOf(b) + ")", oid: pgcat.Int4})
		}
		return p.unknown(x), ok
	}
}

// declared is an operand of a result of some scale, with no more digits than its declared type has.
func (p *warehouse) declared(x sx, scale int32) sx {
	if p.lang.digital && x.plain && x.p > 0 && scale > 6 {
		x.text = p.decimal(x.text, x.p, x.s)
	}
	return x
}

// alike are numbers that meet in a comparison or a choice, where DECIMALs of several scales take one type: one of more than 38 digits
// gives up digits of the fraction, so that it is not said. A column has its declared digits.
func (p *warehouse) alike(list []sx, at int) []sx {
	digits, scale, fits := common38(list)
	if !p.lang.digital || digits == 0 && fits {
		return list
	}
	if !fits {
		p.unsupported(at, "numbers of so many digits together")
	}
	out := slices.Clone(list)
	for i, x := range out {
		if x.plain && x.oid == pgcat.Numeric && x.s < scale {
			out[i].text, out[i].plain = p.decimal(x.text, x.p, x.s), false
		}
	}
	return out
}

// common38 is the type that holds all numbers of a list; false where 38 digits do not, or where one's digits are not known.
func common38(list []sx) (digits, scale int32, fits bool) {
	fits = true
	for _, x := range list {
		if x.oid == pgcat.Numeric && !x.null {
			digits, scale, fits = max(digits, x.p-x.s), max(scale, x.s), fits && x.p > 0
		}
	}
	return digits + scale, scale, fits && digits+scale <= 38
}

// unknown: where one operand's scale is not known, a computed one says nothing.
func (p *warehouse) unknown(x sx) sx {
	if x.scale != 0 && (x.p == 0 || x.loose) {
		x.scale, x.loose = 0, true
	}
	return x
}

// numericProduct is said where the warehouse keeps all digits.
func numericProduct(p *warehouse, c *plan.Call, args []sx) (sx, bool) {
	a, b := args[0], args[1]
	if a.den != 0 || b.den != 0 {
		return p.scaledQuotient(c, a, b)
	}
	q, s, ok := p.lang.product(a, b)
	a, b = p.declared(a, s), p.declared(b, s)
	x := sx{text: paren(a.text + " * " + b.text), p: q, s: s, loose: a.loose || b.loose}
	if a.scale != 0 || b.scale != 0 {
		x.scale = p.hidden(sx{text: paren(p.scaleOf(a) + " + " + p.scaleOf(b)), oid: pgcat.Int4})
	}
	return p.unknown(x), ok
}

func sameScale(form string) callRule {
	return func(p *warehouse, c *plan.Call, args []sx) (sx, bool) {
		x := args[0]
		x.text, x.plain, x.null = p.fillBare(form, args), false, false
		return x, p.divided(args, c.At)
	}
}

func whole(form string) callRule {
	return func(p *warehouse, c *plan.Call, args []sx) (sx, bool) {
		q := int32(38)
		if x := args[0]; x.p > 0 {
			q = min(38, x.p-x.s+1)
		}
		return sx{text: p.decimal(p.fillBare(form, args), q, 0), p: q}, p.divided(args, c.At)
	}
}

// digitsOf is the known number of digits after the point to which a call rounds.
func digitsOf(c *plan.Call) (int64, bool) {
	if len(c.Args) < 2 {
		return 0, true
	}
	n, ok := intConst(c.Args[1])
	return n, ok && n >= -37 && n <= 37
}

func numericSign(p *warehouse, c *plan.Call, args []sx) (sx, bool) {
	return sx{text: p.decimal(p.fillBare(p.lang.sign, args), 1, 0), p: 1}, p.divided(args, c.At)
}

func numericRemainder(p *warehouse, c *plan.Call, args []sx) (sx, bool) {
	a, b := args[0], args[1]
	if a.p == 0 || b.p == 0 || a.scale+b.scale != 0 || a.loose || b.loose {
		return sx{}, false
	}
	s, q := max(a.s, b.s), wider(a, b)
	return sx{text: p.decimal(p.fillBare("MOD($1, $2)", args), q, s), p: q, s: s}, p.divided(args, c.At)
}

// texted is the text of a number.
func (p *warehouse) texted(text string) string {
	return strings.ReplaceAll(p.lang.textOf, "$1", text)
}

// shown is a result column: a number whose display scale differs from row to row is text with that scale.
func (p *warehouse) shown(x sx, t plan.Type) string {
	if x.den != 0 {
		return p.unsupported(-1, "a quotient as a result").text
	}
	if x.loose {
		return p.unsupported(-1, "a number of several display scales as a result").text
	}
	if q, s, ok := decimalOf(t); ok && x.null && t.OID == pgcat.Numeric {
		return p.decimal("NULL", q, s)
	}
	if x.scale == 0 || t.OID != pgcat.Numeric {
		return x.text
	}
	scale := p.cols[x.scale].text
	var b strings.Builder
	b.WriteString("CASE " + scale)
	for s := int32(0); s < x.s; s++ {
		b.WriteString(" WHEN " + itoa(s) + " THEN " + p.texted(p.decimal(x.text, min(38, max(x.p-x.s, 0)+s+1), s)))
	}
	b.WriteString(" ELSE " + p.texted(x.text) + " END")
	return p.count(b.String())
}
