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
	for _, login := range []string{"admin", "emea"} {
		for name, s := range map[string]source.Source{"gong": f.gong, "google_calendar": f.google} {
			t.Run(name+" "+login, func(t *testing.T) {
				sourcetest.Run(t, sourcetest.Suite{Source: s, Open: func(*testing.T) source.Conn { return f.open(s, login) }, Seed: 7})
			})
		}
	}
}
