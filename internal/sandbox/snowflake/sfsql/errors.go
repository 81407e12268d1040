package sfsql

import (
	"fmt"
	"strings"

	"github.com/waggle-sql/waggle/internal/sandbox/sqltree"
)

// Error is an error in Snowflake's words, with its number and SQLSTATE.
type Error = sqltree.Error

func compilation(number int, state, format string, args ...any) *Error {
	return &Error{Number: number, SQLState: state, Message: "SQL compilation error:\n" + fmt.Sprintf(format, args...)}
}

// place is a line and a position as Snowflake counts them: lines from 1, positions from 0.
func place(text string, at int) (line, position int) {
	at = min(max(at, 0), len(text))
	before := text[:at]
	line = strings.Count(before, "\n") + 1
	return line, len([]rune(before[strings.LastIndexByte(before, '\n')+1:]))
}

func (c *compiler) at(from, number int, state, format string, args ...any) *Error {
	return at(c.Text, from, number, state, format, args...)
}

func at(text string, from, number int, state, format string, args ...any) *Error {
	line, position := place(text, from)
	return &Error{Number: number, SQLState: state, Message: fmt.Sprintf("SQL compilation error: error line %d at position %d\n", line, position) +
		fmt.Sprintf(format, args...)}
}

func syntaxError(text string, at int, unexpected string) *Error {
	line, position := place(text, at)
	return compilation(1003, "42000", "syntax error line %d at position %d unexpected '%s'.", line, position, unexpected)
}

// unsupported refuses what Snowflake has and this package does not answer.
func unsupported(format string, args ...any) *Error {
	return compilation(2, "0A000", "Unsupported feature '%s'.", fmt.Sprintf(format, args...))
}

// tooComplex is the error of statements beyond the limits of length, nesting and chains.
func tooComplex() *Error {
	return &Error{Number: 603, SQLState: "54001", Message: "SQL compilation error:\nThe statement is too long or too deeply nested."}
}

func invalidTypes(name string, args []value) *Error {
	types := make([]string, len(args))
	for i, a := range args {
		types[i] = a.Type.String()
	}
	return compilation(1044, "42P13", "Invalid argument types for function '%s': (%s)", name, strings.Join(types, ", "))
}

func unsupportedSubquery() *Error {
	return compilation(2031, "42601", "Unsupported subquery type cannot be evaluated")
}

// Translate returns what Snowflake reports for an error of DuckDB's that a compiled text raised; nil for nil.
func Translate(err error) *Error {
	if err == nil {
		return nil
	}
	text := err.Error()
	if class, state, message, ok := sqltree.Raised(text, "WSF|", "|FSW"); ok {
		number, _ := atoi(class)
		return &Error{Number: number, SQLState: state, Message: message}
	}
	for _, k := range knownErrors {
		if strings.Contains(text, k.contains) {
			return &Error{Number: k.number, SQLState: k.state, Message: k.message}
		}
	}
	return &Error{Number: 603, SQLState: "XX000", Message: "SQL execution internal error:\nProcessing aborted."}
}

// knownErrors maps the texts of DuckDB's own run-time errors.
var knownErrors = []struct {
	contains string
	number   int
	state    string
	message  string
}{
	{"More than one row returned by a subquery", 100090, "22000", "Single-row subquery returns more than one row."},
	{"INTERRUPT", 604, "57014", "SQL execution canceled"},
	{"context canceled", 604, "57014", "SQL execution canceled"},
	{"Overflow in", 100046, "22003", "Number out of representable range"},
	{"overflow", 100046, "22003", "Number out of representable range"},
	{"value is out of range", 100046, "22003", "Number out of representable range"},
	{"Needed scale", 100046, "22003", "Number out of representable range"},
	{"Could not cast value", 100046, "22003", "Number out of representable range"},
	{"square root of a negative", 100132, "22023", "Invalid floating point operation: sqrt of a negative number"},
	{"cannot take logarithm", 100132, "22023", "Invalid floating point operation: logarithm of a number that is not positive"},
	{"Malformed JSON", 100069, "22P02", "Error parsing JSON"},
	{"date field value out of range", 100040, "22007", "Date is not recognized"},
	{"invalid date field format", 100040, "22007", "Date is not recognized"},
	{"timestamp field value out of range", 100035, "22007", "Timestamp is not recognized"},
	{"invalid timestamp field format", 100035, "22007", "Timestamp is not recognized"},
	{"time field value out of range", 100108, "22007", "Time is not recognized"},
	{"to DECIMAL(", 100046, "22003", "Number out of representable range"},
	{"Could not convert string", 100038, "22018", "Numeric value is not recognized"},
	{"missing )", 100048, "2201B", "Invalid regular expression: missing )"},
	{"missing argument to repetition", 100048, "2201B", "Invalid regular expression: missing argument to repetition operator"},
	{"invalid perl operator", 100048, "2201B", "Invalid regular expression: invalid perl operator"},
	{"unexpected )", 100048, "2201B", "Invalid regular expression: unexpected )"},
	{"missing ]", 100048, "2201B", "Invalid regular expression: missing ]"},
	{"invalid escape sequence", 100048, "2201B", "Invalid regular expression: invalid escape sequence"},
}
