package databricks

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/internal/pgerr"
	emulator "github.com/waggle-sql/waggle/internal/sandbox/databricks"
	"github.com/waggle-sql/waggle/internal/sandbox/fault"
	"github.com/waggle-sql/waggle/internal/secret"
	"github.com/waggle-sql/waggle/planner/plan"
	"github.com/waggle-sql/waggle/source"
	"github.com/waggle-sql/waggle/source/sourcetest"
)

// TestScan reads a result that comes as files, one that comes inline in pages, and one whose files have rows too many.
func TestScan(t *testing.T) {
	for _, c := range []struct {
		name   string
		inline int64
		pad    int64
		linked bool
	}{{"files", 1, 0, true}, {"inline", 1 << 40, 0, false}, {"padded", 1, 777, true}} {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t, func(e *emulator.Config) { e.Inline = c.inline })
			r.server.Pad(c.pad)
			conn := r.open(r.bearer("analyst"))
			a := sourcetest.Read(source.WithRequestID(t.Context(), "request-7"), conn, allOrders, sourcetest.OrderTypes()...)
			r.warehouse().AllOrders(t, a)
			h := r.server.History("")
			if len(h) != 1 || h[0].Tags != "waggle:request-7" || h[0].Warehouse != warehouse || h[0].Linked != c.linked {
				t.Errorf("history %+v", h)
			}
			p := a.Report
			if p.QueryID != h[0].ID || p.Rows != rowsOfOrders || p.Pages < 1 || p.Bytes < 1_000_000 || p.Status != "ok" || p.Retries != 0 {
				t.Errorf("report %+v", p)
			}
			if a := sourcetest.Read(t.Context(), conn, one, sourcetest.Plain(pgcat.Int4)); a.Err != nil || len(a.Rows) != 1 || a.Rows[0] != "1" {
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
		})
	}
}

func TestTypes(t *testing.T) {
	r := newRig(t)
	c := r.open(r.bearer("analyst"))
	a := sourcetest.Read(t.Context(), c, "SELECT `n` AS c1, `f` AS c2, `r` AS c3, `d` AS c4, `ts` AS c5, `tz` AS c6, `s` AS c7, `b` AS c8, `nothing` AS c9, `tiny` AS c10, `small` AS c11, `i` AS c12 FROM `shop`.`types`",
		sourcetest.Numeric(38, 0), sourcetest.Plain(pgcat.Float8), sourcetest.Plain(pgcat.Float4), sourcetest.Plain(pgcat.Date), sourcetest.Plain(pgcat.Timestamp), sourcetest.Plain(pgcat.TimestampTZ), sourcetest.Plain(pgcat.Text), sourcetest.Plain(pgcat.Bytea), sourcetest.Plain(pgcat.Bool),
		sourcetest.Plain(pgcat.Int2), sourcetest.Plain(pgcat.Int2), sourcetest.Plain(pgcat.Int4))
	want := strings.Repeat("9", 38) + `|-1.5|0.25|1969-07-20|1969-07-20 20:17:40.123456|1969-07-20 20:17:40.5+00|café|\xab|NULL|7|-3|2`
	if a.Err != nil || len(a.Rows) != 1 || a.Rows[0] != want {
		t.Error(a.Rows, a.Err, pgerr.From(a.Err).Unwrap(), r.server.History(""))
	}
	if a := sourcetest.Read(t.Context(), c, "SELECT `f` AS c1 FROM `shop`.`types` WHERE `f` > 0", sourcetest.Plain(pgcat.Float8)); a.Err != nil || len(a.Rows) != 0 {
		t.Error(a.Rows, a.Err)
	}
	if a := sourcetest.Read(t.Context(), c, "SELECT `f` AS c1 FROM `shop`.`types` WHERE `f` > 0", sourcetest.Plain(pgcat.Text)); pgerr.Code(a.Err) != pgerr.DatatypeMismatch {
		t.Error("no rows of another type:", a.Err)
	}
}

func TestDescribe(t *testing.T) {
	r := newRig(t)
	c := r.open(r.bearer("analyst"))
	s, err := c.Describe(t.Context(), "shop.orders")
	want := []source.Column{{Name: "id", Type: sourcetest.Plain(pgcat.Int8)}, {Name: "price", Type: sourcetest.Numeric(15, 2)}, {Name: "customer", Type: sourcetest.Plain(pgcat.Text), Collation: "C.UTF-8"}, {Name: "paid", Type: sourcetest.Plain(pgcat.Bool)}}
	if err != nil || !slices.Equal(s.Columns, want) {
		t.Error(s, err)
	}
	for _, object := range []string{"shop.nothing", "nothing.orders", "none.shop.orders"} {
		if _, err := c.Describe(t.Context(), object); pgerr.Code(err) != pgerr.InsufficientPrivilege {
			t.Error(object, err)
		}
	}
	if _, err := r.open(r.bearer("emea")).Describe(t.Context(), "main.shop.types"); pgerr.Code(err) != pgerr.InsufficientPrivilege {
		t.Error(err)
	}
}

// TestWhoAsks: each person's rows and masks; what one may see, nobody else gets.
func TestWhoAsks(t *testing.T) {
	r := newRig(t)
	const sql = "SELECT `id` AS c1, `customer` AS c2 FROM `shop`.`orders` WHERE `id` < 5 ORDER BY `id`"
	types := []plan.Type{sourcetest.Plain(pgcat.Int8), sourcetest.Plain(pgcat.Text)}
	for range 2 {
		if a := sourcetest.Read(t.Context(), r.open(r.bearer("emea")), sql, types...); a.Err != nil || !slices.Equal(a.Rows, []string{"0|***", "1|***", "2|***"}) {
			t.Error(a.Rows, a.Err)
		}
		if a := sourcetest.Read(t.Context(), r.open(r.bearer("analyst")), sql, types...); a.Err != nil || len(a.Rows) != 5 || a.Rows[4] != "4|customer 4" {
			t.Error(a.Rows, a.Err)
		}
	}
	big := r.bearer("analyst")
	big.Warehouse = "big"
	if a := sourcetest.Read(t.Context(), r.open(big), sql, types...); a.Err != nil || len(a.Rows) != 5 {
		t.Error(a.Rows, a.Err)
	}
	if h := r.server.History(""); h[len(h)-1].Warehouse != "big" || h[len(h)-1].Login != "analyst" {
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
		{Name: "no such table", SQL: "SELECT 1 AS c1 FROM `shop`.`nothing`", Code: "42501", Conn: c},
		{Name: "no such column", SQL: "SELECT `nothing` AS c1 FROM `shop`.`orders`", Code: "42703", Conn: c},
		{Name: "not to be read", SQL: "SELECT 1 AS c1 FROM `shop`.`types`", Code: "42501", Conn: wrong(func(b *source.Bearer) { b.Token, b.Owner.Person = secret.New("emea"), "emea" })},
		{Name: "bad syntax", SQL: "SELEKT", Code: "XX000", Conn: c},
		{Name: "division by zero", SQL: "SELECT `id` DIV 0 AS c1 FROM `shop`.`orders`", Code: "22012", Conn: c},
		{Name: "no such warehouse", SQL: one, Code: "08001", Conn: wrong(func(b *source.Bearer) { b.Warehouse = "none" })},
		{Name: "no token of theirs", SQL: one, Code: "28000", Conn: wrong(func(b *source.Bearer) { b.Token = secret.New("forged") })},
		{Name: "another type", SQL: "SELECT 'x' AS c1", Code: "42804", Conn: c},
		{Name: "another count", SQL: "SELECT 1 AS c1, 2 AS c2", Code: "42804", Conn: c},
	})
	if a := sourcetest.Read(t.Context(), c, "SELECT `id` DIV 0 AS c1 FROM `shop`.`orders`", sourcetest.Plain(pgcat.Int4)); a.Report.QueryID == "" {
		t.Error("a statement that failed has no id")
	}
	if _, err := r.source.Open(t.Context(), source.Bearer{Token: secret.New("t"), Warehouse: "../x"}); pgerr.Code(err) != pgerr.InvalidParameterValue {
		t.Error(err)
	}
}

// TestTokens: a token that is rejected, at login or later, is replaced once, and its session ends with its generation.
func TestTokens(t *testing.T) {
	r := newRig(t)
	b := r.bearer("analyst")
	asked := 0
	b.Refresh = func(context.Context) (source.Bearer, error) {
		asked++
		r.source.Forget(source.Owner{Organisation: "acme", Person: "analyst", Generation: 2}) // as the vault does
		next := r.bearer("next")
		next.Owner = source.Owner{Organisation: "acme", Person: "analyst", Generation: 2}
		return next, nil
	}
	if a := sourcetest.Read(t.Context(), r.open(b), one, sourcetest.Plain(pgcat.Int4)); a.Err != nil || asked != 0 {
		t.Error(a.Err, asked)
	}
	r.tokens.ExpireToken("analyst")
	if a := sourcetest.Read(t.Context(), r.open(b), allOrders, sourcetest.OrderTypes()...); a.Err != nil || asked != 1 || len(a.Rows) != rowsOfOrders {
		t.Error("in a session:", a.Err, asked)
	}
	if n := r.server.Sessions(""); n != 0 {
		t.Errorf("%d sessions of an old generation", n)
	}
	if a := sourcetest.Read(t.Context(), r.open(b), one, sourcetest.Plain(pgcat.Int4)); a.Err != nil || asked != 2 {
		t.Error("at login:", a.Err, asked)
	}
	sourcetest.Unrenewed(t, r.source, b, r.bearer("forged"), one)
}

// TestSessionEnds: a session that Databricks has forgotten is replaced.
func TestSessionEnds(t *testing.T) {
	r := newRig(t)
	c := r.open(r.bearer("analyst"))
	for range 2 {
		if a := sourcetest.Read(t.Context(), c, one, sourcetest.Plain(pgcat.Int4)); a.Err != nil {
			t.Fatal(a.Err)
		}
		if n := r.server.ExpireSessions(""); n != 1 {
			t.Fatal(n, "sessions")
		}
	}
	if a := sourcetest.Read(t.Context(), c, one, sourcetest.Plain(pgcat.Int4)); a.Err != nil {
		t.Error(a.Err)
	}
}

// TestPatience: a session whose warehouse would end a statement too early is replaced.
func TestPatience(t *testing.T) {
	r := newRig(t)
	c := r.open(r.bearer("analyst"))
	for _, wait := range []time.Duration{time.Minute, 10 * time.Second, time.Hour} {
		ctx, cancel := context.WithTimeout(t.Context(), wait)
		if a := sourcetest.Read(ctx, c, one, sourcetest.Plain(pgcat.Int4)); a.Err != nil {
			t.Error(a.Err)
		}
		cancel()
	}
	h := r.server.History("")
	if h[0].Session != h[1].Session || h[1].Session == h[2].Session {
		t.Error("sessions", h[0].Session, h[1].Session, h[2].Session)
	}
}

// TestSlow: a statement that ends after the warehouse's waiting time is not waited for by the driver's second.
func TestSlow(t *testing.T) {
	r := newRig(t, func(e *emulator.Config) { e.Hold = time.Nanosecond })
	began := time.Now()
	for range 3 {
		if a := sourcetest.Read(t.Context(), r.open(r.bearer("analyst")), someRows, sourcetest.OrderTypes()...); a.Err != nil || len(a.Rows) != 100 {
			t.Error(len(a.Rows), a.Err)
		}
	}
	if took := time.Since(began); r.server.Calls()["GetOperationStatus"] == 0 || took > 3*time.Second {
		t.Error(took, r.server.Calls())
	}
}

// TestCancel: a statement that is cancelled ends at the warehouse at once, while it is held, polled or read.
func TestCancel(t *testing.T) {
	for _, c := range []struct {
		name, sql string
		hold      time.Duration
	}{{"held", endless, 0}, {"polled", endless, time.Millisecond}} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, func(e *emulator.Config) { e.Hold = c.hold })
			w := r.warehouse()
			w.Endless = c.sql
			running := func() {
				sourcetest.Wait(r, "the statement runs", func() bool { return len(r.server.History("")) == 1 })
				time.Sleep(100 * time.Millisecond) // until the client polls
			}
			w.Cancel(t, r.open(r.bearer("analyst")), running, func(began time.Time) {
				sourcetest.Wait(r, "the statement ends", func() bool { return r.server.History("")[0].Status == "CANCELED" })
				if took := time.Since(began); took > time.Second {
					t.Error("cancelled after", took)
				}
			})
		})
	}
}

// TestCancelledLogin: a session that is opened for a request that has ended is ended too, and the request does not wait for it.
func TestCancelledLogin(t *testing.T) {
	r := newRig(t)
	if err := r.server.Control().Add(fault.Rule{Kind: fault.Latency, Millis: 500, Times: 1}); err != nil {
		t.Fatal(err)
	}
	r.warehouse().CancelLogin(t, r.open(r.bearer("analyst")), func() { time.Sleep(100 * time.Millisecond) })
	sourcetest.Wait(r, "the session opens and ends", func() bool { return r.server.Calls()["CloseSession"] == 1 && r.server.Sessions("") == 0 })
}

// TestRelease ends a statement of which some rows were read, or none.
func TestRelease(t *testing.T) {
	for _, inline := range []int64{1, 1 << 40} {
		r := newRig(t, func(e *emulator.Config) { e.Inline = inline })
		r.warehouse().Release(t, r.open(r.bearer("analyst")), 2*time.Second)
	}
}
