package engine_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/waggle-sql/waggle/audit"
	"github.com/waggle-sql/waggle/engine"
	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/internal/sandbox/fault"
	"github.com/waggle-sql/waggle/planner/plan"
)

// TestKeyTransfer: the values of one source restrict what another is asked, the log counts them, and the answer stays the same.
func TestKeyTransfer(t *testing.T) {
	w := newPostgresWorld(t)
	billing := dialDatabase(t, strings.Replace(w.pg.server.DSN(), "dbname=postgres", "dbname=billing", 1))
	calls := w.company.Data.Visible("analyst@acme.example")
	w.pg.exec(t, billing, "INSERT INTO followups VALUES (3, '"+calls[0]+"', 'spoke'), (4, '"+calls[1]+"', 'spoke'), (5, 'no such call', 'spoke')")
	for name, c := range map[string]struct {
		sql  string
		keys map[string]int64 // by source, of its last call
		rows map[string]int64
	}{
		"inner": {"SELECT a.name, count(*) FROM support.tickets t JOIN support.accounts a ON a.id = t.account WHERE a.name IN ('account 3', 'account 5') GROUP BY 1",
			map[string]int64{"desk": 2}, map[string]int64{"desk": 2000, "billing": 2}},
		"widths": {"SELECT t.subject, f.note FROM support.followups f JOIN support.tickets t ON t.id = f.ticket WHERE f.note LIKE 'note %'",
			map[string]int64{"desk": 6}, map[string]int64{"desk": 4}},
		"beyond": {"SELECT t.subject FROM support.followups f JOIN support.tickets t ON t.id = f.ticket WHERE f.note = 'far'",
			map[string]int64{}, map[string]int64{"billing": 1}},
		"null": {"SELECT t.subject FROM support.followups f JOIN support.tickets t ON t.id = f.ticket WHERE f.note = 'note 3'",
			map[string]int64{}, map[string]int64{"billing": 1}},
		"semi": {"SELECT count(*) FROM support.tickets t WHERE t.account IN (SELECT id FROM support.accounts WHERE name = 'account 1')",
			map[string]int64{"desk": 1}, map[string]int64{"desk": 1000}},
		"outer": {"SELECT a.name, count(t.id) FROM support.accounts a LEFT JOIN support.tickets t ON a.id = t.account WHERE a.id < 2 GROUP BY 1",
			map[string]int64{"desk": 2}, map[string]int64{"desk": 2}},
		"rest": {"SELECT f.note, c.title FROM support.followups f JOIN support.talks c ON c.id = f.call WHERE f.note = 'spoke'",
			map[string]int64{"gong": 3}, map[string]int64{"gong": 2}},
		"chain": {"SELECT a.name FROM support.followups f JOIN support.tickets t ON t.id = f.ticket JOIN support.accounts a ON a.id = t.account WHERE f.note = 'note 2'",
			map[string]int64{"desk": 1}, map[string]int64{"desk": 1}},
		"personal": {"SELECT count(*) FROM support.tickets t JOIN support.accounts a ON t.owner = a.contact WHERE a.id = 1",
			map[string]int64{}, map[string]int64{"desk": 7500}},
	} {
		t.Run(name, func(t *testing.T) {
			on, err := w.query("analyst", c.sql)
			if err != nil {
				t.Fatal(err)
			}
			all := w.entries()
			made := map[string]audit.SourceCall{}
			for _, s := range all[len(all)-1].SourceCalls {
				made[s.Source] = s
				if (s.Keys > 0) != (s.KeyDigest != "") || strings.Contains(s.Template, "note 2") {
					t.Errorf("%+v", s)
				}
			}
			for name, want := range c.keys {
				if made[name].Keys != want {
					t.Errorf("%s got %d keys, wanted %d: %s", name, made[name].Keys, want, made[name].Template)
				}
			}
			for name, want := range c.rows {
				if made[name].Rows != want {
					t.Errorf("%s sent %d rows, wanted %d", name, made[name].Rows, want)
				}
			}
			off, err := w.queryWith("analyst", c.sql, "off")
			if err != nil {
				t.Fatal(err)
			}
			slices.Sort(on)
			slices.Sort(off)
			if !slices.Equal(on, off) {
				t.Errorf("with keys %v, without %v", on, off)
			}
		})
	}
	t.Run("no keys", func(t *testing.T) { noKeysNoCall(t, w) })
	t.Run("explain", func(t *testing.T) { explainKeys(t, w) })
	t.Run("pushdown", func(t *testing.T) { pushdown(t, w) })
}

func (w *world) queryWith(login, sql, pushdown string) ([]string, error) {
	s := settings
	s.Pushdown = pushdown
	p, err := w.engine.Prepare(w.t.Context(), w.people[login], s, plan.Span{Text: sql}, nil)
	if err != nil {
		return nil, err
	}
	r, err := w.engine.Execute(w.t.Context(), w.people[login], p, engine.Args{Env: &datum.Env{}})
	return rowsOf(r, err)
}

func rowsOf(r *engine.Result, err error) ([]string, error) {
	if err != nil {
		return nil, err
	}
	defer r.Release()
	return texts(r), r.Err()
}

// texts reads a result to its end: a line for each row.
func texts(r *engine.Result) []string {
	var out []string
	for r.Next() {
		b := r.RecordBatch()
		for i := range int(b.NumRows()) {
			row := ""
			for c := range int(b.NumCols()) {
				row += "|" + b.Column(c).ValueStr(i)
			}
			out = append(out, row[1:])
		}
	}
	return out
}

// noKeysNoCall: a fragment that no row can match is not asked, nor recorded as asked.
func noKeysNoCall(t *testing.T, w *world) {
	got := w.one("analyst", "SELECT count(*) FROM support.tickets t JOIN support.accounts a ON a.id = t.account WHERE a.name = 'nobody'")
	all := w.entries()
	if calls := all[len(all)-1].SourceCalls; got != "0" || len(calls) != 1 || calls[0].Source != "billing" {
		t.Errorf("%s rows, %+v", got, calls)
	}
}

// explainKeys: EXPLAIN shows the transfer, EXPLAIN ANALYZE how many keys went, and neither a key.
func explainKeys(t *testing.T, w *world) {
	x := plan.Explain{Query: plan.Span{Text: "SELECT count(*) FROM support.tickets t JOIN support.accounts a ON a.id = t.account WHERE a.name LIKE 'account 7%'"}, Analyze: true}
	lines, err := w.engine.Explain(t.Context(), w.people["analyst"], settings, x, engine.Args{Env: &datum.Env{}})
	w.must(err)
	text := strings.Join(lines, "\n")
	if !strings.Contains(text, "100000 at most (relationship support.ticket_account): 1 sent") || strings.Contains(text, "= '7'") {
		t.Error(text)
	}
	x.Query.Text = strings.Replace(x.Query.Text, "account 7", "nobody", 1)
	lines, err = w.engine.Explain(t.Context(), w.people["analyst"], settings, x, engine.Args{Env: &datum.Env{}})
	w.must(err)
	if text := strings.Join(lines, "\n"); !strings.Contains(text, ": 0 sent") || !strings.Contains(text, "Ran: not asked, since no row could match") {
		t.Error(text)
	}
}

// TestCancelInEachStage: while the keys are collected, and while the restricted fragment is read.
func TestCancelInEachStage(t *testing.T) {
	w := newPostgresWorld(t)
	const sql = "SELECT c.title FROM support.followups f JOIN support.talks c ON c.id = f.call WHERE f.note = 'spoke'"
	billing := dialDatabase(t, strings.Replace(w.pg.server.DSN(), "dbname=postgres", "dbname=billing", 1))
	w.pg.exec(t, billing, "INSERT INTO followups VALUES (3, '"+w.company.Data.Visible("analyst@acme.example")[0]+"', 'spoke')")
	cancelled := func(t *testing.T, reached func() bool) {
		t.Helper()
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		done := make(chan error, 1)
		go func() {
			r, err := w.start(ctx, "analyst", sql)
			_, err = rowsOf(r, err)
			done <- err
		}()
		for deadline := time.Now().Add(10 * time.Second); !reached(); time.Sleep(5 * time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatal("the stage was never reached")
			}
		}
		began := time.Now()
		cancel()
		if err := <-done; pgerr.Code(err) != pgerr.QueryCanceled {
			t.Error(err)
		}
		if took := time.Since(began); took > 5*time.Second {
			t.Errorf("it went on for %s", took)
		}
	}
	t.Run("build", func(t *testing.T) {
		w.pg.exec(t, billing, "BEGIN; LOCK followups")
		defer w.pg.exec(t, billing, "ROLLBACK")
		cancelled(t, func() bool {
			return len(w.pg.exec(t, w.pg.admin, "SELECT 1 FROM pg_stat_activity WHERE usename = 'ana' AND wait_event_type = 'Lock'")) > 0
		})
	})
	t.Run("probe", func(t *testing.T) {
		control := w.company.Gong.Control()
		control.Forget()
		w.must(control.Add(fault.Rule{Kind: fault.Latency, Path: "/v2/calls/extensive", Nth: 1, Millis: 60_000}))
		defer control.Clear()
		cancelled(t, func() bool { return hangs(control) })
	})
}
