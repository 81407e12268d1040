// Package pgerr holds the one error type that crosses package borders: the fields of PostgreSQL's ErrorResponse
// (https://www.postgresql.org/docs/17/protocol-error-fields.html).
package pgerr

import (
	"context"
	"errors"
	"fmt"
)

// Error is an error in the user's words. Message is one lower-case sentence without a full stop; Detail states facts;
// Hint names the next act.
type Error struct {
	Code    string // SQLSTATE, five characters
	Message string
	Detail  string
	Hint    string
	// Position is the byte offset of the offending token in the client's whole query text, plus one; 0 when none.
	// The proxy converts it to characters on sending.
	Position int
	cause    error
}

// New returns an error with a SQLSTATE and a formatted message.
func New(code, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...)}
}

// Error returns the message alone, as PostgreSQL's clients show it.
func (e *Error) Error() string { return e.Message }

// Unwrap returns the cause given to Because, for errors.Is and errors.As; it is never shown to a client.
func (e *Error) Unwrap() error { return e.cause }

// WithDetail returns a copy of e with a formatted DETAIL.
func (e *Error) WithDetail(format string, args ...any) *Error {
	c := *e
	c.Detail = fmt.Sprintf(format, args...)
	return &c
}

// WithHint returns a copy of e with a formatted HINT.
func (e *Error) WithHint(format string, args ...any) *Error {
	c := *e
	c.Hint = fmt.Sprintf(format, args...)
	return &c
}

// At returns a copy of e that points at a byte offset of the query text; a negative offset means none.
// An error that already has a position keeps it.
func (e *Error) At(offset int) *Error {
	if e.Position != 0 || offset < 0 {
		return e
	}
	c := *e
	c.Position = offset + 1
	return &c
}

// Because returns a copy of e that remembers its cause for the server's own log.
func (e *Error) Because(cause error) *Error {
	c := *e
	c.cause = cause
	return &c
}

// From returns err as an *Error. Cancellation becomes 57014; what is not an *Error becomes XX000 with its text
// withheld from the client (it stays reachable through Unwrap).
func From(err error) *Error {
	var e *Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &e):
		return e
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return New(QueryCanceled, "canceling statement due to user request").Because(err)
	}
	return New(Internal, "internal error").WithHint("the server's log has the details").Because(err)
}

// Code returns the SQLSTATE of err, "00000" for nil and XX000 for an unclassified error.
func Code(err error) string {
	if err == nil {
		return "00000"
	}
	return From(err).Code
}
