package access

import (
	"slices"
	"testing"
)

func policy() *Policy {
	return &Policy{
		Roles: []Role{{"ANALYST", []string{"analyst", "LEAD"}}, {"EMEA", []string{"emea", "LEAD"}}, {"LEAD", []string{"Admin@acme.example"}}, {"LOOP", []string{"EMEA"}}},
		Tables: map[string]Table{
			"sf.a.t": {
				Select: []string{"ANALYST", "EMEA"}, Columns: map[string][]string{"ANALYST": {"x"}, "EMEA": {"x", "y"}},
				Rows: map[string]string{"ANALYST": "x = 1", "EMEA": "x = 2"}, Masks: map[string]map[string]string{"EMEA": {"x": "0", "y": "1"}},
			},
			"sf.a.open": {Select: []string{Public}},
			"sf.a.rows": {Select: []string{"ANALYST", "EMEA"}, Rows: map[string]string{"EMEA": "x = 2"}},
		},
	}
}

func TestRoles(t *testing.T) {
	p := policy()
	for login, want := range map[string][]string{
		"analyst@acme.example": {"ANALYST", "PUBLIC"}, "emea": {"EMEA", "LOOP", "PUBLIC"}, "nobody": {"PUBLIC"},
		"admin@acme.example": {"LEAD", "ANALYST", "EMEA", "LOOP", "PUBLIC"},
	} {
		if got := p.Granted(login); !slices.Equal(got, want) || p.Default(login) != want[0] {
			t.Errorf("%s has %v", login, got)
		}
	}
	if p.Known("NOSUCH") || !p.Known("LEAD") || !p.Known(Public) {
		t.Error("wrong roles are known")
	}
}

func TestSees(t *testing.T) {
	p, columns := policy(), []string{"x", "y", "z"}
	for _, c := range []struct {
		role, table string
		sees        bool
		columns     []string
		rows, masks int
	}{
		{"ANALYST", "sf.a.t", true, []string{"x"}, 1, 0},
		{"EMEA", "sf.a.t", true, []string{"x", "y"}, 1, 2},
		{"LEAD", "sf.a.t", true, []string{"x", "y"}, 2, 1}, // x is bare for ANALYST
		{Public, "sf.a.t", false, nil, 0, 0},
		{"EMEA", "sf.a.open", true, columns, 0, 0},
		{"LEAD", "sf.a.rows", true, columns, 0, 0}, // ANALYST sees all rows
		{"LEAD", "sf.a.nosuch", false, nil, 0, 0},
	} {
		got, ok := p.Sees(c.role, c.table, columns)
		if ok != c.sees || !slices.Equal(got.Columns, c.columns) || len(got.Where) != c.rows || len(got.Masks) != c.masks {
			t.Errorf("%s on %s: %+v %v", c.role, c.table, got, ok)
		}
	}
	var everybody *Policy
	if s, ok := everybody.Sees(Public, "any", columns); !ok || !s.Whole(3) {
		t.Error("without a policy somebody is refused")
	}
}

func TestSeesAsSeveralRolesAtOnce(t *testing.T) {
	p, columns := policy(), []string{"x", "y", "z"}
	both, ok := p.SeesAs([]string{"ANALYST", "EMEA", Public}, "sf.a.t", columns)
	if !ok || !slices.Equal(both.Columns, []string{"x", "y"}) || len(both.Where) != 2 || len(both.Masks) != 1 || both.Masks["y"] != "1" {
		t.Errorf("%+v %v", both, ok)
	}
	if _, ok := p.SeesAs([]string{"LEAD"}, "sf.a.t", columns); ok {
		t.Error("what a role inherits is added unasked")
	}
}
