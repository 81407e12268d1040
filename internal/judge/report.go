package main

import (
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"time"
)

// results are the scores of one run.
type results struct {
	options                     *options
	generator                   *generator // of random expressions
	corpus, expressions, shapes score
	routes, columns             []*route
}

func (r *results) differ() bool {
	n := r.corpus.verdicts[different] + r.expressions.verdicts[different] + r.shapes.verdicts[different]
	for _, way := range slices.Concat(r.routes, r.columns) {
		n += way.verdicts[different]
	}
	return n > 0
}

// row is a line of the report's table.
type row struct {
	name string
	s    *score
}

// write writes docs/judged.md; an empty path writes nothing.
func (r *results) write(path string) error {
	if path == "" {
		return nil
	}
	commit, err := exec.Command("git", "rev-parse", "--short", "HEAD").Output()
	if err != nil {
		commit = []byte("unknown")
	}
	var b strings.Builder
	fmt.Fprintf(&b, "# Judged by PostgreSQL 17\n\n`make judge` writes this page: each statement ran on Waggle and on a real PostgreSQL 17.9, by the simple protocol with text\n"+
		"and by the extended protocol with binary results; names, types, typmods, rows, command tags, SQLSTATEs, messages and positions were\ncompared. Shapes over stored tables ran on each route to the same rows: all in one source, or spread over two, with pushdown and without.\n\n"+
		"- date: %s\n- commit: %s\n- seeds: %d and up\n\n", time.Now().UTC().Format("2006-01-02"), strings.TrimSpace(string(commit)), r.options.seed)
	b.WriteString("| statements | count | equal | refused (0A000) | other message or position | different |\n|---|---|---|---|---|---|\n")
	rows := []row{{"corpus (testdata/judge)", &r.corpus}, {"random expressions", &r.expressions}, {"random query shapes", &r.shapes}}
	for _, way := range r.routes {
		rows = append(rows, row{"random query shapes over stored tables, " + way.name, &way.score})
	}
	for _, way := range r.columns {
		rows = append(rows, row{fmt.Sprintf("random expressions over stored columns, %s; %d computed by the source", way.name, way.direct), &way.score})
	}
	for _, row := range rows {
		v := row.s.verdicts
		fmt.Fprintf(&b, "| %s | %d | %d | %d | %d | %d |\n", row.name, row.s.total, v[equal], v[refused], v[worded], v[different])
	}
	b.WriteString("\nPostgreSQL computes constant arms of COALESCE and CASE before it knows whether they are reached, and raises their errors; statements\n" +
		"in which Waggle does not are among those that differ. `make judge` prints each.\n")
	b.WriteString("\n## Refused\n\nAnswered with 0A000 and a position, never wrongly:\n\n")
	var all score
	for _, row := range rows {
		all.merge(row.s)
	}
	for _, line := range all.refusals() {
		fmt.Fprintf(&b, "- %s\n", line)
	}
	return os.WriteFile(path, []byte(b.String()), 0o644)
}
