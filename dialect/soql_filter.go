package dialect

import (
	"slices"
	"strings"

	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/planner/plan"
)

// soqlCond is a condition as far as it can be said. It holds for the rows for which the expression is true (or, asked so, false), and
// with Superset for others as well. all says that it holds for every row, none that it holds for no row.
type soqlCond struct {
	text      string
	support   plan.Support
	all, none bool
	joint     string // AND or OR when the text is made of several
	literal   string // of a comparison
	why       string // of a Superset
}

var (
	soqlAll  = soqlCond{support: plan.Exact, all: true}
	soqlNone = soqlCond{text: "Id = null", support: plan.Exact, none: true} // every record has an Id
)

func soqlSays(text string, s plan.Support) soqlCond { return soqlCond{text: text, support: s} }

// ignoresCase is why a condition on text is wider there.
const ignoresCase = "Salesforce ignores case in texts, so the condition is asked for and repeated here"

// condition says for which rows e is truth. SOQL's own NOT knows no third value, and != also finds fields that are empty: so a negation
// is moved down to the comparisons, each of which says that its field is not empty.
func (p *soql) condition(q *soqlQuery, e plan.Expr, truth bool) soqlCond {
	if p.depth++; p.depth > 500 {
		return soqlCond{}
	}
	defer func() { p.depth-- }()
	switch e := e.(type) {
	case *plan.And:
		return p.several(q, e.Args, truth, truth)
	case *plan.Or:
		return p.several(q, e.Args, truth, !truth)
	case *plan.Not:
		return p.condition(q, e.Arg, !truth)
	case *plan.Const:
		if b, ok := e.Value.(datum.Bool); ok && bool(b) == truth {
			return soqlAll
		}
		return soqlNone
	case *plan.IsNull:
		return p.nullTest(q, e, truth)
	case *plan.BoolTest:
		return p.boolTest(q, e, truth)
	case *plan.In:
		return p.list(q, e.Arg, e, e.Negated != truth)
	case *plan.AnyAll:
		if e.Op == "=" && !e.All {
			return p.list(q, e.Arg, e, truth)
		}
	case *plan.Call:
		return p.comparison(q, e, truth)
	case *plan.Ref:
		if c, ok := p.field(q, e); ok && c.class() == soqlFlag {
			return c.flag(truth)
		}
	}
	return soqlCond{}
}

// several joins conditions by AND or OR. Of AND, what cannot be said may be left out: more rows pass.
func (p *soql) several(q *soqlQuery, args []plan.Expr, truth, and bool) soqlCond {
	var said []soqlCond
	support := plan.Exact
	for _, a := range args {
		c := p.condition(q, a, truth)
		switch {
		case c.support == plan.None && !and:
			return soqlCond{}
		case c.support == plan.None:
			support = plan.Superset
			continue
		case and && c.none || !and && c.all:
			return c
		}
		support = min(support, c.support)
		if !c.all && !c.none {
			said = append(said, c)
		}
	}
	switch {
	case len(said) == 0 && support != plan.Exact:
		return soqlCond{}
	case len(said) == 0 && and:
		return soqlAll
	case len(said) == 0:
		return soqlNone
	}
	word := " OR "
	if and {
		word = " AND "
	}
	out := joinSOQL(word, said)
	out.support = support
	return out
}

// joinSOQL puts conditions side by side; SOQL demands parentheses where AND and OR meet.
func joinSOQL(word string, conds []soqlCond) soqlCond {
	if len(conds) == 1 {
		return conds[0]
	}
	texts, why := make([]string, len(conds)), ""
	for i, c := range conds {
		if texts[i] = c.text; c.joint != "" && c.joint != word {
			texts[i] = paren(c.text)
		}
		if c.why != "" {
			why = c.why
		}
	}
	return soqlCond{text: strings.Join(texts, word), joint: word, why: why}
}

// conditions prints the WHERE, with those that are given in front.
func (p *soql) conditions(q *soqlQuery, all ...soqlCond) string {
	for _, path := range q.parents {
		all = append(all, soqlSays(path+"Id != null", plan.Exact))
	}
	for _, t := range q.where {
		if c := p.condition(q, t, true); !c.all && c.support != plan.None {
			all = append(all, c)
		}
	}
	for _, s := range q.semis {
		all = append(all, soqlSays(p.subquery(q, s), plan.Exact))
	}
	if len(all) == 0 {
		return ""
	}
	return " WHERE " + joinSOQL(" AND ", all).text
}

func (p *soql) subquery(q *soqlQuery, s soqlSemi) string {
	word, inner := " IN (", s.query
	field := inner.cols[s.inner].path()
	var given []soqlCond
	if s.anti {
		word = " NOT IN ("
		if field != "Id" { // an empty one in the list must not decide
			given = append(given, soqlSays(field+" != null", plan.Exact))
		}
	}
	return q.cols[s.column].path() + word + "SELECT " + field + " FROM " + inner.object + p.conditions(inner, given...) + ")"
}

// field reads an expression as a column that may stand in a condition, through casts that change no value.
func (p *soql) field(q *soqlQuery, e plan.Expr) (soqlColumn, bool) {
	if c, ok := e.(*plan.Cast); ok && (unlabelled(e) != e || c.Method == plan.FunctionCast && integral(c.Arg.Type().OID) &&
		(integral(c.T.OID) || c.T.OID == pgcat.Numeric)) {
		e = c.Arg
	}
	r, ok := e.(*plan.Ref)
	if !ok {
		return soqlColumn{}, false
	}
	if p.free {
		f := &plan.Field{Kind: "string", Filter: true, Sort: true}
		return soqlColumn{name: r.Name, scale: -1, column: plan.Column{Physical: r.Name, Type: r.T, Field: f}}, true
	}
	c, known := q.cols[r.ID]
	return c, known && c.computed == ""
}

// soqlClass is how a field's values compare.
type soqlClass uint8

const (
	soqlOther  soqlClass = iota
	soqlID               // ids, which are equal when their 18 characters are
	soqlText             // equal in any case
	soqlExact            // text of which case matters
	soqlNumber           // decimal
	soqlDate
	soqlMoment // date and time, to the second
	soqlFlag   // true or false, never empty
)

// soqlTexts are the kinds of fields that hold short text.
var soqlTexts = []string{"string", "picklist", "combobox", "email", "phone", "url", "textarea", "encryptedstring"}

// class is how the field's values compare, from what describe says of it and from the type that the model gives it. Of a field
// of which nothing is known, only an Id, a date, a moment and a flag are what they seem: a number may be an amount, which Salesforce
// converts where several currencies are in use.
func (c soqlColumn) class() soqlClass {
	kind := ""
	if c.column.Field != nil {
		kind = c.column.Field.Kind
	}
	switch oid := c.column.Type.OID; {
	case textual(oid) && (kind == "id" || kind == "reference" || kind == "" && c.column.Physical == "Id"):
		return soqlID
	case textual(oid) && slices.Contains(soqlTexts, kind) && c.column.Field.CaseSensitive:
		return soqlExact
	case textual(oid) && slices.Contains(soqlTexts, kind):
		return soqlText
	case (integral(oid) || oid == pgcat.Numeric) && kind != "":
		return soqlNumber
	case oid == pgcat.Date:
		return soqlDate
	case oid == pgcat.TimestampTZ:
		return soqlMoment
	case oid == pgcat.Bool:
		return soqlFlag
	}
	return soqlOther
}

// filterable reports whether the field may stand in a condition.
func (c soqlColumn) filterable() bool {
	if f := c.column.Field; f != nil {
		return f.Filter
	}
	return c.class() != soqlOther
}

// there is the condition that a parent that may be missing is there, beside another one: a condition on a parent's field can also
// hold where there is no parent.
func (c soqlColumn) there(cond soqlCond) soqlCond {
	if !c.outer || cond.none || cond.support == plan.None {
		return cond
	}
	guard := soqlSays(c.prefix+"Id != null", plan.Exact)
	if cond.all {
		return guard
	}
	out := joinSOQL(" AND ", []soqlCond{cond, guard})
	out.support = cond.support
	return out
}

// flag is a boolean field, which Salesforce never leaves empty.
func (c soqlColumn) flag(truth bool) soqlCond {
	if !c.filterable() {
		return soqlCond{}
	}
	word := " = FALSE"
	if truth {
		word = " = TRUE"
	}
	return c.there(soqlSays(c.path()+word, plan.Exact))
}

// given holds where the field is not empty.
func (c soqlColumn) given() soqlCond {
	if c.class() == soqlFlag || c.name == "Id" {
		return c.there(soqlAll)
	}
	return c.there(soqlSays(c.path()+" != null", plan.Exact))
}

func (p *soql) nullTest(q *soqlQuery, e *plan.IsNull, truth bool) soqlCond {
	c, ok := p.field(q, e.Arg)
	if !ok || !c.filterable() {
		return soqlCond{}
	}
	if e.Negated == truth {
		return c.given()
	}
	if c.class() != soqlFlag && c.name != "Id" {
		return soqlSays(c.path()+" = null", plan.Exact)
	}
	if c.outer {
		return soqlSays(c.prefix+"Id = null", plan.Exact)
	}
	return soqlNone
}

// boolTest says IS TRUE and IS FALSE as the condition itself; IS NOT TRUE only of a field that is never empty.
func (p *soql) boolTest(q *soqlQuery, e *plan.BoolTest, truth bool) soqlCond {
	is := e.Negated != truth
	switch {
	case e.Truth == plan.Unknown:
		return soqlCond{}
	case is:
		return p.condition(q, e.Arg, e.Truth == plan.True)
	}
	if c, ok := p.field(q, e.Arg); ok && c.class() == soqlFlag && !c.outer {
		return c.flag(e.Truth != plan.True)
	}
	return soqlCond{}
}

// comparison says field op value, or value op field.
func (p *soql) comparison(q *soqlQuery, e *plan.Call, truth bool) soqlCond {
	if len(e.Args) != 2 {
		return soqlCond{}
	}
	op, left, right := e.Op, e.Args[0], e.Args[1]
	c, ok := p.field(q, left)
	if !ok && soqlFlipped[op] != "" {
		op, left, right = soqlFlipped[op], right, left
		c, ok = p.field(q, left)
	}
	if !ok || !c.filterable() || !fixed(right) {
		return soqlCond{}
	}
	if !truth {
		op = soqlOpposite[op]
	}
	v, known := p.evaluate(right)
	if known && v == nil {
		return soqlNone // of NULL nothing is true, nor false
	}
	k := soqlComparison{column: c, op: op, value: v, text: p.shown(right), mask: p.mask}
	if known {
		k.text = ""
	}
	return c.there(k.say(right.Type().OID, p))
}

var soqlFlipped = map[string]string{"=": "=", "<>": "<>", "<": ">", "<=": ">=", ">": "<", ">=": "<="}

var soqlOpposite = map[string]string{"=": "<>", "<>": "=", "<": ">=", "<=": ">", ">": "<=", ">=": "<",
	"~~": "!~~", "!~~": "~~", "~~*": "!~~*", "!~~*": "~~*"}
