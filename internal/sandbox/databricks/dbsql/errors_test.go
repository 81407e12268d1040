package dbsql

import (
	"errors"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/waggle-sql/waggle/internal/sandbox/sqltest"
)

func TestTranslate(t *testing.T) {
	for text, want := range map[string]string{
		"Conversion Error: Could not convert string 'WDB|DIVIDE_BY_ZERO|22012|Division by zero.|BDW' to INT32": "[DIVIDE_BY_ZERO] Division by zero. SQLSTATE: 22012",
		"Out of Range Error: Overflow in addition of INT32 (1 + 2147483647)!":                                  "[ARITHMETIC_OVERFLOW] Overflow. If necessary set \"ansi_mode\" to \"false\" to bypass this error. SQLSTATE: 22003",
		"WDB|broken":              "[INTERNAL_ERROR] The statement failed. SQLSTATE: XX000",
		"INTERRUPT Error: x":      "[OPERATION_CANCELED] The operation has been canceled. SQLSTATE: HY008",
		"Out of Memory Error: no": "[INTERNAL_ERROR] The statement failed. SQLSTATE: XX000",
	} {
		if got := Translate(errors.New(text)).Error(); got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
	if Translate(nil) != nil {
		t.Error("an error made of none")
	}
}

// TestStates: every class that is raised has its SQLSTATE.
func TestStates(t *testing.T) {
	files, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	said := regexp.MustCompile(`(?:failure\(|class: *|contains\S* )"([A-Z][A-Z_]+)`)
	for _, f := range files {
		text, _ := os.ReadFile(f.Name())
		for _, m := range said.FindAllStringSubmatch(string(text), -1) {
			if states[m[1]] == "" && strings.HasSuffix(f.Name(), ".go") && !strings.HasSuffix(f.Name(), "_test.go") {
				t.Errorf("%s: %s has no SQLSTATE", f.Name(), m[1])
			}
		}
	}
}

// TestAllowList prints every function on the allow-list with the vendor page that describes it.
func TestAllowList(t *testing.T) {
	pages := map[string]string{"CAST": "", "TRY_CAST": "", "EXPLODE": "", "EXPLODE_OUTER": "", "POSEXPLODE": "", "POSEXPLODE_OUTER": "", "RANGE": ""}
	for _, list := range functions {
		for _, f := range list {
			pages[f.Name] = f.Page
		}
	}
	for name, f := range specialTable() {
		pages[name] = f.page
	}
	for name, f := range rawTable() {
		pages[name] = f.page
	}
	for name := range aggregates {
		pages[name] = ""
	}
	for name := range windowFunctions {
		pages[name] = ""
	}
	for name := range builtAggregates {
		pages[name] = ""
	}
	sqltest.AllowList(t, "%-24s functions/%s", pages)
}

// FuzzCompile demands that no text makes Compile panic.
func FuzzCompile(f *testing.F) {
	for _, s := range []string{"SELECT 1", "SELECT id, SUM(n) OVER (ORDER BY id) FROM t QUALIFY 1 = 1", "WITH a(x) AS (SELECT 1) SELECT * FROM a",
		"SELECT a[0], '{}':x.y[1] FROM (SELECT array(1) a) LATERAL VIEW OUTER explode(a) v AS e", "SHOW TABLES IN a.b LIKE 'x'", `SELECT 'a\u0041' "b" r'\'`,
		"SET TIME ZONE 'UTC'", "SELECT * FROM t JOIN u USING (id) WHERE id IN (SELECT id FROM u WHERE u.id = t.id)", "SELECT d + INTERVAL '1-2' YEAR TO MONTH FROM t",
		"SELECT COUNT(DISTINCT b, s) FROM t GROUP BY CUBE (b, (s, id)) HAVING GROUPING(b) = 0 ORDER BY 1 NULLS FIRST LIMIT 1 OFFSET 2",
		"SELECT TRIM(BOTH 'x' FROM s), extract(DAY FROM d), x -> x + 1, CAST(s AS ARRAY<INT>), 1 <=> :n, ? FROM t", "DESCRIBE TABLE EXTENDED a.b.c"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		q, err := Compile(text, testEnv())
		if (q == nil) == (err == nil) {
			t.Fatalf("%q: %v, %v", text, q, err)
		}
	})
}

func TestDeep(t *testing.T) {
	for _, text := range append(sqltest.Deep(),
		"SELECT "+strings.Repeat("! ", 100_000)+"TRUE",
		"SELECT CAST(1 AS "+strings.Repeat("ARRAY<", 50_000),
		"SELECT "+strings.Repeat("x -> ", 50_000)+"x",
		"SELECT 1 FROM t"+strings.Repeat(" LATERAL VIEW explode(array(1))", 20_000),
		"SELECT "+strings.Repeat("substr(", 60)+"s"+strings.Repeat(", id, id)", 60)+" FROM t",
	) {
		if q, err := Compile(text, testEnv()); err == nil && len(q.SQL) > 1<<26 {
			t.Errorf("%.30q… makes %d bytes", text, len(q.SQL))
		}
	}
}

// TestWide compiles and runs what clients do send: thousands of operands and list elements.
func TestWide(t *testing.T) {
	l := judged(open(t), testEnv())
	for _, text := range sqltest.Wide() {
		if got := l.Run(t, text); got != "bigint\n1" {
			t.Errorf("%.60s…: %.200s", text, got)
		}
	}
}

func TestReplacement(t *testing.T) {
	for in, want := range map[string]string{"[$1]": `[\1]`, `\$1`: "$1", `a\\b`: `a\\b`, "$12": "", "$": "", "x": "x"} {
		if got, _ := replacement(in); got != want {
			t.Errorf("%s: %s, want %s", in, got, want)
		}
	}
}
