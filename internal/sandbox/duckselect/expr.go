package duckselect

import (
	"strings"

	"github.com/waggle-sql/waggle/internal/sandbox/sqltree"
)

// Exprs compiles expressions.
func (s *Scope[T]) Exprs(xs []sqltree.Expr) (out []Value[T], err *sqltree.Error) {
	for _, x := range xs {
		v, err := s.expr(x)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, nil
}

// Two compiles two expressions.
func (s *Scope[T]) Two(l, r sqltree.Expr) (a, b Value[T], err *sqltree.Error) {
	if a, err = s.expr(l); err == nil {
		b, err = s.expr(r)
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

// Logic compiles AND and OR.
func (s *Scope[T]) Logic(x *sqltree.Logic) (Value[T], *sqltree.Error) {
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

// IsNull compiles IS [NOT] NULL.
func (s *Scope[T]) IsNull(x *sqltree.IsNull) (Value[T], *sqltree.Error) {
	v, err := s.expr(x.X)
	op := " IS NULL)"
	if x.Not {
		op = " IS NOT NULL)"
	}
	return Value[T]{SQL: "(" + v.SQL + op, Type: s.C.Rules.Boolean}, err
}

// IsDistinct compiles IS [NOT] DISTINCT FROM.
func (s *Scope[T]) IsDistinct(x *sqltree.IsDistinct) (Value[T], *sqltree.Error) {
	op := "IS DISTINCT FROM"
	if x.Not {
		op = "IS NOT DISTINCT FROM"
	}
	return s.pair(op, x.L, x.R)
}

// Between compiles [NOT] BETWEEN.
func (s *Scope[T]) Between(x *sqltree.Between) (Value[T], *sqltree.Error) {
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

// Case compiles both forms of CASE.
func (s *Scope[T]) Case(x *sqltree.CaseExpr) (Value[T], *sqltree.Error) {
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
		r, err := s.expr(w.Then)
		if err != nil {
			return Value[T]{}, err
		}
		conds, results = append(conds, c.SQL), append(results, r)
	}
	other := Value[T]{SQL: "NULL", Nullable: true}
	if x.Other != nil {
		var err *sqltree.Error
		if other, err = s.expr(x.Other); err != nil {
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

// PartitionBy compiles a window's PARTITION BY; "" without one.
func (s *Scope[T]) PartitionBy(xs []sqltree.Expr) (string, *sqltree.Error) {
	out := make([]string, len(xs))
	for i, x := range xs {
		v, err := s.expr(x)
		if err != nil {
			return "", err
		}
		if err := s.C.Rules.Key(v.Type); err != nil {
			return "", err
		}
		out[i] = v.SQL
	}
	if len(out) == 0 {
		return "", nil
	}
	return "PARTITION BY " + strings.Join(out, ", "), nil
}

// SortKeys compiles the ORDER BY of a window or an aggregate; "" without one.
func (s *Scope[T]) SortKeys(order []sqltree.OrderItem) (string, *sqltree.Error) {
	out := make([]string, len(order))
	for i, o := range order {
		v, err := s.expr(o.X)
		if err != nil {
			return "", err
		}
		if out[i], err = s.C.L.Sorted(v.SQL, v.Type, o); err != nil {
			return "", err
		}
	}
	if len(out) == 0 {
		return "", nil
	}
	return "ORDER BY " + strings.Join(out, ", "), nil
}
