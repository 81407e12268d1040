package dialect

import (
	"strconv"
	"strings"

	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/planner/plan"
)

// duckForm is how a signature is said in DuckDB. $1, $2 … are the operands; {code:message} is an expression that raises it
// at the call's position. Only forms that equal PostgreSQL for every value stand in the tables.
type duckForm string

// duckFamilies are the tables, one per family of types.
var duckFamilies = []map[string]duckForm{duckIntegers, duckFloats, duckTexts, duckTimes, duckMisc}

// repeatLimit is how long an operand may be for a form that names it more than once; a longer one goes through datum.
const repeatLimit = 300

// call prints a function: by rule, by form, else by datum.
func (p *duck) call(c *plan.Call) sx {
	proc, ok := pgcat.ProcByOID(c.Proc)
	if !ok {
		return p.unsupported(c.At, "function %s", c.Name)
	}
	if proc.RetSet {
		return p.unsupported(c.At, "set-returning function %s here", proc.Signature())
	}
	args := make([]sx, len(c.Args))
	for i, a := range c.Args {
		args[i] = p.expr(a)
	}
	sig := proc.Signature()
	if x, ok := p.rule(sig, c, args); ok {
		return x
	}
	if x, ok := knownDivisor(proc.Name, c, args); ok {
		return x
	}
	if f, ok := duckFormOf(sig); ok && p.mayRepeat(f, c, args) {
		return sx{text: p.fillForm(string(f), c, args), oid: c.T.OID}
	}
	return p.byDatum(c, args)
}

// knownDivisor is an integer division or remainder by a constant that needs no guard.
func knownDivisor(name string, c *plan.Call, args []sx) (sx, bool) {
	if len(c.Args) != 2 || integerDigits[args[0].oid] == 0 || integerDigits[args[1].oid] == 0 {
		return sx{}, false
	}
	if n, ok := intConst(c.Args[1]); !ok || n == 0 || n == -1 {
		return sx{}, false
	}
	op := " % "
	switch {
	case strings.HasPrefix(name, "int") && strings.HasSuffix(name, "div"):
		op = " // "
	case name != "mod" && !(strings.HasPrefix(name, "int") && strings.HasSuffix(name, "mod")):
		return sx{}, false
	}
	return sx{text: paren(args[0].text + op + args[1].text), oid: c.T.OID}, true
}

// byDatum calls datum in the worker.
func (p *duck) byDatum(c *plan.Call, args []sx) sx {
	if !datum.Has(c.Proc) {
		return p.unsupported(c.At, "function %s", signatureOf(c.Proc, c.Name))
	}
	return p.udf(Func{Kind: CallFunc, Proc: c.Proc, Result: c.T.OID, Mod: c.T.Mod, Variadic: c.Variadic, At: c.At}, args)
}

func duckFormOf(sig string) (duckForm, bool) {
	for _, f := range duckFamilies {
		if form, ok := f[sig]; ok {
			return form, true
		}
	}
	return "", false
}

// mayRepeat refuses to copy long or volatile operands.
func (p *duck) mayRepeat(f duckForm, c *plan.Call, args []sx) bool {
	for i, a := range args {
		if strings.Count(string(f), "$"+strconv.Itoa(i+1)) > 1 && datum.Has(c.Proc) && (len(a.text) > repeatLimit || volatile(c.Args[i])) {
			return false
		}
	}
	return true
}

func volatile(e plan.Expr) bool {
	found := false
	plan.WalkExpr(e, func(x plan.Expr) {
		if c, ok := x.(*plan.Call); ok {
			if proc, ok := pgcat.ProcByOID(c.Proc); ok && proc.Volatile == 'v' {
				found = true
			}
		}
	})
	return found
}

// fillForm replaces operands and errors in a form.
func (p *duck) fillForm(form string, c *plan.Call, args []sx) string {
	var b strings.Builder
	for i := 0; i < len(form); i++ {
		switch {
		case form[i] == '$' && i+1 < len(form) && form[i+1] >= '1' && form[i+1] <= '9':
			if n := int(form[i+1] - '1'); n < len(args) {
				b.WriteString(args[n].text)
			}
			i++
		case form[i] == '{' && i+6 < len(form) && form[i+6] == ':':
			end := i + strings.IndexByte(form[i:], '}')
			b.WriteString(raise(pgerr.New(form[i+1:i+6], "%s", form[i+7:end]).At(c.At)))
			i = end
		default:
			b.WriteByte(form[i])
		}
	}
	return paren(p.count(b.String()))
}

// rule is what no form can say: numerics by representation, comparisons by key, patterns and constants.
func (p *duck) rule(sig string, c *plan.Call, args []sx) (sx, bool) {
	if strings.Contains(sig, "numeric") {
		if x, ok := p.decimals(sig, c, args); ok {
			return x, true
		}
	}
	if op, ok := keyComparisons[sig]; ok && len(args) == 2 {
		a, b := p.comparable(args[0], args[1], c.At)
		return sx{text: paren(a + " " + op + " " + b), oid: pgcat.Bool}, true
	}
	if r, ok := duckRules[sig]; ok {
		return r(p, c, args)
	}
	return sx{}, false
}

// keyComparisons compare by DuckDB's own order over the operands' keys.
var keyComparisons = comparisonTable(
	[]string{"bool:bool", "int2:int2", "int4:int4", "int8:int8", "int24:int2,int4", "int42:int4,int2", "int28:int2,int8",
		"int82:int8,int2", "int48:int4,int8", "int84:int8,int4", "float4:float4", "float8:float8", "float48:float4,float8",
		"float84:float8,float4", "oid:oid", "text:text", "name:name", "name%stext:name,text", "text%sname:text,name", "bytea:bytea", "uuid_:uuid", "date_:date",
		"time_:time", "timetz_:timetz", "timestamp_:timestamp", "timestamptz_:timestamptz", "interval_:interval", "jsonb_:jsonb",
		"bpchar:bpchar", "numeric_:numeric", "date_%s_timestamp:date,timestamp", "timestamp_%s_date:timestamp,date"},
)

// comparisonTable spells pg_proc's names: most are prefix+eq, with lt, le, gt, ge and ne beside it.
func comparisonTable(families []string) map[string]string {
	ops := map[string]string{"eq": "=", "ne": "<>", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}
	out := map[string]string{}
	for _, f := range families {
		prefix, types, _ := strings.Cut(f, ":")
		if !strings.Contains(types, ",") {
			types += "," + types
		}
		for suffix, op := range ops {
			n := prefix + suffix
			if strings.Contains(prefix, "%s") {
				n = strings.Replace(prefix, "%s", suffix, 1)
			}
			if prefix == "text" && suffix[1] != 'q' && suffix != "ne" { // texteq and textne, but text_lt
				n = "text_" + suffix
			}
			out[n+paren(types)] = op
		}
	}
	return out
}
