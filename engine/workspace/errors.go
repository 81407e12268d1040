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
	cause := errors.New(text)
	switch kind {
	case "Out of Memory Error":
		return outOfMemory().Because(cause)
	case "Conversion Error":
		return conversionError(rest).Because(cause)
	case "Out of Range Error":
		return pgerr.New(pgerr.NumericOutOfRange, "value out of range").Because(cause)
	case "Interrupt Error", "INTERRUPT Error":
		return pgerr.New(pgerr.QueryCanceled, "canceling statement due to user request").Because(cause)
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
	switch {
	case strings.Contains(low, "out of range") && (strings.Contains(low, "date") || strings.Contains(low, "timestamp")):
		return pgerr.New(pgerr.DatetimeOverflow, "date/time field value out of range")
	case strings.Contains(low, "out of range"), strings.Contains(low, "overflow"):
		return pgerr.New(pgerr.NumericOutOfRange, "value out of range")
	case strings.Contains(low, "date"), strings.Contains(low, "timestamp"), strings.Contains(low, "time"):
		return pgerr.New(pgerr.InvalidDatetimeFormat, "invalid input syntax for a date or time")
	}
	return pgerr.New(pgerr.InvalidTextRepresentation, "invalid input syntax")
}
