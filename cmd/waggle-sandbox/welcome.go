package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

// welcome prints what to do next.
func (d *demonstration) welcome(out io.Writer) {
	fmt.Fprintf(out, "\nWaggle serves %s on %s; the console is http://%s (Ctrl-C ends everything).\n\n", organisation, d.flags.pg, d.flags.http)
	for _, u := range d.users {
		fmt.Fprintf(out, "  psql '%s'\n", u.DSN)
	}
	if d.generated != nil {
		d.welcomeData(out)
	}
	fmt.Fprint(out, welcomeText)
}

// welcomeData says what the brought tables are called here.
func (d *demonstration) welcomeData(out io.Writer) {
	fmt.Fprintf(out, "\nFrom %s:\n\n", d.flags.data)
	for _, model := range slices.Sorted(maps.Keys(d.generated)) {
		for _, f := range d.generated[model] {
			if name, ok := strings.CutSuffix(f.Name, ".yaml"); ok && name != "model" {
				fmt.Fprintf(out, "  SELECT * FROM %s.%s LIMIT 10;\n", model, name)
			}
		}
	}
}

const welcomeText = `
Worth asking, as each of them:

  \d
  SELECT count(*), min(started), max(started) FROM calls;
  SELECT title, started, duration_s FROM calls WHERE started >= now() - interval '30 days' ORDER BY started DESC LIMIT 10;
  SELECT date_trunc('month', started)::date AS month, count(*) AS calls, MEASURE(negative_share) FROM calls GROUP BY 1 ORDER BY 1;
  SELECT m.summary, c.title FROM meetings m JOIN calls c ON c.started::date = m.start_time::date LIMIT 10;
  EXPLAIN SELECT title FROM calls WHERE started >= '2026-10-01' AND title ILIKE '%renewal%';
  SELECT time, login, path, rows, statement, source_calls FROM waggle.audit_log ORDER BY time DESC LIMIT 5;
  SELECT source, status, url FROM waggle.connections;

admin sees every call that is not private to others, analyst those of his team, emea those of EMEA's people: Gong's
permission profiles say so.
Each sees the meetings of his own calendars. The audit log shows each his own statements, and admin everybody's.

`
