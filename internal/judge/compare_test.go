package main

import (
	"strings"
	"testing"

	"github.com/waggle-sql/waggle/internal/pgcat"
)

func rowsOf(oid uint32, lines ...string) *answer {
	a := &answer{columns: []column{{"x", oid, -1}}, tag: "SELECT"}
	for _, l := range lines {
		a.rows = append(a.rows, parseRow(l))
	}
	return a
}

func failing(code, message string, position int32) *answer {
	return &answer{failure: &failure{code, message, position}}
}

func TestCompare(t *testing.T) {
	for _, c := range []struct {
		name, sql string
		want, got *answer
		verdict   verdict
	}{
		{"a multiset", "SELECT x", rowsOf(pgcat.Text, "a", "b"), rowsOf(pgcat.Text, "b", "a"), equal},
		{"an order", "SELECT x ORDER BY x", rowsOf(pgcat.Text, "a", "b"), rowsOf(pgcat.Text, "b", "a"), different},
		{"an inner order", "SELECT x FROM (SELECT x ORDER BY x) q", rowsOf(pgcat.Text, "a", "b"), rowsOf(pgcat.Text, "b", "a"), equal},
		{"an order in a literal", "SELECT 'ORDER BY'", rowsOf(pgcat.Text, "a", "b"), rowsOf(pgcat.Text, "b", "a"), equal},
		{"NULL is no text", "SELECT x", rowsOf(pgcat.Text, `\N`), rowsOf(pgcat.Text, ""), different},
		{"a type", "SELECT x", rowsOf(pgcat.Text, "1"), rowsOf(pgcat.Varchar, "1"), different},
		{"the last digit of a float", "SELECT x", rowsOf(pgcat.Float8, "0.30000000000000004"), rowsOf(pgcat.Float8, "0.3"), equal},
		{"another float", "SELECT x", rowsOf(pgcat.Float8, "0.30001"), rowsOf(pgcat.Float8, "0.3"), different},
		{"the last digit of a numeric", "SELECT x", rowsOf(pgcat.Numeric, "0.30"), rowsOf(pgcat.Numeric, "0.3"), different},
		{"a refusal", "SELECT x", rowsOf(pgcat.Text, "a"), failing("0A000", "no", 1), refused},
		{"a refusal on both sides", "SELECT x", failing("0A000", "no", 1), failing("0A000", "no", 1), equal},
		{"another code", "SELECT x", failing("22012", "no", 0), failing("22003", "no", 0), different},
		{"another position", "SELECT x", failing("42703", "no", 8), failing("42703", "no", 9), worded},
		{"a position of ours", "SELECT x", failing("22012", "no", 0), failing("22012", "no", 9), equal},
		{"no error", "SELECT x", failing("22012", "no", 0), rowsOf(pgcat.Text, "a"), different},
	} {
		if v, note := compare(c.sql, c.want, c.got, false); v != c.verdict {
			t.Errorf("%s: %d (%s), want %d", c.name, v, note, c.verdict)
		}
	}
}

// TestShrink finds the smallest expression that still holds what fails.
func TestShrink(t *testing.T) {
	bad := pattern(pgcat.Int4, "bad(#)", leaf(pgcat.Int4, "1"))
	root := pattern(0, "SELECT ##", pattern(pgcat.Int4, "(# + #)", pattern(pgcat.Int4, "abs(#)", bad), leaf(pgcat.Int4, "2")),
		optional(leaf(0, " WHERE true")))
	got := shrink(root, 100, func(n *node) bool { return strings.Contains(n.String(), "bad(") }).String()
	if got != "SELECT bad(1)" {
		t.Errorf("shrunk to %q", got)
	}
}

// TestRecords: what is written is read again.
func TestRecords(t *testing.T) {
	row := []cell{nil, cell(""), cell("a\tb\nc\\")}
	got := parseRow(rowText(row))
	if len(got) != 3 || got[0] != nil || got[1] == nil || string(got[2]) != string(row[2]) {
		t.Errorf("%q", got)
	}
}
