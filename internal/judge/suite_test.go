package main

import "testing"

// TestPathIsQuoted: a folder's name is any text.
func TestPathIsQuoted(t *testing.T) {
	for queries, want := range map[string]string{"a/tpcds": `SET search_path = "tpcds"`, "a/TPC-DS": `SET search_path = "TPC-DS"`, `a/b"c`: `SET search_path = "b""c"`} {
		if got := (&suite{queries: queries}).path(); got != want {
			t.Errorf("%s: %s", queries, got)
		}
	}
}
