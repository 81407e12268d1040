package duckselect

import (
	"strconv"
	"strings"

	"github.com/waggle-sql/waggle/internal/sandbox/sqltree"
)

// maxSpent bounds the bytes that one statement's expressions are written in, counted at every level of nesting.
const maxSpent = 256 << 20

// Expr compiles an expression: what every language has here, what is its own by Language.Expr.
func (s *Scope[T]) Expr(x sqltree.Expr) (Value[T], *sqltree.Error) {
	v, err := s.compile(x)
	if s.C.spent += len(v.SQL); err == nil && s.C.spent > maxSpent {
		return Value[T]{}, s.C.Rules.TooComplex()
	}
	return v, err
}

// compile compiles an expression. Where the scope is grouped, an expression that is a group key as a whole stands for it.
func (s *Scope[T]) compile(x sqltree.Expr) (Value[T], *sqltree.Error) {
	if v, ok := s.key(x); ok {
		return v, nil
	}
	switch x := x.(type) {
	case *sqltree.Reference:
		return s.resolve(x)
	case *sqltree.BoolLit:
		return Value[T]{SQL: strings.ToUpper(strconv.FormatBool(x.Value)), Type: s.C.Rules.Boolean}, nil
	case *sqltree.NullLit:
		return Value[T]{SQL: "NULL", Nullable: true}, nil
	case *sqltree.Logic:
		return s.logic(x)
	case *sqltree.CaseExpr:
		return s.caseExpr(x)
	case *sqltree.IsNull:
		return s.isNull(x)
	case *sqltree.IsDistinct:
		return s.isDistinct(x)
	case *sqltree.Between:
		return s.between(x)
	}
	return s.C.L.Expr(s, x)
}

// Exprs compiles expressions.
func (s *Scope[T]) Exprs(xs []sqltree.Expr) (out []Value[T], err *sqltree.Error) {
	for _, x := range xs {
		v, err := s.Expr(x)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, nil
}

// Two compiles two expressions.
func (s *Scope[T]) Two(l, r sqltree.Expr) (a, b Value[T], err *sqltree.Error) {
	if a, err = s.Expr(l); err == nil {
		b, err = s.Expr(r)
	}
	return a, b, err
}

func (s *Scope[T]) pair(op string, l, r sqltree.Expr) (Value[T], *sqltree.Error) {
	a, b, err := s.Two(l, r)
	if err != nil {
		return Value[T]{}, err
	}
	return s.C.L.Compare(op, a, b)
}

// logic compiles AND and OR.
func (s *Scope[T]) logic(x *sqltree.Logic) (Value[T], *sqltree.Error) {
	out := make([]string, len(x.Xs))
	isNullable := false
	for i, y := range x.Xs {
		v, err := s.C.L.Condition(s, y)
		if err != nil {
			return Value[T]{}, err
		}
		out[i], isNullable = v.SQL, isNullable || v.Nullable
	}
	return Value[T]{SQL: "(" + strings.Join(out, " "+x.Op+" ") + ")", Type: s.C.Rules.Boolean, Nullable: isNullable}, nil
}

// isNull compiles IS [NOT] NULL.
func (s *Scope[T]) isNull(x *sqltree.IsNull) (Value[T], *sqltree.Error) {
	v, err := s.Expr(x.X)
	op := " IS NULL)"
	if x.Not {
		op = " IS NOT NULL)"
	}
	return Value[T]{SQL: "(" + v.SQL + op, Type: s.C.Rules.Boolean}, err
}

// isDistinct compiles IS [NOT] DISTINCT FROM.
func (s *Scope[T]) isDistinct(x *sqltree.IsDistinct) (Value[T], *sqltree.Error) {
	op := "IS DISTINCT FROM"
	if x.Not {
		op = "IS NOT DISTINCT FROM"
	}
	return s.pair(op, x.L, x.R)
}

// between compiles [NOT] BETWEEN.
func (s *Scope[T]) between(x *sqltree.Between) (Value[T], *sqltree.Error) {
	lo, err := s.pair(">=", x.X, x.Lo)
	if err != nil {
		return Value[T]{}, err
	}
	hi, err := s.pair("<=", x.X, x.Hi)
	if err != nil {
		return Value[T]{}, err
	}
	v := Value[T]{SQL: "(" + lo.SQL + " AND " + hi.SQL + ")", Type: s.C.Rules.Boolean, Nullable: lo.Nullable || hi.Nullable}
	if x.Not {
		v.SQL = "(NOT " + v.SQL + ")"
	}
	return v, nil
}

// caseExpr compiles both forms of CASE.
func (s *Scope[T]) caseExpr(x *sqltree.CaseExpr) (Value[T], *sqltree.Error) {
	var conds []string
	var results []Value[T]
	for _, w := range x.Whens {
		var c Value[T]
		var err *sqltree.Error
		if x.Operand != nil {
			c, err = s.pair("=", x.Operand, w.Cond)
		} else {
			c, err = s.C.L.Condition(s, w.Cond)
		}
		if err != nil {
			return Value[T]{}, err
		}
		r, err := s.Expr(w.Then)
		if err != nil {
			return Value[T]{}, err
		}
		conds, results = append(conds, c.SQL), append(results, r)
	}
	other := Value[T]{SQL: "NULL", Nullable: true}
	if x.Other != nil {
		var err *sqltree.Error
		if other, err = s.Expr(x.Other); err != nil {
			return Value[T]{}, err
		}
	}
	return s.C.Choose("CASE", conds, append(results, other))
}

// Choose is CASE WHEN conds[i] THEN results[i] … ELSE the last result END, of the results' common type.
func (c *Compiler[T]) Choose(name string, conds []string, results []Value[T]) (Value[T], *sqltree.Error) {
	to, isNullable, err := c.Common(name, results)
	if err != nil {
		return Value[T]{}, err
	}
	var b strings.Builder
	b.WriteString("CASE")
	for i, cond := range conds {
		b.WriteString(" WHEN " + cond + " THEN " + c.L.Convert(results[i], to).SQL)
	}
	b.WriteString(" ELSE " + c.L.Convert(results[len(results)-1], to).SQL + " END")
	return Value[T]{SQL: "(" + b.String() + ")", Type: to, Nullable: isNullable}, nil
}

// Common is the type in which values meet, and whether one of them may be NULL.
func (c *Compiler[T]) Common(name string, vs []Value[T]) (to T, isNullable bool, err *sqltree.Error) {
	for _, v := range vs {
		t, ok := c.Rules.Meet(to, v.Type)
		if !ok {
			return to, false, c.Rules.Mixed(name, vs)
		}
		to, isNullable = t, isNullable || v.Nullable
	}
	return to, isNullable, nil
}

// Coalesce is the first value that is not NULL, of the values' common type.
func (c *Compiler[T]) Coalesce(vs []Value[T]) (Value[T], *sqltree.Error) {
	to, _, err := c.Common("COALESCE", vs)
	if err != nil {
		return Value[T]{}, err
	}
	out, isNullable := make([]string, len(vs)), true
	for i, v := range vs {
		out[i], isNullable = c.L.Convert(v, to).SQL, isNullable && v.Nullable
	}
	return Value[T]{SQL: "COALESCE(" + strings.Join(out, ", ") + ")", Type: to, Nullable: isNullable}, nil
}

// InList compiles x [NOT] IN (a, b, …). meets is the type in which the list, of type to so far, meets its next value y; written is a
// value's text as one of that type.
func (s *Scope[T]) InList(x *sqltree.InList, meets func(to T, v, y Value[T]) (T, *sqltree.Error), written func(v Value[T], to T) string) (Value[T], *sqltree.Error) {
	v, err := s.Expr(x.X)
	if err != nil {
		return Value[T]{}, err
	}
	vs := make([]Value[T], len(x.List))
	to := v.Type
	for i, y := range x.List {
		if vs[i], err = s.Expr(y); err != nil {
			return Value[T]{}, err
		}
		if to, err = meets(to, v, vs[i]); err != nil {
			return Value[T]{}, err
		}
	}
	out := make([]string, len(vs))
	for i := range vs {
		out[i] = written(vs[i], to)
	}
	word := " IN ("
	if x.Not {
		word = " NOT IN ("
	}
	return Value[T]{SQL: "(" + written(v, to) + word + strings.Join(out, ", ") + "))", Type: s.C.Rules.Boolean, Nullable: true}, nil
}

// Like compiles LIKE and its kin, with several patterns under ANY or ALL. one is the comparison with one pattern; escape is nil where none
// is given.
func (s *Scope[T]) Like(x *sqltree.Like, one func(v, pattern Value[T], escape *Value[T]) (string, *sqltree.Error)) (Value[T], *sqltree.Error) {
	v, err := s.Expr(x.X)
	if err != nil {
		return Value[T]{}, err
	}
	patterns, err := s.Exprs(x.Patterns)
	if err != nil {
		return Value[T]{}, err
	}
	var escape *Value[T]
	if x.Escape != nil {
		e, err := s.Expr(x.Escape)
		if err != nil {
			return Value[T]{}, err
		}
		escape = &e
	}
	joint := " OR "
	if x.All {
		joint = " AND "
	}
	out := make([]string, len(patterns))
	for i, p := range patterns {
		if out[i], err = one(v, p, escape); err != nil {
			return Value[T]{}, err
		}
	}
	sql := "(" + strings.Join(out, joint) + ")"
	if x.Not {
		sql = "(NOT " + sql + ")"
	}
	return Value[T]{SQL: sql, Type: s.C.Rules.Boolean, Nullable: true}, nil
}
