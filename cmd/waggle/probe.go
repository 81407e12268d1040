package main

import (
	"context"
	_ "embed"
	"fmt"
	"slices"
	"strings"

	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/planner"
)

// probeText is a table of expressions, each with PostgreSQL 17's answer: the values of its rows, or the SQLSTATE of its error.
//
//go:embed probes.txt
var probeText string

// probeValues are the rows that probes are about; their columns are probeColumns.
const (
	probeColumns = "k, i4, i8, n, m, f, s, u, b, d, ts, tz"
	probeValues  = `(1, 7, 100::int8, 10.50, 0.3333, 2.5::float8, 'abc', 'a_c', true, DATE '2024-02-29', TIMESTAMP '2024-02-29 13:14:15.123456', TIMESTAMPTZ '2024-03-10 09:30:00+00'),
(2, -7, -9000000000, -0.01, -12.5000, -1e10::float8, 'ABC', 'a%c', false, DATE '1999-12-31', TIMESTAMP '1999-12-31 23:59:59.999999', TIMESTAMPTZ '1999-12-31 23:59:59+00'),
(3, 0, 0::int8, 0.00, 0.0000, 0::float8, 'étoile', 'x''y', NULL, DATE '2000-01-01', TIMESTAMP '2000-01-01 00:00:00', TIMESTAMPTZ '2000-01-01 00:00:00+00'),
(4, 2147483, 9000000000000000, 9999999999.99, 12345678.5678, 'NaN'::float8, '  pad  ', '', true, DATE '1970-01-01', TIMESTAMP '1970-01-01 00:00:00', TIMESTAMPTZ '1970-01-01 00:00:00+00'),
(5, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
(6, 1, 3::int8, 3.33, 2.5000, '-Infinity'::float8, '100%', 'a\b', false, DATE '2024-12-30', TIMESTAMP '2024-12-30 08:00:00', TIMESTAMPTZ '2024-12-30 08:00:00+00')`
)

// probe is an expression over the rows, or a query over them as v, and what PostgreSQL answers.
type probe struct {
	Text string
	Want []string // rows, their cells separated by " | "; "! SQLSTATE" for an error
}

// probes reads blocks of a probe and its answer's lines, each after "= ", separated by empty lines.
func probes(text string) []probe {
	var out []probe
	for _, block := range strings.Split(strings.TrimSpace(text), "\n\n") {
		lines := strings.Split(block, "\n")
		p := probe{Text: lines[0], Want: make([]string, len(lines)-1)}
		for i, l := range lines[1:] {
			p.Want[i] = strings.TrimPrefix(l, "= ")
		}
		out = append(out, p)
	}
	return out
}

// query is a probe's statement. Its values stand beside a row of an entity, so that the entity's source computes with them.
func (p probe) query(from string) string {
	text := p.Text
	if !strings.HasPrefix(text, "SELECT ") {
		text = "SELECT " + text + " FROM v ORDER BY k"
	}
	values := "(VALUES " + probeValues + ") AS z(" + probeColumns + ")"
	if from != "" {
		values = "(SELECT 1 AS one FROM " + from + " LIMIT 1) AS e, " + values
	}
	return "WITH v AS (SELECT z.* FROM " + values + ") " + text
}

// probes asks the source all of them that it is asked at all.
func (v *verifier) probes(ctx context.Context, from string) {
	all, here := probes(probeText), 0
	for _, p := range all {
		prepared, err := v.prepare(ctx, p.query(from))
		switch {
		case err != nil:
			v.fail(p.Text, err)
		case prepared.Path != planner.Direct:
			here++
		default:
			rows, err := v.run(ctx, prepared)
			v.compare(p, rows, err)
		}
	}
	if here > 0 {
		v.add("expressions", "here", fmt.Sprintf("%d of %d are computed by Waggle, not by the source", here, len(all)))
	}
}

// compare records a probe's answer beside PostgreSQL's.
func (v *verifier) compare(p probe, rows [][]string, err error) {
	got := make([]string, len(rows))
	for i, r := range rows {
		got[i] = strings.Join(r, " | ")
	}
	if err != nil {
		got = []string{"! " + pgerr.Code(err)}
	}
	switch {
	case slices.Equal(got, p.Want):
		v.add(p.Text, "ok", "")
	case err != nil:
		v.fail(p.Text, err)
	default:
		v.add(p.Text, "differs", fmt.Sprintf("PostgreSQL answers %q, the source %q", p.Want, got))
	}
}
