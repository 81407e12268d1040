package engine_test

import (
	"context"
	"encoding/json"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/waggle-sql/waggle/audit"
	"github.com/waggle-sql/waggle/engine"
	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/internal/sandbox/fault"
	"github.com/waggle-sql/waggle/planner"
	"github.com/waggle-sql/waggle/planner/plan"
)

func TestEachSeesHisOwn(t *testing.T) {
	w := newWorld(t, nil)
	for login := range w.people {
		if got := w.one(login, "SELECT count(*) FROM calls"); got != w.visible(login) {
			t.Errorf("%s sees %s calls, wanted %s", login, got, w.visible(login))
		}
	}
	if w.one("emea", "SELECT count(*) FROM meetings") == w.one("analyst", "SELECT count(*) FROM meetings") {
		t.Error("two people see the same meetings")
	}
}

// TestInterleaving runs one text as three people at once: the plan is shared, the rows are not.
func TestInterleaving(t *testing.T) {
	w := newWorld(t, nil)
	logins := []string{"admin", "analyst", "emea"}
	var wait sync.WaitGroup
	for range 3 {
		wait.Add(1)
		go func() {
			defer wait.Done()
			for range 60 {
				login := logins[rand.IntN(len(logins))]
				rows, err := w.query(login, "SELECT id FROM calls")
				if err != nil {
					t.Error(err)
					return
				}
				want := map[string]bool{}
				for _, id := range w.company.Data.Visible(login + "@acme.example") {
					want[id] = true
				}
				for _, id := range rows {
					if !want[id] {
						t.Errorf("%s was shown call %s", login, id)
					}
				}
				if len(rows) != len(want) {
					t.Errorf("%s was shown %d calls, wanted %d", login, len(rows), len(want))
				}
			}
		}()
	}
	wait.Wait()
}

func TestRevokedTokenIsNamedWithItsAddress(t *testing.T) {
	w := newWorld(t, nil)
	w.company.OAuth.RevokePerson("emea@acme.example", "google")
	const sql = "SELECT m.id, c.id FROM meetings m JOIN calls c ON c.started = m.start_time"
	rows, err := w.query("emea", sql)
	e := pgerr.From(err)
	if len(rows) > 0 || pgerr.Code(err) != pgerr.InvalidAuthorization {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	if address := publicURL + "/connect/cal"; !strings.Contains(e.Message, address) || !strings.Contains(e.Hint, address) {
		t.Errorf("message %q, hint %q", e.Message, e.Hint)
	}
	w.company.Gong.Control().Forget()
	w.company.Google.Control().Forget()
	if _, err = w.query("emea", sql); pgerr.Code(err) != pgerr.InvalidAuthorization {
		t.Fatal(err)
	}
	if n := len(w.company.Gong.Control().Requests()) + len(w.company.Google.Control().Requests()); n > 0 {
		t.Errorf("%d requests were made although a connection is known to be dead", n)
	}
	if _, err = w.query("emea", "SELECT id FROM meetings WHERE false"); pgerr.Code(err) != pgerr.InvalidAuthorization {
		t.Errorf("nothing needs to be asked for: %v", err)
	}
	last := w.entries()
	if got := last[len(last)-1]; got.SQLState != pgerr.InvalidAuthorization || got.Outcome != audit.Denied {
		t.Errorf("the audit log says %s %s", got.SQLState, got.Outcome)
	}
}

func TestRefreshWhilePaging(t *testing.T) {
	w := newWorld(t, nil)
	if err := w.company.Gong.Control().Add(fault.Rule{Kind: fault.Expired, Path: "/v2/calls/extensive", Nth: 3, Times: 1}); err != nil {
		t.Fatal(err)
	}
	if got := w.one("admin", "SELECT count(*) FROM calls"); got != w.visible("admin") {
		t.Errorf("%s calls, wanted %s", got, w.visible("admin"))
	}
}

// TestCancelReachesTheSource: path extract while loading, and path direct while streaming.
func TestCancelReachesTheSource(t *testing.T) {
	w := newWorld(t, nil)
	for name, sql := range map[string]string{"extract": "SELECT count(*) FROM calls", "direct": "SELECT id FROM calls"} {
		t.Run(name, func(t *testing.T) {
			control := w.company.Gong.Control()
			control.Clear()
			control.Forget()
			w.must(control.Add(fault.Rule{Kind: fault.Latency, Path: "/v2/calls/extensive", Nth: 2, Millis: 60_000}))
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			var cancelled time.Time
			go func() {
				for !hangs(control) && t.Context().Err() == nil {
					time.Sleep(5 * time.Millisecond)
				}
				cancelled = time.Now()
				cancel()
			}()
			r, err := w.start(ctx, "admin", sql)
			if err == nil {
				for r.Next() {
				}
				err = r.Err()
				r.Release()
			}
			if pgerr.Code(err) != pgerr.QueryCanceled {
				t.Fatalf("got %v", err)
			}
			wait, stop := context.WithTimeout(t.Context(), 5*time.Second)
			defer stop()
			gone, err := control.Wait(wait, func(r fault.Request) bool { return !r.Gone.IsZero() })
			if err != nil {
				t.Fatal("the source never saw the cancellation")
			}
			if took := gone.Gone.Sub(cancelled); took > 2*time.Second {
				t.Errorf("the source saw it after %v", took)
			}
		})
	}
}

func hangs(c *fault.Control) bool {
	for _, r := range c.Requests() {
		if r.Ended.IsZero() && time.Since(r.Started) > 100*time.Millisecond {
			return true
		}
	}
	return false
}

func TestSlowReaderHoldsTheSource(t *testing.T) {
	w := newWorld(t, nil)
	control := w.company.Gong.Control()
	control.Forget()
	r, err := w.start(t.Context(), "admin", "SELECT id, title FROM calls")
	w.must(err)
	defer r.Release()
	if !r.Next() {
		t.Fatal(r.Err())
	}
	time.Sleep(500 * time.Millisecond)
	pages := 0
	for _, q := range control.Requests() {
		if q.Path == "/v2/calls/extensive" {
			pages++
		}
	}
	if pages > 3 {
		t.Errorf("%d pages were fetched for a reader that took one batch", pages)
	}
}

// TestAuditComesFirst: no request leaves when its record cannot be written.
func TestAuditComesFirst(t *testing.T) {
	w := newWorld(t, nil)
	w.must(w.log.Close())
	w.company.Gong.Control().Forget()
	if _, err := w.query("admin", "SELECT count(*) FROM calls"); err == nil {
		t.Fatal("the query ran without an audit log")
	}
	if n := len(w.company.Gong.Control().Requests()); n > 0 {
		t.Errorf("%d requests left", n)
	}
}

func TestAuditRecord(t *testing.T) {
	w := newWorld(t, nil)
	const secretTitle = "a secret literal"
	if _, err := w.query("analyst", "SELECT id FROM calls WHERE started >= '2026-06-01' AND title <> '"+secretTitle+"'"); err != nil {
		t.Fatal(err)
	}
	all := w.entries()
	e := all[len(all)-1]
	if e.Statement != "SELECT id FROM calls WHERE started >= $1 AND title <> $2" || e.Path != "extract" || e.Outcome != audit.OK {
		t.Errorf("%+v", e)
	}
	if len(e.SourceCalls) != 1 || len(e.SourceCalls[0].RequestIDs) < 1 || e.SourceCalls[0].Credential != "org" || !e.SourceCalls[0].Done {
		t.Fatalf("%+v", e.SourceCalls)
	}
	if got := e.SourceCalls[0].Template; !strings.Contains(got, "body.filter.fromDateTime=$") {
		t.Errorf("template %q", got)
	}
	if got := e.Entities; len(got) != 1 || got[0].Name != "company.calls" || strings.Join(got[0].FilterColumns, ",") != "started,title" {
		t.Errorf("%+v", got)
	}
}

func TestExplainAnalyze(t *testing.T) {
	w := newWorld(t, nil)
	x := plan.Explain{Query: plan.Span{Text: "SELECT count(*) FROM calls WHERE title <> ''"}, Analyze: true, Verbose: true}
	lines, err := w.engine.Explain(t.Context(), w.people["emea"], settings, x, engine.Args{Env: &datum.Env{}})
	w.must(err)
	text := strings.Join(lines, "\n")
	for _, want := range []string{"Ran: 1 row in ", "  Ran: " + w.visible("emea") + " rows, ", " requests, 0 retries; 200 OK", "Workspace: ", "  SQL: SELECT CAST(", "Reads: company.calls"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	x.Format = "json"
	lines, err = w.engine.Explain(t.Context(), w.people["emea"], settings, x, engine.Args{Env: &datum.Env{}})
	w.must(err)
	var documents []planner.Explanation
	w.must(json.Unmarshal([]byte(strings.Join(lines, "\n")), &documents))
	if d := documents[0]; d.Path != "extract" || !d.Fragments[0].Ran.Asked || d.Ran.WorkspacePeak == 0 {
		t.Errorf("%+v", d)
	}
}

// TestRefusedStatementIsRecorded: also what cannot be planned was asked by somebody.
func TestRefusedStatementIsRecorded(t *testing.T) {
	w := newWorld(t, nil)
	if _, err := w.query("analyst", "SELECT titel FROM calls WHERE id = 'x'"); pgerr.Code(err) != pgerr.UndefinedColumn {
		t.Fatal(err)
	}
	all := w.entries()
	if e := all[len(all)-1]; e.SQLState != pgerr.UndefinedColumn || e.Statement != "SELECT titel FROM calls WHERE id = $1" {
		t.Errorf("%+v", e)
	}
}

func TestRowBudget(t *testing.T) {
	w := newWorld(t, func(l *engine.Limits) { l.ExtractRows, l.Rows = 50, 100 })
	if _, err := w.query("admin", "SELECT count(*) FROM calls"); pgerr.Code(err) != pgerr.ProgramLimitExceeded {
		t.Errorf("extract: %v", err)
	}
	if _, err := w.query("admin", "SELECT id FROM calls"); pgerr.Code(err) != pgerr.ProgramLimitExceeded {
		t.Errorf("direct: %v", err)
	}
}

func TestSourceFaults(t *testing.T) {
	w := newWorld(t, nil)
	for name, c := range map[string]struct {
		rule fault.Rule
		code string
	}{
		"refused":   {fault.Rule{Kind: fault.Status, Status: 403}, pgerr.InsufficientPrivilege},
		"truncated": {fault.Rule{Kind: fault.Truncate, Bytes: 2000}, pgerr.ConnectionFailure},
		"wrong":     {fault.Rule{Kind: fault.WrongType, Field: "calls.metaData.duration"}, pgerr.DatatypeMismatch},
	} {
		t.Run(name, func(t *testing.T) {
			control := w.company.Gong.Control()
			defer control.Clear()
			c.rule.Path = "/v2/calls/extensive"
			w.must(control.Add(c.rule))
			if _, err := w.query("admin", "SELECT sum(duration_s) FROM calls"); pgerr.Code(err) != c.code {
				t.Errorf("got %s: %v", pgerr.Code(err), err)
			}
		})
	}
	t.Run("down", func(t *testing.T) {
		w.must(w.company.Google.Control().Add(fault.Rule{Kind: fault.Reset}))
		if _, err := w.query("emea", "SELECT count(*) FROM meetings"); !strings.HasPrefix(pgerr.Code(err), "08") {
			t.Errorf("got %s: %v", pgerr.Code(err), err)
		}
	})
}
