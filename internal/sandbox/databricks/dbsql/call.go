package dbsql

import (
	"fmt"
	"strings"

	"github.com/waggle-sql/waggle/internal/sandbox/duckselect"
	"github.com/waggle-sql/waggle/internal/sandbox/sqltree"
)

// function is one overload on the allow-list.
//
// Letters: t STRING, i an integer (given to the form as BIGINT), n an exact number, f any number (given as DOUBLE), b BOOLEAN, d DATE,
// s TIMESTAMP or TIMESTAMP_NTZ or DATE (given as the session's local TIMESTAMP), y BINARY, x anything. The vendor page is below functions/.
type function = duckselect.Function[Type]

// special is a function whose arguments or result type no letters describe; it may look at the tree.
type special struct {
	lo, hi int // arguments; hi < 0 is no limit
	page   string
	build  func(s *scope, x *sqltree.Call, a []value) (value, *Error)
}

// raw is a function that looks at the tree before its arguments are compiled.
type raw struct {
	lo, hi int
	page   string
	build  func(s *scope, x *sqltree.Call) (value, *Error)
}

// call compiles a function call by the allow-list.
func (s *scope) call(x *sqltree.Call) (value, *Error) {
	if x.Over != nil || isAggregate(x.Name) {
		return s.aggregate(x)
	}
	if _, ok := windowFunctions[x.Name]; ok {
		return value{}, failure("WINDOW_FUNCTION_WITHOUT_OVER_CLAUSE", "Window function \"%s\" requires an OVER clause.", s.c.Source(x))
	}
	if x.Distinct || x.Star || x.Within != nil || x.Nulls != "" || x.Filter != nil || x.Named != nil {
		return value{}, failure("INVALID_SQL_SYNTAX.FUNCTION_WITH_UNSUPPORTED_SYNTAX", "Invalid SQL syntax: The function %s does not "+
			"support DISTINCT, FILTER or named arguments.", strings.ToLower(x.Name))
	}
	if r, ok := s.c.raws[x.Name]; ok {
		if err := s.arity(x, r.lo, r.hi); err != nil {
			return value{}, err
		}
		return r.build(s, x)
	}
	if generators[x.Name] {
		return value{}, unsupported("the generator %s outside of FROM and LATERAL VIEW", x.Name)
	}
	sp, isSpecial := s.c.specials[x.Name]
	overloads, known := functions[x.Name]
	if !isSpecial && !known {
		return value{}, failure("UNRESOLVED_ROUTINE", "Cannot resolve routine %s on search path [`system`.`builtin`, `system`.`session`, `%s`.`%s`].",
			ticked(strings.ToLower(x.Name)), s.c.env.Catalog, s.c.env.Schema)
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

// generators yield rows; they stand in FROM and LATERAL VIEW.
var generators = sqltree.WordSet("EXPLODE EXPLODE_OUTER POSEXPLODE POSEXPLODE_OUTER INLINE STACK")

func (s *scope) arity(x *sqltree.Call, lo, hi int) *Error {
	n := len(x.Args)
	if n >= lo && (hi < 0 || n <= hi) {
		return nil
	}
	want := fmt.Sprint(lo)
	switch {
	case hi < 0:
		want = fmt.Sprintf("> %d", lo-1)
	case hi != lo:
		want = fmt.Sprintf("[%d, %d]", lo, hi)
	}
	return failure("WRONG_NUM_ARGS.WITHOUT_SUGGESTION", "The `%s` requires %s parameters but the actual number is "+
		"%d.", strings.ToLower(x.Name), want, n)
}

func (s *scope) overload(x *sqltree.Call, overloads []function, args []value) (value, *Error) {
	v, lo, hi, ok := s.c.Overload(overloads, args, s.c.fitOne)
	if ok {
		return v, nil
	}
	if err := s.arity(x, lo, hi); err != nil {
		return value{}, err
	}
	return value{}, mismatch(s.c.Source(x), args)
}

// fit converts arguments to an overload's letters.
func (c *compiler) fit(letters string, args []value) ([]value, bool) {
	return duckselect.Fit(letters, args, c.fitOne)
}

var letterTypes = map[byte]Type{'t': of(String), 'i': of(Bigint), 'n': of(Int), 'f': of(Double), 'b': of(Boolean), 'd': of(Date),
	's': of(TimestampNTZ), 'y': of(Binary)}

// fitOne converts one argument by the rules of implicit casts (sql-ref-datatype-rules#implicit-crosscasting).
func (c *compiler) fitOne(letter byte, v value) (value, bool) {
	to := letterTypes[letter]
	switch {
	case letter == 'x':
		return v, true
	case v.Type.Kind == Void:
		return c.Convert(v, to), true
	case letter == 'n':
		return v, v.Type.isExact()
	case letter == 's' && v.Type.isDateLike():
		return value{SQL: c.local(v), Type: to, Nullable: v.Nullable}, true
	case letter == 's' && v.Type.Kind == String:
		return c.fitOne('s', c.Convert(v, of(Timestamp)))
	case letter == 't' && (v.Type.isFloat() || v.Type.Kind == Binary):
		return v, false
	case letter == 'i' && v.Type.isInteger() && v.Lit != nil:
		return value{SQL: "CAST(" + *v.Lit + " AS BIGINT)", Type: to, Lit: v.Lit}, true
	case letter == 'i' && !v.Type.isInteger(), letter == 'b' && v.Type.Kind != Boolean, letter == 'y' && v.Type.Kind != Binary && v.Type.Kind != String,
		letter == 'f' && !v.Type.isNumeric() && v.Type.Kind != String, letter == 'd' && !v.Type.isDateLike() && v.Type.Kind != String:
		return v, false
	}
	sql, ok := c.conversion(v, to, false)
	if v.Type == to {
		return v, true
	}
	return value{SQL: sql, Type: to, Nullable: v.Nullable}, ok
}

func first(a []value) Type { return a[0].Type }

var functions = duckselect.Index(textFunctions, numberFunctions, dateFunctions, otherFunctions)

// merge joins tables of functions.
func merge[V any](tables ...map[string]V) map[string]V {
	out := map[string]V{}
	for _, t := range tables {
		for k, v := range t {
			out[k] = v
		}
	}
	return out
}
