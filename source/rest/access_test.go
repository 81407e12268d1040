package rest_test

import (
	"os"
	"slices"
	"testing"
	"time"

	"github.com/waggle-sql/waggle/dialect"
	"github.com/waggle-sql/waggle/internal/sandbox"
	"github.com/waggle-sql/waggle/internal/sandbox/data"
	"github.com/waggle-sql/waggle/internal/sandbox/fault"
	"github.com/waggle-sql/waggle/internal/secret"
	"github.com/waggle-sql/waggle/source"
	"github.com/waggle-sql/waggle/source/rest"
)

func text(t *testing.T, file string) string {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func (r result) column(i int) []string {
	var out []string
	for _, row := range r.rows {
		out = append(out, row[i])
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// TestProfiles compares what each user of Gong sees through the company's token with what his permission profile gives, for
// calls and for what belongs to calls, filtered and not.
func TestProfiles(t *testing.T) {
	company := data.New(data.Options{})
	f := startFast(t, sandbox.Options{Company: company})
	open := f.open(f.gong, "admin") // signs in
	_ = open
	token := f.tokens["gongadmin"]
	for _, user := range company.Users {
		c, err := f.gong.Open(t.Context(), source.Bearer{Token: secret.New(token.AccessToken), BaseURL: token.APIBase, Person: user.Email})
		if err != nil {
			t.Fatal(err)
		}
		visible := company.Visible(user.Email)
		slices.Sort(visible)
		if !user.Active {
			code(t, f.read(c, ask("calls", "id")).err, "42501", "no active user")
			_ = c.Close()
			continue
		}
		if got := f.read(c, ask("calls", "id")); got.err != nil || !slices.Equal(got.column(0), visible) {
			t.Errorf("%s sees %d calls, not %d: %v", user.Email, len(got.rows), len(visible), got.err)
		}
		hidden := []string{}
		for _, call := range company.Calls {
			if !slices.Contains(visible, call.ID) {
				hidden = append(hidden, call.ID)
			}
		}
		if !slices.ContainsFunc(company.People, func(p data.Person) bool { return p.UserID == user.ID }) {
			_ = c.Close()
			continue
		}
		for _, object := range []string{"call_parties", "call_trackers", "call_topics"} {
			got := f.read(c, ask(object, "call_id"))
			for _, id := range got.column(0) {
				if !slices.Contains(visible, id) {
					t.Fatalf("%s sees %s of the call %s", user.Email, object, id)
				}
			}
			if len(hidden) > 0 {
				of := dialect.Calls{Object: object, Limit: -1, Sinks: []dialect.SinkValue{{Sink: "call_id in", Values: hidden[:min(len(hidden), 150)]}}}
				if got := f.read(c, of); got.err != nil || got.report.Rows != 0 {
					t.Fatalf("%s sees %s of calls that he may not: %v", user.Email, object, got.err)
				}
			}
		}
		_ = c.Close()
	}
}

// TestClosed gives no row when the permission profile cannot be had.
func TestClosed(t *testing.T) {
	f := startFast(t, sandbox.Options{})
	for name, c := range map[string]struct {
		person string
		rule   fault.Rule
		state  string
	}{
		"nobody":           {"", fault.Rule{Kind: fault.Latency, Millis: 1}, "42501"},
		"unknown":          {"stranger@elsewhere.example", fault.Rule{Kind: fault.Latency, Millis: 1}, "42501"},
		"users refused":    {"admin@acme.example", fault.Rule{Kind: fault.Status, Status: 403, Path: "/v2/users"}, "42501"},
		"profiles refused": {"admin@acme.example", fault.Rule{Kind: fault.Status, Status: 403, Path: "/v2/all-permission-profiles"}, "42501"},
		"profiles missing": {"admin@acme.example", fault.Rule{Kind: fault.Status, Status: 404, Path: "/v2/permission-profile/users"}, "42501"},
		"profiles down":    {"admin@acme.example", fault.Rule{Kind: fault.Status, Status: 500, Path: "/v2/permission-profile/users"}, "08006"},
		"cut off":          {"admin@acme.example", fault.Rule{Kind: fault.Truncate, Bytes: 40, Path: "/v2/workspaces"}, "08006"},
		"level of no kind": {"admin@acme.example", fault.Rule{Kind: fault.WrongType, Field: "profiles.callsAccess.permissionLevel"}, "00000"},
	} {
		t.Run(name, func(t *testing.T) {
			f.arm(f.company.Gong.Control(), c.rule)
			f.open(f.gong, "admin")
			fresh, err := rest.New(rest.Config{Name: "gong", Definition: fast(t), BaseURL: f.company.URLs().Gong, Org: true})
			if err != nil {
				t.Fatal(err)
			}
			token := f.tokens["gongadmin"]
			conn, err := fresh.Open(t.Context(), source.Bearer{Token: secret.New(token.AccessToken), Person: c.person})
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			for _, object := range []string{"calls", "call_parties"} {
				got := f.read(conn, dialect.Calls{Object: object, Limit: -1})
				code(t, got.err, c.state)
				if got.report.Rows != 0 {
					t.Errorf("%d rows", got.report.Rows)
				}
			}
			for _, r := range f.company.Gong.Control().Requests() {
				if r.Path == "/v2/calls/extensive" {
					t.Error("calls were asked for")
				}
			}
		})
	}
}

// TestProfileCache asks for a profile once a minute for each person, and counts its requests where they happen.
func TestProfileCache(t *testing.T) {
	f := startFast(t, sandbox.Options{})
	now := time.Now()
	s, err := rest.New(rest.Config{Name: "gong", Definition: fast(t), BaseURL: f.company.URLs().Gong, Org: true, Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	f.gong = s
	one := dialect.Calls{Object: "users", Columns: []string{"id"}, Limit: -1}
	first := len(f.read(f.open(s, "admin"), one).report.Requests)
	if first < 5 {
		t.Errorf("%d requests", first)
	}
	if n := len(f.read(f.open(s, "admin"), one).report.Requests); n != 1 {
		t.Errorf("%d requests with the profile at hand", n)
	}
	if n := len(f.read(f.open(s, "emea"), one).report.Requests); n < 5 {
		t.Errorf("%d requests of another person: he was given the first one's profile", n)
	}
	now = now.Add(61 * time.Second)
	if n := len(f.read(f.open(s, "admin"), one).report.Requests); n != first {
		t.Errorf("%d requests after a minute, not %d", n, first)
	}
}

func mustRead(f *testing.F, file string) string {
	f.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		f.Fatal(err)
	}
	return string(b)
}
