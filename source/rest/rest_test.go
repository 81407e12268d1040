package rest_test

import (
	"context"
	"sync"
	"testing"

	"go.uber.org/goleak"

	"github.com/waggle-sql/waggle/dialect"
	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/sandbox"
	"github.com/waggle-sql/waggle/internal/secret"
	"github.com/waggle-sql/waggle/planner/plan"
	"github.com/waggle-sql/waggle/source"
	"github.com/waggle-sql/waggle/source/rest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// fixture is a running sandbox with both sources configured as cmd would.
type fixture struct {
	*testing.T
	company *sandbox.Company
	gong    source.Source
	google  source.Source

	mu     sync.Mutex
	tokens map[string]sandbox.Token
}

func start(t *testing.T, o sandbox.Options) *fixture {
	t.Helper()
	o.RedirectURIs = []string{"http://127.0.0.1/callback"}
	c, err := sandbox.Start(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	f := &fixture{T: t, company: c, tokens: map[string]sandbox.Token{}}
	f.gong = f.source("gong", c.URLs().Gong, true)
	f.google = f.source("google_calendar", c.URLs().Google, false)
	return f
}

func (f *fixture) source(definition, url string, org bool) source.Source {
	f.Helper()
	d, err := rest.Load(definition)
	if err != nil {
		f.Fatal(err)
	}
	s, err := rest.New(rest.Config{Name: definition, Definition: d, BaseURL: url, Org: org})
	if err != nil {
		f.Fatal(err)
	}
	return s
}

// email is the address of one of the sandbox's people.
func (f *fixture) email(login string) string { return login + "@" + f.company.Data.Domain }

// open opens a connection as a person: Gong with the company's token, which admin has approved.
func (f *fixture) open(s source.Source, login string) source.Conn {
	f.Helper()
	kind, approver := "google", login
	if s == f.gong {
		kind, approver = "gong", "admin"
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	token, ok := f.tokens[kind+approver]
	if !ok {
		var err error
		if token, err = f.company.SignIn(f.Context(), f.email(approver), kind); err != nil {
			f.Fatal(err)
		}
		f.tokens[kind+approver] = token
	}
	var refresh func(ctx context.Context) (source.Bearer, error)
	refresh = func(ctx context.Context) (source.Bearer, error) {
		f.mu.Lock()
		defer f.mu.Unlock()
		next, err := f.company.Refresh(ctx, kind, f.tokens[kind+approver].RefreshToken)
		if err != nil {
			return source.Bearer{}, err
		}
		f.tokens[kind+approver] = next
		return source.Bearer{Token: secret.New(next.AccessToken), Refresh: refresh}, nil
	}
	c, err := s.Open(f.Context(), source.Bearer{Token: secret.New(token.AccessToken), BaseURL: token.APIBase, Person: f.email(login), Refresh: refresh})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { _ = c.Close() })
	return c
}

// result is what a read has given: rows as texts, "∅" for NULL.
type result struct {
	rows   [][]string
	report source.Report
	err    error
}

func ask(object string, columns ...string) dialect.Calls {
	return dialect.Calls{Object: object, Columns: columns, Limit: -1}
}

func (f *fixture) read(c source.Conn, calls dialect.Calls) result {
	f.Helper()
	return f.readContext(f.Context(), c, calls)
}

func (f *fixture) readContext(ctx context.Context, c source.Conn, calls dialect.Calls) (r result) {
	f.Helper()
	schema, err := c.Describe(ctx, calls.Object)
	if err != nil {
		f.Fatal(err)
	}
	types := map[string]plan.Type{}
	for _, col := range schema.Columns {
		types[col.Name] = col.Type
	}
	rows, err := c.Run(ctx, calls)
	if err != nil {
		return result{err: err}
	}
	defer rows.Release()
	for rows.Next() {
		batch := rows.RecordBatch()
		for i := range int(batch.NumRows()) {
			line := make([]string, len(calls.Columns))
			for j, name := range calls.Columns {
				line[j] = "∅"
				if v := plan.ArrowValue(batch.Column(j), i, types[name]); v != nil {
					line[j] = string(datum.AppendText(nil, types[name].OID, v, nil))
				}
			}
			r.rows = append(r.rows, line)
		}
	}
	r.err, r.report = rows.Err(), rows.Report()
	return r
}
