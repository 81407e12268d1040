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

// spread says which tables are in which source, and the path that each query must take.
type spread struct {
	name, path string
	sources    map[string]string // name → tables
	all        string            // the kind of source that has all tables
	needs      bool              // what its queries need is known
}

// suite is a folder of tables and a folder of queries: each query runs on each spread and is compared with PostgreSQL over all tables. Beside
// the queries there may be relationships.yaml, as the sandbox reads it, indexes.sql for PostgreSQL's sake, and needed/. The queries' folder
// gives the schema its name.
type suite struct {
	sandbox, files, queries string // the program, the folder of the Parquet files, that of the queries
	spreads                 []spread
	match, only             string // only spreads, and queries, whose name contains this
	out                     io.Writer
	names                   []string           // the queries' files
	want                    map[string]*answer // by file
	needed                  needed
	failed                  int
}

// evenly are the spreads of any suite: everything in one source, then each table in another one than the table before.
func evenly(files string) ([]spread, error) {
	paths, err := filepath.Glob(filepath.Join(files, "*.parquet"))
	if err != nil || len(paths) == 0 {
		return nil, errors.Join(err, fmt.Errorf("no tables in %s", files))
	}
	names, turns := make([]string, len(paths)), [3][]string{}
	for i, path := range paths {
		names[i] = strings.TrimSuffix(filepath.Base(path), ".parquet")
		turns[i%3] = append(turns[i%3], names[i])
	}
	all := strings.Join(names, " ")
	out := []spread{
		{name: "one PostgreSQL", sources: map[string]string{"pg": all}},
		{name: "one Snowflake", sources: map[string]string{"sf": all}},
		{name: "one Databricks", sources: map[string]string{"lake": all}},
	}
	if len(names) >= len(turns) {
		out = append(out, spread{name: "Snowflake, Databricks and PostgreSQL", sources: map[string]string{
			"sf": strings.Join(turns[0], " "), "lake": strings.Join(turns[1], " "), "pg1": strings.Join(turns[2], " ")}})
	}
	return out, nil
}

// run reports how many queries differ or take another path than they must.
func (t *suite) run(ctx context.Context) (int, error) {
	if err := t.read(); err != nil {
		return 0, err
	}
	server, err := oracle.Start(ctx, "shared_buffers=256MB", "work_mem=64MB")
	if err != nil {
		return 0, err
	}
	defer server.Stop()
	t.needed = needed{folder: filepath.Join(t.queries, "needed"), bytes: map[string]map[string]int64{}}
	for i := range t.spreads {
		if i > 0 && !strings.Contains(t.spreads[i].name, t.match) && t.spreads[i].all == "" { // what is needed is measured where one source has all
			continue
		}
		if err := t.spread(ctx, server, &t.spreads[i]); err != nil {
			return 0, fmt.Errorf("%s: %w", t.spreads[i].name, err)
		}
	}
	return t.failed, nil
}

// schema is the tables' schema.
func (t *suite) schema() string { return filepath.Base(t.queries) }

// path is the statement that makes it the one in which names are looked up.
func (t *suite) path() string {
	return `SET search_path = "` + strings.ReplaceAll(t.schema(), `"`, `""`) + `"`
}

// read finds the queries.
func (t *suite) read() error {
	names, err := filepath.Glob(filepath.Join(t.queries, "*.sql"))
	t.names = slices.DeleteFunc(names, func(name string) bool {
		return filepath.Base(name) == "indexes.sql" || !strings.Contains(filepath.Base(name), t.only)
	})
	if err != nil || len(t.names) == 0 {
		return errors.Join(err, fmt.Errorf("no queries in %s", t.queries))
	}
	slices.Sort(t.names)
	return nil
}

// spread serves the tables as a spread says and judges the queries. The first spread's own database gives the right answers.
func (t *suite) spread(ctx context.Context, server *oracle.Server, s *spread) error {
	dir, err := os.MkdirTemp("", "waggle-suite-")
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
	if s.all == "" && !strings.Contains(s.name, t.match) {
		return nil
	}
	return t.judge(ctx, s, &session{dsn: demo.DSN, prepare: t.path()})
}

// link lays the files out for the sandbox.
func (t *suite) link(dir string, s *spread) error {
	for source, tables := range s.sources {
		folder := filepath.Join(dir, source, t.schema())
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
	if _, err := os.Stat(relationships); err != nil {
		return nil // none are known
	}
	return os.Symlink(relationships, filepath.Join(dir, "relationships.yaml"))
}

// answers asks PostgreSQL itself, on a database with all tables. What PostgreSQL refuses is no query of the suite's.
func (t *suite) answers(ctx context.Context, dsn string) error {
	indexes, err := os.ReadFile(filepath.Join(t.queries, "indexes.sql"))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if err := execute(ctx, dsn, t.path()+";\n"+string(indexes)); err != nil {
		return err
	}
	if err := execute(ctx, dsn, "ANALYZE"); err != nil {
		return err
	}
	o := &session{dsn: dsn, prepare: t.path()}
	defer o.close()
	t.want = map[string]*answer{}
	var wrong error
	for _, name := range t.names {
		sql, err := text(name)
		if err != nil {
			return err
		}
		began := time.Now()
		if t.want[name], err = o.simple(ctx, sql); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if f := t.want[name].failure; f != nil {
			wrong = errors.Join(wrong, fmt.Errorf("%s: %s", name, f.message))
		}
		t.want[name].took = time.Since(began)
	}
	return wrong
}

// text is a query as it is sent.
func text(name string) (string, error) {
	sql, err := os.ReadFile(name)
	return strings.TrimRight(string(sql), "; \n"), err
}

// judge runs the queries on a spread and prints a line for each.
func (t *suite) judge(ctx context.Context, s *spread, way *session) error {
	defer way.close()
	var total time.Duration
	var all ratios
	for _, name := range t.names {
		sql, err := text(name)
		if err != nil {
			return err
		}
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
		note := t.verdict(s, name, sql, got, ran)
		rows, bytes := ran.pulled()
		if s.needs {
			note = all.add(bytes, t.needed.of(filepath.Base(name))) + note
		}
		fmt.Fprintf(t.out, "%s: %s %-8s %6d ms (PostgreSQL %d), %d rows of %d fragments, %d KiB pulled %s\n", s.name, filepath.Base(name),
			ran.Path, took.Milliseconds(), t.want[name].took.Milliseconds(), rows, len(ran.Fragments), bytes>>10, note)
		if s.all != "" {
			if err := t.needed.measure(ctx, way, filepath.Base(name), s.all); err != nil {
				return err
			}
		}
	}
	fmt.Fprintf(t.out, "%s: %s in all%s\n", s.name, total.Round(time.Millisecond), &all)
	return nil
}

// verdict says how an answer differs from PostgreSQL's, and is empty when it does not.
func (t *suite) verdict(s *spread, name, sql string, got *answer, ran *explanation) string {
	v, note := compare(sql, t.want[name], got, false)
	if v == equal && (s.path == "" || ran.Path == s.path) {
		return ""
	}
	t.failed++
	if again, _ := compare("", t.want[name], got, false); v == different && again == equal {
		note = "the same rows in another order"
	}
	if v == different && got.failure == nil {
		note += fmt.Sprintf("\n-- waggle --\n%s\n-- postgresql --\n%s", got, t.want[name])
	}
	return fmt.Sprintf("%s: %s %s", [...]string{"not " + s.path, "refused", "worded", "DIFFERENT"}[v], note, got.failure.text())
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
