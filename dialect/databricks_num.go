package dialect

import (
	"strings"

	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/planner/plan"
)

// brickNumbers are the arithmetic of integers, which overflow as PostgreSQL's do where they are of PostgreSQL's type, and the
// rounding of numbers.
func brickNumbers() map[string]callRule {
	rules := warehouseNumbers()
	for prefix, types := range integerOperators {
		rules[prefix+"pl("+types+")"] = brickOperator("$1 + $2")
		rules[prefix+"mi("+types+")"] = brickOperator("$1 - $2")
		rules[prefix+"mul("+types+")"] = brickOperator("$1 * $2")
		rules[prefix+"div("+types+")"] = brickOperator("$1 DIV $2")
		if strings.HasPrefix(types, prefix) {
			rules[prefix+"mod("+types+")"], rules["mod("+types+")"] = brickOperator("$1 % $2"), brickOperator("$1 % $2")
		}
	}
	for _, t := range []string{"int2", "int4", "int8"} {
		rules[t+"um("+t+")"], rules[t+"up("+t+")"] = brickOperator("- $1"), doubled("$1")
		rules["abs("+t+")"] = brickOperator("ABS($1)")
		rules[t+"abs("+t+")"] = rules["abs("+t+")"]
	}
	rules["round(numeric)"], rules["round(numeric,int4)"] = brickRound, brickRound
	rules["trunc(numeric)"], rules["trunc(numeric,int4)"] = brickTrunc, brickTrunc
	return rules
}

// brickOperator is integer arithmetic whose operands and result are of PostgreSQL's types: a column may be narrower or wider at the
// source, a division is a BIGINT, and what two SMALLINTs make is computed as INT.
func brickOperator(form string) callRule {
	return func(p *warehouse, c *plan.Call, args []sx) (sx, bool) {
		for i, a := range args {
			if a.plain {
				args[i].text = p.castTo(a.text, c.Args[i].Type().OID)
			}
		}
		text := p.fill(form, args)
		if c.T.OID == pgcat.Int2 || strings.Contains(form, "DIV") && c.T.OID == pgcat.Int4 {
			text = p.castTo(p.fillBare(form, args), c.T.OID)
		}
		return sx{text: text}, true
	}
}

// brickInteger casts to an integer's type, which fails where the value is beyond it.
func brickInteger(p *warehouse, x sx, oid uint32, _ int) sx {
	return sx{text: p.castTo(x.text, oid), oid: oid}
}

var brickDigits = map[uint32]int32{pgcat.Int2: 5, pgcat.Int4: 10, pgcat.Int8: 19}

func brickWhole(x sx, oid uint32) sx {
	return sx{text: "CAST(" + x.text + " AS DECIMAL(" + itoa(brickDigits[oid]) + ", 0))", oid: pgcat.Numeric, p: brickDigits[oid]}
}

// brickSum and brickProduct follow Databricks's rules for DECIMAL: the exact digits up to 38; beyond them it gives up digits after the
// sixth of the scale, so that a result of a greater scale is not said, and fails where digits before the point do not fit.
func brickSum(a, b sx) (q, s int32, ok bool) {
	s = max(a.s, b.s)
	return brickKept(max(a.p-a.s, b.p-b.s)+s+1, s, a, b)
}

func brickProduct(a, b sx) (q, s int32, ok bool) { return brickKept(a.p+b.p+1, a.s+b.s, a, b) }

func brickKept(q, s int32, a, b sx) (int32, int32, bool) {
	return min(q, 38), s, a.p > 0 && b.p > 0 && (q <= 38 || s <= 6)
}

// brickRound is a cast where it keeps digits: both round half away from zero.
func brickRound(p *warehouse, c *plan.Call, args []sx) (sx, bool) {
	x := args[0]
	n, ok := digitsOf(c)
	if !ok || x.p == 0 || !p.divided(args, c.At) {
		return sx{}, false
	}
	if n < 0 {
		q := min(38, max(x.p-x.s, int32(-n))+1)
		return p.lang.rounded("ROUND"+paren(x.text+", "+p.number(n)), q, 0), true
	}
	q := x.p - x.s + int32(n) + 1
	return p.lang.rounded(x.text, min(q, 38), int32(n)), q <= 38 || n <= 6
}

// brickTrunc rounds toward zero.
func brickTrunc(p *warehouse, c *plan.Call, args []sx) (sx, bool) {
	x := args[0]
	n, ok := digitsOf(c)
	if !ok || n < 0 || !p.divided(args, c.At) || x.p == 0 || len(x.text) > maxRepeated {
		return sx{}, false
	}
	digits := ""
	if n > 0 {
		digits = ", " + p.number(n)
	}
	q := x.p - x.s + int32(n) + 1
	text := p.iff(x.text+" < 0", "CEIL("+x.text+digits+")", "FLOOR("+x.text+digits+")")
	return p.lang.rounded(text, min(q, 38), int32(n)), q <= 38 || n <= 6
}
