package workspace

import (
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"
)

// gen writes random well-typed expressions over table t; forms of each type name the types of their operands in braces.
type gen struct{ r *rand.Rand }

var grammar = map[string][]string{
	"int":  {"i2", "i4", "id", "7", "-3", "{int} + {int}", "{int} - {int}", "{int} * {int}", "{int} / {int}", "{int} % {int}", "abs({int})", "length({text})", "CASE WHEN {bool} THEN {int} ELSE {int} END", "coalesce({int}, {int})", "greatest({int}, {int})", "{num}::int4", "{date} - {date}", "strpos({text}, {text})", "extract(day from {ts})::int"},
	"num":  {"n2", "n", "1.50", "-0.001", "{num} + {num}", "{num} - {num}", "{num} * {num}", "{num} / {num}", "round({num}, 2)", "-{num}", "{int}::numeric", "CASE WHEN {bool} THEN {num} ELSE {num} END", "coalesce({num}, {num})", "least({num}, {num})", "{num} + {int}", "extract(second from {ts})", "abs({num})"},
	"text": {"s", "u", "v", "'ab'", "''", "{text} || {text}", "substring({text}, {int}, 2)", "left({text}, {int})", "upper({text})", "{int}::text", "{num}::text", "{bool}::text", "replace({text}, 'a', 'zz')", "btrim({text})", "coalesce({text}, {text})", "CASE WHEN {bool} THEN {text} END", "{date}::text", "lpad({text}, 5, '*')"},
	"bool": {"b", "true", "{int} > {int}", "{int} = {int}", "{num} < {num}", "{num} = {num}", "{text} < {text}", "{text} = {text}", "{text} LIKE 'a%'", "{text} ~ '^[a-z]+$'", "{bool} AND {bool}", "{bool} OR {bool}", "NOT {bool}", "{text} IS NULL", "{int} IN ({int}, {int})", "{num} IN (1, {num})", "{num} IS DISTINCT FROM {num}", "{date} < {date}", "{ts} >= {ts}", "{int} BETWEEN {int} AND {int}", "{bool} IS NOT TRUE", "starts_with({text}, {text})"},
	"date": {"d", "date '2024-02-29'", "{date} + 3", "{ts}::date", "greatest({date}, {date})"},
	"ts":   {"ts", "timestamp '2000-01-01 12:30:45.5'", "{ts} + interval '1 month'", "{ts} - interval '25 hours'", "date_trunc('month', {ts})", "{date} + interval '1 day'", "{date}::timestamp", "CASE WHEN {bool} THEN {ts} ELSE {ts} END"},
}

func (g *gen) expr(kind string, depth int) string {
	forms := grammar[kind]
	for {
		f := forms[g.r.IntN(len(forms))]
		if depth <= 0 && strings.Contains(f, "{") {
			continue
		}
		for strings.Contains(f, "{") {
			before, rest, _ := strings.Cut(f, "{")
			inner, after, _ := strings.Cut(rest, "}")
			f = before + "(" + g.expr(inner, depth-1) + ")" + after
		}
		return f
	}
}

// TestRandomExpressions judges random expressions by PostgreSQL; WAGGLE_SEED and WAGGLE_COUNT choose others and more.
func TestRandomExpressions(t *testing.T) {
	seed, count := uint64(1), 150
	if v, err := strconv.ParseUint(os.Getenv("WAGGLE_SEED"), 10, 64); err == nil {
		seed = v
	}
	if v, err := strconv.Atoi(os.Getenv("WAGGLE_COUNT")); err == nil {
		count = v
	}
	j := &judge{r: newRig(t), t: t, anyError: true}
	g := &gen{rand.New(rand.NewPCG(seed, 17))}
	kinds := []string{"int", "num", "text", "bool", "date", "ts"}
	for range count {
		e := g.expr(kinds[g.r.IntN(len(kinds))], 3)
		if !j.compare("SELECT id, " + e + " FROM t") {
			for _, row := range []string{"1", "2", "3"} {
				j.compare("SELECT id, " + e + " FROM t WHERE id = " + row)
			}
		}
	}
	t.Logf("%d queries, %d refused", j.total, len(j.refused))
}
