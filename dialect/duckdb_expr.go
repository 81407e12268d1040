package dialect

import (
	"strconv"
	"strings"

	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/planner/plan"
)

// expr prints a typed expression; its oid is the plan's.
func (p *duck) expr(e plan.Expr) sx {
	if !p.enter(e.Pos()) {
		return sx{text: "NULL"}
	}
	defer p.leave()
	x := p.form(e)
	if x.oid == 0 {
		x.oid = e.Type().OID
	}
	x.text = p.count(x.text)
	return x
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
	case *plan.Not:
		return sx{text: "(NOT " + p.expr(e.Arg).text + ")"}
	case *plan.IsNull:
		if e.Negated {
			return sx{text: paren(p.expr(e.Arg).text + " IS NOT NULL")}
		}
		return sx{text: paren(p.expr(e.Arg).text + " IS NULL")}
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
		return p.unsupported(e.At, "a row value here")
	}
	return p.unsupported(e.Pos(), "this expression here")
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
// all of them, so that a later one which can fail is put behind a CASE.
func (p *duck) lazy(args []plan.Expr, op, before, then string) sx {
	texts := make([]string, len(args))
	for i, a := range args {
		texts[i] = p.expr(a).text
	}
	rest := texts[len(texts)-1]
	for i := len(texts) - 2; i >= 0; i-- {
		first := texts[i]
		joined := paren(first + op + rest)
		if len(first) <= repeatLimit && canFail(rest) {
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

var comparisonOps = map[string]bool{"=": true, "<>": true, "<": true, "<=": true, ">": true, ">=": true}

// anyAll prints op ANY|ALL(array); an array of known items is expanded, so that any operator will do.
func (p *duck) anyAll(e *plan.AnyAll) sx {
	if items, ok := knownItems(e.Array); ok {
		return p.expanded(e, items)
	}
	x := p.expr(e.Arg)
	if !comparisonOps[e.Op] || needsKey(x) || x.oid == numericOID {
		return p.unsupported(e.At, "operator %s ANY or ALL over this array", e.Op)
	}
	word := " ANY("
	if e.All {
		word = " ALL("
	}
	a := p.expr(e.Array)
	list := paren(x.text + " " + e.Op + word + a.text + ")")
	return sx{text: "CASE WHEN " + a.text + " IS NULL THEN NULL ELSE " + list + " END"}
}

// knownItems returns the items of ARRAY[…] or of an array constant.
func knownItems(e plan.Expr) ([]plan.Expr, bool) {
	switch a := e.(type) {
	case *plan.ArrayOf:
		return a.Items, true
	case *plan.Const:
		arr, ok := a.Value.(*datum.Array)
		if !ok {
			return nil, false
		}
		items := make([]plan.Expr, len(arr.Items))
		for i, v := range arr.Items {
			items[i] = &plan.Const{Base: plan.Base{T: plan.Type{OID: arr.Elem, Mod: -1}, At: a.At}, Value: v}
		}
		return items, true
	}
	return nil, false
}

func (p *duck) expanded(e *plan.AnyAll, items []plan.Expr) sx {
	if len(items) == 0 {
		return sx{text: strconv.FormatBool(e.All)}
	}
	if e.Op == "=" && !e.All {
		return p.in(&plan.In{Base: e.Base, Arg: e.Arg, List: items, Proc: e.Proc})
	}
	list := make([]plan.Expr, len(items))
	for i, it := range items {
		list[i] = &plan.Call{Base: e.Base, Proc: e.Proc, Op: e.Op, Args: []plan.Expr{e.Arg, it}}
	}
	if len(list) == 1 {
		return p.expr(list[0])
	}
	if e.All {
		return p.chain(list, " AND ")
	}
	return p.chain(list, " OR ")
}

func (p *duck) arrayOf(e *plan.ArrayOf) sx {
	elem, ok := elementOID(e.T.OID)
	items := make([]string, len(e.Items))
	for i, it := range e.Items {
		if _, nested := elementOID(it.Type().OID); nested || !ok {
			return p.unsupported(e.At, "an array with several dimensions here")
		}
		items[i] = p.asElement(p.expr(it), elem)
	}
	return sx{text: "[" + strings.Join(items, ", ") + "]::" + WorkspaceType(e.T.OID)}
}

// subscript reads arrays as PostgreSQL does: below one there is nothing, and a slice is clamped.
func (p *duck) subscript(e *plan.Subscript) sx {
	if _, ok := elementOID(e.Arg.Type().OID); !ok {
		return p.unsupported(e.At, "a subscript of this type")
	}
	a := p.expr(e.Arg)
	if !e.Slice {
		i := p.expr(e.Index)
		return sx{text: "CASE WHEN " + i.text + " >= 1 THEN list_extract(" + a.text + ", " + i.text + ") END", oid: e.T.OID}
	}
	lower, upper := "1", "len("+a.text+")"
	if e.Lower != nil {
		lower = p.expr(e.Lower).text
	}
	if e.Upper != nil {
		upper = p.expr(e.Upper).text
	}
	slice := "list_slice(" + a.text + ", greatest(" + lower + ", 1), greatest(" + upper + ", 0))"
	return sx{text: "CASE WHEN " + lower + " IS NULL OR " + upper + " IS NULL THEN NULL WHEN " + upper + " < greatest(" + lower + ", 1) THEN []::" +
		WorkspaceType(e.T.OID) + " ELSE " + slice + " END", oid: e.T.OID}
}

// subquery prints a query in an expression. Columns of the outer query are reached by their qualified names.
func (p *duck) subquery(e *plan.Subquery) sx {
	s := p.node(e.Plan)
	if e.Kind == plan.Exists {
		if s.distinct != "" || s.group != "" {
			s = p.wrap(s)
		}
		return sx{text: "EXISTS (" + s.render(nil) + ")", oid: pgcat.Bool}
	}
	cols := e.Plan.Cols()
	if p.err != nil || len(cols) != 1 {
		return p.unsupported(e.At, "a subquery with several columns here")
	}
	if s.distinct != "" {
		s = p.wrap(s)
	}
	x := p.cols[cols[0].ID]
	switch e.Kind {
	case plan.Scalar:
		text := paren(s.render([]string{x.text}))
		x.text, x.plain, x.null = text, false, false
		return x
	case plan.ArrayQuery:
		return sx{text: "ARRAY(" + s.render([]string{p.asElement(x, x.oid)}) + ")::" + WorkspaceType(e.T.OID), oid: e.T.OID}
	}
	test := p.expr(e.Test)
	if !comparisonOps[e.Op] {
		return p.unsupported(e.At, "operator %s ANY or ALL over a subquery", e.Op)
	}
	a, b := p.comparable(test, x, e.At)
	word := " ANY ("
	if e.Kind == plan.All {
		word = " ALL ("
	}
	return sx{text: paren(a + " " + e.Op + word + s.render([]string{b}) + ")"), oid: pgcat.Bool}
}

func intConst(e plan.Expr) (int64, bool) {
	c, ok := e.(*plan.Const)
	if !ok {
		return 0, false
	}
	v, ok := c.Value.(datum.Int)
	return int64(v), ok
}
