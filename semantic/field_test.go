package semantic_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/waggle-sql/waggle/planner/plan"
	"github.com/waggle-sql/waggle/semantic"
)

// TestFields: what the facts file says of a field is read as it was written, and what a source tells one person replaces it.
func TestFields(t *testing.T) {
	written := &plan.Field{Kind: "reference", Filter: true, Sort: true, Group: true, Aggregate: true, CaseSensitive: true, Restricted: true, References: "Account", Relationship: "Account"}
	dir := t.TempDir()
	for name, text := range map[string]string{
		"model.yaml": "name: crm\n",
		"deals.yaml": "deals:\n  source: {connection: crm, object: Opportunity}\n  properties:\n    id: {column: Id, type: text}\n    account_id: {column: AccountId, type: text}\n",
		"facts.yaml": "deals:\n  properties:\n    account_id: {num: 2, field: " + semantic.FieldFacts(written) + "}\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	m, err := semantic.Load(dir, semantic.LoadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	v := semantic.NewView([]*semantic.Model{m}, nil, nil)
	field := func(v *semantic.View, i int) *plan.Field {
		r, ok := v.Find("crm", "deals")
		if !ok {
			t.Fatal("the entity is gone")
		}
		return r.Table.Columns[i].Field
	}
	if got := field(v, 1); got == nil || *got != *written || field(v, 0) != nil {
		t.Errorf("read %+v", got)
	}
	if v.WithFields(nil) != v || v.WithFields(map[string]*plan.Field{"crm.deals.account_id": {Kind: "x"}, "crm.other.id": {}}) == v {
		t.Error("a view changes with what is told")
	}
	same := *written
	if v.WithFields(map[string]*plan.Field{"crm.deals.account_id": &same}) != v {
		t.Error("what is known already makes another view")
	}
	a := v.WithFields(map[string]*plan.Field{"crm.deals.id": {Kind: "id", Filter: true}})
	b := v.WithFields(map[string]*plan.Field{"crm.deals.id": {Kind: "id", Filter: true}})
	c := v.WithFields(map[string]*plan.Field{"crm.deals.id": {Kind: "id"}})
	if a.ID() != b.ID() || a.ID() == c.ID() || a.ID() == v.ID() || field(a, 0) == nil || field(v, 0) != nil || *field(a, 1) != *written {
		t.Error("views are told apart by what is told")
	}
	if !a.HasSchema("public") || len(a.Models()) != 1 {
		t.Error("the rest of the view is gone")
	}
}
