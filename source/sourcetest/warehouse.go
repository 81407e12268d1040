package sourcetest

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/waggle-sql/waggle/dialect"
	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/planner/plan"
	"github.com/waggle-sql/waggle/source"
)

// Warehouse is a warehouse whose table of orders has Rows rows: (n, 1.01 n, "customer n", whether n is even), by n. All reads them, Endless
// is a statement of one bigint that does not end, Sessions how many sessions are open there.
type Warehouse struct {
	Source       source.Source
	Rows         int
	All, Endless string
	Sessions     func() int
}

// OrderTypes are the types of the columns of orders.
func OrderTypes() []plan.Type {
	return []plan.Type{Plain(pgcat.Int8), Numeric(15, 2), Plain(pgcat.Text), Plain(pgcat.Bool)}
}

// AllOrders fails unless an answer is all orders.
func (w Warehouse) AllOrders(t testing.TB, a Answer) {
	t.Helper()
	if a.Err != nil || len(a.Rows) != w.Rows {
		t.Fatal(len(a.Rows), a.Err)
	}
	for n, row := range a.Rows {
		if want := fmt.Sprintf("%d|%d.%02d|customer %d|%c", n, n*101/100, n*101%100, n, "tf"[n%2]); row != want {
			t.Fatalf("row %d: %s, wanted %s", n, row, want)
		}
	}
}

// Closed waits until no session is open.
func (w Warehouse) Closed(t testing.TB) {
	t.Helper()
	Wait(t, "the sessions end", func() bool { return w.Sessions() == 0 })
}

// Release ends a statement of which some rows were read, and one of which none were, which takes so long at most.
func (w Warehouse) Release(t testing.TB, c source.Conn, most time.Duration) {
	t.Helper()
	rows, err := c.Run(t.Context(), dialect.Text{Text: w.All, Columns: Columns(OrderTypes()...)})
	if err != nil || !rows.Next() {
		t.Fatal(err, rows.Err())
	}
	rows.Retain()
	rows.Release()
	rows.Release()
	rows, err = c.Run(t.Context(), dialect.Text{Text: w.Endless, Columns: Columns(Plain(pgcat.Int8))})
	if err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	rows.Release()
	if took := time.Since(began); took > most {
		t.Error("released after", took)
	}
	w.Closed(t)
}

// Cancel asks the endless statement over a connection, cancels it when running returns, calls canceled at once with the moment, and demands
// the error of a cancelled statement and no open session in the end.
func (w Warehouse) Cancel(t testing.TB, c source.Conn, running func(), canceled func(began time.Time)) {
	t.Helper()
	w.cancel(t, c, running, canceled)
	w.Closed(t)
}

// CancelLogin is Cancel while the session is being opened, for which the request does not wait.
func (w Warehouse) CancelLogin(t testing.TB, c source.Conn, running func()) {
	t.Helper()
	if took := w.cancel(t, c, running, func(time.Time) {}); took > 300*time.Millisecond {
		t.Error("ended after", took)
	}
}

// cancel returns how long after the cancellation the statement ended.
func (w Warehouse) cancel(t testing.TB, c source.Conn, running func(), canceled func(began time.Time)) time.Duration {
	t.Helper()
	ctx, cancel := context.WithCancelCause(t.Context())
	defer cancel(nil)
	done := make(chan Answer)
	go func() { done <- Read(ctx, c, w.Endless, Plain(pgcat.Int8)) }()
	running()
	began := time.Now()
	cancel(pgerr.New(pgerr.QueryCanceled, "canceling statement due to user request"))
	canceled(began)
	a := <-done
	if pgerr.Code(a.Err) != pgerr.QueryCanceled {
		t.Error(a.Err)
	}
	return time.Since(began)
}

// Refusal is a statement of an int4 that a connection does not answer, and the SQLSTATE.
type Refusal struct {
	Name, SQL, Code string
	Conn            source.Conn
}

// Refused asks the statements; last is the id of the statement that the warehouse heard last, which an error's report names if it names one.
func Refused(t *testing.T, last func() string, refusals []Refusal) {
	t.Helper()
	for _, r := range refusals {
		a := Read(t.Context(), r.Conn, r.SQL, Plain(pgcat.Int4))
		if pgerr.Code(a.Err) != r.Code || a.Report.Status != r.Code {
			t.Errorf("%s: %s %v (%s), wanted %s", r.Name, pgerr.Code(a.Err), a.Err, a.Report.Status, r.Code)
		}
		if len(a.Report.QueryID) > 0 && a.Report.QueryID != last() {
			t.Errorf("%s: query %s", r.Name, a.Report.QueryID)
		}
	}
}

// Withdrawn asks orders of which one column comes as another type than described, then orders that nobody may read any more.
func Withdrawn(t *testing.T, c source.Conn, orders string, contradict, refuse func(on bool)) {
	t.Helper()
	contradict(true)
	if a := Read(t.Context(), c, orders, OrderTypes()...); pgerr.Code(a.Err) != pgerr.DatatypeMismatch {
		t.Error(a.Err)
	}
	contradict(false)
	refuse(true)
	if a := Read(t.Context(), c, orders, OrderTypes()...); pgerr.Code(a.Err) != pgerr.InsufficientPrivilege {
		t.Error(a.Err)
	}
}

// Unrenewed asks a statement of an int4 with a token that is refused: one that is refused again is 28000, and an error of renewing it is
// the statement's.
func Unrenewed(t *testing.T, s source.Source, b, forged source.Bearer, sql string) {
	t.Helper()
	b.Refresh = func(context.Context) (source.Bearer, error) { return forged, nil }
	if a := Read(t.Context(), Open(t, s, b), sql, Plain(pgcat.Int4)); pgerr.Code(a.Err) != "28000" {
		t.Error(a.Err)
	}
	gone := pgerr.New("28000", "connection is missing")
	b.Refresh = func(context.Context) (source.Bearer, error) { return source.Bearer{}, gone }
	if a := Read(t.Context(), Open(t, s, b), sql, Plain(pgcat.Int4)); a.Err != error(gone) {
		t.Error(a.Err)
	}
}

// Encrypted reads orders from a server of TLS: one that does not prove who it is gets no token, and results are not fetched in clear.
func (w Warehouse) Encrypted(t *testing.T, server http.Handler, b source.Bearer, at func(url string, transport http.RoundTripper) (source.Source, error)) {
	t.Helper()
	web := httptest.NewTLSServer(server)
	t.Cleanup(web.Close)
	for _, c := range []struct {
		name      string
		transport http.RoundTripper
		code      string
	}{{"unknown authority", nil, pgerr.CannotConnect}, {"results in clear", web.Client().Transport, pgerr.ProtocolViolation}} {
		t.Run(c.name, func(t *testing.T) {
			s, err := at(web.URL, c.transport)
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			if a := Read(t.Context(), Open(t, s, b), w.All, OrderTypes()...); pgerr.Code(a.Err) != c.code {
				t.Errorf("%v, wanted %s", a.Err, c.code)
			}
		})
	}
}

// Nobody asks a source whose address has no server, and closes it: the error names no address.
func Nobody(t *testing.T, s source.Source, b source.Bearer, sql string) {
	t.Helper()
	defer s.Close()
	a := Read(t.Context(), Open(t, s, b), sql, Plain(pgcat.Int4))
	if pgerr.Code(a.Err) != pgerr.CannotConnect || strings.Contains(a.Err.Error(), "127") {
		t.Error(a.Err)
	}
}

// Strangers demands that a source opens neither for a password nor for a token that is none.
func Strangers(t *testing.T, s source.Source) {
	t.Helper()
	for _, c := range []source.Credential{source.Password{User: "u"}, source.Bearer{}} {
		if _, err := s.Open(t.Context(), c); pgerr.Code(err) != pgerr.InvalidAuthorization {
			t.Error(err)
		}
	}
}
