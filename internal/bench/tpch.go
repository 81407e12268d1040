package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// The folders of the queries and, when WAGGLE_TPCH names no other, of the tables.
const (
	tpchQueries = "testdata/tpch"
	tpchFiles   = ".cache/tpch/sf0.1"
)

// patience bounds one query; one that takes longer counts as that long.
const patience = 60 * time.Second

// errLate is what a query ends with that takes longer.
var errLate = errors.New("timeout")

// tpchTables are the tables by the server that has them.
var tpchTables = map[string][]string{"pg1": {"orders", "lineitem"}, "pg2": {"customer", "nation", "region", "supplier", "part", "partsupp"}}

// tpch measures the 22 queries through Waggle over two PostgreSQL servers, through postgres_fdw over the same two, and in DuckDB with
// all tables in memory, and compares their answers.
func tpch(ctx context.Context, b *bench) error {
	files := tpchFiles
	if dir := os.Getenv("WAGGLE_TPCH"); dir != "" {
		files = dir
	}
	for _, tables := range tpchTables {
		for _, table := range tables {
			if _, err := os.Stat(filepath.Join(files, table+".parquet")); err != nil {
				fmt.Printf("tpch is skipped: %s has no %s.parquet; a generator makes it, and WAGGLE_TPCH names another folder\n", files, table)
				return nil
			}
		}
	}
	names, err := filepath.Glob(filepath.Join(tpchQueries, "q*.sql"))
	if err != nil || len(names) == 0 {
		return errors.Join(err, fmt.Errorf("no queries in %s", tpchQueries))
	}
	slices.Sort(names)
	w, err := newWays(ctx, b, files)
	defer w.stop()
	if err != nil {
		return err
	}
	var total, joined [ways]time.Duration
	var wrong []string
	for _, name := range names {
		took, ok, err := b.tpchQuery(ctx, w, name)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if !ok {
			wrong = append(wrong, filepath.Base(name))
		}
		for i := range total {
			total[i] += took[i]
		}
		if !ok || took[byWaggle] == patience { // there is no answer to explain
			continue
		}
		here, err := w.workspace(ctx, name)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if here > 0 {
			joined[byWaggle] += here
			joined[byDuck] += took[byDuck]
		}
	}
	b.addTPCH(total, joined)
	if len(wrong) > 0 {
		return fmt.Errorf("waggle answers otherwise than PostgreSQL or not at all: %s", strings.Join(wrong, ", "))
	}
	return nil
}

// addTPCH adds the sums: of all queries, and of what the workspace took for those that need it.
func (b *bench) addTPCH(total, joined [ways]time.Duration) {
	for _, t := range []struct {
		way  int
		name string
		goal float64
	}{{byForeign, "postgres_fdw", 1}, {byDuck, "DuckDB, tables in memory", 2}} {
		ratio := total[byWaggle].Seconds() / total[t.way].Seconds()
		b.add(figure{name: "TPC-H 0.1 over two PostgreSQL servers, 22 queries", value: seconds(total[byWaggle]), anchor: t.name + ": " + seconds(total[t.way]),
			goal: fmt.Sprintf("≤ %.0f×", t.goal), met: goal(ratio <= t.goal), note: fmt.Sprintf("%.2f×", ratio)})
	}
	ratio := joined[byWaggle].Seconds() / joined[byDuck].Seconds()
	b.add(figure{name: "the workspace's part of it, transfers aside, where there is one", value: seconds(joined[byWaggle]),
		anchor: "DuckDB, the same queries whole: " + seconds(joined[byDuck]), goal: "≤ 1.5×", met: goal(ratio <= 1.5), note: fmt.Sprintf("%.2f×", ratio)})
}

// tpchQuery runs a query every way, twice in turn unless it takes long, and takes the shorter time of each. It reports whether
// Waggle's answer is PostgreSQL's; one that PostgreSQL has no time for is DuckDB's but for the digits of a quotient.
func (b *bench) tpchQuery(ctx context.Context, w *tpchWays, name string) (took [ways]time.Duration, ok bool, err error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return took, false, err
	}
	var answers [ways]answer
	for round := range 2 {
		for i := range answers {
			if round > 0 && took[i] > 5*time.Second {
				continue
			}
			began := time.Now()
			a := w.ask(ctx, i, strings.TrimRight(string(text), "; \n"))
			if d := min(time.Since(began), patience); round == 0 || d < took[i] {
				took[i] = d
			}
			answers[i] = a
		}
	}
	if err := ctx.Err(); err != nil {
		return took, false, err
	}
	notes := answers[byWaggle].against(answers[byForeign], answers[byDuck])
	ok = answers[byWaggle].err == nil && len(notes) == 0 || errors.Is(answers[byWaggle].err, errLate)
	notes = append([]string{fmt.Sprintf("%.2f× and %.2f×", took[byWaggle].Seconds()/took[byForeign].Seconds(), took[byWaggle].Seconds()/took[byDuck].Seconds())}, notes...)
	shown := func(i int) string {
		if answers[i].err != nil {
			return answers[i].err.Error()
		}
		return fmt.Sprintf("%.0f ms", ms(took[i]))
	}
	b.add(figure{name: "TPC-H 0.1 " + strings.TrimSuffix(filepath.Base(name), ".sql"), value: shown(byWaggle),
		anchor: "postgres_fdw: " + shown(byForeign) + "; DuckDB: " + shown(byDuck), note: strings.Join(notes, "; ")})
	return took, ok, nil
}
