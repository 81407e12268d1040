package main

import (
	"errors"
	"flag"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/waggle-sql/waggle/internal/oracle"
	"github.com/waggle-sql/waggle/planner"
	"github.com/waggle-sql/waggle/planner/plan"
	"github.com/waggle-sql/waggle/semantic"
	"github.com/waggle-sql/waggle/source"
)

// TestProbes: the recorded answers are PostgreSQL 17's; -update records them again.
func TestProbes(t *testing.T) {
	_, conn := oracle.Connected(t)
	if _, err := conn.Exec(t.Context(), "SET TimeZone = 'UTC'").ReadAll(); err != nil {
		t.Fatal(err)
	}
	var blocks []string
	for _, p := range probes(probeText) {
		got := postgresAnswer(t, conn, p.query(""))
		blocks = append(blocks, strings.Join(append([]string{p.Text}, got...), "\n= "))
		if !recording() && !slices.Equal(got, p.Want) {
			t.Errorf("%s: recorded %q, PostgreSQL answers %q", p.Text, p.Want, got)
		}
	}
	if recording() {
		if err := os.WriteFile("probes.txt", []byte(strings.Join(blocks, "\n\n")+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// recording reports the flag -update, which internal/golden declares.
func recording() bool {
	f := flag.Lookup("update")
	return f != nil && f.Value.String() == "true"
}

func postgresAnswer(t *testing.T, conn *pgconn.PgConn, text string) []string {
	t.Helper()
	results, err := conn.Exec(t.Context(), text).ReadAll()
	var e *pgconn.PgError
	switch {
	case errors.As(err, &e):
		return []string{"! " + e.Code}
	case err != nil:
		t.Fatal(text, err)
	}
	var out []string
	for _, row := range results[0].Rows {
		cells := make([]string, len(row))
		for i, c := range row {
			if cells[i] = string(c); c == nil {
				cells[i] = null
			}
		}
		out = append(out, strings.Join(cells, " | "))
	}
	return out
}

// TestProbesAreSaid: each source that speaks SQL is really asked nearly all of them.
func TestProbesAreSaid(t *testing.T) {
	table := &plan.Table{Connection: "src", Schema: "m", Name: "e", Object: "s.e", OID: 20000,
		Columns: []plan.Column{{Name: "id", Physical: "id", Type: plan.Type{OID: 23, Mod: -1}, Num: 1}}}
	view := semantic.NewView(nil, []*plan.Table{table}, nil)
	for language, most := range map[string]int{"postgres": 0, "snowflake": 3, "databricks": 3} {
		var here []string
		for _, p := range probes(probeText) {
			plan, err := planner.Prepare(planner.Input{Query: plan.Span{Text: p.query("m.e")}, View: view,
				Sources:  map[string]source.Capabilities{"src": {Language: language, Collation: "C.UTF-8"}},
				Settings: plan.Settings{SearchPath: "public", TimeZone: "UTC", DateStyle: "ISO, MDY", IntervalStyle: "postgres"}})
			if err != nil {
				t.Fatalf("%s: %v", p.Text, err)
			}
			if plan.Path != planner.Direct {
				here = append(here, p.Text)
			}
		}
		if len(here) > most {
			t.Errorf("%s is not asked %q", language, here)
		}
	}
}
