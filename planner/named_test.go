package planner

import (
	"slices"
	"testing"

	"github.com/waggle-sql/waggle/planner/plan"
	"github.com/waggle-sql/waggle/semantic"
	"github.com/waggle-sql/waggle/source"
)

// TestHiddenIsAsked: a statement without rows asks nobody, unless it names what is hidden from the person; that its source refuses.
func TestHiddenIsAsked(t *testing.T) {
	m, err := semantic.Load("testdata/model", semantic.LoadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	const join = "SELECT t.subject FROM invoice i JOIN ticket t ON t.id = i.ticket WHERE t.cost > 1 AND false"
	for _, c := range []struct {
		hidden, sql string
		asked       int
	}{
		{"", join, 0}, {"shop.deal", join, 0}, {"shop.ticket.opened", join, 0}, {"shop.ticket", join, 2}, {"shop.ticket.cost", join, 2},
		{"", "SELECT t.id FROM invoice i, (SELECT * FROM ticket LIMIT 0) t", 0}, {"shop.ticket", "SELECT t.id FROM invoice i, (SELECT * FROM ticket LIMIT 0) t", 2},
	} {
		states := map[string]semantic.State{}
		if c.hidden != "" {
			states[c.hidden] = semantic.Hidden
		}
		server := source.Capabilities{Language: "postgres", Collation: "C.UTF-8"}
		p, err := Prepare(Input{Query: plan.Span{Text: c.sql}, View: semantic.NewView([]*semantic.Model{m}, nil, states),
			Sources:  map[string]source.Capabilities{"desk": server, "billing": server},
			Settings: plan.Settings{SearchPath: "shop", TimeZone: "UTC", DateStyle: "ISO, MDY", IntervalStyle: "postgres"}})
		if err != nil {
			t.Fatal(c.sql, err)
		}
		if len(p.Fragments) != c.asked || !slices.Contains(p.Named, "desk") {
			t.Errorf("%s, %q hidden: %d fragments of %v", c.sql, c.hidden, len(p.Fragments), p.Named)
		}
	}
}
