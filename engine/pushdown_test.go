package engine_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/waggle-sql/waggle/engine"
	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/planner"
	"github.com/waggle-sql/waggle/planner/plan"
)

// pushdown: strict refuses what would be computed here, off computes everything here, and the answers are the same.
func pushdown(t *testing.T, w *world) {
	for _, c := range []struct {
		sql  string
		auto planner.Path
		off  planner.Path
	}{
		{"SELECT account, max(cost) FROM support.tickets WHERE id < 100 GROUP BY account", planner.Direct, planner.Extract},
		{"SELECT a.name, sum(t.cost), count(*), min(t.opened) FROM support.tickets t JOIN support.accounts a ON a.id = t.account WHERE a.id < 3 GROUP BY 1", planner.Federate, planner.Federate},
		{"SELECT sum(t.cost * 2), bool_and(t.id > 0) FROM support.accounts a LEFT JOIN support.tickets t ON a.id = t.account AND t.id < 50", planner.Federate, planner.Federate},
		{"SELECT t.owner, count(*) FROM support.tickets t WHERE EXISTS (SELECT FROM support.followups f WHERE f.ticket = t.id) GROUP BY 1", planner.Federate, planner.Federate},
		{"SELECT id FROM support.tickets WHERE id < 3 AND random() >= 0", planner.Extract, planner.Extract},
		{"SELECT 1 + 1", planner.Local, planner.Local},
	} {
		rows := map[string][]string{}
		for mode, want := range map[string]planner.Path{"auto": c.auto, "off": c.off, "strict": c.auto} {
			s := settings
			s.Pushdown = mode
			p, err := w.engine.Prepare(t.Context(), w.people["analyst"], s, plan.Span{Text: c.sql}, nil)
			w.must(err)
			if p.Path != want {
				t.Errorf("%s: path %s with %s, wanted %s", c.sql, p.Path, mode, want)
			}
			rows[mode], err = rowsOf(w.engine.Execute(t.Context(), w.people["analyst"], p, engine.Args{Env: &datum.Env{}}))
			slices.Sort(rows[mode])
			if mode != "strict" || want < planner.Extract {
				w.must(err)
				continue
			}
			e := pgerr.From(err)
			if e == nil || e.Code != pgerr.FeatureNotSupported || e.Detail == "" || !strings.Contains(e.Hint, "EXPLAIN") {
				t.Errorf("%s: %v", c.sql, err)
			}
		}
		if !slices.Equal(rows["auto"], rows["off"]) {
			t.Errorf("%s: %v with pushdown, %v without", c.sql, rows["auto"], rows["off"])
		}
	}
}
