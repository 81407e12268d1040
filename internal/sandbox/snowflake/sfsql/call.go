package sfsql

import (
	"strings"

	"github.com/waggle-sql/waggle/internal/sandbox/sqltree"
)

// function is one overload on the allow-list: its argument letters, result type and DuckDB form.
//
// Letters: t VARCHAR, i integer NUMBER (given to the form as BIGINT), n NUMBER, f any number (given as DOUBLE), b BOOLEAN, d DATE,
// m TIME, y BINARY, v VARIANT, ARRAY or OBJECT, x anything. A final * repeats the letter before it. In the form $1, $2, … are
// the arguments and $* all of them. page is the vendor page below sql-reference/functions/, by default the name.
type function struct {
	name string
	args string
	typ  Type
	of   func([]value) Type
	form string
	page string
}

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
	args, err := s.exprs(x.Args)
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

func (s *scope) exprs(xs []sqltree.Expr) (out []value, err *Error) {
	for _, x := range xs {
		v, err := s.expr(x)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, nil
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
	lo, hi := 1<<30, 0
	for i := range overloads {
		f := &overloads[i]
		letters := strings.TrimSuffix(f.args, "*")
		lo, hi = min(lo, len(letters)), max(hi, len(letters))
		if letters != f.args {
			hi = 1 << 30
		}
		if vs, ok := s.c.fit(f.args, args); ok {
			return f.apply(vs), nil
		}
	}
	if hi == 1<<30 {
		hi = -1
	}
	if err := s.arity(x, lo, hi); err != nil {
		return value{}, err
	}
	return value{}, invalidTypes(x.Name, args)
}

// fit converts arguments to an overload's letters.
func (c *compiler) fit(letters string, args []value) ([]value, bool) {
	repeat := strings.HasSuffix(letters, "*")
	letters = strings.TrimSuffix(letters, "*")
	for repeat && len(letters) < len(args) {
		letters += letters[len(letters)-1:]
	}
	if len(letters) != len(args) {
		return nil, false
	}
	out := make([]value, len(args))
	for i := range args {
		v, ok := c.fitOne(letters[i], args[i])
		if !ok {
			return nil, false
		}
		out[i] = v
	}
	return out, true
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
			return c.convert(v, of(Float)), true
		}
	}
	if v.Type.Kind == Null {
		return c.convert(v, of(letterKinds[letter])), true
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

// apply fills an overload's form.
func (f *function) apply(args []value) value {
	t := f.typ
	if f.of != nil {
		t = f.of(args)
	}
	texts := make([]string, len(args))
	out := value{Type: t}
	for i, a := range args {
		texts[i] = a.SQL
		out.Nullable = out.Nullable || a.Nullable
	}
	out.SQL = sqltree.Fill(f.form, texts)
	if t.Kind == Number {
		out.SQL = castTo(out.SQL, t)
	}
	return out
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

// index groups overloads by name.
func index(lists ...[]function) map[string][]function {
	m := map[string][]function{}
	for _, list := range lists {
		for _, f := range list {
			m[f.name] = append(m[f.name], f)
		}
	}
	return m
}

var functions = index(textFunctions, regexFunctions, numberFunctions, otherFunctions)
