package dialect

import (
	"strings"

	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/planner/plan"
)

// list says that a field is, or is not, one of several values.
func (p *soql) list(q *soqlQuery, arg, e plan.Expr, truth bool) soqlCond {
	c, ok := p.field(q, arg)
	if !ok || !c.filterable() {
		return soqlCond{}
	}
	items, oid, known, ok := p.items(e)
	if !ok {
		return soqlCond{}
	}
	if known && len(items) == 0 { // no field is one of none, not even an empty one
		return map[bool]soqlCond{true: soqlNone, false: soqlAll}[truth]
	}
	one := soqlComparison{column: c, op: "=", mask: p.mask}
	word := " IN ("
	if !truth {
		one.op, word = "<>", " NOT IN ("
	}
	if !known {
		one.text = p.shown(e)
		out := one.say(oid, p)
		out.text = c.path() + word + one.text + ")"
		return c.there(out)
	}
	return c.there(one.each(word, items, oid, p))
}

// each says a list by what it says of each value.
func (k soqlComparison) each(word string, items []datum.Value, oid uint32, p *soql) soqlCond {
	var texts []string
	out := soqlSays("", plan.Exact)
	seen := map[string]bool{}
	for _, v := range items {
		if v == nil {
			if k.op == "<>" {
				return soqlNone // it is not known whether the field is that one
			}
			continue
		}
		k.value = v
		one := k.say(oid, p)
		switch {
		case one.support == plan.None:
			return soqlCond{why: one.why}
		case one.literal == "":
			continue // no record has that value
		}
		out.support, out.why = min(out.support, one.support), one.why
		if !seen[one.literal] {
			seen[one.literal] = true
			texts = append(texts, one.literal)
		}
	}
	switch {
	case len(texts) == 0 && k.op == "<>":
		return k.column.given()
	case len(texts) == 0:
		return soqlNone
	}
	out.text = k.column.path() + word + strings.Join(texts, ", ") + ")"
	if k.op == "<>" {
		out.text, out.joint = out.text+" AND "+k.column.path()+" != null", " AND "
	}
	return out
}

// items are the values of a list; not known while a Late leaf waits in it. ok is false for a list that is not fixed.
func (p *soql) items(e plan.Expr) (items []datum.Value, oid uint32, known, ok bool) {
	if p.part != nil && p.part.of == e {
		return p.part.items, p.part.oid, true, true
	}
	known = true
	var list []plan.Expr
	switch e := e.(type) {
	case *plan.In:
		list = e.List
	case *plan.AnyAll:
		if t, found := pgcat.TypeByOID(e.Array.Type().OID); found {
			oid = t.Elem
		}
		if !fixed(e.Array) {
			return nil, 0, false, false
		}
		v, k := p.evaluate(e.Array)
		items = []datum.Value{nil} // what is in an array that is NULL is not known
		if a, isArray := v.(*datum.Array); isArray {
			items = a.Items
		}
		return items, oid, k, true
	}
	for _, x := range list {
		if !fixed(x) {
			return nil, 0, false, false
		}
		v, k := p.evaluate(x)
		known = known && k
		items, oid = append(items, v), x.Type().OID
	}
	return items, oid, known, true
}
