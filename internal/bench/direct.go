package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/waggle-sql/waggle/internal/e2e"
)

// The statements of the latency figure, and what a person may wait longer than with the bare driver.
const (
	directRounds = 2000
	directSQL    = "SELECT a, b, c, d, e, f, g FROM mixed WHERE a = 777777"
	p50Goal      = time.Millisecond
	p99Goal      = 3 * time.Millisecond
)

// sourceYAML is the PostgreSQL server of the run as a source of the site, whose other sources it follows.
func (b *bench) sourceYAML() string {
	return fmt.Sprintf("  pg: {kind: postgres, host: 127.0.0.1, port: %d, database: postgres, credential: password, tls: verify, ca: %q, collation: C.UTF-8}\n",
		b.postgres.Port, b.cert.file)
}

const mixedYAML = `mixed:
  label: Mixed
  description: The rows of the figures, in a PostgreSQL source.
  source: {connection: pg, object: public.mixed}
  key: a
  properties:
    a: {column: a, type: integer}
    b: {column: b, type: bigint}
    c: {column: c, type: text}
    d: {column: d, type: "numeric(12,2)"}
    e: {column: e, type: timestamptz}
    f: {column: f, type: boolean}
    g: {column: g, type: double precision}
`

// direct measures a PostgreSQL source through Waggle beside the server itself: one small statement, and all rows.
func direct(ctx context.Context, b *bench) error {
	if err := b.fillTable(ctx); err != nil {
		return err
	}
	connect := b.site.Command(ctx, "connect", "pg", "--as", e2e.Login, "--account", "postgres", "--headless", "--password-stdin")
	connect.Stdin = strings.NewReader(e2e.Password + "\nany\n")
	if out, err := connect.CombinedOutput(); err != nil {
		return fmt.Errorf("waggle connect: %w: %s", err, out)
	}
	pg := strings.Replace(b.postgres.DSN(), "sslmode=disable", "sslmode=require", 1)
	if err := b.smallStatements(ctx, pg); err != nil {
		return err
	}
	for _, binary := range []bool{false, true} {
		jobs := []job{
			{discardJob{DSN: pg, SQL: "SELECT * FROM mixed", Binary: binary}, func() time.Duration { return treeCPU(b.postgres.PID()) }},
			{discardJob{DSN: b.site.DSN("require"), SQL: "SELECT * FROM mixed", Binary: binary}, func() time.Duration { return treeCPU(b.server.PID) }},
		}
		before := treeCPU(b.postgres.PID())
		m, err := rounds(ctx, jobs, 3)
		if err != nil {
			return err
		}
		name := map[bool]string{false: "text", true: "binary"}[binary]
		ratio := m[0].Took.Seconds() / m[1].Took.Seconds()
		b.add(figure{name: "2,000,000 rows × 7 from a PostgreSQL source, " + name, value: m[1].String(), anchor: "PostgreSQL 17: " + m[0].String(),
			note: fmt.Sprintf("%.2f×; PostgreSQL's CPU of all rounds %s", ratio, seconds(treeCPU(b.postgres.PID())-before))})
	}
	return nil
}

// smallStatements runs one statement through Waggle and at the server in turn.
func (b *bench) smallStatements(ctx context.Context, pg string) error {
	bare, err := pgconn.Connect(ctx, pg)
	if err != nil {
		return err
	}
	defer bare.Close(ctx)
	ours, err := pgconn.Connect(ctx, b.site.DSN("require"))
	if err != nil {
		return err
	}
	defer ours.Close(ctx)
	var took [2][]time.Duration
	for i := range directRounds + 50 {
		for k, c := range []*pgconn.PgConn{bare, ours} {
			began := time.Now()
			r, err := c.Exec(ctx, directSQL).ReadAll()
			if err != nil || len(r) != 1 || len(r[0].Rows) != 1 {
				return fmt.Errorf("%s: %d results: %w", directSQL, len(r), err)
			}
			if i >= 50 {
				took[k] = append(took[k], time.Since(began))
			}
		}
	}
	for _, q := range []struct {
		name string
		at   int
		goal time.Duration
	}{{"p50", directRounds / 2, p50Goal}, {"p99", directRounds * 99 / 100, p99Goal}} {
		slices.Sort(took[0])
		slices.Sort(took[1])
		more := took[1][q.at] - took[0][q.at]
		b.add(figure{name: "one row of a PostgreSQL source, " + q.name, value: took[1][q.at].String(), anchor: "bare driver: " + took[0][q.at].String(),
			goal: "≤ +" + q.goal.String(), met: goal(more <= q.goal), note: "+" + more.String()})
	}
	return nil
}

// model adds the entity of the PostgreSQL source to the site.
func (b *bench) model() error {
	return os.WriteFile(filepath.Join(b.site.Dir, "model", "mixed.yaml"), []byte(mixedYAML), 0o600)
}
