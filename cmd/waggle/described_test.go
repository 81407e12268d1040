package main

import (
	"context"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"

	"github.com/waggle-sql/waggle/identity"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/planner/bind"
	"github.com/waggle-sql/waggle/planner/plan"
	"github.com/waggle-sql/waggle/semantic"
	"github.com/waggle-sql/waggle/source"
	"github.com/waggle-sql/waggle/vault"
)

// ledger is a model of two entities of one source.
func ledger(t *testing.T) *semantic.Model {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"model.yaml":  "name: ledger\n",
		"bills.yaml":  "bills:\n  label: Bill\n  description: A bill.\n  source: {connection: desk, object: public.bills}\n  key: id\n  properties:\n    id: {column: id, type: integer}\n    cost: {column: cost, type: numeric}\n    twice: {expr: cost * 2, type: numeric}\n",
		"wages.yaml":  "wages:\n  label: Wage\n  description: A wage.\n  source: {connection: desk, object: public.wages}\n  key: id\n  properties:\n    id: {column: id, type: integer}\n",
		"visits.yaml": "visits:\n  label: Visit\n  description: A visit.\n  source: {connection: other, object: public.visits}\n  key: id\n  properties:\n    id: {column: id, type: integer}\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	m, err := semantic.Load(dir, semantic.LoadOptions{Check: bind.CheckModel})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// TestDescribed has each person's view follow what the source describes to them, from the statement after the first use on.
func TestDescribed(t *testing.T) {
	m := ledger(t)
	var asked atomic.Int64
	down := false
	v := &views{load: func(string) ([]*semantic.Model, error) { return []*semantic.Model{m}, nil }, byOrg: map[string]*semantic.View{},
		byID: map[string]*semantic.View{}, described: &described{}}
	v.describe = func(_ context.Context, who *identity.Session, connection, object, _ string) (source.Schema, error) {
		asked.Add(1)
		id, cost := source.Column{Name: "id", Type: plan.Type{OID: 23, Mod: -1}}, source.Column{Name: "cost", Type: plan.Type{OID: 1700, Mod: -1}}
		switch {
		case connection != "desk":
			t.Error("a source is described that nobody has used:", connection)
		case down:
			return source.Schema{}, pgerr.New(pgerr.ConnectionFailure, "down")
		case who.Person == "ann":
			return source.Schema{Columns: []source.Column{id, cost}}, nil
		case object == "public.wages":
			return source.Schema{}, pgerr.New(pgerr.InsufficientPrivilege, "permission denied")
		}
		return source.Schema{Columns: []source.Column{id}}, nil
	}
	view := func(who *identity.Session) *semantic.View {
		t.Helper()
		seen, err := v.View(t.Context(), who)
		if err != nil {
			t.Fatal(err)
		}
		if known, ok := (byIDs{v}).View(seen.ID()); !ok || known != seen {
			t.Error("a view is not found by its id")
		}
		return seen
	}
	ann, bob := &identity.Session{Org: "o", OrgName: "acme", Person: "ann"}, &identity.Session{Org: "o", OrgName: "acme", Person: "bob"}
	all := view(ann)
	if asked.Load() != 0 || view(bob) != all {
		t.Fatal("a source is asked before it is used")
	}
	v.Used(ann, "desk")
	v.Used(bob, "desk")
	if view(ann) != all || asked.Load() != 2 {
		t.Error("who may see all has another view", asked.Load())
	}
	bobs := view(bob)
	bills, _ := bobs.Find("ledger", "bills")
	wages, _ := bobs.Find("ledger", "wages")
	visits, _ := bobs.Find("ledger", "visits")
	if wages.State != semantic.Hidden || bills.State != semantic.Shown || visits.State != semantic.Shown ||
		bills.ColumnState("id") != semantic.Shown || bills.ColumnState("cost") != semantic.Hidden || bills.ColumnState("twice") != semantic.Hidden {
		t.Error("bob's view shows what the source does not describe to him")
	}
	if v.Used(bob, "desk"); view(bob) != bobs || asked.Load() != 4 {
		t.Error("the source is asked again", asked.Load())
	}
	for _, who := range []*identity.Session{ann, bob, {Org: "o", OrgName: "acme", Person: "eve"}} {
		if n := testing.AllocsPerRun(10, func() { view(who) }); n > 4 {
			t.Errorf("%s's view is made anew for each statement: %v allocations", who.Person, n)
		}
	}
	v.described.forget(vault.Ended{Source: "desk", Org: "o", Person: "bob", Before: 7})
	down = true
	if view(bob) != bobs || asked.Load() < 5 {
		t.Error("with new tokens the source is not asked again, or its silence changes the view")
	}
	v.described.forget(vault.Ended{Source: "desk", Org: "o"})
	if view(bob) != all {
		t.Error("a connection's end leaves its descriptions")
	}
}
