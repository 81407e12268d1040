package sfsql

import (
	"fmt"
	"strings"

	"github.com/waggle-sql/waggle/internal/sandbox/sqltree"
)

// path compiles x:a.b[0] (user-guide/querying-semistructured): NULL where a step finds nothing.
func (s *scope) path(x *sqltree.Path) (value, *Error) {
	v, err := s.Expr(x.X)
	if err != nil {
		return value{}, err
	}
	if !v.Type.isSemi() {
		return value{}, invalidTypes("GET", []value{v})
	}
	for _, step := range x.Steps {
		k, err := s.Expr(step)
		if err != nil {
			return value{}, err
		}
		if v, err = element(v, k); err != nil {
			return value{}, err
		}
	}
	return v, nil
}

// element is GET: by a literal key of an object or an index, from 0, of an array.
func element(v, k value) (value, *Error) {
	out := value{Type: of(Variant), Nullable: true}
	switch {
	case k.Type.Kind == Varchar && k.Lit != nil && !strings.ContainsAny(*k.Lit, `"\`):
		out.SQL = fmt.Sprintf("json_extract(%s, %s)", v.SQL, sqltree.Text(`$."`+*k.Lit+`"`))
	case k.Type.isInteger():
		n, _ := bigint(k)
		out.SQL = fmt.Sprintf("json_extract(%s, '$[' || %s || ']')", v.SQL, n.SQL)
		if k.Lit != nil && !strings.HasPrefix(*k.Lit, "-") {
			out.SQL = fmt.Sprintf("json_extract(%s, '$[%s]')", v.SQL, *k.Lit)
		}
	default:
		return value{}, unsupported("GET by %s", k.Type)
	}
	return out, nil
}

func getElement(s *scope, x *sqltree.Call, a []value) (value, *Error) {
	if !a[0].Type.isSemi() {
		return value{}, invalidTypes(x.Name, a)
	}
	return element(a[0], a[1])
}

// getPath takes a literal path in the notation of x:path (sql-reference/functions/get_path).
func getPath(s *scope, x *sqltree.Call, a []value) (value, *Error) {
	t, ok := constant(a[1])
	if !a[0].Type.isSemi() || !ok || a[1].Type.Kind != Varchar {
		return value{}, invalidTypes(x.Name, a)
	}
	notation := "x:" + t
	if strings.HasPrefix(t, "[") {
		notation = "x" + t
	}
	p, fault := sqltree.NewParser(notation, language)
	if fault != nil {
		return value{}, refused(notation, fault)
	}
	tree, fault := p.Expr()
	steps, ok := tree.(*sqltree.Path)
	if fault != nil || !ok || p.Peek().Kind != sqltree.TEnd {
		return value{}, unsupported("path '%s'", t)
	}
	v := a[0]
	var err *Error
	for _, step := range steps.Steps {
		k := value{}
		switch step := step.(type) {
		case *sqltree.StringLit:
			k = stringLiteral(step.Text)
		case *sqltree.NumberLit:
			k, err = numberLiteral(step.Text)
		default:
			return value{}, unsupported("path '%s'", t)
		}
		if err != nil {
			return value{}, err
		}
		if v, err = element(v, k); err != nil {
			return value{}, err
		}
	}
	return v, nil
}

// arrayConstruct makes an array of its arguments; compact leaves NULLs out, else they become JSON null.
func arrayConstruct(compact bool) func(s *scope, x *sqltree.Call, a []value) (value, *Error) {
	return func(s *scope, x *sqltree.Call, a []value) (value, *Error) {
		out := make([]string, len(a))
		for i, v := range a {
			j, ok := s.c.conversion(v, of(Variant), false)
			if !ok {
				return value{}, invalidTypes(x.Name, a)
			}
			out[i] = j.SQL
		}
		list := "CAST([" + strings.Join(out, ", ") + "] AS JSON[])"
		if compact {
			list = "list_filter(" + list + ", lambda e: e IS NOT NULL AND json_type(e) <> 'NULL')"
		}
		return value{SQL: "to_json(" + list + ")", Type: of(Array)}, nil
	}
}

// objectConstruct makes an object of literal keys and values; a NULL value leaves its key out.
func objectConstruct(s *scope, x *sqltree.Call, a []value) (value, *Error) {
	if len(a)%2 == 1 {
		return value{}, invalidTypes(x.Name, a)
	}
	sql := "CAST('{}' AS JSON)"
	for i := 0; i < len(a); i += 2 {
		if _, ok := constant(a[i]); !ok || a[i].Type.Kind != Varchar {
			return value{}, unsupported("OBJECT_CONSTRUCT with a key that is not a literal")
		}
		j, ok := s.c.conversion(a[i+1], of(Variant), false)
		if !ok {
			return value{}, invalidTypes(x.Name, a)
		}
		sql = fmt.Sprintf("json_merge_patch(%s, json_object(%s, %s))", sql, a[i].SQL, j.SQL)
	}
	return value{SQL: sql, Type: of(Object)}, nil
}

// functionItem compiles FLATTEN and GENERATOR (sql-reference/functions/flatten, -generator).
func (s *scope) functionItem(f *sqltree.FunctionItem, left []field) (string, []field, *Error) {
	switch f.F.Name {
	case "GENERATOR":
		return s.generator(f)
	case "FLATTEN":
		return s.flatten(f, left)
	}
	return "", nil, compilation(2141, "42601", "Unknown table function %s", f.F.Name)
}

func (s *scope) generator(f *sqltree.FunctionItem) (string, []field, *Error) {
	x := f.F.Named["ROWCOUNT"]
	if x == nil || len(f.F.Named) != 1 || len(f.F.Args) > 0 {
		return "", nil, unsupported("GENERATOR without ROWCOUNT alone")
	}
	v, err := s.c.bare().Expr(x)
	if err != nil {
		return "", nil, err
	}
	n, ok := constInt(v)
	if !ok || n < 0 || n > 100_000_000 {
		return "", nil, unsupported("GENERATOR with this ROWCOUNT")
	}
	id := s.c.ID("q")
	s.Serial = id + ".n"
	return fmt.Sprintf("(SELECT range AS n FROM range(%d)) AS %s", n, id), nil, nil
}

// outerFlatten says whether a FLATTEN keeps rows without elements.
func outerFlatten(f *sqltree.FunctionItem) bool {
	b, ok := f.F.Named["OUTER"].(*sqltree.BoolLit)
	return ok && b.Value
}

// flatten yields SEQ, KEY, PATH, INDEX, VALUE and THIS for each element of an array or object; it sees the columns to its left.
func (s *scope) flatten(f *sqltree.FunctionItem, left []field) (string, []field, *Error) {
	input := f.F.Named["INPUT"]
	if input == nil && len(f.F.Args) == 1 {
		input = f.F.Args[0]
	}
	for k := range f.F.Named {
		if k != "INPUT" && k != "OUTER" {
			return "", nil, unsupported("FLATTEN with %s", k)
		}
	}
	if input == nil {
		return "", nil, s.arity(&sqltree.Call{Span: f.F.Span, Name: "FLATTEN"}, 1, 1)
	}
	v, err := s.c.scope(&scopeOf{C: &s.c.Compiler, Fields: left, With: s.With}).Expr(input)
	if err != nil {
		return "", nil, err
	}
	if !v.Type.isSemi() && v.Type.Kind != Null {
		return "", nil, invalidTypes("FLATTEN", []value{v})
	}
	t := &table{}
	names := map[string]string{}
	for _, f := range []Column{{"SEQ", intType, false}, {"KEY", of(Varchar), true}, {"PATH", of(Varchar), true},
		{"INDEX", intType, true}, {"VALUE", of(Variant), true}, {"THIS", of(Variant), true}} {
		names[f.Name] = s.c.ID("c")
		t.Cols = append(t.Cols, col{Name: f.Name, Alias: names[f.Name], Type: f.Type, Nullable: f.Nullable})
	}
	t.SQL = fmt.Sprintf("LATERAL (SELECT CAST(1 AS DECIMAL(18,0)) AS %s, e.k AS %s, CASE WHEN e.k IS NULL THEN '[' || e.i || ']' ELSE e.k END AS %s, "+
		"CAST(CASE WHEN e.k IS NULL THEN e.i END AS DECIMAL(18,0)) AS %s, e.v AS %s, e.j AS %s FROM (SELECT unnest(sf_elements(f.j)) AS v, "+
		"unnest(sf_keys(f.j)) AS k, unnest(range(len(sf_elements(f.j)))) AS i, f.j AS j FROM (SELECT %s AS j) AS f) AS e WHERE e.v IS NOT NULL)",
		names["SEQ"], names["KEY"], names["PATH"], names["INDEX"], names["VALUE"], names["THIS"], v.SQL)
	return s.Derived(t, f.Alias, nil, "FLATTEN")
}
