package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/waggle-sql/waggle/internal/e2e"
	"github.com/waggle-sql/waggle/internal/sandbox/duck"
)

// duckColumns are mixedColumns in DuckDB's words.
const duckColumns = `i::INTEGER AS a, i * 7919 AS b, 'customer ' || i AS c, (i % 1000000 / 100.0)::DECIMAL(12,2) AS d,
	TIMESTAMPTZ '2026-01-01 00:00:00+00' + to_seconds(i) AS e, i % 2 = 0 AS f, i::DOUBLE / 7 AS g`

// The statements of the figures; the two halves of the union are in two sources.
const (
	largeCount = 10_000_000
	mixedSQL   = "SELECT * FROM bench.mixed"
	unionSQL   = "SELECT * FROM bench.first UNION ALL SELECT * FROM bench.second"
	largeSQL   = "SELECT * FROM bench.large"
)

// warehouse is a kind of emulated source: the name of one and of several, and the folder that makes one of it.
type warehouse struct{ name, several, folder string }

// tables are the files by place, and the range of their rows: two sources have a half each of the same rows.
func (w warehouse) tables() map[string][2]int {
	return map[string][2]int{w.folder + "/bench/mixed": {1, rowCount}, w.folder + "/bench/first": {1, rowCount / 2},
		w.folder + "_two/bench/second": {rowCount/2 + 1, rowCount}, w.folder + "/bench/large": {1, largeCount}}
}

// run measures rows from the emulated warehouse through Waggle beside PostgreSQL: from one source, and from two by way of the
// workspace; and the memory that a slow reader of many takes.
func (w warehouse) run(ctx context.Context, b *bench) error {
	if err := b.fillTable(ctx); err != nil {
		return err
	}
	dir := filepath.Join(b.dir, w.folder)
	if err := w.writeTables(ctx, filepath.Join(dir, "data")); err != nil {
		return err
	}
	d, err := b.startDemo(ctx, dir)
	if err != nil {
		return err
	}
	defer d.Stop()
	if err := w.slow(ctx, b, d); err != nil {
		return err
	}
	if err := warm(d); err != nil {
		return err
	}
	for _, way := range []struct {
		name, sql, path string
		goal            float64
	}{{"from an emulated " + w.name, mixedSQL, "direct", 2}, {"from two emulated " + w.several + " by the workspace", unionSQL, "federate", 1}} {
		if err := takes(ctx, d.DSN, way.sql, way.path); err != nil {
			return err
		}
		for _, binary := range []bool{false, true} {
			if err := b.compareRows(ctx, d, discardJob{DSN: d.DSN, SQL: way.sql, Binary: binary}, way.name, way.goal); err != nil {
				return err
			}
		}
	}
	return nil
}

// writeTables makes the Parquet files.
func (w warehouse) writeTables(ctx context.Context, dir string) error {
	db, err := duck.Open(":memory:", duck.Options{})
	if err != nil {
		return err
	}
	defer db.Close()
	for place, rows := range w.tables() {
		file := filepath.Join(dir, filepath.FromSlash(place)+".parquet")
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			return err
		}
		if err := db.Exec(ctx, fmt.Sprintf("COPY (SELECT %s FROM range(%d, %d) AS t(i)) TO '%s' (FORMAT parquet)", duckColumns, rows[0], rows[1]+1, file)); err != nil {
			return err
		}
	}
	return nil
}

// slow reads many rows slowly, before the emulators keep what they have encoded.
func (w warehouse) slow(ctx context.Context, b *bench, d *e2e.Demo) error {
	if err := takes(ctx, d.DSN, largeSQL, "direct"); err != nil {
		return err
	}
	fast := discardJob{DSN: d.DSN, SQL: mixedSQL}
	if _, err := fast.inProcess(ctx); err != nil {
		return err
	}
	slow := discardJob{DSN: d.DSN, SQL: largeSQL, Pause: 300 * time.Microsecond}
	seen, err := watch(d.Waggle, func() (discardResult, error) { return slow.inProcess(ctx) })
	if err != nil {
		return err
	}
	if seen.Rows != largeCount {
		return fmt.Errorf("%s: %d rows", largeSQL, seen.Rows)
	}
	b.add(figure{name: "resident memory while a slow reader takes 10,000,000 rows of " + w.name + ", after the first quarter", value: mebibytes(seen.later()),
		goal: "≤ +32 MiB", met: goal(seen.later() <= 32<<20), note: fmt.Sprintf("%d MiB in %s; peak %d MiB, %d MiB before, after 2,000,000 rows to a fast one",
			seen.Bytes>>20, seconds(seen.Took), slices.Max(seen.samples)>>20, seen.before>>20)})
	return nil
}

// compareRows measures a job beside PostgreSQL's table in alternating rounds, once the emulators have its chunks.
func (b *bench) compareRows(ctx context.Context, d *e2e.Demo, j discardJob, name string, at float64) error {
	if _, err := j.inProcess(ctx); err != nil {
		return err
	}
	const n = 3
	pg := strings.Replace(b.postgres.DSN(), "sslmode=disable", "sslmode=require", 1)
	before := usageOf(d)
	m, err := rounds(ctx, []job{
		{discardJob{DSN: pg, SQL: "SELECT * FROM mixed", Binary: j.Binary}, func() time.Duration { return treeCPU(b.postgres.PID()) }},
		{j, func() time.Duration { return treeCPU(d.Waggle) }},
	}, n)
	if err != nil {
		return err
	}
	format := map[bool]string{false: "text", true: "binary"}[j.Binary]
	ratio := m[0].Took.Seconds() / m[1].Took.Seconds()
	b.add(figure{name: "2,000,000 rows × 7 " + name + ", " + format, value: m[1].String(), anchor: "PostgreSQL 17: " + m[0].String(),
		goal: fmt.Sprintf("≥ %.0f×", at), met: goal(ratio >= at), note: fmt.Sprintf("%.2f×; %s", ratio, usageOf(d).since(before, n+1))})
	return nil
}
