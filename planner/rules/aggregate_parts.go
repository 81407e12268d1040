package rules

import (
	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/planner/plan"
)

// parts are an aggregate as aggregates of parts of its rows, and what combines them: for sum(x), sums and their sum; for avg(x),
// sums and counts. Every value is exact, so that the order of addition does not show.
type parts struct {
	below  []*plan.Agg
	above  []string // signatures of the aggregates over the columns of below
	finish func(values []plan.Expr) plan.Expr
}

// partsOf takes an aggregate apart; false for one whose value depends on the rows' order or on duplicates, or is inexact.
func partsOf(a *plan.Agg) (parts, bool) {
	p, ok := pgcat.ProcByOID(a.Proc)
	if !ok || a.Distinct || len(a.Order) > 0 || a.Within || a.Direct > 0 {
		return parts{}, false
	}
	switch p.Signature() {
	case "count()", "count(any)":
		return parts{[]*plan.Agg{a}, []string{"sum(int8)"}, func(v []plan.Expr) plan.Expr { return orZero(narrow(v[0])) }}, true
	case "sum(int2)", "sum(int4)":
		return parts{[]*plan.Agg{a}, []string{"sum(int8)"}, func(v []plan.Expr) plan.Expr { return narrow(v[0]) }}, true
	case "sum(int8)", "sum(numeric)":
		return parts{[]*plan.Agg{a}, []string{"sum(numeric)"}, first}, exactSum(a)
	case "avg(int2)", "avg(int4)", "avg(int8)", "avg(numeric)":
		return averageParts(a, p.Args[0])
	}
	switch p.Name {
	case "min", "max", "bool_and", "bool_or", "every":
		return parts{[]*plan.Agg{a}, []string{p.Signature()}, first}, true
	}
	return parts{}, false
}

func first(v []plan.Expr) plan.Expr { return v[0] }

// averageParts divides as avg does: the sum by the count, both numeric.
func averageParts(a *plan.Agg, of uint32) (parts, bool) {
	t, _ := pgcat.TypeByOID(of)
	sum, count, ok := sumAndCount(a, t.Name)
	if !ok || !exactSum(sum) {
		return parts{}, false
	}
	over := "sum(numeric)"
	if sum.T.OID == pgcat.Int8 {
		over = "sum(int8)"
	}
	return parts{[]*plan.Agg{sum, count}, []string{over, "sum(int8)"}, func(v []plan.Expr) plan.Expr { return ratio(v[0], v[1]) }}, true
}

func sumAndCount(a *plan.Agg, of string) (sum, count *plan.Agg, ok bool) {
	s, ok := pgcat.ProcBySignature("sum(" + of + ")")
	n, counts := pgcat.ProcBySignature("count(any)")
	if !ok || !counts {
		return nil, nil, false
	}
	return aggOf(*a, s), aggOf(*a, n), true
}

// aggOf is a with another function.
func aggOf(a plan.Agg, p *pgcat.Proc) *plan.Agg {
	a.Proc, a.Name, a.T = p.OID, p.Name, plan.Type{OID: p.Result, Mod: -1}
	return &a
}

// ratio is the numeric quotient of two numerics, NULL for a divisor of 0.
func ratio(sum, count plan.Expr) plan.Expr {
	div, _ := pgcat.ProcBySignature("numeric_div(numeric,numeric)")
	eq, _ := pgcat.ProcBySignature("numeric_eq(numeric,numeric)")
	zero := &plan.Const{Base: plan.Base{T: count.Type(), At: -1}, Value: datum.NewNumeric(0, 0)}
	some := &plan.Choose{Base: plan.Base{T: count.Type(), At: -1}, Kind: plan.NullIf, Args: []plan.Expr{count, zero}, Proc: eq.OID}
	return &plan.Call{Base: plan.Base{T: sum.Type(), At: -1}, Proc: div.OID, Name: div.Name, Op: "/", Args: []plan.Expr{sum, some}}
}

// narrow is a numeric without fraction as int8, which raises where sum(int4) itself does.
func narrow(e plan.Expr) plan.Expr {
	c, _ := pgcat.CastFor(pgcat.Numeric, pgcat.Int8)
	return &plan.Cast{Base: plan.Base{T: plan.Type{OID: pgcat.Int8, Mod: -1}, At: e.Pos()}, Arg: e, Method: plan.FunctionCast, Proc: c.Func, Explicit: true}
}

func orZero(e plan.Expr) plan.Expr {
	zero := &plan.Const{Base: plan.Base{T: e.Type(), At: -1}, Value: datum.Int(0)}
	return &plan.Choose{Base: plan.Base{T: e.Type(), At: e.Pos()}, Kind: plan.Coalesce, Args: []plan.Expr{e, zero}}
}

// maxTerms is the decimal digits of how many of the greatest values a sum has room for; beyond is 22003 (DECISIONS 2).
const maxTerms = 7

// exactSum reports whether partial sums can travel as decimals of a fixed scale: the argument's is known, and leaves room.
func exactSum(a *plan.Agg) bool {
	_, ok := travelType(a)
	return ok
}

// travelType is the type in which a numeric sum or extreme travels; others keep theirs.
func travelType(a *plan.Agg) (plan.Type, bool) {
	if a.T.OID != pgcat.Numeric {
		return a.T, true
	}
	p, s, ok := decimalOf(a.Args[0])
	if a.Name == "sum" {
		p += maxTerms
	}
	if !ok || p > 38 {
		return a.T, false
	}
	return plan.Type{OID: pgcat.Numeric, Mod: datum.MakeNumericMod(38, s)}, true
}

// decimalOf is the digits and the scale of all values of an expression, where its form fixes the scale.
func decimalOf(e plan.Expr) (digits, scale int32, ok bool) {
	switch e := e.(type) {
	case *plan.Ref:
		return declared(e.T)
	case *plan.Const:
		return literal(e)
	case *plan.Cast:
		if e.T.OID == pgcat.Numeric && e.T.Mod < 0 {
			return decimalOf(e.Arg)
		}
		return declared(e.T)
	case *plan.Call:
		return arithmetic(e)
	case *plan.Case:
		return branches(e)
	}
	return 0, 0, false
}

// branches have one scale together, or none: the sum's is the greatest of the values that it meets.
func branches(e *plan.Case) (digits, scale int32, ok bool) {
	list := []plan.Expr{e.Else}
	for _, w := range e.Whens {
		list = append(list, w.Then)
	}
	digits, scale, ok = decimalOf(list[len(list)-1])
	for _, b := range list {
		if b == nil {
			continue
		}
		p, s, known := decimalOf(b)
		ok = ok && known && s == scale
		digits = max(digits, p)
	}
	return digits, scale, ok
}

func declared(t plan.Type) (digits, scale int32, ok bool) {
	switch t.OID {
	case pgcat.Int2:
		return 5, 0, true
	case pgcat.Int4:
		return 10, 0, true
	case pgcat.Int8:
		return 19, 0, true
	case pgcat.Numeric:
		p, s, ok := datum.NumericPrecision(t.Mod)
		return p, s, ok && s >= 0 && s <= p
	}
	return 0, 0, false
}

func literal(c *plan.Const) (digits, scale int32, ok bool) {
	n, isNumeric := c.Value.(*datum.Numeric)
	if !isNumeric {
		return declared(c.T)
	}
	for _, r := range string(datum.AppendNumeric(nil, n)) {
		switch {
		case r == '.':
			scale = 0
			ok = true
		case r >= '0' && r <= '9':
			digits++
			scale++
		case r != '-':
			return 0, 0, false
		}
	}
	if !ok {
		scale = 0
	}
	return digits, scale, true
}

func arithmetic(c *plan.Call) (digits, scale int32, ok bool) {
	if c.T.OID != pgcat.Numeric || len(c.Args) != 2 {
		return 0, 0, false
	}
	p, s, ok := decimalOf(c.Args[0])
	q, u, known := decimalOf(c.Args[1])
	switch {
	case !ok || !known:
		return 0, 0, false
	case c.Op == "*":
		return p + q, s + u, true
	case c.Op == "+" || c.Op == "-":
		return max(p-s, q-u) + max(s, u) + 1, max(s, u), true
	}
	return 0, 0, false
}
