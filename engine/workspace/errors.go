package workspace

import (
	"encoding/json"
	"errors"
	"strings"

	"github.com/waggle-sql/waggle/dialect"
	"github.com/waggle-sql/waggle/internal/pgerr"
)

// fromDuckDB classifies an error text of DuckDB. Our own errors travel inside it as JSON after a mark; the kinds of
// DuckDB's own map to the SQLSTATE that PostgreSQL gives for their cause.
func fromDuckDB(text string) error {
	if _, body, ok := strings.Cut(text, dialect.ErrorMark); ok {
		var f failure
		if json.NewDecoder(strings.NewReader(body)).Decode(&f) == nil && f.Code != "" {
			return f.err()
		}
	}
	kind, rest, _ := strings.Cut(text, ": ")
	cause := errors.New(shape(text))
	switch kind {
	case "Out of Memory Error":
		return outOfMemory().Because(cause)
	case "Conversion Error":
		return conversionError(rest).Because(cause)
	case "Out of Range Error":
		return rangeError(rest).Because(cause)
	case "Not implemented Error", "Binder Error":
		return pgerr.New(pgerr.FeatureNotSupported, "this combination of clauses is not supported by the workspace yet").
			WithHint("Compute a part of it in a subquery of its own.").Because(cause)
	case "Interrupt Error", "INTERRUPT Error":
		return pgerr.New(pgerr.QueryCanceled, "canceling statement due to user request").Because(cause)
	}
	if strings.Contains(text, "expression depth") {
		return pgerr.New(pgerr.StatementTooComplex, "the statement is too complex for the workspace").
			WithDetail("An expression is nested too deeply.").WithHint("Split it into several columns of a subquery.").Because(cause)
	}
	if strings.Contains(rest, "More than one row returned by a subquery") {
		return pgerr.New(pgerr.CardinalityViolation, "more than one row returned by a subquery used as an expression")
	}
	if strings.Contains(text, "bad_alloc") || strings.Contains(text, "could not allocate") || strings.Contains(text, "failed to allocate") {
		return outOfMemory().Because(cause)
	}
	return pgerr.New(pgerr.Internal, "the workspace could not run the statement").Because(cause)
}

func outOfMemory() *pgerr.Error {
	return pgerr.New(pgerr.OutOfMemory, "out of memory").
		WithDetail("The statement needs more than the workspace's memory budget.").
		WithHint("Add filters, or raise limits.workspace_memory.")
}

func conversionError(rest string) *pgerr.Error {
	low := strings.ToLower(rest)
	moment := strings.Contains(low, "date") || strings.Contains(low, "time")
	switch {
	case strings.Contains(low, "decimal("):
		return pgerr.New(pgerr.NumericOutOfRange, "numeric field overflow")
	case moment && strings.Contains(low, "out of range"):
		return pgerr.New(pgerr.DatetimeOverflow, "date/time field value out of range")
	case moment:
		return pgerr.New(pgerr.InvalidDatetimeFormat, "invalid input syntax for a date or time")
	case strings.Contains(low, "string"):
		return pgerr.New(pgerr.InvalidTextRepresentation, "invalid input syntax")
	}
	return rangeError(rest)
}

// rangeError names the type as PostgreSQL does.
func rangeError(rest string) *pgerr.Error {
	for duck, name := range map[string]string{"INT16": "smallint", "INT32": "integer", "INT64": "bigint"} {
		if strings.Contains(rest, duck) {
			return pgerr.New(pgerr.NumericOutOfRange, "%s out of range", name)
		}
	}
	low := strings.ToLower(rest)
	if strings.Contains(low, "date") || strings.Contains(low, "timestamp") || strings.Contains(low, "interval") {
		return pgerr.New(pgerr.DatetimeOverflow, "timestamp out of range")
	}
	return pgerr.New(pgerr.NumericOutOfRange, "value out of range")
}

// shape is an error text without anything quoted or counted in it: it may hold values of rows.
func shape(text string) string {
	var b strings.Builder
	quoted := rune(0)
	for _, c := range text {
		switch {
		case quoted != 0:
			if c == quoted {
				quoted = 0
			}
		case c == '\'' || c == '"':
			quoted = c
			b.WriteRune('…')
		case c >= '0' && c <= '9':
			b.WriteByte('#')
		case c == '\n':
			return b.String()
		default:
			b.WriteRune(c)
		}
	}
	return b.String()
}
