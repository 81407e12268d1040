package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/internal/sandbox/duck"
	"github.com/waggle-sql/waggle/planner"
)

// The ways of running a query.
const (
	byWaggle = iota
	byForeign
	byDuck
	ways
)

// tpchWays is what runs the queries.
type tpchWays struct {
	servers *tpchServers
	conns   [byDuck]*pgconn.PgConn
	dsn     [byDuck]string
	duck    *duck.Database
}

// newWays starts everything; stop must be called, after an error too.
func newWays(ctx context.Context, b *bench, files string) (w *tpchWays, err error) {
	w = &tpchWays{}
	if w.duck, err = duck.Open(":memory:", duck.Options{Threads: 2, Memory: 4 << 30}); err != nil {
		return w, err
	}
	for _, tables := range tpchTables {
		for _, table := range tables {
			if err := w.duck.Exec(ctx, fmt.Sprintf("CREATE TABLE %s AS SELECT * FROM read_parquet('%s')", table, filepath.Join(files, table+".parquet"))); err != nil {
				return w, err
			}
		}
	}
	if w.servers, err = newServers(ctx, b, files); err != nil {
		return w, err
	}
	w.dsn = [byDuck]string{byWaggle: w.servers.waggle.DSN("require"), byForeign: w.servers.foreign()}
	return w, nil
}

func (w *tpchWays) stop() {
	for _, c := range w.conns {
		if c != nil {
			_ = c.Close(context.Background())
		}
	}
	if w.servers != nil {
		w.servers.stop()
	}
	if w.duck != nil {
		w.duck.Close()
	}
}

// answer is a query's rows as text, NULL as "NULL", or why there are none.
type answer struct {
	rows [][]string
	err  error
}

func (w *tpchWays) ask(ctx context.Context, way int, sql string) answer {
	if way == byDuck {
		return w.askDuck(ctx, sql)
	}
	c := w.conns[way]
	if c == nil || c.IsClosed() {
		var err error
		if c, err = pgconn.Connect(ctx, w.dsn[way]); err != nil {
			return answer{err: err}
		}
		w.conns[way] = c
		prepare := fmt.Sprintf("SET search_path = tpch; SET statement_timeout = %d", patience.Milliseconds())
		if _, err := c.Exec(ctx, prepare).ReadAll(); err != nil {
			return answer{err: err}
		}
	}
	results, err := c.Exec(ctx, sql).ReadAll()
	var e *pgconn.PgError
	if errors.As(err, &e) && e.Code == pgerr.QueryCanceled {
		return answer{err: errLate}
	}
	if err != nil || len(results) != 1 {
		return answer{err: cmp.Or(err, fmt.Errorf("%d results", len(results)))}
	}
	a := answer{}
	for _, row := range results[0].Rows {
		cells := make([]string, len(row))
		for i, cell := range row {
			if cells[i] = string(cell); cell == nil {
				cells[i] = "NULL"
			}
		}
		a.rows = append(a.rows, cells)
	}
	return a
}

// workspace is what Waggle's workspace takes of a query: the shorter of two runs, 0 when it needs none.
func (w *tpchWays) workspace(ctx context.Context, name string) (time.Duration, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return 0, err
	}
	shortest := math.Inf(1)
	for range 2 {
		a := w.ask(ctx, byWaggle, "EXPLAIN (ANALYZE, FORMAT JSON) "+string(text))
		if a.err != nil {
			return 0, a.err
		}
		var told []planner.Explanation
		if err := json.Unmarshal([]byte(a.rows[0][0]), &told); err != nil {
			return 0, err
		}
		shortest = min(shortest, told[0].Ran.Workspace)
	}
	return time.Duration(shortest * float64(time.Millisecond)), nil
}

func (w *tpchWays) askDuck(ctx context.Context, sql string) answer {
	ctx, cancel := context.WithTimeoutCause(ctx, patience, errLate)
	defer cancel()
	a := answer{}
	a.err = w.duck.Query(ctx, sql, func(batch arrow.RecordBatch) error {
		for r := range int(batch.NumRows()) {
			cells := make([]string, batch.NumCols())
			for i := range cells {
				if cells[i] = strings.Clone(batch.Column(i).ValueStr(r)); batch.Column(i).IsNull(r) {
					cells[i] = "NULL"
				}
			}
			a.rows = append(a.rows, cells)
		}
		return nil
	})
	return a
}

// against says how an answer differs from PostgreSQL's and from DuckDB's, whose quotients are floating-point numbers.
func (a answer) against(foreign, duck answer) (notes []string) {
	if a.err != nil {
		return nil
	}
	if d := a.differs(foreign, func(x, y string) bool { return x == y }); d != "" {
		notes = append(notes, "not postgres_fdw's answer: "+d)
	}
	if d := a.differs(duck, nearly); d != "" {
		notes = append(notes, "not DuckDB's answer: "+d)
	}
	return notes
}

// differs names the first difference; there is none from an answer that did not come.
func (a answer) differs(other answer, same func(x, y string) bool) string {
	switch {
	case other.err != nil:
		return ""
	case len(a.rows) != len(other.rows):
		return fmt.Sprintf("%d rows, not %d", len(a.rows), len(other.rows))
	}
	for r, row := range a.rows {
		for c := range row {
			if !same(row[c], other.rows[r][c]) {
				return fmt.Sprintf("row %d: %s, not %s", r+1, row[c], other.rows[r][c])
			}
		}
	}
	return ""
}

// nearly compares texts, numbers by their first nine digits.
func nearly(a, b string) bool {
	if a == b {
		return true
	}
	x, err := strconv.ParseFloat(a, 64)
	y, other := strconv.ParseFloat(b, 64)
	return err == nil && other == nil && math.Abs(x-y) <= 1e-9*max(math.Abs(x), math.Abs(y))
}

// linkTables lays the tables out by server, with the relationships of the queries' folder.
func linkTables(dir, files string) error {
	for source, tables := range tpchTables {
		folder := filepath.Join(dir, source, "tpch")
		if err := os.MkdirAll(folder, 0o700); err != nil {
			return err
		}
		for _, table := range tables {
			file, err := filepath.Abs(filepath.Join(files, table+".parquet"))
			if err != nil {
				return err
			}
			if err := os.Symlink(file, filepath.Join(folder, table+".parquet")); err != nil {
				return err
			}
		}
	}
	relationships, err := filepath.Abs(filepath.Join(tpchQueries, "relationships.yaml"))
	if err != nil {
		return err
	}
	return os.Symlink(relationships, filepath.Join(dir, "relationships.yaml"))
}
