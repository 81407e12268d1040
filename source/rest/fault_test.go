package rest_test

import (
	"context"
	"errors"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/waggle-sql/waggle/dialect"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/internal/sandbox"
	"github.com/waggle-sql/waggle/internal/sandbox/fault"
	"github.com/waggle-sql/waggle/internal/secret"
	"github.com/waggle-sql/waggle/source"
	"github.com/waggle-sql/waggle/source/rest"
)

// code fails unless an error has a SQLSTATE and its message holds some words.
func code(t *testing.T, err error, state string, words ...string) {
	t.Helper()
	if pgerr.Code(err) != state {
		t.Fatalf("%v (%s), wanted %s", err, pgerr.Code(err), state)
	}
	e := pgerr.From(err)
	for _, w := range words {
		if !strings.Contains(e.Message+" "+e.Hint, w) {
			t.Errorf("%q does not say %q", e.Message+" "+e.Hint, w)
		}
	}
}

func (f *fixture) arm(c *fault.Control, rules ...fault.Rule) {
	f.Helper()
	c.Clear()
	c.Forget()
	for _, r := range rules {
		if err := c.Add(r); err != nil {
			f.Fatal(err)
		}
	}
}

// TestRecovers has faults of which a reader must notice nothing.
func TestRecovers(t *testing.T) {
	f := startFast(t, sandbox.Options{GongPageSize: 50})
	c := f.open(f.gong, "admin")
	calls := ask("calls", "id", "started")
	want := f.read(c, calls)
	if want.err != nil || len(want.rows) == 0 {
		t.Fatal(want.err)
	}
	path := "/v2/calls/extensive"
	for name, rule := range map[string]fault.Rule{
		"too many requests": {Kind: fault.Status, Status: 429, RetryAfter: 1, Nth: 2, Times: 1, Path: path},
		"unavailable":       {Kind: fault.Status, Status: 503, Nth: 1, Times: 2, Path: path},
		"reset":             {Kind: fault.Reset, Bytes: 9000, Nth: 3, Times: 2, Path: path},
		"reset at once":     {Kind: fault.Reset, Nth: 1, Times: 1, Path: path},
		"truncated":         {Kind: fault.Truncate, Bytes: 20000, Nth: 4, Times: 1, Path: path},
		"expired":           {Kind: fault.Expired, Nth: 3, Times: 1, Path: path},
	} {
		t.Run(name, func(t *testing.T) {
			f.arm(f.company.Gong.Control(), rule)
			got := f.read(f.open(f.gong, "admin"), calls)
			if got.err != nil {
				t.Fatal(got.err)
			}
			if !slices.EqualFunc(got.rows, want.rows, slices.Equal) {
				t.Errorf("%d rows, not the same as the %d without the fault", len(got.rows), len(want.rows))
			}
			if rule.Kind != fault.Expired && got.report.Retries != rule.Times {
				t.Errorf("%d retries, not %d", got.report.Retries, rule.Times)
			}
			if n := len(f.company.Gong.Control().Requests()); len(got.report.Requests) != n {
				t.Errorf("%d ids of %d requests", len(got.report.Requests), n)
			}
		})
	}
}

// TestFails has faults that last.
func TestFails(t *testing.T) {
	f := startFast(t, sandbox.Options{GongPageSize: 50})
	for name, c := range map[string]struct {
		rule  fault.Rule
		state string
		words string
	}{
		"server error": {fault.Rule{Kind: fault.Status, Status: 500, Nth: 2}, "08006", "gong"},
		"reset":        {fault.Rule{Kind: fault.Reset, Bytes: 100, Nth: 2}, "08006", "broke off"},
		"truncated":    {fault.Rule{Kind: fault.Truncate, Bytes: 500, Nth: 2}, "08006", "cut off"},
		"forbidden":    {fault.Rule{Kind: fault.Status, Status: 403}, "42501", "gong"},
		"limit":        {fault.Rule{Kind: fault.Status, Status: 429, RetryAfter: 4000}, "53400", "again at"},
		"wrong type":   {fault.Rule{Kind: fault.WrongType, Field: "calls.metaData.duration"}, "42804", "column duration_s of calls"},
	} {
		t.Run(name, func(t *testing.T) {
			c.rule.Path = "/v2/calls/extensive"
			f.arm(f.company.Gong.Control(), c.rule)
			got := f.read(f.open(f.gong, "admin"), ask("calls", "id", "duration_s"))
			code(t, got.err, c.state, c.words)
			if len(got.rows) > 50 {
				t.Errorf("%d rows: part of a page was handed on", len(got.rows))
			}
			if n := len(f.company.Gong.Control().Requests()); len(got.report.Requests) != n {
				t.Errorf("%d ids of %d requests", len(got.report.Requests), n)
			}
		})
	}
}

func TestUnauthorized(t *testing.T) {
	f := startFast(t, sandbox.Options{})
	f.arm(f.company.Google.Control())
	c, err := f.google.Open(t.Context(), source.Bearer{Token: secret.New("no-such-token")})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	code(t, f.read(c, ask("calendars", "id")).err, "28000", "token")
	asked := 0
	stubborn, _ := f.google.Open(t.Context(), source.Bearer{Token: secret.New("bad"), Refresh: func(context.Context) (source.Bearer, error) {
		asked++
		return source.Bearer{Token: secret.New("as bad")}, nil
	}})
	defer stubborn.Close()
	code(t, f.read(stubborn, ask("calendars", "id")).err, "28000", "token")
	if asked != 1 {
		t.Errorf("asked for another token %d times", asked)
	}
	dead, _ := f.google.Open(t.Context(), source.Bearer{Token: secret.New("bad"), Refresh: func(context.Context) (source.Bearer, error) {
		return source.Bearer{}, pgerr.New(pgerr.InvalidAuthorization, "connect again")
	}})
	defer dead.Close()
	code(t, f.read(dead, ask("calendars", "id")).err, "28000", "connect again")
	if _, err := f.google.Open(t.Context(), source.Password{}); pgerr.Code(err) != "28000" {
		t.Error(err)
	}
}

// TestGoogleRateLimit has Google's 403 that is none of permission.
func TestGoogleRateLimit(t *testing.T) {
	f := startFast(t, sandbox.Options{})
	f.arm(f.company.Google.Control(), fault.Rule{Kind: fault.Status, Status: 403, Times: 2})
	got := f.read(f.open(f.google, "emea"), ask("calendars", "id"))
	if got.err != nil || got.report.Retries != 2 {
		t.Error(got.err, got.report.Retries)
	}
}

func TestCancel(t *testing.T) {
	f := startFast(t, sandbox.Options{})
	control := f.company.Google.Control()
	f.arm(control, fault.Rule{Kind: fault.Latency, Millis: 20_000})
	for name, stop := range map[string]func(cancel context.CancelFunc, rows source.Rows){
		"context": func(cancel context.CancelFunc, _ source.Rows) { cancel() },
		"release": func(_ context.CancelFunc, rows source.Rows) { rows.Release() },
	} {
		t.Run(name, func(t *testing.T) {
			control.Forget()
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			rows, err := f.open(f.google, "admin").Run(ctx, ask("events", "id"))
			if err != nil {
				t.Fatal(err)
			}
			wait, done := context.WithTimeout(t.Context(), 5*time.Second)
			defer done()
			if _, err := control.Wait(wait, func(fault.Request) bool { return true }); err != nil {
				t.Fatal("no request came")
			}
			stopped := time.Now()
			stop(cancel, rows)
			seen, err := control.Wait(wait, func(r fault.Request) bool { return !r.Gone.IsZero() })
			if err != nil || seen.Gone.Sub(stopped) > 2*time.Second {
				t.Fatalf("the source saw the end after %v: %v", seen.Gone.Sub(stopped), err)
			}
			if name == "context" {
				if rows.Next() {
					t.Error("a row after the end")
				}
				code(t, rows.Err(), "57014")
				rows.Release()
			}
		})
	}
}

// TestSlowReader holds the source: one page is read and one waits.
func TestSlowReader(t *testing.T) {
	f := startFast(t, sandbox.Options{GongPageSize: 5})
	f.arm(f.company.Gong.Control())
	c := f.open(f.gong, "admin")
	rows, err := c.Run(t.Context(), ask("calls", "id"))
	if err != nil {
		t.Fatal(err)
	}
	if !rows.Next() {
		t.Fatal(rows.Err())
	}
	time.Sleep(300 * time.Millisecond)
	pages := 0
	for _, r := range f.company.Gong.Control().Requests() {
		if r.Path == "/v2/calls/extensive" {
			pages++
		}
	}
	if pages != 2 {
		t.Errorf("%d pages were asked for, not 2", pages)
	}
	rows.Release()
}

// TestLimitStops asks for no page after the last that is needed.
func TestLimitStops(t *testing.T) {
	f := startFast(t, sandbox.Options{GongPageSize: 5})
	c := f.open(f.gong, "admin")
	f.read(c, ask("users", "id"))
	f.arm(f.company.Gong.Control())
	got := f.read(c, dialect.Calls{Object: "calls", Columns: []string{"id"}, Limit: 8})
	if len(got.rows) != 8 || got.err != nil || got.report.Pages != 2 || got.report.Rows != 8 {
		t.Error(len(got.rows), got.err, got.report)
	}
}

// TestRateLimit keeps Gong's three requests a second for all people together: the strict emulator refuses none.
func TestRateLimit(t *testing.T) {
	f := start(t, sandbox.Options{GongPageSize: 100})
	f.arm(f.company.Gong.Control())
	done := make(chan error)
	for _, login := range []string{"admin", "emea"} {
		c := f.open(f.gong, login)
		go func() { done <- f.read(c, ask("users", "id")).err }()
	}
	if err := errors.Join(<-done, <-done); err != nil {
		t.Fatal(err)
	}
	for _, r := range f.company.Gong.Control().Requests() {
		if r.Status == 429 {
			t.Error("the source refused a request")
		}
	}
}

func TestDailyLimit(t *testing.T) {
	f := startFast(t, sandbox.Options{GongPageSize: 10})
	data := strings.Replace(text(t, "definitions/gong.yaml"), "per_day: 10000", "per_day: 6", 1)
	data = strings.Replace(data, "requests: 3,", "requests: 3000,", 1)
	d, err := rest.Parse("gong.yaml", []byte(data))
	if err != nil {
		t.Fatal(err)
	}
	s, err := rest.New(rest.Config{Name: "gong", Definition: d, BaseURL: f.company.URLs().Gong, Org: true})
	if err != nil {
		t.Fatal(err)
	}
	f.gong = s
	code(t, f.read(f.open(s, "admin"), ask("calls", "id")).err, "53400", "6 requests", "taken again at")
	if n := f.company.Gong.CallsToday(); n > 6 {
		t.Errorf("%d requests", n)
	}
}

func TestUnreachable(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := "http://" + l.Addr().String()
	l.Close()
	d, err := rest.Load("google_calendar")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ base, words string }{{address, "cannot be reached"}, {"https://10.0.0.1", "private network"}, {"https://169.254.169.254", "private network"}} {
		s, err := rest.New(rest.Config{Name: "cal", Definition: d, BaseURL: c.base})
		if err != nil {
			t.Fatal(err)
		}
		conn, err := s.Open(t.Context(), source.Bearer{Token: secret.New("x")})
		if err != nil {
			t.Fatal(err)
		}
		f := &fixture{T: t}
		got := f.read(conn, ask("calendars", "id"))
		code(t, got.err, "08001", c.words)
		if len(got.report.Requests) != 1 {
			t.Error(got.report.Requests)
		}
	}
}
