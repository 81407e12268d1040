package planner

import (
	"fmt"
	"strings"
	"testing"
)

const typicalQuery = `SELECT d.stage, date_trunc('month', c.started) AS month, count(*) AS calls, avg(c.score) AS score
FROM call c JOIN deal d ON d.id = c.deal_id WHERE c.started >= '2026-01-01' AND c.mood < 0 GROUP BY 1, 2 ORDER BY 2, 1 LIMIT 100`

// BenchmarkPlanCold plans a typical BI query from its text.
func BenchmarkPlanCold(b *testing.B) {
	in := testInput(b, typicalQuery)
	for b.Loop() {
		if _, err := Prepare(in); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkPlanLongIn plans an IN list of 10,000 items.
func BenchmarkPlanLongIn(b *testing.B) {
	in := testInput(b, "SELECT id FROM call WHERE id IN ('x'"+strings.Repeat(",'abcdefgh'", 9_999)+")")
	for b.Loop() {
		if _, err := Split(in.Query.Text); err != nil {
			b.Fatal(err)
		}
		if _, err := Prepare(in); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkPlanManyJoins plans a join of 1,000 tables of two sources.
func BenchmarkPlanManyJoins(b *testing.B) {
	var from, where strings.Builder
	from.WriteString("SELECT t0.id FROM ticket t0")
	where.WriteString(" WHERE t0.id = 1")
	for i := range 999 {
		table := []string{"ticket", "invoice"}[i%2]
		fmt.Fprintf(&from, " JOIN %s t%d ON t%d.id = t%d.id", table, i+1, i+1, i)
		fmt.Fprintf(&where, " AND t%d.id < %d", i+1, i+1000)
	}
	in := testInput(b, from.String()+where.String())
	for b.Loop() {
		if _, err := Prepare(in); err != nil {
			b.Fatal(err)
		}
	}
}
