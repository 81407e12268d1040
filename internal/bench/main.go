// Command bench measures Waggle beside its anchors in one run, prints the table and writes docs/benchmarks.md (`make
// bench`). It needs PostgreSQL 17 (`make oracle`), pgbench and pgbouncer, and for TPC-H the tables as Parquet files
// in .cache/tpch/sf0.1 or $WAGGLE_TPCH.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"time"

	"github.com/waggle-sql/waggle/engine/workspace"
	"github.com/waggle-sql/waggle/internal/e2e"
	"github.com/waggle-sql/waggle/internal/oracle"
)

func main() {
	if len(os.Args) == 2 && os.Args[1] == "worker" {
		workspace.Main()
		return
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	var err error
	switch {
	case len(os.Args) == 3 && os.Args[1] == "discard":
		err = discardMain(ctx, os.Args[2])
	case len(os.Args) == 3 && os.Args[1] == "memory":
		err = memoryMain(ctx, os.Args[2])
	default:
		err = run(ctx, os.Args[1:])
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// bench is one run: what is started for all figures, and the figures so far.
type bench struct {
	dir      string
	site     *e2e.Site
	server   *e2e.Server
	postgres *oracle.Server
	cert     certificate
	figures  []figure
}

// figure is one row of the table.
type figure struct {
	name, value, anchor, goal string
	met                       *bool // nil when there is no goal
	note                      string
}

func (b *bench) add(f figure) {
	b.figures = append(b.figures, f)
	fmt.Println(f.line())
}

// part is a group of figures; args of the command line choose some by name.
type part struct {
	name string
	run  func(context.Context, *bench) error
}

var parts = []part{{"rows", rows}, {"direct", direct}, {"select1", selectOne}, {"plan", plans}, {"audit", auditRecords}, {"worker", workers}, {"idle", idle}, {"slow", slowReader},
	{"snowflake", warehouse{"Snowflake", "Snowflakes", "sf"}.run},
	{"databricks", warehouse{"Databricks", "Databricks workspaces", "lake"}.run}, {"tpch", tpch}, {"load", underLoad}}

func run(ctx context.Context, only []string) error {
	dir, err := os.MkdirTemp("", "waggle-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if err := os.Chmod(dir, 0o755); err != nil { // PostgreSQL and PgBouncer are other users
		return err
	}
	b := &bench{dir: dir}
	if err := b.start(ctx); err != nil {
		return err
	}
	defer b.stop()
	failed := b.take(ctx, parts, only)
	if len(only) > 0 || ctx.Err() != nil {
		return failed
	}
	return errors.Join(failed, b.write(filepath.Join("docs", "benchmarks.md")))
}

// take runs parts, all or those of the names. One that fails leaves the others; an interrupt ends the run.
func (b *bench) take(ctx context.Context, parts []part, only []string) (failed error) {
	for _, p := range parts {
		if len(only) > 0 && !slices.Contains(only, p.name) {
			continue
		}
		err := p.run(ctx, b)
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if err != nil {
			b.add(figure{name: p.name, value: "failed: " + err.Error()})
			failed = errors.Join(failed, fmt.Errorf("%s: %w", p.name, err))
		}
	}
	return failed
}

// start builds Waggle and starts it and PostgreSQL, both with TLS.
func (b *bench) start(ctx context.Context) (err error) {
	if b.cert, err = newCertificate(b.dir); err != nil {
		return err
	}
	b.postgres, err = oracle.Start(ctx, "ssl=on", "ssl_cert_file="+b.cert.file, "ssl_key_file="+b.cert.postgresKey, "max_connections=200",
		"shared_buffers=512MB", "max_parallel_workers_per_gather=0")
	if err != nil {
		return err
	}
	bin, err := e2e.Build(ctx, b.dir)
	if err != nil {
		return err
	}
	site := filepath.Join(b.dir, "site")
	if err := os.Mkdir(site, 0o700); err != nil {
		return err
	}
	more := b.sourceYAML() + fmt.Sprintf("tls: {certificate: %q, key: %q}\nlimits: {connections: 12000}\n", b.cert.file, b.cert.key)
	if b.site, err = e2e.NewSite(ctx, bin, site, more); err != nil {
		return err
	}
	if err := b.model(); err != nil {
		return err
	}
	return b.serve(ctx)
}

func (b *bench) serve(ctx context.Context) (err error) {
	b.server, err = b.site.Serve(ctx)
	return err
}

func (b *bench) stop() {
	if b.server != nil {
		b.server.Stop()
	}
	if b.postgres != nil {
		b.postgres.Stop()
	}
}

// restart gives a figure a fresh server process.
func (b *bench) restart(ctx context.Context) error {
	b.server.Stop()
	return b.serve(ctx)
}

// discardMain is the client process: it runs a job and prints what came of it as JSON.
func discardMain(ctx context.Context, text string) error {
	var j discardJob
	if err := json.Unmarshal([]byte(text), &j); err != nil {
		return err
	}
	r, err := j.run(ctx)
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(r)
}

func goal(ok bool) *bool { return &ok }

func seconds(d time.Duration) string { return fmt.Sprintf("%.2f s", d.Seconds()) }
