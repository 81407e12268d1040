package sqltest

import (
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/waggle-sql/waggle/internal/golden"
	"github.com/waggle-sql/waggle/internal/sandbox/sqltree"
)

// Type is the type of a column, as its language and as DuckDB call it.
type Type interface {
	String() string
	DuckDB() string
}

// Language is a warehouse's language over a database. Compile returns the DuckDB text of a query with the types of its columns; of another
// statement, which has no columns, what is to be shown of it (see Said). Translate is the language's error for one of DuckDB's.
type Language struct {
	DB        *sql.DB
	Compile   func(text string) (out string, types []Type, err *sqltree.Error)
	Translate func(error) *sqltree.Error
}

// Said shows a statement that is no query, with the pattern of its LIKE, which the statement itself no longer has.
func Said(kind, statement any, like *string) string {
	out := fmt.Sprintf("%d %+v", kind, statement)
	if like != nil {
		out += " like " + *like
	}
	return out
}

// Run compiles and executes a text and returns the columns' types and the rows, or the error. A column whose type is another one in DuckDB
// than it should be fails the test, and so does an error that nobody foresaw.
func (l *Language) Run(t *testing.T, text string) string {
	t.Helper()
	out, types, e := l.Compile(text)
	if e != nil {
		return e.Error()
	}
	if types == nil {
		return out
	}
	l.checkTypes(t, text, out, types)
	names := make([]string, len(types))
	for i, typ := range types {
		names[i] = typ.String()
	}
	rows, err := Rows(l.DB, out, len(types))
	if err != nil {
		e := l.Translate(err)
		if internal(e) {
			return fmt.Sprintf("%v <- %v", e, err)
		}
		return e.Error()
	}
	return strings.Join(append([]string{strings.Join(names, " | ")}, rows...), "\n")
}

// internal says whether an error of a statement that ran is one that its language has no words for.
func internal(e *sqltree.Error) bool { return e.Class == "INTERNAL_ERROR" || e.Number == 603 }

// checkTypes fails when DuckDB's types are not the representation of the columns' types.
func (l *Language) checkTypes(t *testing.T, text, out string, types []Type) {
	t.Helper()
	got, err := Types(l.DB, out)
	if err != nil && internal(l.Translate(err)) {
		t.Errorf("%s\n%v\n%s", text, err, out)
	}
	for i, typ := range got {
		if want := types[i].DuckDB(); typ != want {
			t.Errorf("%s\ncolumn %d is %s in DuckDB and should be %s\n%s", text, i, typ, want, out)
		}
	}
}

// Golden holds a language to testdata/*.test. with is the language under the settings that a case's name=value arguments make.
func Golden(t *testing.T, with func(settings map[string]string) *Language) {
	golden.Run(t, "testdata/*.test", func(t *testing.T, c *golden.Case) string {
		settings := map[string]string{}
		for _, a := range c.Args {
			if name, value, ok := strings.Cut(a, "="); ok {
				settings[name] = value
			}
		}
		return with(settings).answer(t, c)
	})
}

// answer answers a case: run (the rows of its statement), each (of every line as a select list) or sql (the compiled text).
func (l *Language) answer(t *testing.T, c *golden.Case) string {
	t.Helper()
	switch c.Command {
	case "run":
		return l.Run(t, c.Input)
	case "each":
		var out []string
		for _, line := range strings.Split(c.Input, "\n") {
			got := strings.ReplaceAll(l.Run(t, "SELECT "+line), "SQL compilation error:\n", "")
			out = append(out, line+" => "+strings.ReplaceAll(got, "\n", " => "))
		}
		return strings.Join(out, "\n")
	case "sql":
		out, _, err := l.Compile(c.Input)
		if err != nil {
			return err.Error()
		}
		return out
	}
	t.Fatalf("unknown command %s", c.Command)
	return ""
}

// AllowList holds the functions of a language and the vendor's pages that describe them to testdata/functions.txt. A page without a name is
// called as its function; form writes a function and its page.
func AllowList(t *testing.T, form string, pages map[string]string) {
	t.Helper()
	var lines []string
	for name, page := range pages {
		if page == "" {
			page = strings.ToLower(name)
		}
		lines = append(lines, fmt.Sprintf(form, name, page))
	}
	slices.Sort(lines)
	golden.File(t, "testdata/functions.txt", []byte(strings.Join(lines, "\n")+"\n"))
}

// Deep are statements in any language that nest or chain beyond every bound.
func Deep() []string {
	return []string{
		"SELECT " + strings.Repeat("(", 100_000) + "1",
		"SELECT 1" + strings.Repeat(" - 1", 100_000),
		"SELECT -" + strings.Repeat(" - ", 100_000) + "1",
		"SELECT " + strings.Repeat("NOT ", 100_000) + "TRUE",
		"SELECT 1" + strings.Repeat("::INT", 100_000),
		strings.Repeat("SELECT * FROM (", 50_000),
		"SELECT " + strings.Repeat("CASE WHEN TRUE THEN ", 50_000),
		"SELECT 1" + strings.Repeat(" UNION ALL SELECT 1", 20_000),
		"SELECT 1 FROM t" + strings.Repeat(" JOIN t", 50_000),
		strings.Repeat("(", 200_000),
		"SELECT " + strings.Repeat("ABS(", 190) + "1" + strings.Repeat(")", 190),
		"SELECT " + strings.Repeat("1/(", 120) + "1" + strings.Repeat(")", 120),
	}
}

// Wide are what clients do send, over a table t with one row of id 1 and none of 7 and 99: thousands of operands and list elements. Each
// yields 1.
func Wide() []string {
	return []string{
		"SELECT COUNT(*) FROM t WHERE " + strings.Repeat("id = 7 OR ", 5_000) + "id = 1",
		"SELECT COUNT(*) FROM t WHERE id" + strings.Repeat(" + 0", 300) + " = 1",
		"SELECT COUNT(*) FROM t WHERE id IN (1" + strings.Repeat(", 99", 16_383) + ")",
	}
}
