package dialect

import (
	"strings"

	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/planner/plan"
)

// expr prints a typed expression; its oid is the plan's.
func (p *duck) expr(e plan.Expr) sx {
	return p.bounded(e, p.form)
}

func (p *duck) form(e plan.Expr) sx {
	switch e := e.(type) {
	case *plan.Const:
		return p.constant(e)
	case *plan.Ref:
		return p.ref(e)
	case *plan.Late:
		return p.unsupported(e.At, "this value before execution")
	case *plan.Call:
		return p.call(e)
	case *plan.Cast:
		return p.cast(e)
	case *plan.And:
		return p.lazy(e.Args, " AND ", "CASE WHEN NOT ", " THEN false ELSE ")
	case *plan.Or:
		return p.lazy(e.Args, " OR ", "CASE WHEN ", " THEN true ELSE ")
	case *plan.Not, *plan.IsNull:
		x, _ := p.connective(e)
		return x
	case *plan.BoolTest:
		return p.boolTest(e)
	case *plan.Distinct:
		return p.isDistinct(e)
	case *plan.Case:
		return p.caseOf(e)
	case *plan.Choose:
		return p.choose(e)
	case *plan.In:
		return p.in(e)
	}
	return p.compound(e)
}

func (p *duck) compound(e plan.Expr) sx {
	switch e := e.(type) {
	case *plan.AnyAll:
		return p.anyAll(e)
	case *plan.ArrayOf:
		return p.arrayOf(e)
	case *plan.Subscript:
		return p.subscript(e)
	case *plan.Subquery:
		return p.subquery(e)
	case *plan.RowOf:
		return p.row(e)
	}
	return p.unsupported(e.Pos(), "this expression here")
}

// row is the text or the JSON of a row value, made by datum.
func (p *duck) row(e *plan.RowOf) sx {
	items := make([]sx, len(e.Items))
	for i, x := range e.Items {
		items[i] = p.rowItem(x)
	}
	f := Func{Kind: RowFunc, Result: pgcat.Record, Mod: -1, At: e.At}
	if e.JSON {
		f.Fields = e.Names
	}
	x := p.udf(f, items)
	if e.Present != nil {
		x.text = p.count("CASE WHEN " + p.expr(e.Present).text + " THEN " + x.text + " END")
	}
	return x
}

// rowItem is an item of a row: a char(n) has its blanks there.
func (p *duck) rowItem(e plan.Expr) sx {
	x, t := p.expr(e), e.Type()
	if t.OID != pgcat.Bpchar {
		return x
	}
	if t.Mod > 4 {
		x.pad = t.Mod - 4
	}
	return sx{text: padded(x), oid: pgcat.Text}
}

func (p *duck) ref(e *plan.Ref) sx {
	if x, ok := p.cols[e.ID]; ok {
		if x.null && !x.plain {
			return x
		}
		return x
	}
	if !p.dry {
		p.fail(pgerr.New(pgerr.Internal, "the plan refers to a column %q that it does not have", e.Name).At(e.At))
	}
	return typed(name(e.ID), e.T)
}

func (p *duck) chain(args []plan.Expr, op string) sx {
	texts := make([]string, len(args))
	for i, a := range args {
		texts[i] = p.expr(a).text
	}
	return sx{text: paren(strings.Join(texts, op))}
}

// lazy is a chain that stops at the first argument that decides it, as PostgreSQL's does: outside WHERE, DuckDB evaluates
// all of them, so that a later one which can fail is put behind a CASE. It asks the first twice, which a volatile one does not bear.
func (p *duck) lazy(args []plan.Expr, op, before, then string) sx {
	texts := make([]string, len(args))
	for i, a := range args {
		texts[i] = p.expr(a).text
	}
	rest := texts[len(texts)-1]
	for i := len(texts) - 2; i >= 0; i-- {
		first := texts[i]
		joined := paren(first + op + rest)
		if len(first) <= repeatLimit && canFail(rest) && !volatile(args[i]) {
			joined = paren(before + first + then + joined + " END")
		}
		rest = p.count(joined)
	}
	return sx{text: rest}
}

func canFail(text string) bool {
	return strings.Contains(text, "error(") || strings.Contains(text, "waggle_")
}

func (p *duck) boolTest(e *plan.BoolTest) sx {
	x := p.expr(e.Arg).text
	op := " IS NOT DISTINCT FROM "
	if e.Negated {
		op = " IS DISTINCT FROM "
	}
	truth := map[plan.Truth]string{plan.True: "true", plan.False: "false", plan.Unknown: "NULL::BOOLEAN"}[e.Truth]
	return sx{text: paren(x + op + truth)}
}

func (p *duck) isDistinct(e *plan.Distinct) sx {
	l, r := p.operands(e.Left, e.Right)
	op := " IS DISTINCT FROM "
	if e.Negated {
		op = " IS NOT DISTINCT FROM "
	}
	return sx{text: paren(l + op + r)}
}

// operands prints two values so that DuckDB's equality and order are PostgreSQL's.
func (p *duck) operands(l, r plan.Expr) (string, string) {
	a, b := p.expr(l), p.expr(r)
	u, v := p.comparable(a, b, l.Pos())
	return u, v
}

func (p *duck) comparable(a, b sx, at int) (string, string) {
	if a.oid == numericOID && b.oid == numericOID && a.p > 0 && b.p > 0 {
		if q, s := common(a, b); q <= 38 {
			return p.toDecimal(a, q, s).text, p.toDecimal(b, q, s).text
		}
	}
	if a.oid == numericOID && b.oid == numericOID {
		a, b = p.asText(a), p.asText(b)
	}
	return p.key(a, at), p.key(b, at)
}

// caseOf prints CASE with its branches in one representation.
func (p *duck) caseOf(e *plan.Case) sx {
	conds, thens := make([]string, len(e.Whens)), make([]sx, 0, len(e.Whens)+1)
	for i, w := range e.Whens {
		conds[i] = p.expr(w.Cond).text
		thens = append(thens, p.expr(w.Then))
	}
	if e.Else != nil {
		thens = append(thens, p.expr(e.Else))
	}
	rep := p.unifyAll(thens, e.T.OID)
	var b strings.Builder
	b.WriteString("CASE")
	for i, c := range conds {
		b.WriteString(" WHEN " + c + " THEN " + p.convert(thens[i], rep).text)
	}
	if e.Else != nil {
		b.WriteString(" ELSE " + p.convert(thens[len(conds)], rep).text)
	}
	b.WriteString(" END")
	rep.text = paren(b.String())
	return rep
}

// unifyAll is the one representation of several values of a type.
func (p *duck) unifyAll(list []sx, oid uint32) sx {
	rep := sx{oid: oid, null: true}
	for _, x := range list {
		null := rep.null && x.null
		rep = p.unify(rep, x)
		rep.oid, rep.null = oid, null
	}
	if rep.null && oid == numericOID {
		rep.p, rep.s = 1, 0
	}
	rep.null = false
	return rep
}

func (p *duck) choose(e *plan.Choose) sx {
	list := make([]sx, len(e.Args))
	for i, a := range e.Args {
		list[i] = p.expr(a)
	}
	if e.Kind == plan.NullIf {
		l, r := p.comparable(list[0], list[1], e.At)
		x := list[0]
		x.text, x.plain = "CASE WHEN "+l+" = "+r+" THEN NULL ELSE "+x.text+" END", false
		x.text = paren(x.text)
		return x
	}
	rep := p.unifyAll(list, e.T.OID)
	texts := make([]string, len(list))
	for i, x := range list {
		texts[i] = p.convert(x, rep).text
	}
	if e.Kind == plan.Coalesce {
		rep.text = "COALESCE(" + strings.Join(texts, ", ") + ")"
		return rep
	}
	if needsKey(rep) {
		return p.extreme(e, rep, texts)
	}
	f := "greatest("
	if e.Kind == plan.Least {
		f = "least("
	}
	rep.text = f + strings.Join(texts, ", ") + ")"
	return rep
}

// extreme is GREATEST or LEAST over values that compare by key: NULLs are ignored.
func (p *duck) extreme(e *plan.Choose, rep sx, texts []string) sx {
	op := " >= "
	if e.Kind == plan.Least {
		op = " <= "
	}
	best := texts[0]
	for _, t := range texts[1:] {
		a, b := rep, rep
		a.text, b.text = best, t
		ka, kb := p.key(a, e.At), p.key(b, e.At)
		best = p.count("CASE WHEN " + t + " IS NULL OR " + ka + op + kb + " THEN " + best + " ELSE " + t + " END")
	}
	rep.text = paren(best)
	return rep
}

func (p *duck) in(e *plan.In) sx {
	list := make([]sx, 0, len(e.List)+1)
	list = append(list, p.expr(e.Arg))
	for _, a := range e.List {
		list = append(list, p.expr(a))
	}
	texts := p.alike(list, e.At)
	op := " IN ("
	if e.Negated {
		op = " NOT IN ("
	}
	return sx{text: paren(texts[0] + op + strings.Join(texts[1:], ", ") + ")")}
}

// alike prints several values of one type so that they compare with each other.
func (p *duck) alike(list []sx, at int) []string {
	texts := make([]string, len(list))
	q, s, decimals := int32(0), int32(0), true
	for _, x := range list {
		decimals = decimals && x.oid == numericOID && x.p > 0
		s = max(s, x.s)
		q = max(q, x.p-x.s)
	}
	for i, x := range list {
		if decimals && q+s <= 38 {
			texts[i] = p.toDecimal(x, q+s, s).text
			continue
		}
		if x.oid == numericOID {
			x = p.asText(x)
		}
		texts[i] = p.key(x, at)
	}
	return texts
}

func intConst(e plan.Expr) (int64, bool) {
	c, ok := e.(*plan.Const)
	if !ok {
		return 0, false
	}
	v, ok := c.Value.(datum.Int)
	return int64(v), ok
}
