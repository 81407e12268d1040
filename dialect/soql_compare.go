package dialect

import (
	"strings"

	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/planner/plan"
)

// soqlComparison is field op value. text stands for a value that is not known yet.
type soqlComparison struct {
	column soqlColumn
	op     string
	value  datum.Value
	text   string
	mask   bool
}

// say says the comparison with a value of a type.
func (k soqlComparison) say(oid uint32, p *soql) soqlCond {
	switch class := k.column.class(); {
	case class == soqlFlag && oid == pgcat.Bool && k.text == "" && (k.op == "=" || k.op == "<>"):
		return k.column.flag((k.value == datum.Bool(true)) == (k.op == "="))
	case class == soqlID && textual(oid):
		return k.id()
	case (class == soqlText || class == soqlExact) && textual(oid):
		return k.ofText(class == soqlExact)
	case class == soqlNumber && (integral(oid) || oid == pgcat.Numeric):
		return k.number()
	case class == soqlDate && oid == pgcat.Date:
		return k.date()
	case class == soqlDate && (oid == pgcat.Timestamp || oid == pgcat.TimestampTZ):
		return k.midnight(oid, p.env)
	case class == soqlMoment && oid == pgcat.TimestampTZ:
		return k.moment()
	}
	return soqlCond{}
}

func (k soqlComparison) with(op, literal string, s plan.Support) soqlCond {
	if k.text != "" {
		literal = k.text
	} else if k.mask {
		literal = "$"
	}
	out := soqlCond{text: k.column.path() + " " + op + " " + literal, support: s, literal: literal}
	if op == "!=" { // which also finds fields that are empty
		out.text, out.joint = out.text+" AND "+k.column.path()+" != null", " AND "
	}
	return out
}

var soqlOps = map[string]string{"=": "=", "<>": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">="}

// id: ids are equal as texts exactly when both have their 18 characters. No record has an id that is none.
func (k soqlComparison) id() soqlCond {
	if k.op != "=" && k.op != "<>" {
		return soqlCond{}
	}
	text, _ := k.value.(datum.Text)
	if k.text == "" && !isSalesforceID(string(text)) {
		if k.op == "<>" {
			return k.column.given()
		}
		return soqlNone
	}
	return k.with(soqlOps[k.op], soqlQuote(string(text)), plan.Exact)
}

// ofText: texts are equal in any case, unless the field tells cases apart; none is empty. Whether blanks around a literal count is not
// documented.
func (k soqlComparison) ofText(exact bool) soqlCond {
	text, _ := k.value.(datum.Text)
	support := plan.Superset
	if exact && k.text == "" && strings.TrimSpace(string(text)) == string(text) {
		support = plan.Exact
	}
	switch {
	case k.op == "~~", k.op == "~~*":
		return k.like(string(text))
	case k.op != "=" && exact && (k.op != "<>" || support != plan.Exact):
		return soqlCond{}
	case k.op != "=" && !exact && (k.op != "<>" || k.text != "" || text != ""):
		return soqlCond{why: ignoresCase}
	case k.text == "" && (text == "" || len(text) > maxSOQLText):
		if k.op == "<>" {
			return k.column.given()
		}
		return soqlNone
	}
	out := k.with(soqlOps[k.op], soqlQuote(string(text)), support)
	if !exact {
		out.why = ignoresCase
	}
	return out
}

// like: SOQL's LIKE ignores case, so that it says LIKE and ILIKE with further rows.
func (k soqlComparison) like(pattern string) soqlCond {
	said, ok := soqlPattern(pattern)
	if k.text == "" && (!ok || len(pattern) > maxSOQLText) {
		return soqlCond{support: plan.Superset, all: true}
	}
	out := k.with("LIKE", said, plan.Superset)
	out.why = ignoresCase
	return out
}

// number: values are decimal, below 10^18.
func (k soqlComparison) number() soqlCond {
	if soqlOps[k.op] == "" {
		return soqlCond{}
	}
	whole := k.column.column.Field.Kind == "int"
	if k.text != "" {
		return k.with(soqlOps[k.op], "", plan.Exact)
	}
	n, ok := k.value.(*datum.Numeric)
	if i, isInt := k.value.(datum.Int); isInt {
		n, ok = datum.NewNumeric(int64(i), 0), true
	}
	if !ok {
		return soqlCond{}
	}
	if c, decided := k.beyond(soqlRange(n, whole)); decided {
		return c
	}
	if whole && datum.NumericCmp(n, floor(n)) != 0 {
		n = floor(n)
		if c, decided := k.above(); decided {
			return c
		}
	}
	return k.with(soqlOps[k.op], string(datum.AppendNumeric(nil, n)), plan.Exact)
}

// above changes a comparison with what lies between two values that the field can have into one with the lower of them.
func (k *soqlComparison) above() (soqlCond, bool) {
	switch k.op {
	case "=":
		return soqlNone, true
	case "<>":
		return k.column.given(), true
	case "<":
		k.op = "<="
	case ">=":
		k.op = ">"
	}
	return soqlCond{}, false
}

func floor(n *datum.Numeric) *datum.Numeric {
	f, err := datum.NumericFloor(n)
	if err != nil {
		return n
	}
	return f
}

// soqlRange says whether a number is below (-1) or above (1) all that a field can hold.
func soqlRange(n *datum.Numeric, whole bool) int {
	most := datum.NewNumeric(1_000_000_000_000_000_000, 0)
	if whole {
		most = datum.NewNumeric(1<<31-1, 0)
	}
	switch {
	case n.IsNaN() || datum.NumericCmp(n, most) > 0:
		return 1
	case datum.NumericCmp(n, datum.NumericNeg(most)) < 0:
		return -1
	}
	return 0
}

// beyond decides a comparison with a value below or above all that a field can hold.
func (k soqlComparison) beyond(side int) (soqlCond, bool) {
	switch {
	case side == 0:
		return soqlCond{}, false
	case k.op == "<>", side > 0 && (k.op == "<" || k.op == "<="), side < 0 && (k.op == ">" || k.op == ">="):
		return k.column.given(), true
	}
	return soqlNone, true
}

// Salesforce's calendar: 1700-01-01 to 4000-12-31.
const (
	firstSOQLDay = datum.Date(-98615)
	lastSOQLDay  = datum.Date(741807)
)

func soqlDays(d datum.Date) int {
	switch {
	case d < firstSOQLDay:
		return -1
	case d > lastSOQLDay:
		return 1
	}
	return 0
}

func (k soqlComparison) date() soqlCond {
	d, ok := k.value.(datum.Date)
	if soqlOps[k.op] == "" || k.text == "" && !ok {
		return soqlCond{}
	}
	if c, decided := k.beyond(soqlDays(d)); decided && k.text == "" {
		return c
	}
	return k.with(soqlOps[k.op], soqlDay(d), plan.Exact)
}

// midnight compares a date, as the moment at which it begins in the session's zone, with a moment. What decides is the first day that
// begins no earlier, and the last one that begins no later: the same for a midnight, neighbours for a moment within a day, and two days
// that begin at once where the zone has left out the first of them.
func (k soqlComparison) midnight(oid uint32, env *datum.Env) soqlCond {
	if soqlOps[k.op] == "" || k.text != "" {
		return k.date()
	}
	v, err := datum.Cast(k.value, oid, pgcat.Date, -1, true, env)
	day, ok := v.(datum.Date)
	if err != nil || !ok {
		return soqlCond{}
	}
	if c, decided := k.beyond(soqlDays(day)); decided {
		return c
	}
	first, last := day+1, day-1
	for d := day - 1; d <= day+1; d++ { // an hour that is repeated can lie before its day's own midnight
		begin, err := datum.Cast(d, pgcat.Date, oid, -1, true, env)
		if err != nil {
			return soqlCond{}
		}
		side := datum.Compare(oid, begin, k.value)
		if side >= 0 {
			first = min(first, d)
		}
		if side <= 0 {
			last = max(last, d)
		}
	}
	return k.between(first, last)
}

// between compares a date with what lies behind the day before first and before the day behind last.
func (k soqlComparison) between(first, last datum.Date) soqlCond {
	switch {
	case k.op == "<", k.op == ">=":
		k.value = first
	case k.op == ">", k.op == "<=":
		k.value = last
	case first > last && k.op == "=":
		return soqlNone
	case first > last:
		return k.column.given()
	case first < last:
		return k.either(soqlDay(first) + ", " + soqlDay(last))
	default:
		k.value = first
	}
	return k.date()
}

// either says = or <> of several literals.
func (k soqlComparison) either(literals string) soqlCond {
	if k.mask {
		literals = "$"
	}
	if k.op == "=" {
		return soqlCond{text: k.column.path() + " IN (" + literals + ")", support: plan.Exact, literal: literals}
	}
	return soqlCond{text: k.column.path() + " NOT IN (" + literals + ") AND " + k.column.path() + " != null", joint: " AND ", support: plan.Exact, literal: literals}
}

func soqlDay(d datum.Date) string { return string(datum.AppendText(nil, pgcat.Date, d, &datum.Env{})) }

// moment: Salesforce compares to the second, whatever it holds; a bound that this makes wider is a Superset.
func (k soqlComparison) moment() soqlCond {
	t, ok := k.value.(datum.Timestamp)
	if k.text != "" {
		op := map[string]string{"=": "=", ">": ">=", ">=": ">=", "<": "<=", "<=": "<="}[k.op]
		if op == "" {
			return soqlCond{}
		}
		return k.with(op, "", plan.Superset)
	}
	if !ok || soqlOps[k.op] == "" {
		return soqlCond{}
	}
	day := datum.Date(floorDiv(int64(t), dayMicros))
	if c, decided := k.beyond(soqlDays(day)); decided {
		return c
	}
	seconds := floorDiv(int64(t), 1_000_000)
	literal, whole := soqlMomentText(seconds), seconds*1_000_000 == int64(t)
	switch {
	case k.op == "<>":
		return soqlCond{}
	case k.op == ">=" && whole, k.op == "<" && whole:
		return k.with(k.op, literal, plan.Exact)
	case k.op == ">", k.op == ">=":
		return k.with(">=", literal, plan.Superset)
	case k.op == "<", k.op == "<=":
		return k.with("<=", literal, plan.Superset)
	}
	return k.with("=", literal, plan.Superset)
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

// soqlMomentText writes seconds since 1970 as 2026-01-31T09:00:00Z.
func soqlMomentText(seconds int64) string {
	text := string(datum.AppendText(nil, pgcat.Timestamp, datum.Timestamp(seconds*1_000_000), &datum.Env{}))
	return strings.Replace(text, " ", "T", 1) + "Z"
}
