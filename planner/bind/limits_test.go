package bind

import (
	"strings"
	"testing"
	"time"

	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/planner/plan"
)

// TestLimits binds statements as large as the guard lets through: flat lists, chains of 2,000 and nesting of 250.
func TestLimits(t *testing.T) {
	view := testView()
	repeat := func(head, item, between, tail string, n int) string {
		return head + strings.TrimSuffix(strings.Repeat(item+between, n), between) + tail
	}
	cases := map[string]string{
		"in list":    repeat("SELECT a FROM t WHERE a IN (", "12345", ",", ")", 10000),
		"in strings": repeat("SELECT a FROM t WHERE b IN (", "'abc'", ",", ")", 10000),
		"in dates":   repeat("SELECT a FROM t WHERE d IN (", "'2020-01-01'", ",", ")", 5000),
		"or":         repeat("SELECT a FROM t WHERE ", "a = 1", " OR ", "", 10000),
		"and or":     repeat("SELECT a FROM t WHERE ", "a = 1 AND b = 'x'", " OR ", "", 5000),
		"values":     repeat("SELECT * FROM (VALUES ", "(1, 'x', 2.5)", ",", ") v", 5000),
		"sum":        repeat("SELECT ", "a", "+", " FROM t", 2000),
		"constants":  repeat("SELECT ", "1", "+", "", 2000),
		"concat":     repeat("SELECT ", "b", "||", " FROM t", 2000),
		"union":      repeat("", "SELECT 1", " UNION ALL ", "", 500),
		"joins":      repeat("SELECT 1 FROM ", "u", " NATURAL JOIN ", "", 1),
		"parens":     strings.Repeat("SELECT * FROM (", 60) + "SELECT 1" + strings.Repeat(") x", 60),
		"calls":      "SELECT " + strings.Repeat("abs(", 250) + "a" + strings.Repeat(")", 250) + " FROM t",
		"casts":      "SELECT a" + strings.Repeat("::int8::int4", 1000) + " FROM t",
		"cases":      "SELECT " + strings.Repeat("CASE WHEN bo THEN 1 ELSE ", 200) + "0" + strings.Repeat(" END", 200) + " FROM t",
		"scalars":    "SELECT " + strings.Repeat("(SELECT ", 100) + "1" + strings.Repeat(")", 100),
		"not":        "SELECT " + strings.Repeat("NOT ", 240) + "bo FROM t",
		"minus":      "SELECT " + strings.Repeat("- ", 240) + "a FROM t",
		"arrays":     "SELECT " + strings.Repeat("ARRAY[", 200) + "1" + strings.Repeat("]", 200),
		"rows":       "SELECT " + strings.Repeat("ROW(", 200) + "1" + strings.Repeat(")", 200),
		"group":      repeat("SELECT count(*) FROM t GROUP BY ", "a+1", ",", "", 300),
		"order":      repeat("SELECT a FROM t ORDER BY ", "a+1", ",", "", 300),
		"columns":    repeat("SELECT ", "a", ",", " FROM t", 1600),
		"ctes":       "WITH " + cteChain(200) + " SELECT * FROM c199",
		"cube":       "SELECT count(*) FROM t GROUP BY CUBE (a, b, c, d, ts, tz, f, v, bo, i8, u)",
	}
	for name, sql := range cases {
		t.Run(name, func(t *testing.T) {
			start := time.Now()
			_, err := Query(Input{Query: plan.Span{Text: sql}, View: view, Settings: plan.Settings{SearchPath: "public"}})
			if pgerr.Code(err) == pgerr.Internal {
				t.Fatal(pgerr.From(err).Unwrap())
			}
			took := time.Since(start)
			t.Logf("%v %v", took.Round(time.Millisecond), err)
			if took > 8*time.Second {
				t.Errorf("took %v", took)
			}
		})
	}
}

func cteChain(n int) string {
	out := "c0 AS (SELECT 1 AS n)"
	for i := 1; i < n; i++ {
		out += ", c" + number(int64(i)) + " AS (SELECT n + 1 AS n FROM c" + number(int64(i-1)) + ")"
	}
	return out
}

// FuzzQuery demands that no text makes binding panic.
func FuzzQuery(f *testing.F) {
	view := testView()
	for _, q := range []string{"SELECT a, count(*) FROM t GROUP BY ROLLUP (a) HAVING $1 > 2 ORDER BY 1", "SELECT 'x'::regclass, (1,2) = (3,'4')",
		"WITH RECURSIVE r(n) AS (VALUES (1) UNION SELECT n+1 FROM r) SELECT sum(n) OVER (ORDER BY n GROUPS 2 PRECEDING) FROM r",
		"SELECT t.*, x FROM t LEFT JOIN u USING (a), unnest(arr) WITH ORDINALITY AS x(y, z)"} {
		f.Add(q)
	}
	f.Fuzz(func(t *testing.T, q string) {
		if len(q) > 2000 {
			return
		}
		_, err := Query(Input{Query: plan.Span{Text: q}, View: view, Settings: plan.Settings{SearchPath: "public"}})
		if pgerr.Code(err) == pgerr.Internal {
			t.Fatal(pgerr.From(err).Unwrap())
		}
		if _, err := Utility(plan.Span{Text: q}); pgerr.Code(err) == pgerr.Internal {
			t.Fatal(pgerr.From(err).Unwrap())
		}
	})
}
