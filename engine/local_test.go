package engine_test

import (
	"strings"
	"testing"

	"github.com/waggle-sql/waggle/internal/pgerr"
)

// TestRowsHaveABound: what a row without a table holds at once, in its columns and in the arguments of its calls.
func TestRowsHaveABound(t *testing.T) {
	w := newWorld(t, nil)
	const big, large = "repeat('x', 30000000)", "format('%30000000s', 'x')"
	for _, sql := range []string{
		"SELECT " + big + ", " + big + ", " + big,
		"SELECT " + large + ", " + large + ", " + large,
		"SELECT length(concat(" + big + ", " + big + ", " + big + "))",
		"SELECT cardinality(ARRAY[" + big + ", " + big + ", " + big + "])",
		"SELECT a" + strings.Repeat(", a", 2) + " FROM (SELECT " + big + " AS a) s",
		"SELECT 1 WHERE concat(" + big + ", " + big + ", " + big + ") > ''",
	} {
		_, err := w.query("admin", sql)
		if e := pgerr.From(err); err == nil || e.Code != pgerr.ProgramLimitExceeded || e.Hint == "" {
			t.Errorf("%s: %v", sql, err)
		}
	}
	if got := w.one("admin", "SELECT length("+big+") + length("+big+") + length("+big+") + length("+large+")"); got != "120000000" {
		t.Error(got)
	}
}
