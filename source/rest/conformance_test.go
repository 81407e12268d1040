package rest_test

import (
	"os"
	"strings"
	"testing"

	"github.com/waggle-sql/waggle/internal/sandbox"
	"github.com/waggle-sql/waggle/source"
	"github.com/waggle-sql/waggle/source/rest"
	"github.com/waggle-sql/waggle/source/sourcetest"
)

// fast is the Gong definition without its limit, for an emulator that has none.
func fast(t *testing.T) *rest.Definition {
	t.Helper()
	data, err := os.ReadFile("definitions/gong.yaml")
	if err != nil {
		t.Fatal(err)
	}
	d, err := rest.Parse("gong.yaml", []byte(strings.Replace(string(data), "rate_limit: {requests: 3, seconds: 1, per_day: 10000}\n", "", 1)))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// startFast starts a sandbox without limits.
func startFast(t *testing.T, o sandbox.Options) *fixture {
	t.Helper()
	o.GongPerSecond, o.GongPerDay, o.GooglePerMinute = -1, -1, -1
	f := start(t, o)
	gong, err := rest.New(rest.Config{Name: "gong", Definition: fast(t), BaseURL: f.company.URLs().Gong, Org: true})
	if err != nil {
		t.Fatal(err)
	}
	f.gong = gong
	return f
}

func TestConformance(t *testing.T) {
	f := startFast(t, sandbox.Options{})
	for login, rounds := range map[string]int{"admin": 8, "emea": 3} {
		for name, s := range map[string]source.Source{"gong": f.gong, "google_calendar": f.google} {
			t.Run(name+" "+login, func(t *testing.T) {
				sourcetest.Run(t, sourcetest.Suite{Source: s, Open: func(*testing.T) source.Conn { return f.open(s, login) }, Seed: 7, Rounds: rounds})
			})
		}
	}
}

// TestConformanceFinds has definitions that lie, and the suite must see it.
func TestConformanceFinds(t *testing.T) {
	f := startFast(t, sandbox.Options{})
	for name, c := range map[string]struct{ definition, object, from, to string }{
		"unchecked":  {"google_calendar", "events", "into: query.timeMin, format: rfc3339, support: checked", "into: query.timeMin, format: rfc3339, support: exact"},
		"not wide":   {"google_calendar", "events", "widen_hours: 24, ", ""},
		"too tight":  {"gong", "calls", "into: body.filter.toDateTime,", "into: body.filter.toDateTime, bound: inclusive,"},
		"projection": {"google_calendar", "events", "path: end.dateTime, needs: {query.fields: items/end}", "path: end.dateTime"},
		"null":       {"gong", "users", "path: managerId", "path: managerId, required: true"},
		"key":        {"gong", "call_parties", "into: body.filter.callIds, max_values: 100, pattern: \"[0-9]{1,20}\", support: checked", "into: body.filter.primaryUserIds, support: exact"},
	} {
		t.Run(name, func(t *testing.T) {
			data := strings.Replace(text(t, "definitions/"+c.definition+".yaml"), "rate_limit: {requests: 3, seconds: 1, per_day: 10000}\n", "", 1)
			if !strings.Contains(data, c.from) {
				t.Fatal("the case does not apply")
			}
			d, err := rest.Parse(c.definition+".yaml", []byte(strings.ReplaceAll(data, c.from, c.to)))
			if err != nil {
				t.Fatal(err)
			}
			url := f.company.URLs().Google
			if d.Org() {
				url = f.company.URLs().Gong
			}
			s, err := rest.New(rest.Config{Name: c.definition, Definition: d, BaseURL: url, Org: d.Org()})
			if err != nil {
				t.Fatal(err)
			}
			if d.Org() {
				f.gong = s
			}
			if sourcetest.Check(t.Context(), sourcetest.Suite{Source: s, Seed: 3, Rounds: 12}, f.open(s, "admin"), c.object) == nil {
				t.Error("the suite found nothing")
			}
		})
	}
}
