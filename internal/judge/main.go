// Command judge compares Waggle with a real PostgreSQL 17: the corpus of testdata/judge, then random statements. `make judge` runs it
// and writes docs/judged.md; it ends with 1 when an answer differs.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/waggle-sql/waggle/internal/e2e"
	"github.com/waggle-sql/waggle/internal/oracle"
)

// readOnly makes PostgreSQL refuse writes as Waggle does.
const readOnly = "SET default_transaction_read_only = on"

type options struct {
	bin, waggle, oracle, corpus, report, match string
	record, words                              bool
	seed, expressions, shapes, tables, columns int
	tpch, sandbox, spread, route               string
	folder, queries                            string
}

func main() {
	var o options
	flag.StringVar(&o.waggle, "waggle", "", "connection string of a running Waggle (default: one is started)")
	flag.StringVar(&o.bin, "bin", "", "program to start (default: cmd/waggle is built)")
	flag.StringVar(&o.oracle, "oracle", "", "connection string of a running PostgreSQL 17 (default: one is started)")
	flag.StringVar(&o.corpus, "corpus", "testdata/judge", "folder of the corpus; empty to leave it out")
	flag.StringVar(&o.match, "match", "", "only corpus files and queries whose name contains this")
	flag.StringVar(&o.report, "report", "", "write the result to this file")
	flag.BoolVar(&o.record, "record", false, "only write PostgreSQL's answers beside the corpus")
	flag.BoolVar(&o.words, "words", false, "also print random statements whose error differs in words or position alone")
	flag.IntVar(&o.seed, "seed", 1, "the first random statement's seed")
	flag.IntVar(&o.expressions, "expressions", 20000, "how many random expressions")
	flag.IntVar(&o.shapes, "shapes", 2000, "how many random query shapes")
	flag.IntVar(&o.tables, "tables", 2000, "how many random query shapes over stored tables, on each route")
	flag.IntVar(&o.columns, "columns", 2000, "how many random expressions over the columns of a stored table, on each route")
	flag.StringVar(&o.tpch, "tpch", "", "folder of TPC-H's tables as Parquet files: run its queries over every spread, and nothing else")
	flag.StringVar(&o.folder, "folder", "", "folder of tables as Parquet files: run the queries of -queries over every spread of them, and nothing else")
	flag.StringVar(&o.queries, "queries", "", "folder of the queries over -folder")
	flag.StringVar(&o.route, "route", "", "only routes to the stored tables whose name contains this")
	flag.StringVar(&o.spread, "spread", "", "only spreads whose name contains this, and the first one")
	flag.StringVar(&o.sandbox, "sandbox", "bin/waggle-sandbox", "program that serves the spreads")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	differ, err := run(ctx, &o)
	stop()
	switch {
	case err != nil:
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	case differ:
		os.Exit(1)
	}
}

// run reports whether an answer differs.
func run(ctx context.Context, o *options) (bool, error) {
	if o.tpch != "" || o.folder != "" {
		return o.suite(ctx)
	}
	pg, stop, err := startOracle(ctx, o.oracle)
	if err != nil {
		return false, err
	}
	defer stop()
	files, err := o.files()
	if err != nil {
		return false, err
	}
	if o.record {
		return false, writeRecords(ctx, &session{dsn: pg, prepare: readOnly}, o.corpus, files)
	}
	waggle, stop, err := startWaggle(ctx, o)
	if err != nil {
		return false, err
	}
	defer stop()
	r := results{options: o}
	for _, part := range []struct {
		name string
		into *score
		run  func(*judge) error
	}{
		{"corpus", &r.corpus, func(j *judge) error { return j.judgeCorpus(ctx, files) }},
		{"expressions", &r.expressions, func(j *judge) error { return j.judgeExpressions(ctx, &r) }},
		{"shapes", &r.shapes, func(j *judge) error { return j.judgeShapes(ctx, o.seed, o.shapes) }},
	} {
		j := &judge{oracle: &session{dsn: pg, prepare: readOnly}, waggle: &session{dsn: waggle}, out: &lines{to: os.Stdout}, words: o.words}
		began := time.Now()
		err := part.run(j)
		j.fresh()
		if err != nil {
			return false, err
		}
		*part.into = j.score
		fmt.Printf("%s: %s in %s\n", part.name, &j.score, time.Since(began).Round(time.Millisecond))
	}
	if err := r.judgeTables(ctx); err != nil {
		return false, err
	}
	return r.differ(), r.write(o.report)
}

// suite reports whether an answer to a folder of queries differs.
func (o *options) suite(ctx context.Context) (bool, error) {
	t := &suite{sandbox: o.sandbox, files: o.tpch, queries: "testdata/tpch", spreads: tpchSpreads, match: o.spread, only: o.match, out: os.Stdout}
	if o.folder != "" {
		all, err := evenly(o.folder)
		if err != nil {
			return false, err
		}
		t.files, t.queries, t.spreads = o.folder, o.queries, all
	}
	failed, err := t.run(ctx)
	return failed > 0, err
}

// judgeTables runs random shapes over stored tables.
func (r *results) judgeTables(ctx context.Context) error {
	if r.options.tables == 0 && r.options.columns == 0 {
		return nil
	}
	w, err := newWorld(ctx, r.options.bin)
	if err != nil {
		return err
	}
	defer w.stop()
	if err := r.judgeGrounds(ctx, w.grounds()); err != nil {
		return err
	}
	s, err := newSnow(ctx, r.options.sandbox, w.server)
	if err != nil {
		return err
	}
	defer s.stop()
	return r.judgeGrounds(ctx, s.grounds())
}

// judgeGrounds judges random shapes, and random expressions over columns, on the routes that are asked for.
func (r *results) judgeGrounds(ctx context.Context, g grounds) error {
	g.routes = slices.DeleteFunc(g.routes, func(way *route) bool { return !strings.Contains(way.name, r.options.route) })
	if len(g.routes) == 0 {
		return nil
	}
	j := &routed{g, &lines{to: os.Stdout}}
	defer j.close()
	began := time.Now()
	if err := j.judgeSeeds(ctx, r.options.seed, r.options.tables); err != nil {
		return err
	}
	for _, way := range j.routes {
		fmt.Println(way)
	}
	r.routes = append(r.routes, j.routes...)
	fmt.Printf("shapes over stored tables in %s\n", time.Since(began).Round(time.Millisecond))
	return r.judgeColumns(ctx, j)
}

// judgeColumns judges random expressions over the columns of a stored table.
func (r *results) judgeColumns(ctx context.Context, j *routed) error {
	if r.options.columns == 0 {
		return nil
	}
	began, all := time.Now(), j.another()
	if err := all.judgeColumns(ctx, r.generator, r.options.seed, r.options.columns); err != nil {
		return err
	}
	for _, way := range all.routes {
		fmt.Printf("expressions, %s: %s, %d of them computed by the source\n", way.name, &way.score, way.direct)
	}
	r.columns = append(r.columns, all.routes...)
	fmt.Printf("expressions over stored columns in %s\n", time.Since(began).Round(time.Millisecond))
	return nil
}

func (o *options) files() ([][]statement, error) {
	if o.corpus == "" {
		return nil, nil
	}
	files, err := corpus(o.corpus)
	var out [][]statement
	for _, f := range files {
		if len(f) > 0 && strings.Contains(f[0].file, o.match) {
			out = append(out, f)
		}
	}
	return out, err
}

func startOracle(ctx context.Context, dsn string) (string, func(), error) {
	if dsn != "" {
		return dsn, func() {}, nil
	}
	s, err := oracle.Start(ctx)
	if err != nil {
		return "", nil, err
	}
	return s.DSN(), s.Stop, nil
}

func startWaggle(ctx context.Context, o *options) (string, func(), error) {
	if o.waggle != "" {
		return o.waggle, func() {}, nil
	}
	dir, err := os.MkdirTemp("", "waggle-judge-")
	if err != nil {
		return "", nil, err
	}
	remove := func() { _ = os.RemoveAll(dir) }
	v, err := serve(ctx, o.bin, dir)
	if err != nil {
		remove()
		return "", nil, err
	}
	return v.DSN("require"), func() { v.Stop(); remove() }, nil
}

// serve makes a site in dir and serves it.
func serve(ctx context.Context, bin, dir string) (*e2e.Server, error) {
	site, err := newSite(ctx, bin, dir, "")
	if err != nil {
		return nil, err
	}
	return site.Serve(ctx)
}

// newSite makes a site in dir for the program bin, which is built there when it is empty.
func newSite(ctx context.Context, bin, dir, more string) (*e2e.Site, error) {
	var err error
	if bin == "" {
		bin, err = e2e.Build(ctx, dir)
	} else {
		bin, err = filepath.Abs(bin)
	}
	if err != nil {
		return nil, err
	}
	return e2e.NewSite(ctx, bin, dir, more)
}

// writeRecords writes PostgreSQL's answers beside each corpus file.
func writeRecords(ctx context.Context, s *session, dir string, files [][]statement) error {
	for _, file := range files {
		s.close()
		var b strings.Builder
		for i := range file {
			a, err := textOn(ctx, s, &file[i])
			if err != nil {
				return fmt.Errorf("%s:%d: %w", file[i].file, file[i].line, err)
			}
			(&record{file[i].sql, *a}).write(&b)
		}
		if err := os.WriteFile(recordPath(filepath.Join(dir, file[0].file)), []byte(b.String()), 0o644); err != nil {
			return err
		}
	}
	s.close()
	return nil
}
