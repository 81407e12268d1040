package engine_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/internal/sandbox/fault"
	"github.com/waggle-sql/waggle/internal/sandbox/snowflake"
)

// misbehaviour is what goes wrong at the Snowflake, or at the database beside it, and how a statement over both may end.
type misbehaviour struct {
	name  string
	rules []fault.Rule
	set   func(*snowflake.Server, bool) // switches it on and off
	sql   string                        // "" for joined
	codes string
	rows  int
}

const joined = "SELECT o.id, o.customer, t.subject FROM shop.orders o JOIN support.tickets t ON t.id = o.id"

func misbehaviours() []misbehaviour {
	unlucky := func(codes string, rules ...fault.Rule) misbehaviour {
		return misbehaviour{rules: rules, codes: codes, rows: 60}
	}
	named := func(name string, m misbehaviour) misbehaviour { m.name = name; return m }
	return []misbehaviour{
		named("nothing", unlucky("00000")),
		named("latency", unlucky("00000", fault.Rule{Kind: fault.Latency, Path: "/results/", Millis: 100})),
		named("429 twice", unlucky("00000", fault.Rule{Kind: fault.Status, Path: "/queries/", Status: 429, Times: 2})),
		named("503 on a chunk", unlucky("00000", fault.Rule{Kind: fault.Status, Path: "/results/", Status: 503, Times: 1})),
		named("reset", unlucky(pgerr.ConnectionFailure, fault.Rule{Kind: fault.Reset, Path: "/results/", Bytes: 1000})),
		named("truncated Arrow", unlucky(pgerr.ProtocolViolation+" "+pgerr.ConnectionFailure, fault.Rule{Kind: fault.Truncate, Path: "/results/", Bytes: 1000})),
		named("expired token", unlucky("00000", fault.Rule{Kind: fault.Expired, Path: "/queries/v1/query-request", Times: 1})),
		{name: "wrong type", set: contradict, codes: pgerr.DatatypeMismatch},
		{name: "refused there", sql: "SELECT c.code, t.subject FROM shop.codes c JOIN support.tickets t ON t.id = c.id", codes: pgerr.InsufficientPrivilege},
		{name: "refused at the other", sql: "SELECT o.customer, s.amount FROM shop.orders o JOIN support.salaries s ON s.id = o.id", codes: pgerr.InsufficientPrivilege},
		named("nothing again", unlucky("00000")),
	}
}

// contradict sends every column with another physical type than described, whatever it is called.
func contradict(s *snowflake.Server, on bool) {
	for i := range 100 {
		s.Contradict(fmt.Sprintf("C%d", i), on)
	}
}

// TestFederatedFaults: one source fails while the other is read. The statement says which way, shows no row of a wrong result, is
// recorded so, and leaves nothing open; without the fault the same statement goes through.
func TestFederatedFaults(t *testing.T) {
	if testing.Short() {
		t.Skip("the drivers' retries take seconds")
	}
	orders := "id,customer,price\n"
	for i := range 15_000 {
		orders += fmt.Sprintf("%d,customer %d of a long name %x,%d.25\n", i, i*7919%15_000, i*2654435761, i%100)
	}
	w := newCrowdOf(t, orders)
	server := w.company.Snowflake["sf"]
	for _, m := range misbehaviours() {
		t.Run(m.name, func(t *testing.T) {
			defer server.Control().Clear()
			for _, r := range m.rules {
				w.must(server.Control().Add(r))
			}
			if m.set != nil {
				m.set(server, true)
				defer m.set(server, false)
			}
			w.misbehaves(t, &m)
		})
	}
	(&crowd{world: w}).nothingOpen()
}

// misbehaves runs the statement as who is refused some tables.
func (w *world) misbehaves(t *testing.T, m *misbehaviour) {
	login, sql := "admin", joined
	if m.sql != "" {
		login, sql = "emea", m.sql
	}
	rows, err := w.query(login, sql)
	if !strings.Contains(m.codes, pgerr.Code(err)) || len(rows) != m.rows && err == nil || err != nil && len(rows) > 0 {
		t.Fatalf("%d rows and %s: %v; wanted %s", len(rows), pgerr.Code(err), err, m.codes)
	}
	all := w.entries()
	if e := all[len(all)-1]; e.SQLState != pgerr.Code(err) && (err != nil || e.SQLState != "") {
		t.Errorf("recorded as %s", e.SQLState)
	}
	idle := "SELECT 1 FROM pg_stat_activity WHERE usename IN ('ana', 'bob', 'cyd') AND state <> 'idle'"
	for end := time.Now().Add(5 * time.Second); len(w.pg.exec(t, w.pg.admin, idle)) > 0; time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("the other source's statement goes on")
		}
	}
}

// TestFaultCancelsTheOthers: what one source refuses ends the wait for another at once, which sees it.
func TestFaultCancelsTheOthers(t *testing.T) {
	w := newCrowd(t)
	control := w.company.Snowflake["sf"].Control()
	const sql = "SELECT o.customer, s.amount FROM shop.orders o JOIN support.salaries s ON s.id = o.id"
	w.must(control.Add(fault.Rule{Kind: fault.Latency, Path: "/queries/v1/query-request", Millis: 60_000}))
	defer control.Clear()
	began := time.Now()
	rows, err := w.query("emea", sql)
	if took := time.Since(began); pgerr.Code(err) != pgerr.InsufficientPrivilege || len(rows) > 0 || took > 10*time.Second {
		t.Fatalf("%d rows and %v after %s", len(rows), err, took)
	}
	wait, stop := context.WithTimeout(t.Context(), 5*time.Second)
	defer stop()
	if _, err := control.Wait(wait, func(r fault.Request) bool { return !r.Gone.IsZero() }); err != nil {
		t.Error("the other source never saw that nobody waits any more")
	}
}
