package main

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"time"
)

func (f figure) verdict() string {
	switch {
	case f.met == nil:
		return ""
	case *f.met:
		return "met"
	}
	return "missed"
}

func (f figure) line() string {
	return strings.Join([]string{f.name, f.value, f.anchor, f.note, f.goal, f.verdict()}, " | ")
}

// method says in a sentence each how the figures are taken.
const method = `- **Rows**: a client process logs in over TLS, sends one query and reads message headers alone, throwing the rows away; three
  rounds after a warm one, PostgreSQL and Waggle in turn, the median of each; CPU seconds are the server's with its children.
  "In memory" is the proxy in a process of its own with the audit log on, whose engine hands out batches of 8,192 rows made
  beforehand; "generated in the worker" is the real ` + "`waggle serve`" + `.
- **Direct**: a PostgreSQL source over verified TLS. One statement for one row is sent to the server and to Waggle in turn, each on one
  connection; the rows are read as above. The source is the same server as the anchor.
- **SELECT 1**: pgbench (one thread) with a script of that one statement, without TLS, through ` + "`waggle serve`" + ` and through PgBouncer before PostgreSQL,
  in turn, the median of the rounds. PgBouncer pools by transaction for the simple protocol, and by session for prepared
  statements, which its transaction pooling does not know before version 1.21.
- **Plan**: planner.Prepare (cold) and the engine's Prepare (cached), the median of many.
- **Audit**: 64 goroutines call Begin, which returns once the record is durable.
- **Worker**: round trips of one client; the pool has one worker per core ready.
- **Idle**: connections that have logged in and wait; growth of the server's resident memory over their number.
- **Slow reader**: a client that pauses after each 64 KiB; the server's resident memory while it reads.
- **Snowflake, Databricks**: waggle-sandbox demo over Parquet files with the same rows. The emulator, a process of its own, keeps the encoded chunks
  of what it was asked before, so that it costs next to nothing; rows are read as above, in turn with PostgreSQL's. Two sources are
  a UNION ALL of halves. The slow reader comes first, and takes rows that the emulator encodes meanwhile.
- **TPC-H**: orders and lineitem on one PostgreSQL 17, the other six tables on another, keys and foreign keys indexed. The same two
  servers stand behind Waggle and behind a third database with postgres_fdw (use_remote_estimate, ANALYZE, fetch_size 10000). DuckDB
  has two threads and all tables in memory. Each query runs twice each way in turn, and the shorter time counts; one of more than
  60 s counts as that. Answers are compared. The workspace's part is what EXPLAIN ANALYZE says, the shorter of two runs: from the last row
  loaded to the last row of the answer.
- **Load**: waggle-sandbox demo with all six sources. 64 connections ask four federated statements each; then sixteen people come and go for
  $WAGGLE_LOAD (a minute without it), whose statements are answered, prepared, read by cursors, refused, cancelled or left. What is open is
  counted after the first quarter and at the end, when nobody asks.
`

// write makes docs/benchmarks.md of the run.
func (b *bench) write(path string) error {
	var t strings.Builder
	t.WriteString("# Benchmarks\n\nWritten by `make bench`; not to be edited by hand.\n\n")
	fmt.Fprintf(&t, "Taken on %s at commit %s, on %s.\n\n", time.Now().UTC().Format(time.DateOnly), output("git", "rev-parse", "--short", "HEAD"), machine())
	t.WriteString("| figure | Waggle | anchor | ratio or note | goal | |\n|---|---|---|---|---|---|\n")
	for _, f := range b.figures {
		t.WriteString("| " + f.line() + " |\n")
	}
	t.WriteString("\n## Method\n\n" + method)
	return os.WriteFile(path, []byte(t.String()), 0o644)
}

func machine() string {
	model := ""
	data, _ := os.ReadFile("/proc/cpuinfo")
	for line := range strings.Lines(string(data)) {
		if name, ok := strings.CutPrefix(line, "model name"); ok && model == "" {
			model = strings.Trim(name, "\t :\n")
		}
	}
	return fmt.Sprintf("%d cores (%s), Linux %s, %s, load average before %s", runtime.NumCPU(), model, output("uname", "-r"), runtime.Version(), startLoad)
}

// startLoad is what else the machine did when the run began.
var startLoad = load()

func load() string {
	data, _ := os.ReadFile("/proc/loadavg")
	return strings.Join(strings.Fields(string(data))[:1], "")
}

func output(name string, args ...string) string {
	out, _ := exec.Command(name, args...).Output()
	return strings.TrimSpace(string(out))
}
