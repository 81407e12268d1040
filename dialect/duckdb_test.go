package dialect

import (
	"strings"
	"testing"

	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/golden"
	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/planner/plan"
)

// TestFormsAreKnown: a misspelt signature would never be found.
func TestFormsAreKnown(t *testing.T) {
	check := func(sig string) {
		if _, ok := pgcat.ProcBySignature(sig); !ok {
			t.Errorf("PostgreSQL has no %s", sig)
		}
	}
	for _, family := range duckFamilies {
		for sig := range family {
			check(sig)
		}
	}
	for sig := range duckRules {
		check(sig)
	}
	for sig := range sameAggs {
		check(sig)
	}
	for sig := range undefinedAggs {
		check(sig)
	}
	for sig := range numericComparisons {
		check(sig)
	}
	for sig := range keyComparisons {
		check(sig)
	}
}

func TestRE2(t *testing.T) {
	for pattern, want := range map[string]string{
		"abc": "abc", "^a.c$": "^a.c$", "[a-c]+": "[a-c]+", `\d`: "[0-9]", `a\.b`: `a\.b`, "(a|b)*": "(a|b)*",
		`\w`: "", "[[:alpha:]]": "", "(?=a)": "", `\1`: "", "a**": "", "***=a": "", "a{2}": "", "*a": "", `a\`: "", "[a": "",
	} {
		got, ok := toRE2(pattern)
		if ok != (want != "") || got != want && ok {
			t.Errorf("%q: %q %v", pattern, got, ok)
		}
	}
}

func FuzzRE2(f *testing.F) {
	f.Add(`^a[b-c]+(\d|x)$`)
	f.Fuzz(func(t *testing.T, p string) { toRE2(p) })
}

func col(id int, oid uint32) *plan.Ref {
	return &plan.Ref{Base: plan.Base{T: plan.Type{OID: oid, Mod: -1}, At: 7}, ID: plan.ColID(id), Name: "x"}
}

func number(v int64) *plan.Const {
	return &plan.Const{Base: plan.Base{T: plan.Type{OID: pgcat.Int4, Mod: -1}, At: 9}, Value: datum.Int(v)}
}

func callOf(t *testing.T, sig string, args ...plan.Expr) *plan.Call {
	p, ok := pgcat.ProcBySignature(sig)
	if !ok {
		t.Fatal(sig)
	}
	return &plan.Call{Base: plan.Base{T: plan.Type{OID: p.Result, Mod: -1}, At: 8}, Proc: p.OID, Name: p.Name, Args: args}
}

func remoteOf(cols ...plan.Col) plan.Node {
	return &plan.Remote{ID: 1, Plan: &plan.Scan{Table: &plan.Table{}, Out: cols}}
}

// TestDuckDB prints small plans; the answers themselves are judged in engine/workspace.
func TestDuckDB(t *testing.T) {
	int4, text := plan.Type{OID: pgcat.Int4, Mod: -1}, plan.Type{OID: pgcat.Text, Mod: -1}
	in := remoteOf(plan.Col{ID: 1, Type: int4}, plan.Col{ID: 2, Type: text})
	a, b := col(1, pgcat.Int4), col(2, pgcat.Text)
	other := &plan.Remote{ID: 2, Plan: &plan.Scan{Table: &plan.Table{}, Out: []plan.Col{{ID: 5, Type: int4}, {ID: 6, Type: plan.Type{OID: pgcat.Numeric, Mod: -1}}}}}
	n := col(6, pgcat.Numeric)
	quoted := &plan.Const{Base: plan.Base{T: text}, Value: datum.Text(`it's \ "x"`)}
	boolean := plan.Base{T: plan.Type{OID: pgcat.Bool, Mod: -1}}
	half := &plan.Const{Base: plan.Base{T: plan.Type{OID: pgcat.Float8, Mod: -1}}, Value: datum.Float(0.5)}
	drawn := callOf(t, "float8lt(float8,float8)", callOf(t, "random()"), half)
	failing := callOf(t, "int4eq(int4,int4)", callOf(t, "int4div(int4,int4)", number(1), a), number(1))
	plans := map[string]struct {
		root plan.Node
		out  []plan.ColID
	}{
		"divide":  {&plan.Project{Input: in, Exprs: []plan.Expr{callOf(t, "int4div(int4,int4)", a, number(2))}, Out: []plan.Col{{ID: 3, Type: int4}}}, []plan.ColID{3}},
		"filter":  {&plan.Filter{Input: in, Cond: callOf(t, "texteq(text,text)", b, quoted)}, []plan.ColID{2, 1}},
		"top":     {&plan.Limit{Input: &plan.Sort{Input: in, Keys: []plan.SortKey{{Expr: a, Desc: true}}}, Count: number(3)}, []plan.ColID{1}},
		"ties":    {&plan.Limit{Input: &plan.Sort{Input: in, Keys: []plan.SortKey{{Expr: a}}}, Count: number(3), WithTies: true}, []plan.ColID{1}},
		"self":    {&plan.Unique{Input: in}, []plan.ColID{1}},
		"nothing": {&plan.Values{Rows: [][]plan.Expr{{}}}, nil},
		"keyed": {&plan.Join{Left: in, Right: other, Cond: &plan.And{Base: plan.Base{T: plan.Type{OID: pgcat.Bool, Mod: -1}}, Args: []plan.Expr{
			callOf(t, "int4eq(int4,int4)", a, col(5, pgcat.Int4)), callOf(t, "numeric_gt(numeric,numeric)", callOf(t, "numeric_mul(numeric,numeric)", n, n), n)}}}, []plan.ColID{1}},
		"drawn":        {&plan.Project{Input: in, Exprs: []plan.Expr{&plan.Or{Base: boolean, Args: []plan.Expr{drawn, failing}}}, Out: []plan.Col{{ID: 3, Type: boolean.T}}}, []plan.ColID{3}},
		"drawn-joined": {&plan.Join{Left: in, Right: other, Cond: &plan.And{Base: boolean, Args: []plan.Expr{drawn, failing}}}, []plan.ColID{1}},
	}
	golden.Run(t, "testdata/duckdb.test", func(t *testing.T, c *golden.Case) string {
		p, ok := plans[c.Args[0]]
		if !ok {
			t.Fatalf("no plan %q", c.Args[0])
		}
		s, err := DuckDB(p.root, p.out, map[int]string{1: "f1", 2: "f2"})
		if err != nil {
			t.Fatal(err)
		}
		return s.SQL
	})
}

func TestRefusalsHaveAPosition(t *testing.T) {
	for _, e := range []plan.Expr{
		&plan.Late{Base: plan.Base{T: plan.Type{OID: pgcat.Text, Mod: -1}, At: 41}},
	} {
		err := pgerr.From(CanDuckDB(e))
		if err == nil || err.Code != pgerr.FeatureNotSupported || err.Position != 42 {
			t.Errorf("%T: %+v", e, err)
		}
	}
	if err := CanDuckDB(callOf(t, "int4pl(int4,int4)", col(1, pgcat.Int4), number(1))); err != nil {
		t.Error(err)
	}
}

// TestDeepPlans: no plan ends the process.
func TestDeepPlans(t *testing.T) {
	var e plan.Expr = col(1, pgcat.Int4)
	for range 5000 {
		e = callOf(t, "int4div(int4,int4)", number(1), e)
	}
	if code := pgerr.Code(CanDuckDB(e)); code != pgerr.StatementTooComplex {
		t.Error(code)
	}
	e = col(1, pgcat.Int4)
	for range 200 {
		e = callOf(t, "int4div(int4,int4)", number(1), e)
	}
	s, err := DuckDB(&plan.Project{Input: remoteOf(plan.Col{ID: 1, Type: e.Type()}), Exprs: []plan.Expr{e}, Out: []plan.Col{{ID: 2, Type: e.Type()}}}, []plan.ColID{2}, map[int]string{1: "f1"})
	if err != nil || len(s.SQL) > 1<<20 {
		t.Error(err, len(s.SQL))
	}
}

func FuzzQuote(f *testing.F) {
	f.Add("it's")
	f.Fuzz(func(t *testing.T, s string) {
		q := quote(s)
		if strings.ReplaceAll(q[1:len(q)-1], "''", "'") != s || strings.Count(q[1:len(q)-1], "'")%2 != 0 {
			t.Error(q)
		}
	})
}
