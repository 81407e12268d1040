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

// about says what the page's figures are.
const about = "# Judged by PostgreSQL 17\n\n`make judge` writes this page: each statement ran on Waggle and on a real PostgreSQL 17.9; names, types, typmods, rows, command tags,\n" +
	"SQLSTATEs, messages and positions were compared. The corpus ran by the simple protocol with text and by the extended protocol with binary\n" +
	"results. Random expressions ran a hundred to a statement, without rows (computed in the proxy) and over rows (in the workspace), half of them\n" +
	"each way; what PostgreSQL refuses ran alone, of the second kind every twentieth. Shapes and expressions over stored tables ran on each\n" +
	"route to the same rows: all in one source, or spread over two, with pushdown and without; of two PostgreSQL databases each is on a server of\n" +
	"its own.\n\n" +
	"Where only one side raises an error of the data (class 22), it is taken for equal only when PostgreSQL does as Waggle once it must compute\n" +
	"each literal at run time, or when a part of the expression alone raises it on the side that answered: what is not needed may be computed or not.\n\n" +
	"A long run, some hours on two cores:\n\n" +
	"    make judge JUDGE=\"-seed 1000000 -expressions 1000000 -columns 1000000 -shapes 30000 -tables 30000\"\n\n" +
	"`-route NAME` chooses routes. Seed n is always the same expression: `-seed n -expressions 1` asks for it alone.\n\n"

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
	b.WriteString(about)
	fmt.Fprintf(&b, "- date: %s\n- commit: %s\n- seeds: %d and up, by number of statements\n\n", time.Now().UTC().Format("2006-01-02"), strings.TrimSpace(string(commit)), r.options.seed)
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
