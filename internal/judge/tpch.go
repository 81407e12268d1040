package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/waggle-sql/waggle/internal/e2e"
	"github.com/waggle-sql/waggle/internal/oracle"
)

// spread says which tables of TPC-H are in which source, and the path that each query must take.
type spread struct {
	name, path string
	sources    map[string]string // name → tables
	all        string            // the kind of source that has all tables
	needs      bool              // what its queries need is known
}

const allTables = "region nation supplier customer part partsupp orders lineitem"

var spreads = []spread{
	{name: "one PostgreSQL", path: "direct", sources: map[string]string{"pg": allTables}, all: "PostgreSQL"},
	{name: "one Snowflake", path: "direct", sources: map[string]string{"sf": allTables}, all: "Snowflake"},
	{name: "one Databricks", path: "direct", sources: map[string]string{"lake": allTables}},
	{name: "Snowflake, Databricks and PostgreSQL", sources: map[string]string{"sf": "orders part", "lake": "lineitem supplier", "pg1": "customer nation region partsupp"}},
	{name: "Snowflake and two PostgreSQL", sources: map[string]string{"sf": "orders lineitem", "pg1": "customer nation region", "pg2": "supplier part partsupp"}, needs: true},
}

// tpch runs TPC-H over Parquet files: each query on each spread, compared with PostgreSQL over all tables.
type tpch struct {
	sandbox, files, queries string // the program, the folder of the Parquet files, that of the queries
	match                   string // only spreads whose name contains this
	out                     io.Writer
	want                    map[string]*answer // by query
	needed                  needed
	failed                  int
}

// run reports how many queries differ or take another path than they must.
func (t *tpch) run(ctx context.Context) (int, error) {
	server, err := oracle.Start(ctx, "shared_buffers=256MB", "work_mem=64MB")
	if err != nil {
		return 0, err
	}
	defer server.Stop()
	t.needed = needed{folder: filepath.Join(t.queries, "needed"), bytes: map[string]map[string]int64{}}
	for i := range spreads {
		if i > 0 && !strings.Contains(spreads[i].name, t.match) && spreads[i].all == "" { // what is needed is measured where one source has all
			continue
		}
		if err := t.spread(ctx, server, &spreads[i]); err != nil {
			return 0, fmt.Errorf("%s: %w", spreads[i].name, err)
		}
	}
	return t.failed, nil
}

// spread serves the tables as a spread says and judges the queries. The first spread's own database gives the right answers.
func (t *tpch) spread(ctx context.Context, server *oracle.Server, s *spread) error {
	dir, err := os.MkdirTemp("", "waggle-tpch-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if err := t.link(filepath.Join(dir, "data"), s); err != nil {
		return err
	}
	demo, err := e2e.StartDemo(ctx, t.sandbox, dir, "--postgres", fmt.Sprintf("postgres://postgres@127.0.0.1:%d/postgres?sslmode=disable", server.Port))
	if err != nil {
		return err
	}
	defer demo.Stop()
	if t.want == nil {
		if err := t.answers(ctx, strings.Replace(server.DSN(), "dbname=postgres", "dbname=pg", 1)); err != nil {
			return err
		}
	}
	return t.judge(ctx, s, &session{dsn: demo.DSN, prepare: "SET search_path = tpch"})
}

// link lays the files out for the sandbox.
func (t *tpch) link(dir string, s *spread) error {
	for source, tables := range s.sources {
		folder := filepath.Join(dir, source, "tpch")
		if err := os.MkdirAll(folder, 0o755); err != nil {
			return err
		}
		for _, table := range strings.Fields(tables) {
			file, err := filepath.Abs(filepath.Join(t.files, table+".parquet"))
			if err != nil {
				return err
			}
			if err := os.Symlink(file, filepath.Join(folder, table+".parquet")); err != nil {
				return err
			}
		}
	}
	relationships, err := filepath.Abs(filepath.Join(t.queries, "relationships.yaml"))
	if err != nil {
		return err
	}
	return os.Symlink(relationships, filepath.Join(dir, "relationships.yaml"))
}

// answers asks PostgreSQL itself, on a database with all tables, indexed by their keys.
func (t *tpch) answers(ctx context.Context, dsn string) error {
	if err := execute(ctx, dsn, "CREATE INDEX ON tpch.lineitem (l_orderkey); CREATE INDEX ON tpch.lineitem (l_partkey, l_suppkey); CREATE INDEX ON tpch.partsupp (ps_partkey, ps_suppkey); "+
		"CREATE INDEX ON tpch.orders (o_custkey); CREATE INDEX ON tpch.orders (o_orderkey); ANALYZE"); err != nil {
		return err
	}
	o := &session{dsn: dsn, prepare: "SET search_path = tpch"}
	defer o.close()
	t.want = map[string]*answer{}
	names, err := filepath.Glob(filepath.Join(t.queries, "q*.sql"))
	if err != nil || len(names) == 0 {
		return errors.Join(err, fmt.Errorf("no queries in %s", t.queries))
	}
	for _, name := range names {
		sql, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		if t.want[string(sql)], err = o.simple(ctx, string(sql)); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if f := t.want[string(sql)].failure; f != nil {
			return fmt.Errorf("%s: %s", name, f.message)
		}
	}
	return nil
}

// judge runs the queries on a spread and prints a line for each.
func (t *tpch) judge(ctx context.Context, s *spread, way *session) error {
	defer way.close()
	names, _ := filepath.Glob(filepath.Join(t.queries, "q*.sql"))
	slices.Sort(names)
	var total time.Duration
	var all ratios
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		sql := strings.TrimRight(string(text), "; \n")
		began := time.Now()
		got, err := way.simple(ctx, sql)
		if err != nil {
			return err
		}
		took := time.Since(began)
		total += took
		ran, err := explained(ctx, way, sql)
		if err != nil {
			return err
		}
		v, note := compare(sql, t.want[string(text)], got, false)
		if v != equal || s.path != "" && ran.Path != s.path {
			t.failed++
			note = fmt.Sprintf("%s %s", note, got.failure.text())
		}
		rows, bytes := ran.pulled()
		ratio := ""
		if s.needs {
			ratio = all.add(bytes, t.needed.of(filepath.Base(name)))
		}
		fmt.Fprintf(t.out, "%s: %s %-10s %-8s %6d ms, %d rows of %d fragments, %d KiB pulled %s%s\n", s.name, filepath.Base(name),
			[...]string{"equal", "refused", "worded", "DIFFERENT"}[v], ran.Path, took.Milliseconds(), rows, len(ran.Fragments), bytes>>10, ratio, note)
		if s.all != "" {
			if err := t.needed.measure(ctx, way, filepath.Base(name), s.all); err != nil {
				return err
			}
		}
	}
	fmt.Fprintf(t.out, "%s: %s in all%s\n", s.name, total.Round(time.Millisecond), &all)
	return nil
}

func (f *failure) text() string {
	if f == nil {
		return ""
	}
	return f.code + " " + f.message
}

// explanation is what the judge reads of EXPLAIN's JSON.
type explanation struct {
	Path      string
	Fragments []struct {
		Ran *struct{ Rows, Bytes int64 }
	}
}

func (e *explanation) pulled() (rows, bytes int64) {
	for _, f := range e.Fragments {
		if f.Ran != nil {
			rows, bytes = rows+f.Ran.Rows, bytes+f.Ran.Bytes
		}
	}
	return rows, bytes
}

// explained runs EXPLAIN (ANALYZE) of a query; one that cannot be explained has no path.
func explained(ctx context.Context, s *session, sql string) (*explanation, error) {
	a, err := s.simple(ctx, "EXPLAIN (ANALYZE, FORMAT JSON) "+sql)
	if err != nil || a.failure != nil || len(a.rows) == 0 {
		return &explanation{}, err
	}
	var all []explanation
	if err := json.Unmarshal(a.rows[0][0], &all); err != nil || len(all) != 1 {
		var one explanation
		return &one, json.Unmarshal(a.rows[0][0], &one)
	}
	return &all[0], nil
}
