package sfsql

import (
	"strings"
	"testing"

	"github.com/waggle-sql/waggle/internal/sandbox/sqltest"
)

// FuzzCompile demands that no text makes Compile panic, and that what it accepts names no relation but by the environment's text.
func FuzzCompile(f *testing.F) {
	for _, s := range []string{"SELECT 1", "SELECT id, SUM(n) OVER (ORDER BY id) FROM t QUALIFY 1 = 1", "WITH a AS (SELECT 1) SELECT * FROM a",
		"SELECT v:a[0]::INT FROM j, LATERAL FLATTEN(j.v) f", "SHOW TABLES IN SCHEMA a.b", "SELECT 'a\\x41' || $$b$$", "ALTER SESSION SET A = 1",
		"SELECT * FROM t JOIN u USING (id) WHERE id IN (SELECT id FROM u WHERE u.id = t.id)", "SELECT DATEADD(d, 1, CURRENT_DATE) - INTERVAL '1 day'",
		"SELECT COUNT(DISTINCT b, s) FROM t GROUP BY CUBE (b, (s, id)) HAVING GROUPING(b) = 0 ORDER BY 1 NULLS FIRST LIMIT 1 OFFSET 2"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		env := testEnv()
		q, err := Compile(text, env)
		if (q == nil) == (err == nil) {
			t.Fatalf("%q: %v, %v", text, q, err)
		}
	})
}

func TestDeep(t *testing.T) {
	for _, text := range sqltest.Deep() {
		if q, err := Compile(text, testEnv()); err == nil && len(q.SQL) > 1<<24 {
			t.Errorf("%.30q… makes %d bytes", text, len(q.SQL))
		}
	}
}

// TestWide compiles what clients do send: thousands of operands and list elements.
func TestWide(t *testing.T) {
	l := judged(open(t), testEnv())
	for _, text := range append(sqltest.Wide(),
		"SELECT COUNT(*) FROM t WHERE id"+strings.Repeat(" || ''", 300)+" = '1'",
		"SELECT COUNT(*) FROM t WHERE "+strings.Repeat("ABS(", 190)+"id"+strings.Repeat(")", 190)+" = 1",
	) {
		if got := l.Run(t, text); got != "NUMBER(18,0)\n1" {
			t.Errorf("%.60s…: %.200s", text, got)
		}
	}
	_, err := Compile("SELECT 1 FROM t WHERE id IN (1"+strings.Repeat(", 99", 16_384)+")", testEnv())
	if err == nil || err.Number != 1795 {
		t.Errorf("a list of 16,385: %v", err)
	}
}

// TestExpansion refuses texts whose macros would expand without bound, and lets ordinary nesting pass.
func TestExpansion(t *testing.T) {
	for text, fits := range map[string]bool{
		"SELECT n" + strings.Repeat(" / id", 4) + " FROM t":                                                  true,
		"SELECT n" + strings.Repeat(" / 2", 100) + " FROM t":                                                 true,
		"SELECT n" + strings.Repeat(" / id", 60) + " FROM t":                                                 false,
		"SELECT " + strings.Repeat("SUBSTR(", 50) + "s" + strings.Repeat(", 2)", 50) + " FROM t":             true,
		"SELECT " + strings.Repeat("SUBSTR(", 60) + "s" + strings.Repeat(", id)", 60) + " FROM t":            false,
		"SELECT " + strings.Repeat("REPLACE(", 100) + "s" + strings.Repeat(", 'a', 'b')", 100) + " FROM t":   true,
		"SELECT " + strings.Repeat("NULLIF(", 60) + "s" + strings.Repeat(", 'a')", 60) + " FROM t":           false,
		"SELECT " + strings.Repeat("1 / (", 100) + "id" + strings.Repeat(")", 100) + " FROM t":               false,
		"SELECT id FROM t WHERE s::TIMESTAMP_TZ::DATE = '2024-01-01'::TIMESTAMP_TZ::DATE AND s LIKE '%(((%'": true,
	} {
		if _, err := Compile(text, testEnv()); (err == nil) != fits {
			t.Errorf("%.60s…: %v", text, err)
		}
	}
}
