package bind

import (
	"fmt"
	"strings"
	"testing"

	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/planner/plan"
)

// TestWideSelects: no select list has more columns than PostgreSQL allows, however it comes by them.
func TestWideSelects(t *testing.T) {
	items := func(n int) string { return strings.TrimSuffix(strings.Repeat("1,", n), ",") }
	doubled := []string{"a0 AS (SELECT 1 AS x)"}
	for i := range 40 {
		doubled = append(doubled, fmt.Sprintf("a%d AS (SELECT * FROM a%d x, a%d y)", i+1, i, i))
	}
	for name, c := range map[string]struct{ sql, want string }{
		"1664 items":       {"SELECT " + items(1664), ""},
		"1665 items":       {"SELECT " + items(1665), pgerr.TooManyColumns},
		"two wide tables":  {"SELECT * FROM (SELECT " + items(900) + ") a, (SELECT " + items(900) + ") b", pgerr.TooManyColumns},
		"wide values":      {"SELECT * FROM (VALUES (" + items(1665) + ")) v", pgerr.TooManyColumns},
		"doubled 40 times": {"WITH " + strings.Join(doubled, ", ") + " SELECT 1 FROM a40", pgerr.TooManyColumns},
	} {
		if _, err := Query(Input{Query: plan.Span{Text: c.sql}, View: testView(), Settings: plan.Settings{SearchPath: "public"}}); pgerr.Code(err) != c.want && !(c.want == "" && err == nil) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestWideRows: rows of many columns are given field by field only as far as a plan may be wide.
func TestWideRows(t *testing.T) {
	row := strings.TrimSuffix(strings.Repeat("1,", 1000), ",")
	sql := "WITH a AS (SELECT " + row + "), b AS (SELECT x AS p, x AS q, x AS r FROM a x) SELECT * FROM b"
	r, err := Query(Input{Query: plan.Span{Text: sql}, View: testView(), Settings: plan.Settings{SearchPath: "public"}})
	if err != nil {
		t.Fatal(err)
	}
	plan.Transform(r.Root, func(n plan.Node) plan.Node {
		if len(n.Cols()) > maxTargets {
			t.Errorf("%T of %d columns", n, len(n.Cols()))
		}
		return n
	})
}
