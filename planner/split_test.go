package planner

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/waggle-sql/waggle/internal/golden"
	"github.com/waggle-sql/waggle/internal/pgerr"
)

func TestSplit(t *testing.T) {
	golden.Run(t, "testdata/split.test", func(t *testing.T, c *golden.Case) string {
		input := strings.ReplaceAll(c.Input, `\t`, "\t")
		switch c.Command {
		case "split":
			return splitText(input)
		case "template":
			text, literals := Template(input)
			return fmt.Sprintf("%s\n%q", text, literals)
		}
		t.Fatalf("unknown command %s", c.Command)
		return ""
	})
}

func splitText(input string) string {
	pieces, err := Split(input)
	if err != nil {
		e := pgerr.From(err)
		return fmt.Sprintf("%s %s at %d", e.Code, e.Message, e.Position)
	}
	var out strings.Builder
	for _, p := range pieces {
		fmt.Fprintf(&out, "%s %d %q\n", [...]string{"empty", "query", "utility"}[p.Kind], p.Offset, p.Text)
	}
	return out.String()
}

// TestGuardRefusesWhatKillsTheParser holds invariant 5: each of these ends a process that parses it with libpg_query.
func TestGuardRefusesWhatKillsTheParser(t *testing.T) {
	n := 100_000
	for name, text := range map[string]string{
		"sum":            "SELECT 1" + strings.Repeat("+1", n),
		"casts":          "SELECT 1" + strings.Repeat("::int", n),
		"unions":         "SELECT 1" + strings.Repeat(" UNION ALL SELECT 1", n),
		"unions of rows": "SELECT 1, 2" + strings.Repeat(" UNION ALL SELECT 1, 2", n),
		"joins":          "SELECT 1 FROM a" + strings.Repeat(" CROSS JOIN a", n),
		"parens":         "SELECT " + strings.Repeat("(", n) + "1" + strings.Repeat(")", n),
		"brackets":       "SELECT a" + strings.Repeat("[1]", n),
		"arrays":         "SELECT " + strings.Repeat("ARRAY[", n) + "1" + strings.Repeat("]", n),
		"nots":           "SELECT " + strings.Repeat("NOT ", n) + "true",
		"minus":          "SELECT " + strings.Repeat("- ", n) + "1",
		"cases":          "SELECT " + strings.Repeat("CASE WHEN true THEN ", n) + "1" + strings.Repeat(" END", n),
		"calls":          "SELECT " + strings.Repeat("abs(", n) + "1" + strings.Repeat(")", n),
		"concat":         "SELECT 'a'" + strings.Repeat("||'a'", n),
		"is":             "SELECT a" + strings.Repeat(" IS NULL", n),
		"collate":        "SELECT a" + strings.Repeat(` COLLATE "C"`, n),
		"zones":          "SELECT a" + strings.Repeat(" AT TIME ZONE 'UTC'", n),
		"tokens":         "SELECT 1" + strings.Repeat(",1", 300_000),
		"bytes":          "SELECT '" + strings.Repeat("x", 17<<20) + "'",
	} {
		t.Run(name, func(t *testing.T) {
			best := time.Hour
			for i := 0; i < 4 && best > 250*time.Millisecond; i++ { // a stall is the machine's, and comes once
				began := time.Now()
				_, err := Split(text)
				best = min(best, time.Since(began))
				if pgerr.Code(err) != pgerr.StatementTooComplex {
					t.Fatalf("got %v", err)
				}
			}
			if best > 250*time.Millisecond {
				t.Errorf("took %v", best)
			}
		})
	}
}

// TestGuardAdmitsWhatToolsSend: long flat lists are no danger.
func TestGuardAdmitsWhatToolsSend(t *testing.T) {
	for name, text := range map[string]string{
		"in":     "SELECT * FROM t WHERE id IN (1" + strings.Repeat(",1", 100_000) + ")",
		"or":     "SELECT * FROM t WHERE a = 1" + strings.Repeat(" OR a = 1 + 1", 30_000),
		"and":    "SELECT * FROM t WHERE a <> 1" + strings.Repeat(" AND NOT a = 1", 30_000),
		"values": "VALUES (1, 'a')" + strings.Repeat(", (1, 'a')", 50_000),
		"bytes":  "SELECT '" + strings.Repeat("x", 15<<20) + "'",
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := Split(text); err != nil {
				t.Fatal(err)
			}
		})
	}
}

func FuzzSplit(f *testing.F) {
	for _, s := range []string{"SELECT 1", "a;b;;", "$a$;$a$", "'it''s'", "E'\\''", "/* /* */ */", `"a""b"`, "U&'x'", "1e+5.5..6", "::=", "$1$2"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		pieces, err := Split(text)
		if err != nil {
			return
		}
		for _, p := range pieces {
			if p.Kind != EmptyPiece && text[p.Offset:p.Offset+len(p.Text)] != p.Text {
				t.Fatalf("%q is not at %d", p.Text, p.Offset)
			}
			Template(p.Text)
		}
	})
}
