package dialect

import (
	"strings"

	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/planner/plan"
)

const recordOID = pgcat.Record

// expr prints a typed expression, in parentheses where it is made of several words.
func (p *postgres) expr(e plan.Expr) string {
	if !p.enter(e.Pos()) {
		return "NULL"
	}
	defer p.leave()
	return p.count(p.form(e))
}

func (p *postgres) exprs(list []plan.Expr) []string {
	out := make([]string, len(list))
	for i, e := range list {
		out[i] = p.expr(e)
	}
	return out
}

func (p *postgres) form(e plan.Expr) string {
	switch e := e.(type) {
	case *plan.Const:
		return p.constant(e)
	case *plan.Ref:
		return p.ref(e)
	case *plan.Late:
		return p.late(e)
	case *plan.Call:
		return p.call(e)
	case *plan.Cast:
		return p.cast(e)
	case *plan.And, *plan.Or, *plan.Not, *plan.IsNull:
		x, _ := p.connective(e)
		return x.text
	case *plan.BoolTest:
		truth := [...]string{" TRUE", " FALSE", " UNKNOWN"}[e.Truth]
		return paren(p.expr(e.Arg) + " IS" + not(e.Negated) + truth)
	case *plan.Distinct:
		return paren(p.expr(e.Left) + " IS" + not(e.Negated) + " DISTINCT FROM " + p.expr(e.Right))
	case *plan.Case:
		return p.caseOf(e)
	case *plan.Choose:
		return p.choose(e)
	case *plan.In:
		return paren(p.expr(e.Arg) + not(e.Negated) + " IN (" + strings.Join(p.exprs(e.List), ", ") + ")")
	}
	return p.compound(e)
}

// late prints a leaf that is not filled yet; clock_timestamp() moves within a statement, so that it stays here.
func (p *postgres) late(e *plan.Late) string {
	switch {
	case e.Kind == plan.ClockTime || !p.dry && !p.show:
		return p.refuse(e.At, "this value before execution")
	case p.show:
		return plan.FormatExpr(e)
	}
	return "NULL::" + p.typeName(e.T)
}

func not(negated bool) string {
	if negated {
		return " NOT"
	}
	return ""
}

func (p *postgres) compound(e plan.Expr) string {
	switch e := e.(type) {
	case *plan.AnyAll:
		return paren(p.compared(e.Arg, e.Op) + operator(e.Op) + word(e.All) + "(" + p.expr(e.Array) + "::" + p.typeName(unmodified(e.Array.Type())) + ")")
	case *plan.ArrayOf:
		return "(ARRAY[" + strings.Join(p.exprs(e.Items), ", ") + "]::" + p.typeName(unmodified(e.T)) + ")"
	case *plan.Subscript:
		return p.subscript(e)
	case *plan.Subquery:
		return p.subquery(e)
	case *plan.Agg:
		return p.agg(e, e.Base.At)
	case *plan.WindowFunc:
		return p.windowFunc(e)
	case *plan.RowOf:
		return p.refuse(e.At, "a row value")
	}
	return p.refuse(e.Pos(), "this expression here")
}

func unmodified(t plan.Type) plan.Type { return plan.Type{OID: t.OID, Mod: -1} }

func word(all bool) string {
	if all {
		return "ALL "
	}
	return "ANY "
}

func operator(op string) string { return " OPERATOR(pg_catalog." + op + ") " }

func (p *postgres) ref(e *plan.Ref) string {
	c, ok := p.cols[e.ID]
	if !ok {
		if !p.dry {
			p.fail(pgerr.New(pgerr.Internal, "the fragment refers to a column %q that it does not have", e.Name).At(e.At))
		}
		return "NULL::" + p.typeName(e.T)
	}
	return c.text
}

// constant prints a literal in UTC and ISO style with its type; standard_conforming_strings is on.
func (p *postgres) constant(e *plan.Const) string {
	if e.Value == nil {
		return "NULL::" + p.typeName(e.T)
	}
	if _, ok := e.Value.(datum.Record); ok {
		return p.refuse(e.At, "a row value")
	}
	if p.mask {
		return "$"
	}
	text := string(datum.AppendText(nil, e.T.OID, e.Value, &datum.Env{ExtraFloatDigits: 1}))
	return quote(text) + "::" + p.typeName(e.T)
}

// typeName is a type's full name in pg_catalog with its modifier.
func (p *postgres) typeName(t plan.Type) string {
	c, ok := pgcat.TypeByOID(t.OID)
	if !ok || c.OID >= 10000 && c.OID < 16384 {
		return p.refuse(-1, "a type of another schema")
	}
	if c.IsArray() {
		return p.typeName(plan.Type{OID: c.Elem, Mod: t.Mod}) + "[]"
	}
	return "pg_catalog." + ident(c.Name) + modifier(t)
}

// modifier prints a typmod as the arguments of its type.
func modifier(t plan.Type) string {
	if t.Mod < 0 {
		return ""
	}
	switch t.OID {
	case pgcat.Varchar, pgcat.Bpchar:
		return paren(itoa(t.Mod - 4))
	case pgcat.Numeric:
		return paren(itoa((t.Mod-4)>>16&0xffff) + ", " + itoa(int32(int16((t.Mod-4)&0x7ff<<5)>>5)))
	case pgcat.Timestamp, pgcat.TimestampTZ, pgcat.Time, pgcat.TimeTZ:
		return paren(itoa(t.Mod))
	case pgcat.Interval:
		if precision := t.Mod & 0xffff; precision != 0xffff {
			return paren(itoa(t.Mod>>16&0x7fff) + ", " + itoa(precision))
		}
		return paren(itoa(t.Mod >> 16 & 0x7fff))
	}
	return ""
}

func (p *postgres) caseOf(e *plan.Case) string {
	var b strings.Builder
	b.WriteString("(CASE")
	for _, w := range e.Whens {
		b.WriteString(" WHEN " + p.expr(w.Cond) + " THEN " + p.expr(w.Then))
	}
	if e.Else != nil {
		b.WriteString(" ELSE " + p.expr(e.Else))
	}
	b.WriteString(" END)")
	return b.String()
}

func (p *postgres) choose(e *plan.Choose) string {
	list := p.exprs(e.Args)
	if e.Kind == plan.Greatest || e.Kind == plan.Least {
		list[0] = p.ordered(e.Args[0])
	}
	return [...]string{"COALESCE", "NULLIF", "GREATEST", "LEAST"}[e.Kind] + paren(strings.Join(list, ", "))
}

func (p *postgres) subscript(e *plan.Subscript) string {
	base := paren(p.expr(e.Arg))
	if !e.Slice {
		return paren(base + "[" + p.expr(e.Index) + "]")
	}
	lower, upper := "", ""
	if e.Lower != nil {
		lower = p.expr(e.Lower)
	}
	if e.Upper != nil {
		upper = p.expr(e.Upper)
	}
	return paren(base + "[" + lower + ":" + upper + "]")
}

// subquery prints a query in an expression. Columns of the outer query are reached by their qualified names.
func (p *postgres) subquery(e *plan.Subquery) string {
	if e.Kind == plan.Exists {
		s := p.node(e.Plan)
		if s.closed() {
			s = p.wrap(s)
		}
		return "EXISTS (" + s.render([]string{"true"}) + ")"
	}
	test := ""
	if e.Kind == plan.Any || e.Kind == plan.All {
		test = p.compared(e.Test, e.Op)
	}
	if p.err == nil && len(e.Plan.Cols()) != 1 {
		return p.refuse(e.At, "a subquery with several columns here")
	}
	query := p.arm(e.Plan)
	switch e.Kind {
	case plan.Scalar:
		return paren(query)
	case plan.ArrayQuery:
		return "ARRAY(" + query + ")"
	}
	return paren(test + operator(e.Op) + word(e.Kind == plan.All) + paren(query))
}

// collatable reports whether a type's order depends on a collation.
func collatable(oid uint32) bool {
	t, ok := pgcat.TypeByOID(oid)
	return ok && t.Collation != 0
}

// ordered prints an expression that is compared by order.
func (p *postgres) ordered(e plan.Expr) string {
	text := p.expr(e)
	if p.plain || !collatable(e.Type().OID) {
		return text
	}
	return paren(text + ` COLLATE pg_catalog."C"`)
}

var orderOps = map[string]bool{"<": true, "<=": true, ">": true, ">=": true}

// compared prints the left operand of an operator.
func (p *postgres) compared(e plan.Expr, op string) string {
	if orderOps[op] {
		return p.ordered(e)
	}
	return p.expr(e)
}
