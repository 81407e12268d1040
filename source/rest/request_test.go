package rest_test

import (
	"fmt"
	"io"
	"net/http"
	"sort"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/waggle-sql/waggle/dialect"
	"github.com/waggle-sql/waggle/internal/golden"
	"github.com/waggle-sql/waggle/internal/secret"
	"github.com/waggle-sql/waggle/source"
	"github.com/waggle-sql/waggle/source/rest"
)

// transcript answers with empty pages and writes down what it was asked.
type transcript struct {
	mu   sync.Mutex
	list []string
}

// answers are bodies by path; an empty object for any other.
var answers = map[string]string{
	"/v2/users":                          `{"users":[{"id":"7","emailAddress":"Ann@acme.example","active":true}]}`,
	"/v2/workspaces":                     `{"workspaces":[{"id":"1"}]}`,
	"/v2/all-permission-profiles":        `{"profiles":[{"id":"2","callsAccess":{"permissionLevel":"own"}}]}`,
	"/v2/permission-profile/users":       `{"users":[{"id":"7"}]}`,
	"/calendar/v3/users/me/calendarList": `{"items":[{"id":"ann@acme.example"},{"id":"a/b c#?"},{"id":"bob@acme.example"}]}`,
}

func (s *transcript) RoundTrip(r *http.Request) (*http.Response, error) {
	body := ""
	if r.Body != nil {
		b, _ := io.ReadAll(r.Body)
		body = string(b)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	line := r.Method + " " + r.URL.EscapedPath()
	var params []string
	for name, values := range r.URL.Query() {
		params = append(params, "  "+name+"="+strings.Join(values, " & "))
	}
	sort.Strings(params)
	for _, p := range params {
		line += "\n" + p
	}
	if body != "" {
		line += "\n  " + body
	}
	s.list = append(s.list, line)
	answer, ok := answers[r.URL.Path]
	if !ok {
		answer = "{}"
	}
	return &http.Response{StatusCode: 200, Status: "200 OK", Header: http.Header{}, Body: io.NopCloser(strings.NewReader(answer)), Request: r}, nil
}

// TestRequests replays testdata: read DEFINITION OBJECT [columns=A,B] [limit=N], then a line "SINK: VALUE | VALUE" for each sink.
// The requests for Gong's permission profile are left out.
func TestRequests(t *testing.T) {
	golden.Run(t, "testdata/requests.test", func(t *testing.T, c *golden.Case) string {
		d, err := rest.Load(c.Args[0])
		if err != nil {
			return err.Error()
		}
		if c.Args[0] == "gong" {
			d = fast(t)
		}
		s := &transcript{}
		src, err := rest.New(rest.Config{Name: c.Args[0], Definition: d, Org: d.Org(), Transport: s})
		if err != nil {
			return err.Error()
		}
		conn, err := src.Open(t.Context(), source.Bearer{Token: secret.New("x"), Person: "ann@acme.example"})
		if err != nil {
			return err.Error()
		}
		calls := dialect.Calls{Object: c.Args[1], Limit: -1, Sinks: sinksOf(c.Input)}
		if names := c.Arg("columns"); names != "" {
			calls.Columns = strings.Split(names, ",")
		}
		if n, err := strconv.ParseInt(c.Arg("limit"), 10, 64); err == nil {
			calls.Limit = n
		}
		rows, err := conn.Run(t.Context(), calls)
		if err != nil {
			return err.Error()
		}
		defer rows.Release()
		for rows.Next() {
			continue
		}
		var out []string
		for _, line := range s.list {
			if !strings.Contains(line, "permission-profile") && !strings.Contains(line, "/workspaces") && (c.Args[1] == "users" || line != "GET /v2/users") {
				out = append(out, line)
			}
		}
		if len(out) > 1 {
			sort.Strings(out[1:])
		}
		if rows.Err() != nil {
			out = append(out, rows.Err().Error())
		}
		return strings.Join(out, "\n")
	})
}

func sinksOf(input string) []dialect.SinkValue {
	var sinks []dialect.SinkValue
	for _, line := range strings.Split(input, "\n") {
		name, values, ok := strings.Cut(line, ": ")
		if !ok {
			continue
		}
		v := dialect.SinkValue{Sink: name}
		for _, text := range strings.Split(values, " | ") {
			if head, n, many := strings.Cut(text, " × "); many {
				count, _ := strconv.Atoi(n)
				for i := range count {
					v.Values = append(v.Values, fmt.Sprintf("%s%d", head, i))
				}
				continue
			}
			v.Values = append(v.Values, text)
		}
		sinks = append(sinks, v)
	}
	return sinks
}
