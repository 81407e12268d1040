package dialect

import (
	"math"
	"strings"

	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/planner/plan"
)

// snowNumbers are the arithmetic of integers, which are NUMBER(38, 0), checked against their type where they may leave it.
func snowNumbers() map[string]callRule {
	rules := warehouseNumbers()
	for _, name := range []string{"round", "trunc"} {
		rules[name+"(numeric)"], rules[name+"(numeric,int4)"] = snowRounding(strings.ToUpper(name)), snowRounding(strings.ToUpper(name))
	}
	for prefix, types := range integerOperators {
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
func integerOf(form string, mag func(a, b float64) float64) callRule {
	return func(p *warehouse, c *plan.Call, args []sx) (sx, bool) {
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

// integerDivision truncates toward zero: the dividend less its remainder divides without a rest.
func integerDivision(p *warehouse, c *plan.Call, args []sx) (sx, bool) {
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

func integerRemainder(p *warehouse, _ *plan.Call, args []sx) (sx, bool) {
	return sx{text: p.fillBare("MOD($1, $2)", args), p: 38, mag: args[1].mag}, true
}

// snowRounding gives the number of digits that was asked for, which must be known; both round half away from zero.
func snowRounding(name string) callRule {
	return func(p *warehouse, c *plan.Call, args []sx) (sx, bool) {
		n, ok := digitsOf(c)
		scale := int32(max(n, 0))
		if !ok || args[0].p == 0 && n > 0 || !p.divided(args, c.At) {
			return sx{}, false
		}
		return sx{text: name + paren(args[0].text+", "+p.number(n)) + "::NUMBER(38, " + itoa(scale) + ")", p: 38, s: scale}, true
	}
}

// ranged refuses integers that PostgreSQL's type cannot hold, where Snowflake's 38 digits can.
func (p *warehouse) ranged(x sx, oid uint32, at int) sx {
	name := map[uint32]string{pgcat.Int2: "smallint", pgcat.Int4: "integer", pgcat.Int8: "bigint"}[oid]
	x.oid = oid
	if x.mag > 0 && x.mag < widest[oid] {
		return x
	}
	if len(x.text) > maxRepeated {
		return p.unsupported(at, "integer arithmetic of this length")
	}
	low := map[uint32]string{pgcat.Int2: "-32768", pgcat.Int4: "-2147483648", pgcat.Int8: "-9223372036854775808"}[oid]
	high := map[uint32]string{pgcat.Int2: "32767", pgcat.Int4: "2147483647", pgcat.Int8: "9223372036854775807"}[oid]
	x.text = p.iff(x.text+" BETWEEN "+low+" AND "+high, x.text, p.raise(pgerr.New(pgerr.NumericOutOfRange, "%s out of range", name).At(at), x.text, oid))
	x.mag = widest[oid]
	return x
}

// snowSum keeps the greater of the operands' scales, snowProduct all digits while its scale is at most the greater of 12 and theirs.
func snowSum(a, b sx) (q, s int32, ok bool) { return min(a.p, b.p), max(a.s, b.s), true }

func snowProduct(a, b sx) (q, s int32, ok bool) {
	kept := a.p > 0 && b.p > 0 && a.s+b.s <= max(12, a.s, b.s)
	one := func(x sx) bool { return x.p > 0 && x.s == 0 && x.scale == 0 }
	return min(a.p, b.p), a.s + b.s, kept || one(a) || one(b)
}
