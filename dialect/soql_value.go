package dialect

import (
	"strings"

	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/planner/plan"
)

// maxSOQLText is the longest string of a condition, in characters; no field that may stand in a condition holds a longer one.
const maxSOQLText = 4000

// fixed reports whether an expression has one value for all rows that the proxy can compute: no column, nothing volatile, and no
// conversion through text, whose meaning may depend on the session's styles.
func fixed(e plan.Expr) bool {
	ok := constant(e)
	plan.WalkExpr(e, func(x plan.Expr) {
		switch x := x.(type) {
		case *plan.Cast:
			ok = ok && (x.Method == plan.Relabel || x.Method == plan.FunctionCast || x.Method == plan.Length)
		case *plan.Call:
			proc, known := pgcat.ProcByOID(x.Proc)
			ok = ok && known && proc.Volatile != 'v' && !proc.RetSet && datum.Has(x.Proc)
		case *plan.Const, *plan.Late, *plan.ArrayOf:
		default:
			ok = false
		}
	})
	return ok
}

// evaluate computes a fixed expression. It is not known while a Late leaf waits in it for its value.
func (p *soql) evaluate(e plan.Expr) (datum.Value, bool) {
	late := false
	plan.WalkExpr(e, func(x plan.Expr) {
		if _, isLate := x.(*plan.Late); isLate {
			late = true
		}
	})
	if late && (p.dry || p.show) {
		return nil, false
	}
	v, err := plan.Eval(e, nil, p.env)
	if err != nil && p.err == nil {
		p.err = err
	}
	return v, true
}

// shown is what stands for a value that is not known yet.
func (p *soql) shown(e plan.Expr) string {
	if p.mask {
		return "$"
	}
	return plan.FormatExpr(e)
}

// soqlQuote is a string literal. A backslash begins an escape; any other than these is an error
// (https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_select_quotedstringescapes.htm).
func soqlQuote(s string) string { return "'" + soqlEscapes.Replace(s) + "'" }

var soqlEscapes = strings.NewReplacer(`\`, `\\`, `'`, `\'`, "\n", `\n`, "\r", `\r`, "\t", `\t`, "\b", `\b`, "\f", `\f`)

// soqlPattern is the literal of a LIKE that matches all that PostgreSQL's pattern does; false for a pattern that PostgreSQL refuses.
// What SOQL counts or escapes otherwise becomes %: a single character (Salesforce counts UTF-16), and a backslash.
func soqlPattern(pattern string) (string, bool) {
	var b strings.Builder
	b.WriteByte('\'')
	escaped := false
	for _, c := range pattern {
		switch {
		case !escaped && c == '\\':
			escaped = true
			continue
		case !escaped && (c == '%' || c == '_'), c == '\\':
			b.WriteByte('%')
		case c == '%' || c == '_':
			b.WriteString(`\` + string(c))
		default:
			b.WriteString(soqlEscapes.Replace(string(c)))
		}
		escaped = false
	}
	b.WriteByte('\'')
	return b.String(), !escaped
}

// isSalesforceID reports whether a text is an id as Salesforce returns it: 15 letters and digits, then three that say which of them
// are capital letters.
func isSalesforceID(id string) bool {
	if len(id) != 18 {
		return false
	}
	for block := range 3 {
		bits := 0
		for i, c := range []byte(id[5*block : 5*block+5]) {
			switch {
			case c >= 'A' && c <= 'Z':
				bits |= 1 << i
			case c >= 'a' && c <= 'z', c >= '0' && c <= '9':
			default:
				return false
			}
		}
		if id[15+block] != "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"[bits] {
			return false
		}
	}
	return true
}
