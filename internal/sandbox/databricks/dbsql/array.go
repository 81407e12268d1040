package dbsql

import (
	"fmt"
	"strings"

	"github.com/waggle-sql/waggle/internal/sandbox/sqltree"
)

// arrayTable are functions of arrays (sql-ref-functions-builtin#array-functions); each has a page of its name below functions/.
func arrayTable() map[string]special {
	return map[string]special{
		"ARRAY":          {0, -1, "", arrayCall},
		"SIZE":           {1, 1, "", arraySize},
		"CARDINALITY":    {1, 1, "", arraySize},
		"ARRAY_SIZE":     {1, 1, "", arraySize},
		"ARRAY_CONTAINS": {2, 2, "", arrayContains},
		"ARRAY_JOIN":     {2, 2, "", arrayJoin},
		"ELEMENT_AT":     {2, 2, "", elementAt},
		"FROM_JSON":      {2, 2, "", fromJSON},
		"SEQUENCE":       {2, 2, "", sequence},
	}
}

func (t Type) elem() Type { return of(t.Elem) }

// arrayCall makes an array of its arguments' common type.
func arrayCall(s *scope, x *sqltree.Call, a []value) (value, *Error) {
	to, _, err := s.c.Common(s.c.Source(x), a)
	if err != nil {
		return value{}, err
	}
	if to.Kind == Decimal || to.Kind == Array || to.Kind == Void {
		return value{}, unsupported("an array of %s", to)
	}
	out := make([]string, len(a))
	for i, v := range a {
		out[i] = s.c.Convert(v, to).SQL
	}
	t := Type{Kind: Array, Elem: to.Kind}
	return value{SQL: castTo("["+strings.Join(out, ", ")+"]", t), Type: t}, nil
}

func arraySize(s *scope, x *sqltree.Call, a []value) (value, *Error) {
	if a[0].Type.Kind != Array {
		return value{}, mismatch(s.c.Source(x), a)
	}
	return value{SQL: castTo("len("+a[0].SQL+")", of(Int)), Type: of(Int), Nullable: a[0].Nullable}, nil
}

// arrayContains is NULL where the value is not found and the array has a NULL (functions/array_contains).
func arrayContains(s *scope, x *sqltree.Call, a []value) (value, *Error) {
	if a[0].Type.Kind != Array {
		return value{}, mismatch(s.c.Source(x), a)
	}
	to, ok := least(a[0].Type.elem(), a[1].Type)
	if !ok || to != a[0].Type.elem() {
		return value{}, mismatch(s.c.Source(x), a)
	}
	return value{SQL: fmt.Sprintf("db_array_contains(%s, %s)", a[0].SQL, s.c.Convert(a[1], to).SQL), Type: of(Boolean), Nullable: true}, nil
}

func arrayJoin(s *scope, x *sqltree.Call, a []value) (value, *Error) {
	sep, ok := s.c.fitOne('t', a[1])
	if !ok || a[0].Type != (Type{Kind: Array, Elem: String}) {
		return value{}, mismatch(s.c.Source(x), a)
	}
	return value{SQL: fmt.Sprintf("db_join(%s, %s)", a[0].SQL, sep.SQL), Type: of(String), Nullable: true}, nil
}

// elementAt counts from 1, or from the end; outside of the array is an error (functions/element_at).
func elementAt(s *scope, x *sqltree.Call, a []value) (value, *Error) {
	i, ok := s.c.fitOne('i', a[1])
	if !ok || a[0].Type.Kind != Array {
		return value{}, mismatch(s.c.Source(x), a)
	}
	t := a[0].Type.elem()
	return value{SQL: fmt.Sprintf("db_element(%s, %s, CAST(NULL AS %s))", a[0].SQL, i.SQL, t.inner()), Type: t, Nullable: true}, nil
}

// path compiles x[i] of an array, from 0, and x:a.b of a JSON text, a STRING (functions/bracketsign, -colonsign).
func (s *scope) path(x *sqltree.Path) (value, *Error) {
	v, err := s.Expr(x.X)
	if err != nil {
		return v, err
	}
	if x.Colon {
		return s.jsonPath(x, v)
	}
	for _, step := range x.Steps {
		k, err := s.Expr(step)
		if err != nil {
			return k, err
		}
		i, ok := s.c.fitOne('i', k)
		if !ok || v.Type.Kind != Array {
			return value{}, mismatch(s.c.Source(x), []value{v, k})
		}
		t := v.Type.elem()
		v = value{SQL: fmt.Sprintf("db_index(%s, %s, CAST(NULL AS %s))", v.SQL, i.SQL, t.inner()), Type: t, Nullable: true}
	}
	return v, nil
}

func (s *scope) jsonPath(x *sqltree.Path, v value) (value, *Error) {
	path := "$"
	for _, step := range x.Steps {
		switch step := step.(type) {
		case *sqltree.StringLit:
			path += `."` + step.Text + `"`
		case *sqltree.NumberLit:
			path += "[" + step.Text + "]"
		default:
			return value{}, unsupported("the path %s", s.c.Source(x))
		}
	}
	w, ok := s.c.fitOne('t', v)
	if !ok || strings.Contains(path, `\`) {
		return value{}, mismatch(s.c.Source(x), []value{v})
	}
	return value{SQL: "db_json(" + w.SQL + ", " + sqltree.Text(path) + ")", Type: of(String), Nullable: true}, nil
}

// fromJSON reads an array of scalars; a text that is none makes NULL (functions/from_json).
func fromJSON(s *scope, x *sqltree.Call, a []value) (value, *Error) {
	v, ok := s.c.fitOne('t', a[0])
	name, isConst := constText(a[1])
	if !ok || !isConst {
		return value{}, mismatch(s.c.Source(x), a)
	}
	t, err := namedType(name)
	if err != nil {
		return value{}, err
	}
	if t.Kind != Array || t.Elem != String && t.Elem != Int && t.Elem != Bigint && t.Elem != Double && t.Elem != Boolean {
		return value{}, unsupported("from_json as %s", name)
	}
	return value{SQL: fmt.Sprintf("TRY_CAST(CASE WHEN json_valid(%s) THEN CAST(%s AS JSON) END AS %s)", v.SQL, v.SQL, t.inner()), Type: t, Nullable: true}, nil
}

// sequence is the integers from one to another, both included (functions/sequence).
func sequence(s *scope, x *sqltree.Call, a []value) (value, *Error) {
	if !a[0].Type.isInteger() || !a[1].Type.isInteger() {
		return value{}, unsupported("sequence of %s", a[0].Type)
	}
	t := Type{Kind: Array, Elem: max(a[0].Type.Kind, a[1].Type.Kind)}
	l, r := castTo(a[0].SQL, of(Bigint)), castTo(a[1].SQL, of(Bigint))
	return value{SQL: castTo(fmt.Sprintf("CASE WHEN %s <= %s THEN generate_series(%s, %s) ELSE generate_series(%s, %s, -1) END", l, r, l, r, l, r), t), Type: t, Nullable: true}, nil
}

// lambdaCall compiles exists, filter and transform of an array with a lambda (functions/exists, -filter, -transform). The zero type makes an
// array of what the lambda yields, ARRAY the very array's type; but for transform the lambda is a condition.
func lambdaCall(t Type, form string) func(s *scope, x *sqltree.Call) (value, *Error) {
	return func(s *scope, x *sqltree.Call) (value, *Error) {
		v, err := s.Expr(x.Args[0])
		if err != nil {
			return v, err
		}
		l, ok := x.Args[1].(*sqltree.Lambda)
		if !ok || len(l.Params) != 1 || v.Type.Kind != Array {
			return value{}, mismatch(s.c.Source(x), []value{v})
		}
		inner, param := *s, s.c.ID("e")
		inner.Locals = merge(s.Locals, map[string]value{strings.ToLower(l.Params[0].Text): {SQL: param, Type: v.Type.elem(), Nullable: true}})
		body, err := inner.Expr(l.X)
		if err != nil {
			return body, err
		}
		out := value{Type: t, Nullable: true}
		switch t.Kind {
		case Void:
			out.Type = Type{Kind: Array, Elem: body.Type.Kind}
		case Array:
			out.Type = v.Type
		}
		if t.Kind != Void && body.Type.Kind != Boolean || body.Type.Kind == Array || body.Type.Kind == Decimal {
			return value{}, mismatch(s.c.Source(x), []value{body})
		}
		out.SQL = fmt.Sprintf(form, v.SQL, "lambda "+param+": "+body.SQL)
		return out, nil
	}
}

// functionItem compiles explode, explode_outer, posexplode and range in FROM and LATERAL VIEW (functions/explode, -posexplode, -range).
func (s *scope) functionItem(f *sqltree.FunctionItem, left []field) (string, []field, *Error) {
	sc := s.c.scope(&scopeOf{C: &s.c.Compiler, Fields: left, With: s.With, Nest: s.Nest})
	args, err := sc.Exprs(f.F.Args)
	if err != nil {
		return "", nil, err
	}
	t := &table{}
	add := func(name string, typ Type) string {
		t.Cols = append(t.Cols, col{Name: name, Alias: s.c.ID("c"), Type: typ, Nullable: true})
		return t.Cols[len(t.Cols)-1].Alias
	}
	switch f.F.Name {
	case "EXPLODE", "EXPLODE_OUTER", "POSEXPLODE", "POSEXPLODE_OUTER":
		if len(args) != 1 || args[0].Type.Kind != Array {
			return "", nil, mismatch(s.c.Source(f.F), args)
		}
		items := []string{}
		if strings.HasPrefix(f.F.Name, "POS") {
			items = append(items, "CAST(e.i AS INTEGER) AS "+add("pos", of(Int)))
		}
		items = append(items, "e.v AS "+add("col", args[0].Type.elem()))
		t.SQL = fmt.Sprintf("LATERAL (SELECT %s FROM (SELECT unnest(f.a) AS v, unnest(range(len(f.a))) AS i FROM (SELECT %s AS a) AS f) AS e)",
			strings.Join(items, ", "), args[0].SQL)
	case "RANGE":
		ints, ok := s.c.fit("ii", args)
		if len(args) == 1 {
			ints, ok = s.c.fit("ii", []value{{SQL: "0", Type: of(Bigint)}, args[0]})
		}
		if !ok {
			return "", nil, mismatch(s.c.Source(f.F), args)
		}
		t.SQL = fmt.Sprintf("(SELECT range AS %s FROM range(%s, %s))", add("id", of(Bigint)), ints[0].SQL, ints[1].SQL)
	default:
		return "", nil, failure("UNRESOLVABLE_TABLE_VALUED_FUNCTION", "Could not resolve %s to a table-valued "+
			"function.", ticked(strings.ToLower(f.F.Name)))
	}
	own := []string{}
	if f.Alias == nil {
		own = append(own, strings.ToLower(f.F.Name))
	}
	return s.Derived(t, f.Alias, f.Columns, own...)
}
