package dialect

import (
	"math"

	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/planner/plan"
)

// floating is float8 arithmetic, which both do by IEEE 754; a result that became infinite or zero on the way is an error in
// PostgreSQL alone.
func floating(op string) callRule {
	return func(p *warehouse, c *plan.Call, args []sx) (sx, bool) {
		a, b := operandOf(c.Args[0], args[0]), operandOf(c.Args[1], args[1])
		if len(a.text)+len(b.text) > maxRepeated/2 {
			return sx{}, false
		}
		v := paren(a.text + op + b.text)
		when := func(code, message string, conds ...string) string {
			return " WHEN " + conjunction(conds) + " THEN " + p.raise(pgerr.New(code, "%s", message).At(c.At), p.iff(a.text+" = 0", "0", "1"), pgcat.Float8)
		}
		over, under := "value out of range: overflow", "value out of range: underflow"
		guards := ""
		switch op {
		case " / ":
			if !b.known {
				guards = when(pgerr.DivisionByZero, "division by zero", b.text+" = 0", a.text+" <> "+p.castTo("'NaN'", pgcat.Float8)) + " WHEN " + b.text + " = 0 THEN " + a.text
			}
			guards += when(pgerr.NumericOutOfRange, over, p.infinite(v), p.finite(a)) +
				when(pgerr.NumericOutOfRange, under, v+" = 0", a.text+" <> 0", p.finite(b))
		case " * ":
			guards = when(pgerr.NumericOutOfRange, over, p.infinite(v), p.finite(a), p.finite(b)) +
				when(pgerr.NumericOutOfRange, under, v+" = 0", a.text+" <> 0", b.text+" <> 0")
		default:
			guards = when(pgerr.NumericOutOfRange, over, p.infinite(v), p.finite(a), p.finite(b))
		}
		return sx{text: "(CASE" + guards + " ELSE " + v + " END)"}, true
	}
}

// floatOperand is an operand of float8 arithmetic; known ones are constants, neither zero nor infinite.
type floatOperand struct {
	text  string
	known bool
}

func operandOf(e plan.Expr, x sx) floatOperand {
	k, ok := e.(*plan.Const)
	if !ok {
		return floatOperand{text: x.text}
	}
	f, ok := k.Value.(datum.Float)
	return floatOperand{x.text, ok && f != 0 && !math.IsInf(float64(f), 0) && !math.IsNaN(float64(f))}
}

func (p *warehouse) infinite(text string) string {
	return text + " IN (" + p.lang.float(math.Inf(1)) + ", " + p.lang.float(math.Inf(-1)) + ")"
}

// finite is a condition, "" where it is known to hold.
func (p *warehouse) finite(o floatOperand) string {
	if o.known {
		return ""
	}
	return "NOT " + p.infinite(o.text)
}

// conjunction is a conjunction of the conditions that say something.
func conjunction(conds []string) string {
	out := ""
	for _, c := range conds {
		if c != "" && out != "" {
			out += " AND "
		}
		out += c
	}
	return out
}
