package engine_test

import (
	"context"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/waggle-sql/waggle/engine"
	"github.com/waggle-sql/waggle/internal/oracle"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/internal/secret"
	"github.com/waggle-sql/waggle/planner/bind"
	"github.com/waggle-sql/waggle/planner/plan"
	"github.com/waggle-sql/waggle/semantic"
	"github.com/waggle-sql/waggle/source"
	"github.com/waggle-sql/waggle/source/postgres"
	"github.com/waggle-sql/waggle/vault"
)

// databases are two databases of a PostgreSQL 17 in which people are roles with their own grants.
type databases struct {
	server  *oracle.Server
	admin   *pgconn.PgConn
	sources map[string]source.Source
}

const deskScript = `CREATE ROLE ana LOGIN PASSWORD 'ana-secret'; CREATE ROLE bob LOGIN PASSWORD 'bob-secret';
CREATE TABLE tickets (id int4, account_id int4, owner text, "Subject" text, cost numeric(10,2), opened timestamptz);
INSERT INTO tickets SELECT i, i % 10, CASE WHEN i % 4 = 0 THEN 'bob' ELSE 'ana' END, 'subject ' || i, i * 0.25, timestamptz '2026-01-01 00:00+00' + i * interval '1 hour'
FROM generate_series(1, 10000) i;
ALTER TABLE tickets ENABLE ROW LEVEL SECURITY; CREATE POLICY own ON tickets USING (owner = current_user);
GRANT SELECT ON tickets TO ana, bob`

const billingScript = `CREATE TABLE accounts (id int4, name varchar(40), contact text); INSERT INTO accounts SELECT i, 'account ' || i, 'ana' FROM generate_series(0, 9) i;
CREATE TABLE followups (ticket int8, call_id text, note text);
INSERT INTO followups SELECT nullif(i % 7, 3), NULL, 'note ' || i FROM generate_series(1, 40) i; INSERT INTO followups VALUES (3000000000, NULL, 'far');
GRANT SELECT ON followups TO ana;
CREATE TABLE salaries (id int4, amount numeric); INSERT INTO salaries VALUES (1, 10.50), (2, 'NaN');
GRANT SELECT ON accounts TO ana, bob; GRANT SELECT ON salaries TO ana`

func startDatabases(t *testing.T) *databases {
	server := oracle.ForTest(t)
	d := &databases{server: server, admin: dialDatabase(t, server.DSN())}
	d.exec(t, d.admin, "SET log_statement = 'none'")
	d.exec(t, d.admin, "CREATE DATABASE billing")
	d.exec(t, d.admin, deskScript)
	d.exec(t, dialDatabase(t, strings.Replace(server.DSN(), "dbname=postgres", "dbname=billing", 1)), billingScript)
	d.demandPasswords(t)
	return d
}

func dialDatabase(t *testing.T, dsn string) *pgconn.PgConn {
	t.Helper()
	c, err := pgconn.Connect(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close(context.Background()) })
	return c
}

func (d *databases) exec(t *testing.T, c *pgconn.PgConn, sql string) [][][]byte {
	t.Helper()
	r, err := c.Exec(context.Background(), sql).ReadAll()
	if err != nil {
		t.Fatal(sql, err)
	}
	return r[len(r)-1].Rows
}

// demandPasswords lets the two roles in by password alone.
func (d *databases) demandPasswords(t *testing.T) {
	t.Helper()
	file := string(d.exec(t, d.admin, "SHOW hba_file")[0][0])
	old, err := os.ReadFile(file)
	if err != nil {
		t.Skip("the oracle's folder cannot be read here: ", err)
	}
	if err := os.WriteFile(file, append([]byte("host all ana,bob 127.0.0.1/32 scram-sha-256\n"), old...), 0o600); err != nil {
		t.Skip("the oracle's folder cannot be written here: ", err)
	}
	d.exec(t, d.admin, "SELECT pg_reload_conf()")
	time.Sleep(100 * time.Millisecond)
}

func (d *databases) add(w *world, sources map[string]source.Source, logins map[string]vault.SourceConfig) {
	if d == nil {
		return
	}
	d.sources = map[string]source.Source{}
	for name, database := range map[string]string{"desk": "postgres", "billing": "billing"} {
		s, err := postgres.New(postgres.Config{Name: name, Host: "127.0.0.1", Port: uint16(d.server.Port), Database: database, TLS: postgres.Off, Collation: "C.UTF-8"})
		w.must(err)
		w.t.Cleanup(func() { _ = s.Close() })
		d.sources[name] = s
		sources[name], logins[name] = s, vault.SourceConfig{Credential: vault.UserCredential, Login: true}
	}
}

// Forget passes on what the vault says.
func (d *databases) Forget(e vault.Ended) {
	if d != nil && d.sources[e.Source] != nil {
		d.sources[e.Source].Forget(source.Owner{Organisation: string(e.Org), Person: string(e.Person), Generation: e.Before})
	}
}

func (d *databases) models(w *world) []*semantic.Model {
	if d == nil {
		return nil
	}
	m, err := semantic.Load("testdata/support", semantic.LoadOptions{Check: bind.CheckModel})
	w.must(err)
	return []*semantic.Model{m}
}

// login keeps a person's role at a database.
func (w *world) login(person, name, user, password string) {
	w.t.Helper()
	_, err := w.vault.Connections().SetPassword(w.t.Context(), w.people[person], name, user, secret.New(password))
	w.must(err)
}

func newPostgresWorld(t *testing.T) *world {
	w := newWorldOver(t, startDatabases(t), nil)
	for _, name := range []string{"desk", "billing"} {
		w.login("analyst", name, "ana", "ana-secret")
		w.login("emea", name, "bob", "bob-secret")
	}
	return w
}

func TestPostgres(t *testing.T) {
	w := newPostgresWorld(t)
	t.Run("each sees his own", func(t *testing.T) {
		if a, b := w.one("analyst", "SELECT count(*), sum(cost) FROM support.tickets"), w.one("emea", "SELECT count(*), sum(cost) FROM support.tickets"); a != "7500|9375000.00" || b != "2500|3126250.00" {
			t.Error(a, b)
		}
	})
	t.Run("direct", func(t *testing.T) {
		sql := "SELECT account, count(*), max(subject), avg(cost) FROM support.tickets WHERE opened >= '2026-02-01' AND id IN (SELECT id FROM support.tickets WHERE cost > 5) GROUP BY account ORDER BY account LIMIT 2"
		lines := explained(t, w, "analyst", sql)
		if !strings.HasPrefix(lines, "Path: direct") || !strings.Contains(lines, "SQL: SELECT") {
			t.Error(lines)
		}
		rows, err := w.query("analyst", sql)
		if err != nil || len(rows) != 2 || !strings.HasPrefix(rows[0], "0|") {
			t.Error(rows, err)
		}
	})
	t.Run("zone", func(t *testing.T) {
		if got := w.one("emea", "SELECT count(*) FROM support.tickets WHERE opened::date = '2026-01-02'"); got != "6" {
			t.Error(got)
		}
	})
	t.Run("federated", func(t *testing.T) {
		rows, err := w.query("analyst", "SELECT a.name, count(*) FROM support.tickets t JOIN support.accounts a ON a.id = t.account GROUP BY 1 ORDER BY 1 LIMIT 1")
		if err != nil || !slices.Equal(rows, []string{"account 0|500"}) {
			t.Error(rows, err)
		}
		if got := w.one("admin", "SELECT count(*) > 0 FROM calls"); got != "true" {
			t.Error(got)
		}
		got := w.one("analyst", "SELECT (SELECT count(*) FROM calls) = "+w.visible("analyst")+", (SELECT count(*) FROM support.tickets)")
		if got != "true|7500" {
			t.Error(got)
		}
	})
	t.Run("in the source's words", func(t *testing.T) {
		if got := w.one("analyst", "SELECT count(*) FROM support.salaries"); got != "2" {
			t.Error(got)
		}
		_, err := w.query("emea", "SELECT * FROM support.salaries")
		if pgerr.Code(err) != "42501" || err.Error() != "permission denied for table salaries" {
			t.Error(err)
		}
	})
	t.Run("no login", func(t *testing.T) {
		_, err := w.query("admin", "SELECT count(*) FROM support.tickets")
		if pgerr.Code(err) != "28000" || !strings.Contains(err.Error(), publicURL+"/connect/desk") {
			t.Error(err)
		}
		w.login("admin", "desk", "ana", "wrong")
		for range 2 { // refused by the server, then known to be dead
			_, err = w.query("admin", "SELECT count(*) FROM support.tickets")
			if pgerr.Code(err) != "28000" || !strings.Contains(err.Error(), publicURL+"/connect/desk") || strings.Contains(err.Error(), "wrong") {
				t.Error(err)
			}
		}
	})
	t.Run("stays", func(t *testing.T) {
		w.must(err2(w.query("analyst", "SELECT count(*) FROM support.tickets WHERE random() >= 0")))
		if lines := explained(t, w, "analyst", "SELECT id FROM support.tickets WHERE random() >= 0 AND id < 5"); !strings.HasPrefix(lines, "Path: extract") || !strings.Contains(lines, "random") {
			t.Error(lines)
		}
	})
}

func err2(_ []string, err error) error { return err }

func explained(t *testing.T, w *world, login, sql string) string {
	t.Helper()
	lines, err := w.engine.Explain(t.Context(), w.people[login], settings, plan.Explain{Query: plan.Span{Text: sql}}, engine.Args{})
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(lines, "\n")
}

// TestPostgresCancel ends a statement at the server.
func TestPostgresCancel(t *testing.T) {
	w := newPostgresWorld(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	done := make(chan error, 1)
	go func() {
		r, err := w.start(ctx, "analyst", "SELECT count(*) FROM support.tickets a, support.tickets b, support.tickets c WHERE a.cost + b.cost < c.cost")
		if err == nil {
			for r.Next() {
			}
			err = r.Err()
			r.Release()
		}
		done <- err
	}()
	active := func() bool {
		return len(w.pg.exec(t, w.pg.admin, "SELECT 1 FROM pg_stat_activity WHERE usename = 'ana' AND state = 'active' AND application_name LIKE 'waggle%'")) > 0
	}
	for deadline := time.Now().Add(10 * time.Second); !active(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the statement never reached the server")
		}
	}
	began := time.Now()
	cancel()
	for active() && time.Since(began) < 10*time.Second {
		time.Sleep(5 * time.Millisecond)
	}
	if took := time.Since(began); took > 2*time.Second {
		t.Errorf("the server went on for %s", took)
	}
	if err := <-done; pgerr.Code(err) != pgerr.QueryCanceled {
		t.Error(err)
	}
}
