package databricks

import (
	"bytes"
	"context"
	"database/sql"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	dbsqldriver "github.com/databricks/databricks-sql-go"
	"github.com/databricks/databricks-sql-go/logger"
	"go.uber.org/goleak"

	"github.com/waggle-sql/waggle/internal/sandbox/access"
	"github.com/waggle-sql/waggle/internal/sandbox/databricks/dbsql"
	"github.com/waggle-sql/waggle/internal/sandbox/oauth"
	"github.com/waggle-sql/waggle/internal/sandbox/sandboxtest"
)

func TestMain(m *testing.M) {
	_ = logger.SetLogLevel("disabled")
	log.SetOutput(io.Discard) // net/http complains of the driver's answers with errors
	// The driver never reads the answer to its question for feature flags to its end.
	goleak.VerifyTestMain(m, goleak.IgnoreTopFunction("net/http.setRequestCancel.func4"))
}

// grant is what a login's token is good for; the token is the login.
func grant(login string) oauth.Grant {
	return oauth.Grant{Person: login + "@acme.example", Subject: "1-" + login, Source: "lake", Scopes: []string{"sql", "offline_access"}}
}

const warehouse = "2b5f1c9d8e7a6f40"

// policy: analysts see all of orders, EMEA some rows and columns of it, and one masked; nobody but analysts sees secret.
func policy() *access.Policy {
	return &access.Policy{
		Roles: []access.Role{{Name: "ANALYST", Members: []string{"analyst"}}, {Name: "EMEA", Members: []string{"emea"}}},
		Tables: map[string]access.Table{
			"lake.shop.orders": {
				Select: []string{"ANALYST", "EMEA"}, Columns: map[string][]string{"EMEA": {"id", "Customer"}}, Rows: map[string]string{"EMEA": "id > 1"},
				Masks: map[string]map[string]string{"EMEA": {"Customer": "'***'"}},
			},
			"lake.shop.secret": {Select: []string{"ANALYST"}},
			"lake.shop.many":   {Select: []string{"ANALYST"}},
		},
	}
}

// bench is an emulator under test.
type bench struct {
	*Server
	t   *testing.T
	url *url.URL
}

func newBench(t *testing.T, change func(*Config)) *bench {
	t.Helper()
	setup := dbsql.Setup()
	for i, text := range setup {
		if settings, ok := strings.CutPrefix(text, "SET "); ok {
			setup[i] = "SET GLOBAL " + settings
		}
	}
	db := sandboxtest.Database(t, append(setup,
		`CREATE TABLE t0 AS SELECT * FROM (VALUES (1, 'Ada', 1.50::DECIMAL(10,2), DATE '2026-01-02', TIMESTAMPTZ '2026-01-02 03:04:05.123456+00'),
			(2, 'Grace', 20.25, NULL, NULL), (3, 'Joan', NULL, DATE '2026-03-04', TIMESTAMPTZ '2026-03-04 00:00:00+00')) AS v(id, "Customer", price, ordered, "at")`,
		"CREATE TABLE t1 AS SELECT 1 AS id",
		"CREATE VIEW t2 AS SELECT i::BIGINT AS id, 'row ' || i AS name FROM range(300000) AS r(i)")...)
	tokens := map[string]oauth.Grant{}
	for _, login := range []string{"admin", "analyst", "emea", "late"} {
		tokens[login] = grant(login)
	}
	config := Config{
		Source: "lake", Tokens: sandboxtest.NewTokens(tokens), Warehouses: []string{warehouse}, Catalog: "main", Database: db, Policy: policy(),
		Dir: t.TempDir(), Tables: []Table{
			{Catalog: "main", Schema: "shop", Name: "orders", From: "t0", Key: "lake.shop.orders", Columns: []dbsql.Column{
				column("id", dbsql.Int), column("Customer", dbsql.String), {Name: "price", Type: dbsql.Type{Kind: dbsql.Decimal, Precision: 10, Scale: 2}, Nullable: true},
				column("ordered", dbsql.Date), column("at", dbsql.Timestamp)}},
			{Catalog: "main", Schema: "shop", Name: "secret", From: "t1", Key: "lake.shop.secret", Columns: []dbsql.Column{column("id", dbsql.Int)}},
			{Catalog: "main", Schema: "shop", Name: "many", From: "t2", Key: "lake.shop.many",
				Columns: []dbsql.Column{column("id", dbsql.Bigint), column("name", dbsql.String)}},
		},
	}
	if change != nil {
		change(&config)
	}
	s, err := New(config)
	if err != nil {
		t.Fatal(err)
	}
	web := httptest.NewServer(s)
	t.Cleanup(func() {
		web.Close()
		s.Close()
	})
	at, err := url.Parse(web.URL)
	if err != nil {
		t.Fatal(err)
	}
	return &bench{s, t, at}
}

func column(name string, kind dbsql.Kind) dbsql.Column {
	return dbsql.Column{Name: name, Type: dbsql.Type{Kind: kind}, Nullable: true}
}

// silent keeps what the driver asks for its maker's sake from the network, as every client of ours does, and reads refusals to their
// end, which the driver does not.
type silent struct{ next *http.Transport }

func (s silent) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Path == "/telemetry-ext" || len(r.URL.Path) > 8 && r.URL.Path[:8] == "/api/2.0" {
		return &http.Response{StatusCode: 404, Status: "404 Not Found", Body: http.NoBody, Header: http.Header{}, Request: r}, nil
	}
	resp, err := s.next.RoundTrip(r)
	if err == nil && resp.StatusCode >= 400 {
		body, _ := io.ReadAll(resp.Body)
		resp.Body.Close()
		resp.Body = io.NopCloser(bytes.NewReader(body))
	}
	return resp, err
}

// as opens the driver's pool as a person, whose token is his login.
func (b *bench) as(login string, options ...dbsqldriver.ConnOption) *sql.DB {
	b.t.Helper()
	port, _ := strconv.Atoi(b.url.Port())
	transport := &http.Transport{}
	connector, err := dbsqldriver.NewConnector(append([]dbsqldriver.ConnOption{
		dbsqldriver.WithServerHostname("http://" + b.url.Hostname()), dbsqldriver.WithPort(port), dbsqldriver.WithHTTPPath("/sql/1.0/warehouses/" + warehouse),
		dbsqldriver.WithExternalToken(func() (string, error) { return login, nil }), dbsqldriver.WithTransport(silent{transport}),
		dbsqldriver.WithArrowNativeDecimal(true), dbsqldriver.WithRetries(-1, 0, 0),
		dbsqldriver.WithSessionParams(map[string]string{"ansi_mode": "true", "timezone": "UTC"}),
	}, options...)...)
	if err != nil {
		b.t.Fatal(err)
	}
	db := sql.OpenDB(connector)
	b.t.Cleanup(func() {
		_ = db.Close()
		transport.CloseIdleConnections()
	})
	return db
}

// ask returns an answer as text, or the error's.
func (b *bench) ask(db *sql.DB, text string, args ...any) string {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.t.Context(), 30*time.Second)
	defer cancel()
	rows, err := db.QueryContext(ctx, text, args...)
	if err != nil {
		return err.Error()
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return err.Error()
	}
	var out strings.Builder
	values, into := make([]sql.NullString, len(columns)), make([]any, len(columns))
	for i := range values {
		into[i] = &values[i]
	}
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return err.Error()
		}
		for i, v := range values {
			if i > 0 {
				out.WriteString("|")
			}
			if v.Valid {
				out.WriteString(v.String)
			} else {
				out.WriteString("NULL")
			}
		}
		out.WriteString("\n")
	}
	if rows.Err() != nil {
		return rows.Err().Error()
	}
	return out.String()
}
