package rest_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/waggle-sql/waggle/internal/golden"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/internal/secret"
	"github.com/waggle-sql/waggle/source"
	"github.com/waggle-sql/waggle/source/rest"
)

// things opens the definition of testdata on a server.
func things(t *testing.T, serve http.HandlerFunc) (*fixture, source.Conn) {
	t.Helper()
	server := httptest.NewServer(serve)
	t.Cleanup(server.Close)
	d, err := rest.Load("testdata/things.yaml")
	if err != nil {
		t.Fatal(err)
	}
	s, err := rest.New(rest.Config{Name: "shop", Definition: d, BaseURL: server.URL})
	if err != nil {
		t.Fatal(err)
	}
	c, err := s.Open(t.Context(), source.Bearer{Token: secret.New("the-token")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return &fixture{T: t}, c
}

// TestValues reads records of testdata: value COLUMN, the record, and what comes.
func TestValues(t *testing.T) {
	record := ""
	f, c := things(t, func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintf(w, `{"before":[{"list":1}],"data":{"x":{"deep":[]},"list":[%s],"y":null},"meta":{"request":"r-1"}}`, record)
	})
	golden.Run(t, "testdata/values.test", func(t *testing.T, g *golden.Case) string {
		record = g.Input
		object := "things"
		if g.Command == "part" {
			object = "parts"
		}
		got := f.read(c, ask(object, g.Args...))
		if got.err != nil {
			return pgerr.Code(got.err) + " " + got.err.Error()
		}
		if !slices.Equal(got.report.Requests, []string{"r-1"}) {
			t.Error(got.report.Requests)
		}
		var lines []string
		for _, row := range got.rows {
			lines = append(lines, strings.Join(row, " | "))
		}
		return strings.Join(lines, "\n")
	})
}

// TestAnswers has answers that no page is made of.
func TestAnswers(t *testing.T) {
	var bomb bytes.Buffer
	z := gzip.NewWriter(&bomb)
	_, _ = z.Write(append([]byte(`{"data":{"list":[{"id":1,"doc":"`), bytes.Repeat([]byte("x"), 8<<20)...))
	_ = z.Close()
	for name, c := range map[string]struct {
		status  int
		header  string
		body    string
		state   string
		message string
	}{
		"html":            {200, "", "<html>Sign in</html>", "08006", "no JSON document"},
		"nothing":         {200, "", "", "08006", "cut off"},
		"cut":             {200, "", `{"data":{"list":[{"id":1}`, "08006", "cut off"},
		"more":            {200, "", `{"data":{"list":[]}} x`, "08006", "no JSON document"},
		"array":           {200, "", `[]`, "08006", "no JSON document"},
		"no records":      {200, "", `{"data":{"list":{}}}`, "42804", "no array"},
		"deep":            {200, "", `{"data":{"list":[` + strings.Repeat("[", 5000), "54000", "nests"},
		"deep in a text":  {200, "", `{"data":{"list":[{"id":1,"doc":"\"` + strings.Repeat("[", 5000) + `"}]}}`, "00000", ""},
		"large":           {200, "", `{"data":{"list":[{"id":1,"doc":"` + strings.Repeat("x", 2<<20) + `"}]}}`, "54000", "larger than 1 MiB"},
		"bomb":            {200, "Content-Encoding: gzip", bomb.String(), "54000", "larger than 1 MiB"},
		"redirect":        {302, "Location: https://elsewhere.example/", "", "08006", "status 302"},
		"their words":     {410, "", `{"error":{"text":"gone\nfor ever"}}`, "55000", "gone for ever"},
		"unmapped":        {418, "", ``, "08006", "status 418"},
		"other origin":    {200, "", `{"data":{"list":[]},"meta":{"next":"https://elsewhere.example/x"}}`, "08P01", "another address"},
		"same page again": {200, "", `{"data":{"list":[]},"meta":{"next":"/api/things?p=2"}}`, "08P01", "twice"},
		"null records":    {200, "", `{"data":{"list":null}}`, "00000", ""},
		"no data":         {200, "", `{}`, "00000", ""},
	} {
		t.Run(name, func(t *testing.T) {
			f, conn := things(t, func(w http.ResponseWriter, _ *http.Request) {
				if key, v, ok := strings.Cut(c.header, ": "); ok {
					w.Header().Set(key, v)
				}
				w.WriteHeader(c.status)
				_, _ = w.Write([]byte(c.body))
			})
			got := f.read(conn, ask("things", "id"))
			code(t, got.err, c.state)
			if got.err != nil && !strings.Contains(got.err.Error(), c.message) {
				t.Errorf("%q does not say %q", got.err, c.message)
			}
		})
	}
}

// TestPages follows addresses of next pages, with the token and our id on each, until the budget ends.
func TestPages(t *testing.T) {
	pages, last := 0, 3
	f, conn := things(t, func(w http.ResponseWriter, r *http.Request) {
		pages++
		if r.Header.Get("Authorization") != "Bearer the-token" || r.Header.Get("X-Request-Id") == "" {
			t.Error("a request without token or id")
		}
		next := ""
		if pages < last {
			next = fmt.Sprintf(`,"next":"/api/things?page=%d"`, pages+1)
		}
		fmt.Fprintf(w, `{"meta":{"x":1%s},"data":{"list":[{"id":%d},{"id":%d}]}}`, next, 2*pages, 2*pages+1)
	})
	got := f.readContext(source.WithRequestID(t.Context(), "q"), conn, ask("things", "id"))
	if got.err != nil || len(got.rows) != 6 || !slices.Equal(got.report.Requests, []string{"q-1", "q-2", "q-3"}) {
		t.Error(got.err, got.rows, got.report)
	}
	pages, last = 0, 1000
	got = f.read(conn, ask("things", "id"))
	code(t, got.err, "54000", "more than 5 pages", "filters")
}

// TestLint compares the defects of a definition with testdata: lint, then the file.
func TestLint(t *testing.T) {
	golden.Run(t, "testdata/lint.test", func(_ *testing.T, c *golden.Case) string {
		base := text(t, "testdata/things.yaml")
		for _, line := range strings.Split(c.Input, "\n") {
			from, to, ok := strings.Cut(line, " => ")
			if !ok || !strings.Contains(base, from) {
				return "the case does not apply"
			}
			base = strings.Replace(base, from, strings.ReplaceAll(to, `\n`, "\n"), 1)
		}
		d, err := rest.Parse("things.yaml", []byte(base))
		if err != nil {
			return err.Error()
		}
		return "good: " + strings.Join(d.Objects(), " ")
	})
}

func TestLoad(t *testing.T) {
	for _, name := range rest.Names() {
		if _, err := rest.Load(name); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	_, err := rest.Load("gnog")
	code(t, err, "F0000", "did you mean gong?")
	_, err = rest.Load("testdata/none.yaml")
	code(t, err, "F0000", "cannot be read")
	d, _ := rest.Load("gong")
	for _, c := range []rest.Config{
		{Name: "a"}, {Name: "a", Definition: d}, {Name: "a", Definition: d, Org: true, BaseURL: "http://api.gong.io"},
		{Name: "a", Definition: d, Org: true, BaseURL: "api.gong.io"}, {Name: "a", Definition: d, Org: true, BaseURL: "https://u:p@api.gong.io"},
	} {
		_, err := rest.New(c)
		code(t, err, "F0000")
	}
	s, err := rest.New(rest.Config{Name: "a", Definition: d, Org: true})
	if err != nil {
		t.Fatal(err)
	}
	c := s.Capabilities()
	if o := c.Objects["calls"]; o.Request != "POST /v2/calls/extensive" || !o.Limit || o.Sinks[0].Into != "body.filter.fromDateTime" || !c.Org || c.Version == "" {
		t.Errorf("%+v", c)
	}
	if _, err := s.Open(t.Context(), source.Bearer{Token: secret.New("x"), BaseURL: "http://127.0.0.1:1"}); pgerr.Code(err) != "08001" {
		t.Error(err)
	}
}

func FuzzParse(f *testing.F) {
	for _, name := range []string{"definitions/gong.yaml", "definitions/google_calendar.yaml", "testdata/things.yaml"} {
		f.Add([]byte(mustRead(f, name)))
	}
	f.Fuzz(func(_ *testing.T, data []byte) { _, _ = rest.Parse("f.yaml", data) })
}
