package planner

import (
	"slices"
	"strings"
	"testing"
)

func TestWrap(t *testing.T) {
	long := strings.Repeat("x", 50)
	for _, c := range []struct {
		sql  string
		want []string
	}{
		{"SELECT 1", []string{"SELECT 1"}},
		{"", []string{""}},
		{"SELECT a, " + long + ", " + long + " FROM t", []string{"SELECT a, " + long + ",", long + " FROM t"}},
		{"SELECT '" + long + " FROM " + long + " WHERE ' FROM t", []string{"SELECT '" + long + " FROM " + long + " WHERE '", "FROM t"}},
		{"SELECT " + long + " FROM " + long + " LEFT JOIN t ON x", []string{"SELECT " + long, "FROM " + long + " LEFT JOIN t ON x"}},
		{`SELECT "` + long + long + ` it''s" FROM t`, []string{`SELECT "` + long + long + ` it''s"`, "FROM t"}},
	} {
		got := wrap(c.sql)
		if !slices.Equal(got, c.want) {
			t.Errorf("%q\nwanted %q", got, c.want)
		}
		if strings.Join(got, " ") != c.sql {
			t.Errorf("%q is not %q", got, c.sql)
		}
	}
}
