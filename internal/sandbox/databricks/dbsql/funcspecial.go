package dbsql

import (
	"fmt"
	"strings"

	"github.com/waggle-sql/waggle/internal/sandbox/sqltree"
)

// specialTable are the functions that letters do not describe.
func specialTable() map[string]special {
	m := map[string]special{
		"CONCAT":         {1, -1, "", func(s *scope, x *sqltree.Call, a []value) (value, *Error) { return s.concat(a, s.c.Source(x)) }},
		"CONCAT_WS":      {1, -1, "", concatWS},
		"COALESCE":       {1, -1, "", coalesceCall},
		"NVL":            {2, 2, "", coalesceCall},
		"IFNULL":         {2, 2, "", coalesceCall},
		"NVL2":           {3, 3, "", nvl2},
		"NULLIF":         {2, 2, "", nullIf},
		"IF":             {3, 3, "", ifCall},
		"IFF":            {3, 3, "", ifCall},
		"GREATEST":       {2, -1, "", extreme},
		"LEAST":          {2, -1, "", extreme},
		"ROUND":          {1, 2, "", round},
		"BROUND":         {1, 2, "", bround},
		"CEIL":           {1, 2, "", ceilFloor},
		"CEILING":        {1, 2, "", ceilFloor},
		"FLOOR":          {1, 2, "", ceilFloor},
		"MOD":            {2, 2, "", binaryCall("%")},
		"PMOD":           {2, 2, "", pmod},
		"TRY_ADD":        {2, 2, "", tryCall("+")},
		"TRY_SUBTRACT":   {2, 2, "", tryCall("-")},
		"TRY_MULTIPLY":   {2, 2, "", tryCall("*")},
		"TRY_DIVIDE":     {2, 2, "", tryCall("/")},
		"NEGATIVE":       {1, 1, "", negative},
		"REGEXP_REPLACE": {3, 3, "", regexpReplace},
		"REGEXP_EXTRACT": {2, 3, "", regexpExtract},
		"REGEXP_LIKE":    {2, 2, "", regexpLike},
		"REGEXP":         {2, 2, "", regexpLike},
		"RLIKE":          {2, 2, "", regexpLike},
		"REGEXP_COUNT":   {2, 2, "", regexpCount},
		"LIKE":           {2, 2, "", func(s *scope, x *sqltree.Call, a []value) (value, *Error) { return likeCall(s, "LIKE", a) }},
		"ILIKE":          {2, 2, "", func(s *scope, x *sqltree.Call, a []value) (value, *Error) { return likeCall(s, "ILIKE", a) }},
		"RAISE_ERROR":    {1, 1, "", raiseError},
		"EQUAL_NULL": {2, 2, "", func(s *scope, x *sqltree.Call, a []value) (value, *Error) {
			return s.c.Compare("IS NOT DISTINCT FROM", a[0], a[1])
		}},
		"TYPEOF": {1, 1, "", func(s *scope, x *sqltree.Call, a []value) (value, *Error) {
			return stringLiteral(a[0].Type.String()), nil
		}},
	}
	for name := range typeKinds {
		if k := typeKinds[name]; k != Array && language.Types[name] {
			m[name] = special{1, 1, strings.ToLower(k.String()), typeCall(k)}
		}
	}
	delete(m, "LONG")
	return merge(m, arrayTable(), dateTable())
}

func likeCall(s *scope, op string, a []value) (value, *Error) {
	sql, err := s.c.likeText(op, a[0], a[1], `\`)
	return value{SQL: sql, Type: of(Boolean), Nullable: true}, err
}

// typeCall is a type's name as a cast (functions/bigint and its like).
func typeCall(k Kind) func(s *scope, x *sqltree.Call, a []value) (value, *Error) {
	t := of(k)
	if k == Decimal {
		t = decimal(10, 0)
	}
	return func(s *scope, x *sqltree.Call, a []value) (value, *Error) { return s.c.explicit(a[0], t, false) }
}

func coalesceCall(s *scope, x *sqltree.Call, a []value) (value, *Error) { return s.c.Coalesce(a) }

func nvl2(s *scope, x *sqltree.Call, a []value) (value, *Error) {
	return s.c.Choose(s.c.Source(x), []string{a[0].SQL + " IS NOT NULL"}, a[1:])
}

func nullIf(s *scope, x *sqltree.Call, a []value) (value, *Error) {
	eq, err := s.c.Compare("=", a[0], a[1])
	if err != nil {
		return eq, err
	}
	return value{SQL: "(CASE WHEN " + eq.SQL + " THEN NULL ELSE " + a[0].SQL + " END)", Type: a[0].Type, Nullable: true}, nil
}

func ifCall(s *scope, x *sqltree.Call, a []value) (value, *Error) {
	c, ok := s.c.fitOne('b', a[0])
	if !ok {
		return value{}, mismatch(s.c.Source(x), a)
	}
	return s.c.Choose(s.c.Source(x), []string{c.SQL}, a[1:])
}

// extreme is greatest and least, which skip NULLs (functions/greatest, -least).
func extreme(s *scope, x *sqltree.Call, a []value) (value, *Error) {
	to, isNullable, err := s.c.Common(s.c.Source(x), a)
	if err != nil {
		return value{}, err
	}
	if err := keyable(to); err != nil {
		return value{}, err
	}
	out := make([]string, len(a))
	for i, v := range a {
		out[i] = s.c.Convert(v, to).SQL
	}
	return value{SQL: strings.ToLower(x.Name) + "(" + strings.Join(out, ", ") + ")", Type: to, Nullable: isNullable}, nil
}

func negative(s *scope, x *sqltree.Call, a []value) (value, *Error) {
	return s.unary(&sqltree.Unary{Span: x.Span, Op: "-", X: x.Args[0]})
}

// concatWS puts the first argument between the others that are not NULL; arrays give their elements (functions/concat_ws).
func concatWS(s *scope, x *sqltree.Call, a []value) (value, *Error) {
	sep, ok := s.c.fitOne('t', a[0])
	if !ok {
		return value{}, mismatch(s.c.Source(x), a)
	}
	out := make([]string, len(a)-1)
	for i, v := range a[1:] {
		if v.Type == (Type{Kind: Array, Elem: String}) {
			out[i] = v.SQL
			continue
		}
		w, ok := s.c.fitOne('t', v)
		if !ok {
			return value{}, mismatch(s.c.Source(x), a)
		}
		out[i] = "[" + w.SQL + "]"
	}
	list := "CAST([] AS VARCHAR[])"
	if len(out) > 0 {
		list = "flatten([" + strings.Join(out, ", ") + "])"
	}
	return value{SQL: fmt.Sprintf("db_join(%s, %s)", list, sep.SQL), Type: of(String), Nullable: true}, nil
}

// raiseError raises a message that is not NULL, wherever it is reached (functions/raise_error).
func raiseError(s *scope, x *sqltree.Call, a []value) (value, *Error) {
	v, ok := s.c.fitOne('t', a[0])
	if !ok {
		return value{}, mismatch(s.c.Source(x), a)
	}
	return value{SQL: "db_raise_user(" + v.SQL + ")", Nullable: true}, nil
}
