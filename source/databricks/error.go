package databricks

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/waggle-sql/waggle/dialect"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/source"
)

// states are the SQLSTATEs of error classes where they are not those that Databricks gives
// (https://docs.databricks.com/en/error-messages/error-classes.html). What a model names and the person may not see, or what is not
// there, is one answer.
var states = map[string]string{
	"INSUFFICIENT_PERMISSIONS": pgerr.InsufficientPrivilege, "PERMISSION_DENIED": pgerr.InsufficientPrivilege, "TABLE_OR_VIEW_NOT_FOUND": pgerr.InsufficientPrivilege,
	"SCHEMA_NOT_FOUND": pgerr.InsufficientPrivilege, "NO_SUCH_CATALOG_EXCEPTION": pgerr.InsufficientPrivilege, "CATALOG_NOT_FOUND": pgerr.InsufficientPrivilege,
	"UNRESOLVED_COLUMN": pgerr.UndefinedColumn, "PARSE_SYNTAX_ERROR": pgerr.Internal,
	"DIVIDE_BY_ZERO": pgerr.DivisionByZero, "REMAINDER_BY_ZERO": pgerr.DivisionByZero, "CAST_INVALID_INPUT": pgerr.InvalidTextRepresentation,
	"CAST_OVERFLOW": pgerr.NumericOutOfRange, "ARITHMETIC_OVERFLOW": pgerr.NumericOutOfRange, "BINARY_ARITHMETIC_OVERFLOW": pgerr.NumericOutOfRange,
	"NUMERIC_VALUE_OUT_OF_RANGE": pgerr.NumericOutOfRange, "DATETIME_OVERFLOW": pgerr.DatetimeOverflow, "SCALAR_SUBQUERY_TOO_MANY_ROWS": pgerr.CardinalityViolation,
	"OPERATION_CANCELED": pgerr.QueryCanceled, "QUERY_EXECUTION_TIMEOUT_EXCEEDED": pgerr.QueryCanceled, "TEMPORARILY_UNAVAILABLE": pgerr.ConnectionFailure,
}

var (
	classWord = regexp.MustCompile(`\[([A-Z][A-Z0-9_]*)(\.[A-Z0-9_.]+)?\]`)
	stateWord = regexp.MustCompile(`SQLSTATE:? ?([0-9A-Z]{5})\b`)
)

// class is the error class that a refusal names, "" for none.
func (f *refusal) class() string {
	for _, text := range []string{f.display, f.message} {
		if m := classWord.FindStringSubmatch(text); m != nil {
			return m[1]
		}
	}
	return ""
}

// sqlstate is the SQLSTATE that Databricks gives, "" for none.
func (f *refusal) sqlstate() string {
	if len(f.state) == 5 && f.state != "00000" {
		return f.state
	}
	for _, text := range []string{f.display, f.message} {
		if m := stateWord.FindStringSubmatch(text); m != nil {
			return m[1]
		}
	}
	return ""
}

// words is what Databricks says, without the names of its parts before it and where in its inner plan behind it.
func (f *refusal) words() string {
	text := f.display
	if text == "" {
		text = f.message
	}
	if m := classWord.FindAllStringIndex(text, -1); m != nil {
		text = text[m[len(m)-1][0]:]
	}
	text, _, _ = strings.Cut(text, "\n\tat ") // where in its program
	if at := stateWord.FindStringIndex(text); at != nil {
		text = text[:at[0]]
	}
	return source.PlainWords(text)
}

// sessionGone reports whether Databricks does not know the session any more.
func (f *refusal) sessionGone() bool {
	return f != nil && (f.handle || strings.Contains(f.message, "Invalid SessionHandle") || strings.Contains(f.message, "INVALID_SESSION"))
}

// code keeps the classes of SQLSTATE that mean the same in PostgreSQL.
func (f *refusal) code() string {
	state := f.sqlstate()
	if code := states[f.class()]; code != "" {
		return code
	}
	switch {
	case f.stopped:
		return pgerr.QueryCanceled
	case state == "":
		return pgerr.SystemError
	case state == "42P01", state == "42704":
		return pgerr.InsufficientPrivilege
	case state == "22018":
		return pgerr.InvalidTextRepresentation
	case state == pgerr.InsufficientPrivilege, state == pgerr.UndefinedColumn, state == pgerr.CardinalityViolation, slices.Contains([]string{"22", "53", "54", "57", "0A"}, state[:2]):
		return state
	case state[:2] == "42":
		return pgerr.Internal
	case state[:2] == "08":
		return pgerr.ConnectionFailure
	}
	return pgerr.SystemError
}

// failure puts an error into the client's terms: what ended the request's context first, then what became of the exchange, then
// Databricks's own words.
func (s *system) failure(ctx context.Context, rec *recorder, err error) error {
	refused, failing := rec.outcome()
	var own *pgerr.Error
	switch {
	case err == nil && failing == nil && refused == nil:
		return nil
	case ctx.Err() != nil:
		return pgerr.From(context.Cause(ctx))
	case errors.As(failing, &own):
		return own
	case errors.Is(failing, errSessionGone):
		return s.gone()
	case failing != nil:
		return s.malformed(failing)
	case refused != nil:
		return s.refusal(refused, rec.Report().QueryID)
	case errors.As(err, &own):
		return own
	case strings.Contains(err.Error(), "link expired"):
		return pgerr.New(pgerr.ConnectionFailure, "the files of a result of the source %s are not kept any longer", s.config.Name).WithHint("read the result faster, or less of it")
	}
	return s.malformed(err) // what became of exchanges is noted; this is the driver's word about an answer
}

// refusal is an error that Databricks words.
func (s *system) refusal(f *refusal, query string) error {
	if f.sessionGone() {
		return s.gone()
	}
	if raised, ok := dialect.RaisedError(f.display + f.message); ok { // a printed text has raised PostgreSQL's own error
		return raised
	}
	facts := make([]string, 0, 3)
	for _, fact := range []struct{ name, value string }{{"Databricks error ", f.class()}, {"SQLSTATE ", f.sqlstate()}, {"query ", query}} {
		if fact.value != "" {
			facts = append(facts, fact.name+fact.value)
		}
	}
	words := f.words()
	if words == "" {
		words = "the statement was ended"
	}
	out := pgerr.New(f.code(), "the source %s answers: %s", s.config.Name, words)
	if len(facts) > 0 {
		out = out.WithDetail("%s.", strings.Join(facts, ", "))
	}
	if out.Code == pgerr.InsufficientPrivilege {
		out = out.WithHint("The object does not exist there, or you may not read it.")
	}
	return out
}

// statusError is an answer of another status than 200.
type statusError struct {
	status     int
	words      string
	retryAfter string
}

// newStatusError reads what such an answer says: in its headers, or as {"error_code":…,"message":…}.
func newStatusError(a *http.Response, body []byte) *statusError {
	out := &statusError{status: a.StatusCode, retryAfter: a.Header.Get("Retry-After"), words: a.Header.Get("X-Databricks-Reason-Phrase")}
	if out.words == "" {
		out.words = a.Header.Get("X-Thriftserver-Error-Message")
	}
	var said struct{ Message string }
	if json.Unmarshal(body, &said) == nil && said.Message != "" && out.words == "" {
		out.words = said.Message
	}
	out.words = source.PlainWords(out.words)
	return out
}

// rejectsToken reports whether the token is not valid, or not any more: 401, and 403 in those words.
func (e *statusError) rejectsToken() bool {
	if e == nil {
		return false
	}
	words := strings.ToLower(e.words)
	return e.status == http.StatusUnauthorized || e.status == http.StatusForbidden && strings.Contains(words, "token") && (strings.Contains(words, "invalid") || strings.Contains(words, "expired"))
}

// wait is how long to wait before the next attempt.
func (e *statusError) wait(attempt int) time.Duration {
	wait := firstWait << attempt
	if e != nil {
		if n, err := strconv.Atoi(e.retryAfter); err == nil && n >= 0 && n < 3600 {
			wait = time.Duration(n) * time.Second
		}
	}
	return min(wait, longestWait)
}

// gone is the error of a session that Databricks does not know any more.
func (s *system) gone() error {
	return pgerr.New(pgerr.ConnectionFailure, "the source %s has ended the session", s.config.Name)
}

var errSessionGone = errors.New("the session is over")

// refusedExchange is the error of an answer of another status than 200.
func (s *system) refusedExchange(e *statusError) error {
	name, gone := s.config.Name, errors.New("HTTP status "+strconv.Itoa(e.status))
	with := func(code, sentence, hint string) error {
		if e.words != "" {
			sentence += ": " + e.words
		}
		return pgerr.New(code, "the source %s %s", name, sentence).WithDetail("HTTP status %d.", e.status).WithHint("%s", hint)
	}
	switch {
	case e.rejectsToken():
		return source.TokenRejected(name)
	case strings.Contains(e.words, "Invalid SessionHandle"):
		return errSessionGone
	case strings.Contains(e.words, "Invalid OperationHandle"):
		return pgerr.New(pgerr.ConnectionFailure, "the source %s has ended the statement", name)
	case e.status == http.StatusForbidden:
		return with(pgerr.InsufficientPrivilege, "answers", "You may not use this warehouse; SET waggle.<connection>.warehouse takes another one.")
	case e.status == http.StatusNotFound:
		return with(pgerr.CannotConnect, "has no such warehouse", "An administrator should check the http_path; SET waggle.<connection>.warehouse takes another one.")
	case e.status == http.StatusTooManyRequests:
		return pgerr.New(pgerr.ConfigurationLimitExceeded, "the source %s takes no more requests for now", name).WithDetail("HTTP status 429.").WithHint("try again later")
	case e.status >= 500:
		return pgerr.New(pgerr.ConnectionFailure, "the source %s does not answer", name).WithDetail("HTTP status %d.", e.status).Because(gone)
	}
	return with(pgerr.CannotConnect, "does not let the driver connect", "An administrator should check the address and the http_path.")
}

// unreached classifies a request of which no answer was understood.
func (s *system) unreached(err error) error {
	e, _ := source.Unreached(s.config.Name, err)
	return e
}

// malformed is the error of an answer that breaks the protocol.
func (s *system) malformed(err error) error {
	return pgerr.New(pgerr.ProtocolViolation, "the source %s sends a result that cannot be read", s.config.Name).Because(err)
}
