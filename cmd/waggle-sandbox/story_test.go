package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5/pgconn"
	"golang.org/x/tools/txtar"

	"github.com/waggle-sql/waggle/internal/golden"
	"github.com/waggle-sql/waggle/internal/oracle"
)

// storyDay is the day that the stories take for today.
const storyDay = "2026-11-20"

// site is a running demonstration of the sample company, on the stories' day.
type site struct {
	demoReady
	connections map[string]*pgconn.PgConn
}

// company starts the demonstration without tables of others; the test's end ends it.
func company(t *testing.T) *site {
	t.Helper()
	if testing.Short() {
		t.Skip("it builds and runs waggle")
	}
	beside(t)
	f := demoFlags{scale: 1, today: storyDay}
	pg, err := oracle.Start(t.Context())
	switch {
	case err == nil:
		t.Cleanup(pg.Stop)
		f.postgres = pg.DSN()
	case !errors.Is(err, oracle.ErrAbsent):
		t.Fatal(err)
	}
	ready, stop := started(t, f)
	s := &site{demoReady: ready, connections: map[string]*pgconn.PgConn{}}
	for _, u := range ready.Users {
		c, err := pgconn.Connect(t.Context(), u.DSN)
		if err != nil {
			t.Fatal(errors.Join(err, stop()))
		}
		s.connections[u.Login] = c
	}
	t.Cleanup(func() {
		for _, c := range s.connections {
			_ = c.Close(context.Background())
		}
		if err := stop(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// queryID is a source's own name of a statement, another one in each run.
var queryID = regexp.MustCompile(`query [0-9a-f-]{36}`)

// ask runs one statement as a person and returns its rows as psql shows them, or the error.
func (s *site) ask(t *testing.T, login, text string) string {
	t.Helper()
	names, rows, err := s.rows(t, login, text)
	var refused *pgconn.PgError
	switch {
	case errors.As(err, &refused):
		out := "ERROR:  " + refused.Code + ": " + refused.Message + "\n"
		for _, more := range [][2]string{{"DETAIL", refused.Detail}, {"HINT", refused.Hint}} {
			if more[1] != "" {
				out += more[0] + ":  " + more[1] + "\n"
			}
		}
		return queryID.ReplaceAllString(out, "query …")
	case err != nil:
		t.Fatal(err)
	}
	return aligned(names, rows)
}

func (s *site) rows(t *testing.T, login, text string) (names []string, rows [][]string, err error) {
	t.Helper()
	results, err := s.connections[login].Exec(t.Context(), text).ReadAll()
	if err != nil {
		return nil, nil, err
	}
	for _, f := range results[0].FieldDescriptions {
		names = append(names, f.Name)
	}
	for _, r := range results[0].Rows {
		row := make([]string, len(r))
		for i, v := range r {
			row[i] = string(v)
		}
		rows = append(rows, row)
	}
	return names, rows, nil
}

// aligned lays rows out under their names.
func aligned(names []string, rows [][]string) string {
	widths := make([]int, len(names))
	for i, n := range names {
		widths[i] = utf8.RuneCountInString(n)
		for _, row := range rows {
			widths[i] = max(widths[i], utf8.RuneCountInString(row[i]))
		}
	}
	var b strings.Builder
	line := func(row []string) {
		cells := make([]string, len(row))
		for i, v := range row {
			cells[i] = " " + v + strings.Repeat(" ", widths[i]-utf8.RuneCountInString(v))
		}
		b.WriteString(strings.TrimRight(strings.Join(cells, " |"), " ") + "\n")
	}
	line(names)
	rules := make([]string, len(names))
	for i, w := range widths {
		rules[i] = strings.Repeat("-", w+2)
	}
	b.WriteString(strings.Join(rules, "+") + "\n")
	for _, row := range rows {
		line(row)
	}
	plural := "s"
	if len(rows) == 1 {
		plural = ""
	}
	fmt.Fprintf(&b, "(%d row%s)\n", len(rows), plural)
	return b.String()
}

// plan is what EXPLAIN VERBOSE shows a person.
func (s *site) plan(t *testing.T, login, text string) string {
	t.Helper()
	_, rows, err := s.rows(t, login, "EXPLAIN (VERBOSE) "+text)
	if err != nil {
		return s.ask(t, login, "EXPLAIN (VERBOSE) "+text)
	}
	var b strings.Builder
	for _, r := range rows {
		b.WriteString(r[0] + "\n")
	}
	return b.String()
}

// audited is what the log says of a person's last statement of a text: a line for it, and one for each call that it made, without the
// moments and ids that differ from run to run.
func (s *site) audited(t *testing.T, login, text string) string {
	t.Helper()
	beginning, _, _ := strings.Cut(text, "\n")
	beginning, _, _ = strings.Cut(beginning, "'")
	var rows [][]string
	var err error
	for range 100 { // a statement's end is written beside its answer
		_, rows, err = s.rows(t, login, "SELECT path, sqlstate, rows, source_calls FROM waggle.audit_log WHERE login = '"+login+
			"' AND starts_with(statement, '"+beginning+"') ORDER BY time DESC LIMIT 1")
		if err != nil || len(rows) != 1 {
			t.Fatal(rows, err)
		}
		if rows[0][1] != "" {
			break
		}
		time.Sleep(20 * time.Millisecond)
	}
	var calls []map[string]any
	if err := json.Unmarshal([]byte(rows[0][3]), &calls); err != nil && rows[0][3] != "" {
		t.Fatal(rows[0][3], err)
	}
	if rows[0][1] != "00000" && len(calls) > 1 {
		calls = nil // how far the others had come when one was refused
	}
	out := make([]string, len(calls))
	for i, c := range calls {
		if status, ok := c["status"].(string); ok {
			c["status"], _, _ = strings.Cut(status, ",") // what follows counts the requests of the day
		}
		out[i] = "call"
		for _, k := range []string{"source", "object", "credential", "keys", "rows", "status"} {
			if v, ok := c[k]; ok {
				out[i] += fmt.Sprintf(" %s=%v", k, v)
			}
		}
	}
	slices.Sort(out) // they are made at once
	return fmt.Sprintf("path=%s sqlstate=%s rows=%s\n", rows[0][0], rows[0][1], rows[0][2]) + strings.Join(append(out, ""), "\n")
}

// TestStories runs each story's statement on the demonstration, as each of its people, and writes docs/queries.md of what they saw.
func TestStories(t *testing.T) {
	s := company(t)
	t.Run("tickets", s.tickets)
	golden.Story(t, "../../testdata/stories/*.txtar", func(t *testing.T, a *txtar.Archive) *txtar.Archive { return s.tell(t, a) })
	if t.Failed() {
		return
	}
	golden.File(t, "../../docs/queries.md", page(t, "../../testdata/stories/*.txtar"))
}

// tickets asks the service desk, which is there with a PostgreSQL server alone, as each person under his own role.
func (s *site) tickets(t *testing.T) {
	if s.Sources["ops"] == "" {
		t.Skip("there is no PostgreSQL 17 to serve tickets: run make oracle")
	}
	const text = "SELECT bool_and(a.region = 'EMEA'), bool_and(t.requester_email = '***'), count(*) > 50 FROM tickets t JOIN accounts a ON a.account_no = t.account_no"
	for login, want := range map[string]string{"admin": "f f t", "analyst": "f t t", "emea": "t f t"} {
		_, rows, err := s.rows(t, login, text)
		if err != nil || strings.Join(rows[0], " ") != want {
			t.Errorf("%s: %v %v", login, rows, err)
		}
	}
}

// tell runs a story: its parts are people, who it is told of, and query.sql; the others are what was seen.
func (s *site) tell(t *testing.T, a *txtar.Archive) *txtar.Archive {
	text := strings.TrimSpace(section(a, "query.sql"))
	people := strings.Fields(section(a, "people"))
	if text == "" || len(people) == 0 {
		t.Fatal("the story has no query.sql or no people")
	}
	out := &txtar.Archive{Comment: a.Comment, Files: []txtar.File{
		{Name: "people", Data: []byte(strings.Join(people, " ") + "\n")}, {Name: "query.sql", Data: []byte(text + "\n")},
	}}
	out.Files = append(out.Files, txtar.File{Name: "plan", Data: []byte(s.plan(t, people[0], text))})
	for _, p := range people {
		out.Files = append(out.Files, txtar.File{Name: "rows " + p, Data: []byte(s.ask(t, p, text))})
		out.Files = append(out.Files, txtar.File{Name: "audit " + p, Data: []byte(s.audited(t, p, text))})
	}
	return out
}

func section(a *txtar.Archive, name string) string {
	for _, f := range a.Files {
		if f.Name == name {
			return string(f.Data)
		}
	}
	return ""
}

const pageHead = `# Questions and what answers them

Each of these was run on the demonstration (` + "`bin/waggle-sandbox demo --today " + storyDay + "`" + `), as the person named. The plan is
` + "`EXPLAIN (VERBOSE)`" + ` of the first of them: what each source is asked, and what is computed in the workspace. This page is written from
testdata/stories by ` + "`make docs`" + `; the tests fail when it is stale.
`

// page is docs/queries.md.
func page(t *testing.T, pattern string) []byte {
	t.Helper()
	files, err := filepath.Glob(pattern)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	b.WriteString(pageHead)
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		a := txtar.Parse(text)
		fence := func(kind, text string) {
			b.WriteString("\n```" + kind + "\n" + strings.TrimRight(text, "\n") + "\n```\n")
		}
		b.WriteString("\n## " + strings.TrimSpace(string(a.Comment)) + "\n")
		fence("sql", section(a, "query.sql"))
		for _, p := range strings.Fields(section(a, "people")) {
			b.WriteString("\nAs `" + p + "`:\n")
			fence("", section(a, "rows "+p))
		}
		b.WriteString("\nThe plan:\n")
		fence("", section(a, "plan"))
		b.WriteString("\nThe audit log:\n")
		for _, p := range strings.Fields(section(a, "people")) {
			fence("", p+": "+section(a, "audit "+p))
		}
	}
	return []byte(b.String())
}
