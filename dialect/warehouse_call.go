package dialect

import (
	"strings"

	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/planner/plan"
)

// callRule says what no form can: false leaves the call unsaid.
type callRule func(p *warehouse, c *plan.Call, args []sx) (sx, bool)

// call prints a function or operator: a comparison, by rule, or by form. What is in no table is not said.
func (p *warehouse) call(c *plan.Call) sx {
	proc, ok := pgcat.ProcByOID(c.Proc)
	if !ok {
		return p.unsupported(c.At, "function %s", c.Name)
	}
	if x, ok := p.zoneless(c); ok {
		return x
	}
	if p.folded(c) {
		return p.null(c.T, c.At)
	}
	sig, args := proc.Signature(), p.operands(c)
	if op, ok := comparisons[sig]; ok {
		return p.compare(c, op, args)
	}
	if r, ok := p.lang.rules[sig]; ok && !c.Variadic {
		if x, ok := r(p, c, args); ok {
			x.oid = c.T.OID
			return x
		}
		return p.unsupported(c.At, "this use of function %s", sig)
	}
	if f, ok := p.lang.forms[sig]; ok && p.divided(args, c.At) {
		return sx{text: p.fill(f, args), oid: c.T.OID, p: 38, mag: widest[c.T.OID]}
	}
	return p.unsupported(c.At, "function %s", sig)
}

// folded reports a call that is a constant once the plan is filled: of a stable function over leaves that are filled.
func (p *warehouse) folded(c *plan.Call) bool {
	proc, ok := pgcat.ProcByOID(c.Proc)
	late := ok && proc.Volatile == 's' && datum.Has(c.Proc) && p.dry
	if !late {
		return false
	}
	late = false
	for _, a := range c.Args {
		switch a := a.(type) {
		case *plan.Const:
		case *plan.Late:
			late = late || a.Kind != plan.ClockTime
		case *plan.Call:
			if !p.folded(a) {
				return false
			}
			late = true
		default:
			return false
		}
	}
	return late
}

// operands prints the arguments. An interval is the microseconds between two moments or a constant, which has no form of its own.
func (p *warehouse) operands(c *plan.Call) []sx {
	args := make([]sx, len(c.Args))
	for i, a := range c.Args {
		if a.Type().OID == pgcat.Interval {
			args[i] = sx{text: p.elapsed(a), oid: pgcat.Interval}
			continue
		}
		args[i] = p.expr(a)
	}
	return args
}

// elapsed is the number of microseconds between two moments, "" for any other interval.
func (p *warehouse) elapsed(e plan.Expr) string {
	c, ok := e.(*plan.Call)
	if !ok || c.Name != "timestamp_mi" && c.Name != "timestamptz_mi" {
		return ""
	}
	args := p.exprs(c.Args)
	return p.lang.between(args[1].text, args[0].text, c.Name == "timestamptz_mi")
}

// divided refuses quotients as operands: only comparisons and a few factors know them.
func (p *warehouse) divided(args []sx, at int) bool {
	for _, a := range args {
		if a.den != 0 {
			p.unsupported(at, "arithmetic with a quotient")
		}
	}
	return p.err == nil
}

// fill replaces operands in a form.
func (p *warehouse) fill(form string, args []sx) string {
	var b strings.Builder
	for i := 0; i < len(form); i++ {
		if form[i] == '$' && i+1 < len(form) && form[i+1] >= '1' && form[i+1] <= '9' {
			if n := int(form[i+1] - '1'); n < len(args) {
				b.WriteString(args[n].text)
			}
			i++
			continue
		}
		b.WriteByte(form[i])
	}
	return paren(p.count(b.String()))
}

// comparisons compare by value. Those of float4 are missing: not every warehouse has it.
var comparisons = comparisonTable(
	[]string{"bool:bool", "int2:int2", "int4:int4", "int8:int8", "int24:int2,int4", "int42:int4,int2", "int28:int2,int8",
		"int82:int8,int2", "int48:int4,int8", "int84:int8,int4", "float8:float8", "text:text", "bytea:bytea", "date_:date",
		"time_:time", "timestamp_:timestamp", "timestamptz_:timestamptz", "bpchar:bpchar", "numeric_:numeric",
		"date_%s_timestamp:date,timestamp", "timestamp_%s_date:timestamp,date",
		"date_%s_timestamptz:date,timestamptz", "timestamptz_%s_date:timestamptz,date",
		"timestamp_%s_timestamptz:timestamp,timestamptz", "timestamptz_%s_timestamp:timestamptz,timestamp"},
)

// exchanged is the operator with its operands exchanged.
var exchanged = map[string]string{"=": "=", "<>": "<>", "<": ">", "<=": ">=", ">": "<", ">=": "<="}

func (p *warehouse) compare(c *plan.Call, op string, args []sx) sx {
	a, b := args[0], args[1]
	switch {
	case a.den != 0 && b.den != 0:
		return p.unsupported(c.At, "comparison of two quotients")
	case b.den != 0:
		return p.compareQuotient(c, op, a, b)
	case a.den != 0:
		return p.compareQuotient(c, exchanged[op], b, a)
	}
	p.comparable(a, c.At)
	p.comparable(b, c.At)
	if x, ok := p.compareWide(op, a, b); ok {
		return x
	}
	both := p.alike([]sx{a, b}, c.At)
	return p.compareMoment(c, op, both[0], both[1])
}

// compareWide compares numbers that no one type holds by their difference, where that keeps its digits.
func (p *warehouse) compareWide(op string, a, b sx) (sx, bool) {
	if _, _, fits := common38([]sx{a, b}); fits || !p.lang.digital {
		return sx{}, false
	}
	_, s, ok := p.lang.sum(a, b)
	a, b = p.declared(a, s), p.declared(b, s)
	return boolean(paren("(" + a.text + " - " + b.text + ") " + op + " 0")), ok
}

// maxRepeated is how long an operand may be that is said more than once.
const maxRepeated = 2000
