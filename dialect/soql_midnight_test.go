package dialect

import (
	"strings"
	"testing"
	"time"

	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/planner/plan"
)

// TestSOQLMidnight: a date compares with a moment as the moment at which it begins, also where a zone has left out midnight (São Paulo),
// a whole day (Samoa), or has had the hour behind it twice (Havana).
func TestSOQLMidnight(t *testing.T) {
	column := soqlColumn{name: "D", column: plan.Column{Physical: "D", Type: plan.Type{OID: pgcat.Date, Mod: -1}, Field: &plan.Field{Kind: "date", Filter: true}}}
	lists := 0
	for zone, around := range map[string]string{"UTC": "2026-03-01", "Europe/Berlin": "2026-03-29", "America/Sao_Paulo": "2018-11-04", "America/Havana": "2025-11-02",
		"Pacific/Apia": "2011-12-30", "Asia/Beirut": "2024-03-31"} {
		env := plan.Settings{TimeZone: zone, DateStyle: "ISO, MDY"}.Env()
		day := (datum.Date)(must(time.Parse(time.DateOnly, around)).Unix() / 86_400)
		for quarter := -240; quarter <= 240; quarter++ {
			value := datum.Timestamp((int64(day)*86_400 + int64(quarter)*900) * 1_000_000)
			for op := range soqlOps {
				got := soqlComparison{column: column, op: op, value: value}.midnight(pgcat.TimestampTZ, &env)
				if got.support != plan.Exact {
					t.Fatalf("%s: D %s %d is not said", zone, op, value)
				}
				if strings.Contains(got.text, "IN (") {
					lists++
				}
				for d := day - 4; d <= day+4; d++ {
					begin, err := datum.Cast(d, pgcat.Date, pgcat.TimestampTZ, -1, true, &env)
					if err != nil {
						t.Fatal(err)
					}
					if said, want := got.holds(t, soqlDay(d)), ordered(op, datum.Compare(pgcat.TimestampTZ, begin, value)); said != want {
						t.Errorf("%s: %s %s %s is said as %s", zone, soqlDay(d), op, datum.AppendText(nil, pgcat.TimestampTZ, value, &env), got.text)
					}
				}
			}
		}
	}
	if lists != 2 {
		t.Errorf("%d comparisons with a midnight of two days", lists)
	}
}

func must(t time.Time, err error) time.Time {
	if err != nil {
		panic(err)
	}
	return t
}

func ordered(op string, side int) bool {
	switch op {
	case "=":
		return side == 0
	case "<>":
		return side != 0
	case "<":
		return side < 0
	case "<=":
		return side <= 0
	case ">":
		return side > 0
	}
	return side >= 0
}

// holds computes a condition on a day that is given.
func (c soqlCond) holds(t *testing.T, day string) bool {
	text := strings.TrimSuffix(c.text, " AND D != null")
	switch {
	case c.none:
		return false
	case c.all, text == "D != null":
		return true
	case strings.HasPrefix(text, "D IN ("):
		return strings.Contains(text, day)
	case strings.HasPrefix(text, "D NOT IN ("):
		return !strings.Contains(text, day)
	}
	words := strings.Fields(text)
	if len(words) != 3 {
		t.Fatalf("said: %s", c.text)
	}
	return ordered(strings.Replace(words[1], "!=", "<>", 1), strings.Compare(day, words[2]))
}
