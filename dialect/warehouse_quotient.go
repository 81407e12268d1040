package dialect

import (
	"math/big"

	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/planner/plan"
)

// PostgreSQL divides numerics to at least 16 significant digits and rounds there; warehouses round elsewhere. A quotient is
// therefore carried as its two operands: it can be multiplied by a constant and compared, and nothing else.

// numericQuotient is dividend and divisor.
func numericQuotient(p *warehouse, c *plan.Call, args []sx) (sx, bool) {
	if args[0].p == 0 || args[1].p == 0 || args[0].loose || args[1].loose || !p.divided(args, c.At) {
		return sx{}, false
	}
	k, ok := numericConst(c.Args[1])
	x := args[0]
	x.plain, x.scale, x.den = false, 0, p.hidden(args[1])
	x.positive = ok && k.Sign() > 0
	return x, true
}

// scaledQuotient multiplies a quotient by a constant whose inverse has few digits.
func (p *warehouse) scaledQuotient(c *plan.Call, a, b sx) (sx, bool) {
	q, k, kx, ok := a, c.Args[1], b, false
	if b.den != 0 {
		q, k, kx = b, c.Args[0], a
	}
	factor, ok := numericConst(k)
	if !ok || q.den == 0 || q.factor != "" || kx.den != 0 || factor.Sign() <= 0 {
		return sx{}, false
	}
	inverse := new(big.Rat).Inv(factor)
	if !inverse.Mul(inverse, big.NewRat(10_000, 1)).IsInt() || !p.kept(q, kx, q) {
		return sx{}, false
	}
	q.factor, q.plain = kx.text, false
	return q, true
}

func numericConst(e plan.Expr) (*big.Rat, bool) {
	c, ok := e.(*plan.Const)
	if !ok {
		return nil, false
	}
	v, ok := c.Value.(*datum.Numeric)
	if !ok {
		return nil, false
	}
	return new(big.Rat).SetString(string(datum.AppendNumeric(nil, v)))
}

// compareQuotient prints x op factor·(n/d) without dividing: with D = factor·n − x·d, its sign is the verdict's wherever
// PostgreSQL's rounding of n/d, which is below 10^-16 of the greater of 1 and the quotient, cannot change it. A D of zero says that
// the quotient is x/factor, which has at most four digits more than x and is not rounded below 10^8. The rare rest is an error.
func (p *warehouse) compareQuotient(c *plan.Call, op string, x, q sx) sx {
	d := p.cols[q.den]
	if x.p == 0 || x.loose || x.s > 8 || !p.kept(x, d, q) {
		return p.unsupported(c.At, "comparison of a quotient with this number")
	}
	n, k := q.text, "1"
	if q.factor != "" {
		n, k = paren(q.factor+" * "+q.text), q.factor
	}
	diff := paren(n + " - " + x.text + " * " + d.text)
	verdict := paren(diff + " " + exchanged[op] + " 0")
	if !q.positive {
		verdict = paren(diff + " * SIGN(" + d.text + ") " + exchanged[op] + " 0")
	}
	double := func(text string) string { return p.castTo(text, pgcat.Float8) }
	certain := double("ABS("+diff+")") + " > " + double(k) + " * " + double("'1e-16'") + " * " + double("GREATEST(ABS("+q.text+"), ABS("+d.text+"))") + " OR " +
		diff + " = 0 AND " + double("ABS("+q.text+")") + " < " + double("ABS("+d.text+")") + " * " + double("'1e8'")
	text := "CASE WHEN " + certain + " THEN " + verdict + " ELSE " +
		p.raise(pgerr.New(pgerr.NumericOutOfRange, "a quotient is too close to the number that it is compared with").At(c.At), diff, pgcat.Bool) + " END"
	if !q.positive {
		text = "CASE WHEN " + d.text + " = 0 AND " + q.text + " IS NOT NULL THEN " +
			p.raise(pgerr.New(pgerr.DivisionByZero, "division by zero").At(c.At), d.text, pgcat.Bool) + " ELSE " + paren(text) + " END"
	}
	return sx{text: paren(p.count(text)), oid: pgcat.Bool}
}

// kept reports that a product keeps its digits, and their difference from a number too.
func (p *warehouse) kept(a, b, n sx) bool {
	q, s, ok := p.lang.product(a, b)
	_, _, keeps := p.lang.sum(sx{p: q, s: s}, n)
	return ok && keeps
}
