// Package soql is the emulator's own reading of Salesforce's query language: a lexer, a parser, the checks with the verdicts that
// Salesforce gives, and a translation to DuckDB's SQL with Salesforce's meaning
// (https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/). What is not listed here is refused.
package soql

import (
	"fmt"
	"strings"
)

// The error codes (https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_calls_concepts_core_data_objects.htm).
const (
	MalformedQuery  = "MALFORMED_QUERY"
	InvalidField    = "INVALID_FIELD"
	InvalidType     = "INVALID_TYPE"
	InvalidOperator = "INVALID_QUERY_FILTER_OPERATOR"
	OutsideRange    = "NUMBER_OUTSIDE_VALID_RANGE"
	TooComplicated  = "QUERY_TOO_COMPLICATED"
	ExceededLimit   = "EXCEEDED_ID_LIMIT"
)

// Error is a verdict on a query. Message has the place in it where there is one.
type Error struct{ Code, Message string }

func (e *Error) Error() string { return e.Code + ": " + e.Message }

// plain is a verdict without a place.
func plain(code, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...)}
}

// around is how much of a query a verdict shows before and after its place.
const around = 40

// place is a verdict with a place, in the form of Salesforce's: the words around it, a caret below, row and column, the text.
func place(text string, at int, code, format string, args ...any) *Error {
	at = min(at, len(text))
	start := strings.LastIndexByte(text[:at], '\n') + 1
	row, column := 1+strings.Count(text[:at], "\n"), at-start+1
	from := max(start, at-around)
	to := len(text)
	if end := strings.IndexByte(text[at:], '\n'); end >= 0 {
		to = at + end
	}
	to = min(to, at+around)
	return &Error{Code: code, Message: fmt.Sprintf("\n%s\n%s^\nERROR at Row:%d:Column:%d\n", text[from:to], strings.Repeat(" ", at-from), row, column) +
		fmt.Sprintf(format, args...)}
}
