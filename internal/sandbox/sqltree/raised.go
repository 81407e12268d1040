package sqltree

import "strings"

// Raised finds an error that a compiled text raises at run time, a number or class, an SQLSTATE and a message between the marks opening
// and closing, in the text of DuckDB's error.
func Raised(text, opening, closing string) (class, state, message string, ok bool) {
	_, rest, found := strings.Cut(text, opening)
	rest, _, closed := strings.Cut(rest, closing)
	parts := strings.SplitN(rest, "|", 3)
	if !found || !closed || len(parts) != 3 {
		return "", "", "", false
	}
	return parts[0], parts[1], parts[2], true
}
