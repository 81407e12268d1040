package sfsql

import (
	"github.com/waggle-sql/waggle/internal/sandbox/duckselect"
	"github.com/waggle-sql/waggle/internal/sandbox/sqltree"
)

// function is one overload on the allow-list.
//
// Letters: t VARCHAR, i integer NUMBER (given to the form as BIGINT), n NUMBER, f any number (given as DOUBLE), b BOOLEAN, d DATE,
// m TIME, y BINARY, v VARIANT, ARRAY or OBJECT, x anything. The vendor page is below sql-reference/functions/.
type function = duckselect.Function[Type]

// special is a function whose arguments or result type no letters describe; it may look at the tree.
type special struct {
	lo, hi int // arguments; hi < 0 is no limit
	page   string
	build  func(s *scope, x *sqltree.Call, a []value) (value, *Error)
}

// call compiles a function call by the allow-list.
func (s *scope) call(x *sqltree.Call) (value, *Error) {
	if x.Over != nil || isAggregate(x.Name) {
		return s.aggregate(x)
	}
	if isWindowOnly(x.Name) {
		return value{}, compilation(2303, "42601", "Window function type does not support being called without OVER: %s", x.Name)
	}
	if x.Distinct || x.Star || x.Within != nil || x.Nulls != "" {
		return value{}, syntaxError(s.c.Text, x.From, x.Name)
	}
	if f, ok := s.c.dates[x.Name]; ok {
		return s.dateCall(f, x)
	}
	sp, isSpecial := s.c.specials[x.Name]
	overloads, known := functions[x.Name]
	if !isSpecial && !known {
		return value{}, compilation(2140, "42601", "Unknown function %s", x.Name)
	}
	if x.Named != nil {
		return value{}, unsupported("named arguments of %s", x.Name)
	}
	args, err := s.Exprs(x.Args)
	if err != nil {
		return value{}, err
	}
	if isSpecial {
		if err := s.arity(x, sp.lo, sp.hi); err != nil {
			return value{}, err
		}
		return sp.build(s, x, args)
	}
	return s.overload(x, overloads, args)
}

func (s *scope) arity(x *sqltree.Call, lo, hi int) *Error {
	n := len(x.Args)
	if n < lo {
		return s.c.at(x.From, 938, "22023", "not enough arguments for function [%s], expected %d, got %d", s.c.Source(x), lo, n)
	}
	if hi >= 0 && n > hi {
		return s.c.at(x.From, 939, "22023", "too many arguments for function [%s] expected %d, got %d", s.c.Source(x), hi, n)
	}
	return nil
}

func (s *scope) overload(x *sqltree.Call, overloads []function, args []value) (value, *Error) {
	v, lo, hi, ok := s.c.Overload(overloads, args, s.c.fitOne)
	if ok {
		return v, nil
	}
	if err := s.arity(x, lo, hi); err != nil {
		return value{}, err
	}
	return value{}, invalidTypes(x.Name, args)
}

// fit converts arguments to an overload's letters.
func (c *compiler) fit(letters string, args []value) ([]value, bool) {
	return duckselect.Fit(letters, args, c.fitOne)
}

var letterKinds = map[byte]Kind{'t': Varchar, 'n': Number, 'f': Float, 'b': Boolean, 'd': Date, 'm': Time, 'y': Binary}

func (c *compiler) fitOne(letter byte, v value) (value, bool) {
	switch letter {
	case 'x':
		return v, true
	case 'v':
		return v, v.Type.isSemi() || v.Type.Kind == Null
	case 'i':
		return bigint(v)
	case 'f':
		if v.Type.Kind == Number || v.Type.Kind == Null {
			return c.Convert(v, of(Float)), true
		}
	}
	if v.Type.Kind == Null {
		return c.Convert(v, of(letterKinds[letter])), true
	}
	return v, v.Type.Kind == letterKinds[letter]
}

// bigint gives an integer NUMBER to DuckDB as BIGINT.
func bigint(v value) (value, bool) {
	switch {
	case v.Type.Kind == Null:
		v.SQL, v.Type = "CAST(NULL AS BIGINT)", number(18, 0)
	case !v.Type.isInteger():
		return v, false
	case v.Lit != nil && len(*v.Lit) < 18:
		v.SQL = "CAST(" + *v.Lit + " AS BIGINT)"
	default:
		v.SQL = "CAST(" + v.SQL + " AS BIGINT)"
	}
	return v, true
}

// constant is the text of a literal argument.
func constant(v value) (string, bool) {
	if v.Lit == nil {
		return "", false
	}
	return *v.Lit, true
}

// constInt is the value of a literal integer argument.
func constInt(v value) (int, bool) {
	if v.Lit == nil || !v.Type.isInteger() {
		return 0, false
	}
	return atoi(*v.Lit)
}

var functions = duckselect.Index(textFunctions, regexFunctions, numberFunctions, otherFunctions)
