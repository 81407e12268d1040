package dialect

import (
	"strconv"
	"strings"

	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/planner/plan"
)

// snowForm is how a signature is said in Snowflake: $1, $2 … are the operands. Only forms that equal PostgreSQL for every
// value stand in the tables.
type snowForm string

// snowRule says what no form can: false leaves the call unsaid.
type snowRule func(p *snow, c *plan.Call, args []sx) (sx, bool)

// snowForms and snowRules are the tables, one per family of types.
var (
	snowForms = []map[string]snowForm{snowTexts, snowTimes}
	snowRules = []map[string]snowRule{snowNumbers(), snowTextRules(), snowTimeRules()}
)

// call prints a function or operator: a comparison, by rule, or by form. What is in no table is not said.
func (p *snow) call(c *plan.Call) sx {
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
	if op, ok := snowComparisons[sig]; ok {
		return p.compare(c, op, args)
	}
	for _, rules := range snowRules {
		if r, ok := rules[sig]; ok && !c.Variadic {
			if x, ok := r(p, c, args); ok {
				x.oid = c.T.OID
				return x
			}
			return p.unsupported(c.At, "this use of function %s", sig)
		}
	}
	for _, forms := range snowForms {
		if f, ok := forms[sig]; ok && p.divided(args, c.At) {
			return sx{text: p.fill(string(f), args), oid: c.T.OID, p: 38, mag: widest[c.T.OID]}
		}
	}
	return p.unsupported(c.At, "function %s", sig)
}

// folded reports a call that is a constant once the plan is filled: of a stable function over leaves that are filled.
func (p *snow) folded(c *plan.Call) bool {
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
func (p *snow) operands(c *plan.Call) []sx {
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
func (p *snow) elapsed(e plan.Expr) string {
	c, ok := e.(*plan.Call)
	if !ok || c.Name != "timestamp_mi" && c.Name != "timestamptz_mi" {
		return ""
	}
	return p.fillBare("DATEDIFF(MICROSECOND, $2, $1)", p.exprs(c.Args))
}

// divided refuses quotients as operands: only comparisons and a few factors know them.
func (p *snow) divided(args []sx, at int) bool {
	for _, a := range args {
		if a.den != 0 {
			p.unsupported(at, "arithmetic with a quotient")
		}
	}
	return p.err == nil
}

// fill replaces operands in a form.
func (p *snow) fill(form string, args []sx) string {
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

// snowComparisons compare by value. Those of float4 are missing: Snowflake keeps doubles.
var snowComparisons = comparisonTable(
	[]string{"bool:bool", "int2:int2", "int4:int4", "int8:int8", "int24:int2,int4", "int42:int4,int2", "int28:int2,int8",
		"int82:int8,int2", "int48:int4,int8", "int84:int8,int4", "float8:float8", "text:text", "bytea:bytea", "date_:date",
		"time_:time", "timestamp_:timestamp", "timestamptz_:timestamptz", "bpchar:bpchar", "numeric_:numeric",
		"date_%s_timestamp:date,timestamp", "timestamp_%s_date:timestamp,date",
		"date_%s_timestamptz:date,timestamptz", "timestamptz_%s_date:timestamptz,date",
		"timestamp_%s_timestamptz:timestamp,timestamptz", "timestamptz_%s_timestamp:timestamptz,timestamp"},
)

// exchanged is the operator with its operands exchanged.
var exchanged = map[string]string{"=": "=", "<>": "<>", "<": ">", "<=": ">=", ">": "<", ">=": "<="}

func (p *snow) compare(c *plan.Call, op string, args []sx) sx {
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
	return p.compareMoment(c, op, a, b)
}

// SnowflakeMark stands before an error of ours inside one of Snowflake's: "waggle:<SQLSTATE>:<position>:<message>".
const SnowflakeMark = "waggle:"

// SnowflakeError returns the error that a printed text raised on purpose, taken out of Snowflake's message; false for any
// other message.
func SnowflakeError(message string) (*pgerr.Error, bool) {
	_, rest, ok := strings.Cut(message, "'"+SnowflakeMark)
	text, _, closed := strings.Cut(rest, "'")
	parts := strings.SplitN(text, ":", 3)
	if !ok || !closed || len(parts) != 3 || len(parts[0]) != 5 {
		return nil, false
	}
	at, err := strconv.Atoi(parts[1])
	if err != nil {
		return nil, false
	}
	return pgerr.New(parts[0], "%s", parts[2]).At(at), true
}

// snowRaise is a number that fails with one of our errors when it is computed: Snowflake's "Numeric value '…' is not recognized".
// It depends on an operand, so that it is not computed beforehand, but shows nothing of it.
func snowRaise(code, message string, at int, operand string) string {
	return "TO_NUMBER('" + SnowflakeMark + code + ":" + strconv.Itoa(at) + ":" + message + "' || LEFT(TO_VARCHAR(" + operand + "), 0))"
}

// maxRepeated is how long an operand may be that is said more than once.
const maxRepeated = 2000

// ranged refuses integers that PostgreSQL's type cannot hold, where Snowflake's 38 digits can.
func (p *snow) ranged(x sx, oid uint32, at int) sx {
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
	x.text = "IFF(" + x.text + " BETWEEN " + low + " AND " + high + ", " + x.text + ", " +
		snowRaise(pgerr.NumericOutOfRange, name+" out of range", at, x.text) + ")"
	x.mag = widest[oid]
	return x
}
