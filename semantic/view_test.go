package semantic

import (
	"slices"
	"testing"

	"go.uber.org/goleak"

	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/planner/plan"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func company(t *testing.T, organisation string) *Model {
	t.Helper()
	m, err := Load(sample, LoadOptions{Organisation: organisation})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// TestViewID demands equal ids of equal views, and different ids of any two that show something else.
func TestViewID(t *testing.T) {
	system := []*plan.Table{{Schema: "pg_catalog", Name: "pg_class", OID: 1259}}
	id := func(organisation string, system []*plan.Table, states map[string]State) string {
		return NewView([]*Model{company(t, organisation)}, system, states).ID()
	}
	base := id("acme", system, nil)
	if again := id("acme", system, map[string]State{"company.calls": Shown}); again != base {
		t.Error("equal views have different ids")
	}
	seen := map[string]string{base: "base"}
	for name, other := range map[string]string{
		"organisation": id("other", system, nil),
		"system":       id("acme", nil, nil),
		"hidden":       id("acme", system, map[string]State{"company.calls": Hidden}),
		"undescribed":  id("acme", system, map[string]State{"company.calls": Undescribed}),
		"property":     id("acme", system, map[string]State{"company.calls.brief": Hidden}),
	} {
		if before, dup := seen[other]; dup {
			t.Errorf("%s and %s have one id", name, before)
		}
		seen[other] = name
	}
}

func TestView(t *testing.T) {
	system := []*plan.Table{{Schema: "pg_catalog", Name: "pg_class", Columns: []plan.Column{{Name: "oid", Num: 1}, {Name: "tableoid", Num: -6}}}}
	v := NewView([]*Model{company(t, "acme")}, system, map[string]State{"company.calls": Hidden, "company.users.first_name": Hidden})
	if !slices.Equal(v.Path(), []string{"company", "public"}) || !v.HasSchema("public") || v.HasSchema("nothing") {
		t.Errorf("path %v", v.Path())
	}
	calls, ok := v.Find("company", "calls")
	if !ok || calls.State != Hidden || calls.ColumnState("title") != Shown {
		t.Error("a hidden entity must be bindable by name, with its columns")
	}
	users, _ := v.Find("company", "users")
	for name, want := range map[string]State{"first_name": Hidden, "full_name": Hidden, "last_name": Shown, "user_count": Shown} {
		if got := users.ColumnState(name); got != want {
			t.Errorf("users.%s is %d", name, got)
		}
	}
	class, _ := v.Find("pg_catalog", "pg_class")
	if class.ColumnState("tableoid") != Hidden || class.ColumnState("oid") != Shown {
		t.Error("system columns are hidden, others are not")
	}
	if _, ok := v.Find("company", "Calls"); ok {
		t.Error("names are exact")
	}
}

// TestOIDs demands numbers above PostgreSQL's own, different from each other, equal for equal names, and by organisation.
func TestOIDs(t *testing.T) {
	a, b := assignOIDs([]*Model{company(t, "acme")}), assignOIDs([]*Model{company(t, "acme")})
	taken := make(map[uint32]string)
	for path, oid := range a {
		if oid < FirstOID || oid > 1<<31-1 || taken[oid] != "" || b[path] != oid {
			t.Errorf("%s has %d", path, oid)
		}
		taken[oid] = path
	}
	if a["company.calls"] == assignOIDs([]*Model{company(t, "other")})["company.calls"] {
		t.Error("organisations share numbers")
	}
}

// TestReadsAny finds a column's name where it is read, and not in strings, comments, calls, casts and longer words.
func TestReadsAny(t *testing.T) {
	names := map[string]bool{"date": true, "Odd": true}
	for expr, want := range map[string]bool{
		"date > now()": true, "DATE + 1": true, `"Odd"`: true, "x = 'it''s' AND date": true, `E'\'' || date`: true,
		"x::date": false, "date(x)": false, "'date'": false, "-- date\nx": false, "/* date */ x": false, "update": false,
		`"DATE"`: false, `odd`: false, "": false, "'unclosed date": false,
	} {
		if got := readsAny(expr, names); got != want {
			t.Errorf("%s: %v", expr, got)
		}
	}
}

func FuzzParseType(f *testing.F) {
	for _, s := range []string{"numeric(18,2)", "timestamp(3) with time zone", "text[]", "(", ")(", "char("} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if got, err := ParseType(s); err == nil {
			if _, ok := pgcat.TypeByOID(got.OID); !ok {
				t.Errorf("%q is %+v", s, got)
			}
		}
	})
}
