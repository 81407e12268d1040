package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/waggle-sql/waggle/internal/e2e"
)

const rowCount = 2_000_000

// mixedColumns are the seven columns of row i: int4, int8, text, numeric(12,2), timestamptz, bool, float8.
const mixedColumns = `i AS a, i::int8 * 7919 AS b, 'customer ' || i::text AS c, (i % 1000000 * 0.01)::numeric(12,2) AS d,
	timestamptz '2026-01-01 00:00:00+00' + i * interval '1 second' AS e, i % 2 = 0 AS f, i::float8 / 7 AS g`

// measured is the median of several runs of one job, with the server's CPU time in that run.
type measured struct {
	discardResult
	server time.Duration
}

func (m measured) String() string {
	return fmt.Sprintf("%.2f M rows/s (%s; CPU: server %s, client %s)", float64(m.Rows)/m.Took.Seconds()/1e6, seconds(m.Took),
		seconds(m.server), seconds(m.CPU))
}

// rows measures the same rows from PostgreSQL's table, from batches in memory, and from a worker, in alternating rounds.
func rows(ctx context.Context, b *bench) error {
	if err := b.fillTable(ctx); err != nil {
		return err
	}
	memory, err := startMemory(ctx, b)
	if err != nil {
		return err
	}
	defer memory.stop()
	pg := strings.Replace(b.postgres.DSN(), "sslmode=disable", "sslmode=require", 1)
	for _, binary := range []bool{false, true} {
		jobs := []job{
			{discardJob{DSN: pg, SQL: "SELECT * FROM mixed", Binary: binary}, func() time.Duration { return treeCPU(b.postgres.PID()) }},
			{discardJob{DSN: memory.dsn, SQL: "SELECT * FROM mixed", Binary: binary}, func() time.Duration { return e2e.CPU(memory.pid) }},
			{discardJob{DSN: b.site.DSN("require"), SQL: workerQuery(rowCount), Binary: binary}, func() time.Duration { return treeCPU(b.server.PID) }},
		}
		m, err := rounds(ctx, jobs, 3)
		if err != nil {
			return err
		}
		b.addRows(binary, m)
	}
	return nil
}

func (b *bench) addRows(binary bool, m []measured) {
	format := "text"
	if binary {
		format = "binary"
	}
	ratio := func(m, anchor measured) float64 { return anchor.Took.Seconds() / m.Took.Seconds() }
	add := func(name string, m, anchor measured, at float64) {
		b.add(figure{name: name + ", " + format, value: m.String(), anchor: "PostgreSQL 17: " + anchor.String(),
			goal: fmt.Sprintf("≥ %.0f×", at), met: goal(ratio(m, anchor) >= at), note: fmt.Sprintf("%.2f×", ratio(m, anchor))})
	}
	add("2,000,000 rows × 7 from Arrow batches in memory", m[1], m[0], 2)
	add("2,000,000 rows × 7 generated in the worker", m[2], m[0], 1)
}

func workerQuery(n int) string {
	return fmt.Sprintf("SELECT %s FROM generate_series(1, %d) AS t(i)", mixedColumns, n)
}

type job struct {
	discardJob
	cpu func() time.Duration
}

// rounds runs all jobs in turn, once for warmth and then n times, and returns each one's median.
func rounds(ctx context.Context, jobs []job, n int) ([]measured, error) {
	all := make([][]measured, len(jobs))
	for round := range n + 1 {
		for i, j := range jobs {
			before := j.cpu()
			r, err := j.inProcess(ctx)
			if err != nil {
				return nil, err
			}
			if r.Rows != rowCount {
				return nil, fmt.Errorf("%s: %d rows", j.SQL, r.Rows)
			}
			time.Sleep(50 * time.Millisecond) // a backend or worker has ended then
			if round > 0 {
				all[i] = append(all[i], measured{r, j.cpu() - before})
			}
		}
	}
	out := make([]measured, len(jobs))
	for i, m := range all {
		slices.SortFunc(m, func(a, b measured) int { return int(a.Took - b.Took) })
		out[i] = m[len(m)/2]
	}
	return out, nil
}

func (b *bench) fillTable(ctx context.Context) error {
	c, err := pgx.Connect(ctx, b.postgres.DSN())
	if err != nil {
		return err
	}
	defer c.Close(ctx)
	_, err = c.Exec(ctx, "DROP TABLE IF EXISTS mixed")
	if err == nil {
		_, err = c.Exec(ctx, fmt.Sprintf("CREATE TABLE mixed AS SELECT %s FROM generate_series(1, %d) AS t(i)", mixedColumns, rowCount))
	}
	if err == nil {
		_, err = c.Exec(ctx, "CREATE UNIQUE INDEX ON mixed (a)")
	}
	if err == nil {
		_, err = c.Exec(ctx, "VACUUM ANALYZE mixed")
	}
	return err
}

// treeCPU is the time of a process, of its children that live, and of those that it has reaped.
func treeCPU(pid int) time.Duration {
	sum := e2e.CPU(pid)
	for _, child := range e2e.Children(pid) {
		sum += e2e.CPU(child)
	}
	return sum
}
