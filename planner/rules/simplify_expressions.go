package rules

import (
	"slices"

	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/planner/plan"
)

// SimplifyExpressions computes what is constant: calls of immutable functions, tests of constants, and the terms of AND, OR, CASE
// and COALESCE that decide nothing.
//
//	filter x > 1 + 1 and (true or y) and not not z   →   filter x > 2 and z
//
// It would be wrong to compute what raises: 1/0 in a branch that is never taken must not end the query, so that it stays. Behind a
// false in AND nothing is computed, as PostgreSQL's own folding has it.
var SimplifyExpressions = Rule{"SimplifyExpressions", func(_ *Env, n plan.Node) (plan.Node, bool) {
	m := plan.MapOwn(n, fold)
	if f, ok := m.(*plan.Filter); ok {
		m = simplifyFilter(f)
	}
	return m, m != n
}}

// simplifyFilter drops true terms; one that is false or NULL makes the whole condition false.
func simplifyFilter(f *plan.Filter) plan.Node {
	terms := Conjuncts(f.Cond)
	stay, _ := partition(terms, func(t plan.Expr) bool { return !isTrue(t) })
	for _, t := range stay {
		if c, ok := t.(*plan.Const); ok {
			if c.Value != nil || len(stay) > 1 {
				return falseFilter(f)
			}
			return &plan.Filter{Input: f.Input, Cond: boolean(false, c)}
		}
	}
	if len(stay) == len(terms) {
		return f
	}
	return filter(f.Input, stay)
}

func falseFilter(f *plan.Filter) plan.Node {
	if c, ok := f.Cond.(*plan.Const); ok && c.Value != nil {
		return f
	}
	return &plan.Filter{Input: f.Input, Cond: boolean(false, f.Cond)}
}

// fold simplifies an expression, its parts first. The plans of subqueries have their own turn.
func fold(e plan.Expr) plan.Expr {
	if leaf(e) {
		return e
	}
	e = plan.MapExprShallow(e, fold)
	switch e := e.(type) {
	case *plan.And:
		return foldTerms(e, e.Args, false)
	case *plan.Or:
		return foldTerms(e, e.Args, true)
	case *plan.Not:
		return foldNot(e)
	case *plan.IsNull:
		if c, ok := e.Arg.(*plan.Const); ok {
			return boolean((c.Value == nil) != e.Negated, e)
		}
	case *plan.Call:
		return foldCall(e)
	case *plan.Cast:
		if e.Method == plan.Relabel && e.T == e.Arg.Type() {
			return e.Arg
		}
	case *plan.Case:
		return foldCase(e)
	case *plan.Choose:
		return foldCoalesce(e)
	}
	return e
}

func leaf(e plan.Expr) bool {
	switch e.(type) {
	case *plan.Const, *plan.Ref, *plan.Late, *plan.In:
		return true
	}
	return false
}

// foldTerms simplifies AND (end false) and OR (end true).
func foldTerms(e plan.Expr, args []plan.Expr, end bool) plan.Expr {
	var stay []plan.Expr
	for _, a := range args {
		c, ok := a.(*plan.Const)
		switch {
		case !ok || c.Value == nil:
			stay = append(stay, a)
		case c.Value == datum.Value(datum.Bool(end)):
			return boolean(end, e)
		}
	}
	switch {
	case len(stay) == len(args):
		return e
	case len(stay) == 0:
		return boolean(!end, e)
	case len(stay) == 1:
		return stay[0]
	case end:
		return &plan.Or{Base: base(e), Args: stay}
	}
	return &plan.And{Base: base(e), Args: stay}
}

func foldNot(e *plan.Not) plan.Expr {
	switch a := e.Arg.(type) {
	case *plan.Not:
		return a.Arg
	case *plan.Const:
		if b, ok := a.Value.(datum.Bool); ok {
			return boolean(!bool(b), e)
		}
		return a
	}
	return e
}

// foldCall computes an immutable function of constants; one that raises stays.
func foldCall(c *plan.Call) plan.Expr {
	if len(c.Args) == 0 || slices.ContainsFunc(c.Args, func(a plan.Expr) bool { _, ok := a.(*plan.Const); return !ok }) {
		return c
	}
	p, ok := pgcat.ProcByOID(c.Proc)
	if !ok || p.Volatile != 'i' || p.RetSet || p.Kind != 'f' || !datum.Has(c.Proc) || c.T.OID != pgcat.Bool {
		return c
	}
	v, err := plan.Eval(c, nil, &datum.Env{})
	if err != nil {
		return c
	}
	return &plan.Const{Base: plan.Base{T: c.T, At: c.At}, Value: v}
}

// foldCase drops branches that are never taken.
func foldCase(e *plan.Case) plan.Expr {
	var whens []plan.When
	for i, w := range e.Whens {
		c, ok := w.Cond.(*plan.Const)
		switch {
		case !ok:
			whens = append(whens, w)
		case isTrue(c) && len(whens) == 0:
			return w.Then
		case isTrue(c):
			return &plan.Case{Base: e.Base, Whens: whens, Else: w.Then}
		case i == len(e.Whens)-1 && len(whens) == 0:
			if e.Else == nil {
				return &plan.Const{Base: e.Base}
			}
			return e.Else
		}
	}
	if len(whens) == len(e.Whens) {
		return e
	}
	return &plan.Case{Base: e.Base, Whens: whens, Else: e.Else}
}

// foldCoalesce drops NULLs and what stands behind a constant.
func foldCoalesce(e *plan.Choose) plan.Expr {
	if e.Kind != plan.Coalesce {
		return e
	}
	var stay []plan.Expr
	for _, a := range e.Args {
		c, ok := a.(*plan.Const)
		if ok && c.Value == nil {
			continue
		}
		stay = append(stay, a)
		if ok {
			break
		}
	}
	switch {
	case len(stay) == len(e.Args):
		return e
	case len(stay) == 0:
		return &plan.Const{Base: e.Base}
	case len(stay) == 1 && stay[0].Type() == e.T:
		return stay[0]
	}
	return &plan.Choose{Base: e.Base, Kind: e.Kind, Args: stay, Proc: e.Proc}
}
