package dialect

import (
	"strings"

	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/planner/plan"
)

// expr prints a typed expression, in parentheses where it is made of several words. Only a conjunct of a WHERE, or what its
// NOT holds, may be a subquery that is not scalar.
func (p *warehouse) expr(e plan.Expr) sx {
	filtering := p.filtering
	defer func() { p.filtering = filtering }()
	switch e.(type) {
	case *plan.Not, *plan.Subquery:
	default:
		p.filtering = false
	}
	return p.bounded(e, p.form)
}

func (p *warehouse) exprs(list []plan.Expr) []sx {
	out := make([]sx, len(list))
	for i, e := range list {
		out[i] = p.expr(e)
	}
	return out
}

func (p *warehouse) form(e plan.Expr) sx {
	switch e := e.(type) {
	case *plan.Const:
		return p.constant(e)
	case *plan.Ref:
		x := p.ref(e)
		if x.foreign {
			return p.unsupported(e.At, "text under another collation")
		}
		return x
	case *plan.Late:
		return p.late(e)
	case *plan.Call:
		return p.call(e)
	case *plan.Cast:
		return p.cast(e)
	case *plan.And, *plan.Or, *plan.Not, *plan.IsNull:
		x, _ := p.connective(e)
		return x
	case *plan.BoolTest:
		truth := [...]string{" DISTINCT FROM TRUE", " DISTINCT FROM FALSE", " NULL"}[e.Truth]
		return boolean(paren(p.expr(e.Arg).text + " IS" + not(e.Negated != (e.Truth != plan.Unknown)) + truth))
	case *plan.Distinct:
		a, b := p.expr(e.Left), p.expr(e.Right)
		p.comparable(a, e.At)
		p.comparable(b, e.At)
		both := p.alike([]sx{a, b}, e.At)
		return boolean(paren(both[0].text + " IS" + not(e.Negated) + " DISTINCT FROM " + both[1].text))
	case *plan.Case:
		return p.caseOf(e)
	case *plan.Choose:
		return p.choose(e)
	case *plan.In:
		return p.in(e)
	case *plan.AnyAll:
		return p.anyAll(e)
	case *plan.Subquery:
		return p.subquery(e)
	}
	return p.unsupported(e.Pos(), "this expression here")
}

func (p *warehouse) ref(e *plan.Ref) sx {
	x, ok := p.cols[e.ID]
	if ok {
		return x
	}
	if !p.dry {
		p.fail(pgerr.New(pgerr.Internal, "the fragment refers to a column %q that it does not have", e.Name).At(e.At))
	}
	x = p.lang.column("c"+itoa(int32(e.ID)), e.T)
	return x
}

// late prints a leaf that is not filled yet; clock_timestamp() moves within a statement, so that it stays here.
func (p *warehouse) late(e *plan.Late) sx {
	switch {
	case e.Kind == plan.ClockTime || !p.dry && !p.show:
		return p.unsupported(e.At, "this value before execution")
	case p.show:
		return p.stand(plan.FormatExpr(e), e.T)
	}
	return p.null(e.T, e.At)
}

// stand is a text for a value of a type that is known only at execution.
func (p *warehouse) stand(text string, t plan.Type) sx {
	x := p.lang.column(text, t)
	return sx{text: text, oid: t.OID, p: x.p, s: x.s, mag: x.mag, pad: x.pad}
}

// caseOf prints CASE. Where branches have several display scales, a hidden CASE says which one holds.
func (p *warehouse) caseOf(e *plan.Case) sx {
	if !p.lang.comparable[e.T.OID] {
		return p.unsupported(e.At, "CASE of this type")
	}
	conds, branches := make([]string, len(e.Whens)), make([]sx, 0, len(e.Whens)+1)
	for i, w := range e.Whens {
		conds[i] = p.expr(w.Cond).text
		branches = append(branches, p.expr(w.Then))
	}
	if e.Else != nil {
		branches = append(branches, p.expr(e.Else))
	}
	return p.branched(e.T.OID, conds, branches, e.At)
}

func (p *warehouse) branched(oid uint32, conds []string, branches []sx, at int) sx {
	var b, scales strings.Builder
	x := sx{oid: oid, null: true}
	branches = p.alike(branches, at)
	for i, v := range branches {
		if v.den != 0 {
			return p.unsupported(at, "a quotient as one of several values")
		}
		when := " ELSE "
		if i < len(conds) {
			when = " WHEN " + conds[i] + " THEN "
		}
		b.WriteString(when + v.text)
		scales.WriteString(when + p.scaleOf(v))
		x = mixed(x, v)
	}
	known := true
	for _, v := range branches {
		known = known && (v.null || v.p > 0 && !v.loose)
	}
	x.oid, x.null, x.plain, x.raw = oid, false, false, ""
	if x.loose && known {
		x.loose = false
		x.scale = p.hidden(sx{text: p.count("CASE" + scales.String() + " END"), oid: pgcat.Int4})
	}
	x.text = "CASE" + b.String() + " END"
	if len(conds) == 0 {
		x.text = strings.TrimPrefix(b.String(), " ELSE ")
		return x
	}
	x.text = paren(x.text)
	return x
}

// choose prints COALESCE, NULLIF, GREATEST and LEAST, which ignore NULLs in PostgreSQL.
func (p *warehouse) choose(e *plan.Choose) sx {
	list := p.alike(p.exprs(e.Args), e.At)
	if !p.lang.comparable[e.T.OID] {
		return p.unsupported(e.At, "a choice of this type")
	}
	if e.Kind != plan.Coalesce {
		for _, x := range list {
			p.comparable(x, e.At)
		}
	}
	switch e.Kind {
	case plan.NullIf:
		x := list[0]
		x.text, x.plain, x.raw, x.null = p.iff(x.text+" = "+list[1].text, "NULL", x.text), false, "", false
		return x
	case plan.Coalesce:
		conds := make([]string, len(list)-1)
		for i := range conds {
			conds[i] = list[i].text + " IS NOT NULL"
		}
		x := p.branched(e.T.OID, conds, list, e.At)
		x.text = "COALESCE" + paren(strings.Join(texts(list), ", "))
		if len(list) == 1 {
			x.text = list[0].text
		}
		return x
	}
	x := list[0]
	for _, v := range list[1:] {
		x = mixed(x, v)
	}
	x.text, x.null, x.plain, x.raw = list[0].text, false, false, ""
	if len(list) > 1 {
		x.text = [...]string{plan.Greatest: "GREATEST", plan.Least: "LEAST"}[e.Kind] + p.lang.ignoring + paren(strings.Join(texts(list), ", "))
	}
	return x
}

func isConst(e plan.Expr) bool {
	_, ok := e.(*plan.Const)
	return ok
}

// in prints a list in parts that the language takes.
func (p *warehouse) in(e *plan.In) sx {
	all := p.alike(p.exprs(append([]plan.Expr{e.Arg}, e.List...)), e.At)
	x := all[0]
	p.comparable(x, e.At)
	items, most := make([]string, len(e.List)), p.lang.items[0]
	for i, a := range e.List {
		v := all[i+1]
		p.comparable(v, a.Pos())
		items[i] = v.text
		if v.null {
			items[i] = "NULL"
		}
		if number, ok := strings.CutPrefix(v.text, "(-"); ok && isConst(a) {
			items[i] = "-" + strings.TrimSuffix(number, ")")
		}
		if _, text := textConst(a); !text && (!isConst(a) || strings.ContainsAny(items[i], ":(")) {
			most = p.lang.items[1]
		}
	}
	op, word := " IN (", " OR "
	if e.Negated {
		op, word = " NOT IN (", " AND "
	}
	var parts []string
	for most > 0 && len(items) > most {
		parts = append(parts, x.text+op+strings.Join(items[:most], ", ")+")")
		items = items[most:]
	}
	parts = append(parts, x.text+op+strings.Join(items, ", ")+")")
	return boolean(paren(p.count(strings.Join(parts, word))))
}
