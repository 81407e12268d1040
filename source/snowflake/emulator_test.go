package snowflake

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/waggle-sql/waggle/dialect"
	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/internal/sandbox/fault"
	"github.com/waggle-sql/waggle/internal/secret"
	"github.com/waggle-sql/waggle/planner/plan"
	"github.com/waggle-sql/waggle/source"
	"github.com/waggle-sql/waggle/source/sourcetest"
)

func TestScan(t *testing.T) {
	r := newRig(t)
	c := r.open(r.bearer("analyst"))
	ctx := source.WithRequestID(t.Context(), "request-7")
	a := sourcetest.Read(ctx, c, allOrders, sourcetest.OrderTypes()...)
	r.warehouse().AllOrders(t, a)
	h := r.server.History("")
	if len(h) != 1 || h[0].Tag != "request-7" || h[0].Role != "ANALYST" || h[0].Warehouse != "BI_WH" {
		t.Errorf("history %+v", h)
	}
	p := a.Report
	if p.QueryID != h[0].ID || p.Rows != rowsOfOrders || p.Pages < 3 || p.Bytes == 0 || p.Status != "ok" || !slices.Contains(p.Requests, h[0].RequestID) {
		t.Errorf("report %+v", p)
	}
	if a := sourcetest.Read(t.Context(), c, one, sourcetest.Plain(pgcat.Int4)); a.Err != nil || len(a.Rows) != 1 {
		t.Error(a.Rows, a.Err)
	}
	if n := r.server.Sessions(""); n != 1 {
		t.Errorf("%d sessions are open", n)
	}
	if n := r.server.Telemetry(); n != 0 {
		t.Errorf("%d reports of telemetry", n)
	}
	r.source.Forget(source.Owner{Organisation: "acme", Person: "analyst"})
	sourcetest.Wait(r, "the session ends", func() bool { return r.server.Sessions("") == 0 })
}

func TestTypes(t *testing.T) {
	r := newRig(t)
	a := sourcetest.Read(t.Context(), r.open(r.bearer("analyst")), `SELECT "n" AS C1, "f" AS C2, "d" AS C3, "t" AS C4, "ts" AS C5, "s" AS C6, "b" AS C7, "nothing" AS C8 FROM "DEMO"."shop"."types"`,
		sourcetest.Numeric(38, 0), sourcetest.Plain(pgcat.Float8), sourcetest.Plain(pgcat.Date), sourcetest.Plain(pgcat.Time), sourcetest.Plain(pgcat.Timestamp), sourcetest.Plain(pgcat.Text), sourcetest.Plain(pgcat.Bytea), sourcetest.Plain(pgcat.Bool))
	want := most + `|-1.5|1969-07-20|12:34:56.789|1969-07-20 20:17:40.123456|café|\xab|NULL`
	if a.Err != nil || len(a.Rows) != 1 || a.Rows[0] != want {
		t.Error(a.Rows, a.Err)
	}
	if a := sourcetest.Read(t.Context(), r.open(r.bearer("analyst")), `SELECT 1 AS C1 FROM "DEMO"."shop"."types" WHERE "f" > 0`, sourcetest.Plain(pgcat.Int4)); a.Err != nil || len(a.Rows) != 0 {
		t.Error(a.Rows, a.Err)
	}
}

func TestDescribe(t *testing.T) {
	r := newRig(t)
	c := r.open(r.bearer("analyst"))
	s, err := c.Describe(t.Context(), "shop.orders")
	want := []source.Column{{Name: "id", Type: sourcetest.Numeric(19, 0), NotNull: true}, {Name: "price", Type: sourcetest.Numeric(15, 2)},
		{Name: "customer", Type: plan.Type{OID: pgcat.Varchar, Mod: 104}, Collation: "C.UTF-8"}, {Name: "paid", Type: sourcetest.Plain(pgcat.Bool)}}
	if err != nil || !slices.Equal(s.Columns, want) {
		t.Error(s, err)
	}
	if _, err := c.Describe(t.Context(), "shop.nothing"); pgerr.Code(err) != pgerr.InsufficientPrivilege {
		t.Error(err)
	}
	narrow := r.bearer("emea")
	narrow.Role = "EMEA"
	if s, err := r.open(narrow).Describe(t.Context(), "DEMO.shop.orders"); err != nil || len(s.Columns) != 2 {
		t.Error(s, err)
	}
}

// TestWhoAsks: each person's role, rows and masks; what one may see, nobody else gets.
func TestWhoAsks(t *testing.T) {
	r := newRig(t)
	const sql = `SELECT "id" AS C1, "customer" AS C2 FROM "DEMO"."shop"."orders" WHERE "id" < 5 ORDER BY "id"`
	types := []plan.Type{sourcetest.Plain(pgcat.Int8), sourcetest.Plain(pgcat.Text)}
	emea := r.bearer("emea")
	emea.Role = "EMEA"
	for range 2 {
		if a := sourcetest.Read(t.Context(), r.open(emea), sql, types...); a.Err != nil || !slices.Equal(a.Rows, []string{"0|***", "1|***", "2|***"}) {
			t.Error(a.Rows, a.Err)
		}
		if a := sourcetest.Read(t.Context(), r.open(r.bearer("analyst")), sql, types...); a.Err != nil || len(a.Rows) != 5 || a.Rows[4] != "4|customer 4" {
			t.Error(a.Rows, a.Err)
		}
	}
	lower := r.bearer("analyst")
	lower.Role, lower.Warehouse = "EMEA", "BIG_WH"
	if a := sourcetest.Read(t.Context(), r.open(lower), sql, types...); a.Err != nil || len(a.Rows) != 3 {
		t.Error(a.Rows, a.Err)
	}
	if h := r.server.History(""); h[len(h)-1].Role != "EMEA" || h[len(h)-1].Warehouse != "BIG_WH" || h[len(h)-1].User != "ANALYST" {
		t.Errorf("%+v", h[len(h)-1])
	}
	if n := r.server.Sessions(""); n != 3 {
		t.Errorf("%d sessions", n)
	}
}

func TestRefusals(t *testing.T) {
	r := newRig(t)
	wrong := func(change func(*source.Bearer)) source.Conn {
		b := r.bearer("analyst")
		change(&b)
		return r.open(b)
	}
	c := r.open(r.bearer("analyst"))
	last := func() string {
		h := r.server.History("")
		return h[len(h)-1].ID
	}
	sourcetest.Refused(t, last, []sourcetest.Refusal{
		{Name: "no such table", SQL: `SELECT 1 AS C1 FROM "DEMO"."shop"."nothing"`, Code: "42501", Conn: c},
		{Name: "no such column", SQL: `SELECT "nothing" AS C1 FROM "DEMO"."shop"."orders"`, Code: "42703", Conn: c},
		{Name: "not to be read", SQL: `SELECT 1 AS C1 FROM "DEMO"."shop"."types"`, Code: "42501", Conn: wrong(func(b *source.Bearer) { b.Token, b.Owner.Person, b.Role = secret.New("emea"), "emea", "EMEA" })},
		{Name: "bad syntax", SQL: `SELEKT`, Code: "XX000", Conn: c},
		{Name: "division by zero", SQL: `SELECT "id" / 0 AS C1 FROM "DEMO"."shop"."orders"`, Code: "22012", Conn: c},
		{Name: "no warehouse", SQL: allOrders, Code: "55000", Conn: wrong(func(b *source.Bearer) { b.Warehouse = "NONE" })},
		{Name: "a role of others", SQL: one, Code: "42501", Conn: wrong(func(b *source.Bearer) { b.Role = "SYSADMIN" })},
		{Name: "a role beyond the token", SQL: one, Code: "42501", Conn: wrong(func(b *source.Bearer) { b.Token, b.Role = secret.New("narrow"), "EMEA" })},
		{Name: "no token of theirs", SQL: one, Code: "28000", Conn: wrong(func(b *source.Bearer) { b.Token = secret.New("forged") })},
		{Name: "another type", SQL: `SELECT 'x' AS C1`, Code: "42804", Conn: c},
		{Name: "another count", SQL: `SELECT 1 AS C1, 2 AS C2`, Code: "42804", Conn: c},
	})
}

// TestTokens: a token that Snowflake rejects is replaced once, and its session belongs to the next generation.
func TestTokens(t *testing.T) {
	r := newRig(t)
	r.tokens.ExpireToken("analyst")
	b := r.bearer("analyst")
	asked := 0
	b.Refresh = func(context.Context) (source.Bearer, error) {
		asked++
		next := r.bearer("next")
		next.Owner = source.Owner{Organisation: "acme", Person: "analyst", Generation: 2}
		return next, nil
	}
	if a := sourcetest.Read(t.Context(), r.open(b), one, sourcetest.Plain(pgcat.Int4)); a.Err != nil || asked != 1 {
		t.Error(a.Err, asked)
	}
	r.source.Forget(source.Owner{Organisation: "acme", Person: "analyst", Generation: 2})
	if n := r.server.Sessions(""); n != 1 {
		t.Errorf("%d sessions", n)
	}
	sourcetest.Unrenewed(t, r.source, b, r.bearer("forged"), one)
}

// TestSessionEnds: a session whose token has expired is renewed, one that is over is replaced.
func TestSessionEnds(t *testing.T) {
	r := newRig(t)
	c := r.open(r.bearer("analyst"))
	for _, master := range []bool{false, true} {
		if a := sourcetest.Read(t.Context(), c, one, sourcetest.Plain(pgcat.Int4)); a.Err != nil {
			t.Fatal(a.Err)
		}
		if n := r.server.ExpireSessions("", master); n == 0 {
			t.Fatal("no session")
		}
		if a := sourcetest.Read(t.Context(), c, one, sourcetest.Plain(pgcat.Int4)); a.Err != nil {
			t.Errorf("master %v: %v", master, a.Err)
		}
	}
}

// TestCancel: a statement that is cancelled is aborted at Snowflake at once.
func TestCancel(t *testing.T) {
	r := newRig(t)
	running := func() {
		sourcetest.Wait(r, "the statement runs", func() bool { return len(r.server.History("")) == 1 })
	}
	r.warehouse().Cancel(t, r.open(r.bearer("analyst")), running, func(began time.Time) {
		abort, err := r.server.Control().Wait(t.Context(), func(q fault.Request) bool { return strings.HasSuffix(q.Path, "/abort-request") })
		if took := abort.Started.Sub(began); err != nil || took > 2*time.Second {
			t.Error(err, took)
		}
	})
	if h := r.server.History(""); h[0].Status != "ABORTED" {
		t.Errorf("%+v", h[0])
	}
}

// TestCancelDoesNotWait: a cancelled request does not wait until Snowflake has ended the session.
func TestCancelDoesNotWait(t *testing.T) {
	r := newRig(t)
	if err := r.server.Control().Add(fault.Rule{Kind: fault.Latency, Path: "/session", Millis: 2000}); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	rows, err := r.open(r.bearer("analyst")).Run(ctx, dialect.Text{Text: allOrders, Columns: sourcetest.Columns(sourcetest.OrderTypes()...)})
	if err != nil || !rows.Next() {
		t.Fatal(err, rows.Err())
	}
	began := time.Now()
	cancel(pgerr.New(pgerr.QueryCanceled, "canceling statement due to user request"))
	for rows.Next() {
	}
	rows.Release()
	if took := time.Since(began); pgerr.Code(rows.Err()) != pgerr.QueryCanceled || took > time.Second {
		t.Error(rows.Err(), took)
	}
	sourcetest.Wait(r, "the session ends", func() bool { return r.server.Sessions("") == 0 })
}

// TestCancelledLogin: a session that Snowflake opens for a request that has ended is ended too, and the request does not wait for it.
func TestCancelledLogin(t *testing.T) {
	r := newRig(t)
	if err := r.server.Control().Add(fault.Rule{Kind: fault.Drip, Path: "/session/v1", Millis: 600}); err != nil {
		t.Fatal(err)
	}
	r.warehouse().CancelLogin(t, r.open(r.bearer("analyst")), func() {
		sourcetest.Wait(r, "the session opens", func() bool { return r.server.Sessions("") == 1 })
	})
	sourcetest.Wait(r, "the session ends", func() bool { return r.server.Sessions("") == 0 })
}

// TestCancelBetweenChunks: a read that is cancelled while nobody takes its chunks ends with its error, not as if all were read.
func TestCancelBetweenChunks(t *testing.T) {
	r := newRig(t)
	ctx, cancel := context.WithCancelCause(t.Context())
	rows, err := r.open(r.bearer("analyst")).Run(ctx, dialect.Text{Text: allOrders, Columns: sourcetest.Columns(sourcetest.OrderTypes()...)})
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Release()
	seen := int64(0)
	for range 2 {
		if !rows.Next() {
			t.Fatal(rows.Err())
		}
		seen += rows.RecordBatch().NumRows()
	}
	time.Sleep(100 * time.Millisecond) // the next chunks are there and wait
	cancel(pgerr.New(pgerr.QueryCanceled, "canceling statement due to user request"))
	for rows.Next() {
		seen += rows.RecordBatch().NumRows()
	}
	if pgerr.Code(rows.Err()) != pgerr.QueryCanceled || seen >= rowsOfOrders {
		t.Errorf("%d rows, %v", seen, rows.Err())
	}
}

// TestRelease ends a statement of which some rows were read, or none.
func TestRelease(t *testing.T) {
	r := newRig(t)
	r.warehouse().Release(t, r.open(r.bearer("analyst")), 5*time.Second)
}

var faults = []struct {
	name string
	rule fault.Rule
	code string // what may come, the first for preference
}{
	{"latency", fault.Rule{Kind: fault.Latency, Millis: 100}, "00000"},
	{"slow chunks", fault.Rule{Kind: fault.Drip, Path: "/results/", Millis: 20}, "00000"},
	{"too many requests, once", fault.Rule{Kind: fault.Status, Path: "/queries/", Status: 429, Times: 1}, "00000"},
	{"too many requests", fault.Rule{Kind: fault.Status, Path: "/queries/", Status: 429}, "53400"},
	{"login refused", fault.Rule{Kind: fault.Status, Path: "/session/v1", Status: 403}, "08001"},
	{"unavailable, once", fault.Rule{Kind: fault.Status, Path: "/results/", Status: 503, Times: 1}, "00000"},
	{"unavailable", fault.Rule{Kind: fault.Status, Path: "/session/v1", Status: 503}, "08006"},
	{"chunks unavailable", fault.Rule{Kind: fault.Status, Path: "/results/", Status: 500}, "08006"},
	{"chunk gone", fault.Rule{Kind: fault.Status, Path: "/results/", Status: 403, Nth: 3}, "08006"},
	{"reset once", fault.Rule{Kind: fault.Reset, Path: "/results/", Bytes: 1000, Nth: 2, Times: 1}, "00000"},
	{"reset", fault.Rule{Kind: fault.Reset, Path: "/results/", Bytes: 1000}, "08006"},
	{"login reset", fault.Rule{Kind: fault.Reset, Path: "/session/v1", Bytes: 10}, "08006"},
	{"truncated chunk", fault.Rule{Kind: fault.Truncate, Path: "/results/", Bytes: 5000, Nth: 2}, "08P01 08006"},
	{"empty chunk", fault.Rule{Kind: fault.Truncate, Path: "/results/", Bytes: 0, Nth: 2}, "08P01 08006"},
	{"truncated answer", fault.Rule{Kind: fault.Truncate, Path: "/queries/v1/query", Bytes: 5000}, "08P01 08006"},
	{"token expires on the way", fault.Rule{Kind: fault.Expired, Path: "/queries/v1/query", Times: 1}, "00000"},
	{"token expires always", fault.Rule{Kind: fault.Expired, Path: "/queries/v1/query"}, "08006"},
}

// TestFaults: whatever happens on the way, the rows are right or there is the right error, and nothing stays open.
func TestFaults(t *testing.T) {
	for _, f := range faults {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			if err := r.server.Control().Add(f.rule); err != nil {
				t.Fatal(err)
			}
			a := sourcetest.Read(t.Context(), r.open(r.bearer("analyst")), allOrders, sourcetest.OrderTypes()...)
			a.Expect(t, f.code, rowsOfOrders)
			r.server.Control().Clear()
			// Of a login that broke off only Snowflake knows, and a session whose token has ended cannot be closed.
			if a.Err != nil && !strings.HasPrefix(f.rule.Path, "/session/") && f.rule.Kind != fault.Expired {
				sourcetest.Wait(r, "the session ends", func() bool { return r.server.Sessions("") == 0 })
			}
		})
	}
}

// TestContradictions: a column that is sent as another type, and a table that nobody may read any more.
func TestContradictions(t *testing.T) {
	r := newRig(t)
	contradict := func(on bool) { r.server.Contradict("C2", on) }
	refuse := func(on bool) { r.server.Refuse("sf.shop.orders", on) }
	sourcetest.Withdrawn(t, r.open(r.bearer("analyst")), allOrders, contradict, refuse)
}
