package engine_test

import (
	"context"
	"testing"
	"time"

	"github.com/waggle-sql/waggle/audit"
	"github.com/waggle-sql/waggle/dialect"
	"github.com/waggle-sql/waggle/engine"
	"github.com/waggle-sql/waggle/engine/workspace"
	"github.com/waggle-sql/waggle/identity"
	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/internal/sandbox/fault"
	"github.com/waggle-sql/waggle/planner/plan"
	"github.com/waggle-sql/waggle/source"
	"github.com/waggle-sql/waggle/source/catalog"
)

// broken is a source whose connector panics, at Run or at the first Next.
type broken struct {
	source.Source
	late bool
}

func (b broken) Open(context.Context, source.Credential) (source.Conn, error) {
	return brokenConn{late: b.late}, nil
}

type brokenConn struct {
	source.Conn
	late bool
}

func (c brokenConn) Run(context.Context, dialect.Request) (source.Rows, error) {
	if c.late {
		return brokenRows{}, nil
	}
	panic("a value of a row")
}

func (brokenConn) Close() error { return nil }

type brokenRows struct{ source.Rows }

func (brokenRows) Next() bool            { panic("a value of a row") }
func (brokenRows) Release()              {}
func (brokenRows) Report() source.Report { return source.Report{} }

type stands struct{}

func (stands) Alive(context.Context, *identity.Session) error { return nil }

// TestPanicEndsOneStatement: the statement fails and is recorded, and what it held comes back.
func TestPanicEndsOneStatement(t *testing.T) {
	for name, late := range map[string]bool{"run": false, "rows": true} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, nil)
			sources, _ := w.sources()
			sources["gong"] = broken{sources["gong"], late}
			sources[engine.Catalog] = catalog.New(viewByID{w.view}, nil)
			pool, err := workspace.NewPool(workspace.Config{Size: 1, Command: []string{"/proc/self/exe", "worker"}})
			w.must(err)
			t.Cleanup(pool.Close)
			w.engine = engine.New(engine.Config{Views: oneView{w.view}, Standing: stands{}, Sources: sources, Tokens: w.vault.Tokens(), Audit: w.log, Pool: pool,
				Limits: engine.Limits{Timeout: time.Minute, Queue: 5 * time.Second, PlanBytes: 1 << 20, Memory: pool.Budget()}})
			for _, sql := range []string{"SELECT id FROM calls", "SELECT count(*) FROM calls"} {
				if _, err := w.query("admin", sql); pgerr.Code(err) != pgerr.Internal {
					t.Fatalf("%s: %v", sql, err)
				}
				all := w.entries()
				if e := all[len(all)-1]; e.SQLState != pgerr.Internal || e.Outcome != audit.Failed {
					t.Errorf("%s: recorded as %s %s", sql, e.SQLState, e.Outcome)
				}
			}
			if _, err := w.query("admin", "SELECT count(*) FROM pg_class"); err != nil {
				t.Errorf("the memory has not come back: %v", err)
			}
		})
	}
}

// TestTimeoutIsRecordedAsOne: by the cause that ended the context, whatever error came of it.
func TestTimeoutIsRecordedAsOne(t *testing.T) {
	w := newWorld(t, nil)
	w.must(w.company.Gong.Control().Add(fault.Rule{Kind: fault.Latency, Path: "/v2/calls/extensive", Millis: 60_000}))
	for _, sql := range []string{"SELECT id FROM calls", "SELECT count(*) FROM calls"} {
		ctx, cancel := context.WithCancelCause(t.Context())
		clock := time.AfterFunc(200*time.Millisecond, func() {
			cancel(pgerr.New(pgerr.QueryCanceled, "canceling statement due to statement timeout").Because(context.DeadlineExceeded))
		})
		r, err := w.start(ctx, "admin", sql)
		if err == nil {
			for r.Next() {
			}
			err = r.Err()
			r.Release()
		}
		clock.Stop()
		if pgerr.Code(err) != pgerr.QueryCanceled {
			t.Fatalf("%s: %v", sql, err)
		}
		all := w.entries()
		if e := all[len(all)-1]; e.Outcome != audit.TimedOut || e.SQLState != pgerr.QueryCanceled {
			t.Errorf("%s: recorded as %s %s", sql, e.SQLState, e.Outcome)
		}
	}
}

// TestPausesOfACursorDoNotCount: where the caller has the clock, a worker outlives the engine's limit between two reads.
func TestPausesOfACursorDoNotCount(t *testing.T) {
	w := newWorld(t, func(l *engine.Limits) { l.Timeout = 300 * time.Millisecond })
	p, err := w.engine.Prepare(t.Context(), w.people["admin"], settings, plan.Span{Text: "SELECT i FROM generate_series(1, 3000000) AS g(i)"}, nil)
	w.must(err)
	for _, clocked := range []bool{true, false} {
		r, err := w.engine.Execute(t.Context(), w.people["admin"], p, engine.Args{Env: &datum.Env{}, Clocked: clocked})
		w.must(err)
		r.Next()
		time.Sleep(time.Second)
		for r.Next() {
		}
		if err := r.Err(); (err == nil) != clocked {
			t.Errorf("clocked %t: %v", clocked, err)
		}
		r.Release()
	}
}
