package snowflake

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"

	sf "github.com/snowflakedb/gosnowflake/v2"

	"github.com/waggle-sql/waggle/dialect"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/source"
)

// states are the SQLSTATEs of Snowflake's error numbers, where they are not those that Snowflake gives. The numbers are those of the
// driver's own documentation and of Snowflake's messages (https://docs.snowflake.com/en/user-guide/oauth-intro has the tokens').
var states = map[int]string{
	603: pgerr.SystemError, 604: pgerr.QueryCanceled, 605: pgerr.QueryCanceled, 606: pgerr.ObjectNotInPrerequisite, 630: pgerr.QueryCanceled,
	904: pgerr.UndefinedColumn, 1003: pgerr.Internal, 1795: pgerr.ProgramLimitExceeded, 2003: pgerr.InsufficientPrivilege,
	2031: pgerr.FeatureNotSupported, 2043: pgerr.InsufficientPrivilege, 3001: pgerr.InsufficientPrivilege, 90073: pgerr.ConfigurationLimitExceeded,
	100035: pgerr.InvalidDatetimeFormat, 100038: pgerr.InvalidTextRepresentation, 100039: pgerr.NumericOutOfRange, 100040: pgerr.InvalidDatetimeFormat,
	100046: pgerr.NumericOutOfRange, 100051: pgerr.DivisionByZero, 100069: pgerr.InvalidTextRepresentation, 100078: pgerr.StringTruncation,
	100090: pgerr.CardinalityViolation, 100094: pgerr.InvalidTextRepresentation, 100096: pgerr.InvalidDatetimeFormat, 100108: pgerr.InvalidTextRepresentation,
	100132: pgerr.NumericOutOfRange, 100183: pgerr.InvalidTextRepresentation,
	390186: pgerr.InsufficientPrivilege, 390189: pgerr.InsufficientPrivilege, 390201: pgerr.InsufficientPrivilege, 390317: pgerr.InsufficientPrivilege,
}

// renewable are the numbers by which Snowflake rejects a token at login: expired, not valid (also after a change of roles), not
// known. goneSessions are those by which it says that a session is over.
var (
	renewable    = []int{390195, 390303, 390318}
	goneSessions = []int{390104, 390111, 390112, 390113, 390114, 390115}
)

func tokenRejected(err error) bool { return slices.Contains(renewable, numberOf(err)) }

func sessionGone(err error) bool { return slices.Contains(goneSessions, numberOf(err)) }

// numberOf is Snowflake's number of an error, 0 for another one.
func numberOf(err error) int {
	var e *sf.SnowflakeError
	if errors.As(err, &e) {
		return e.Number
	}
	return 0
}

// failure puts an error into the client's terms: what ended the request's context first, then Snowflake's own words, then what
// became of the exchange.
func (s *system) failure(ctx context.Context, rec *recorder, err error) error {
	var own *pgerr.Error
	var theirs *sf.SnowflakeError
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return pgerr.From(context.Cause(ctx))
	case errors.As(err, &own):
		return own
	case errors.As(err, &theirs):
		if theirs.QueryID != "" {
			rec.query(theirs.QueryID)
		}
		return s.refusal(theirs, rec)
	}
	return s.unreached(err, rec)
}

// refusal is an error that Snowflake or the driver has numbered.
func (s *system) refusal(e *sf.SnowflakeError, rec *recorder) error {
	name, words := s.config.Name, source.PlainWords(e.Message)
	switch {
	case tokenRejected(e), e.Number == 390100, e.Number >= 390301 && e.Number <= 390330 && states[e.Number] == "", e.Number == 390422:
		return pgerr.New(pgerr.InvalidAuthorization, "the source %s does not accept the token: %s", name, words).
			WithHint("connect to %s again", name)
	case sessionGone(e):
		return pgerr.New(pgerr.ConnectionFailure, "the source %s has ended the session", name).WithDetail("Snowflake error %06d.", e.Number)
	case e.Number == 260007, e.Number >= 261000 && e.Number < 263000:
		return s.unreached(errors.New("the driver's error "+words), rec)
	case e.Number >= 260000 && e.Number < 261000:
		return pgerr.New(pgerr.CannotConnect, "the source %s does not let the driver connect", name).
			WithDetail("Driver error %d, HTTP status %d.", e.Number, rec.status()).WithHint("an administrator should check the account and the address")
	}
	if raised, ok := dialect.RaisedError(e.Message); ok && e.Number == 100038 { // a printed text has raised PostgreSQL's own error
		return raised
	}
	out := pgerr.New(stateOf(e), "the source %s answers: %s", name, words).WithDetail("Snowflake error %06d, SQLSTATE %s.", e.Number, e.SQLState)
	if e.QueryID != "" {
		out = out.WithDetail("Snowflake error %06d, SQLSTATE %s, query %s.", e.Number, e.SQLState, e.QueryID)
	}
	if hint := hintOf(e.Number); hint != "" {
		out = out.WithHint("%s", hint)
	}
	return out
}

// stateOf keeps the classes of SQLSTATE that mean the same in PostgreSQL.
func stateOf(e *sf.SnowflakeError) string {
	if code := states[e.Number]; code != "" {
		return code
	}
	switch {
	case len(e.SQLState) != 5:
		return pgerr.SystemError
	case e.SQLState == "42S02":
		return pgerr.InsufficientPrivilege
	case e.SQLState == "42S22":
		return pgerr.UndefinedColumn
	case e.SQLState == "22018":
		return pgerr.InvalidTextRepresentation
	case slices.Contains([]string{"22", "53", "54", "57", "0A"}, e.SQLState[:2]), e.SQLState == pgerr.InsufficientPrivilege:
		return e.SQLState
	case e.SQLState[:2] == "42":
		return pgerr.Internal
	case e.SQLState[:2] == "08":
		return pgerr.ConnectionFailure
	}
	return pgerr.SystemError
}

func hintOf(number int) string {
	switch number {
	case 606:
		return "SET waggle.<connection>.warehouse names one, or the administrator sets a default."
	case 2003, 2043, 3001:
		return "The object does not exist there, or your role may not read it; SET waggle.<connection>.role takes another one."
	case 390186, 390189, 390317:
		return "SET waggle.<connection>.role takes one that you have been granted and that the connection's consent covers."
	}
	return ""
}

// unreached classifies a request of which no answer was understood.
func (s *system) unreached(err error, rec *recorder) error {
	var own *pgerr.Error
	var syntax *json.SyntaxError
	name, status := s.config.Name, rec.status()
	e, again := source.Unreached(name, err)
	switch {
	case errors.As(err, &own):
	case status == http.StatusTooManyRequests:
		return pgerr.New(pgerr.ConfigurationLimitExceeded, "the source %s takes no more requests for now", name).WithDetail("HTTP status 429.").WithHint("try again later")
	case errors.As(err, &syntax):
		return s.malformed(err)
	case again && status != 0 && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF):
		return pgerr.New(pgerr.ConnectionFailure, "the source %s does not answer", name).WithDetail("HTTP status %d.", status).Because(err)
	}
	return e
}

// unreadable is the error of a batch that cannot be converted; what has its own words keeps them.
func (s *system) unreadable(err error) error {
	var own *pgerr.Error
	if errors.As(err, &own) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return s.malformed(err)
}

// malformed is the error of an answer that breaks the protocol.
func (s *system) malformed(err error) error {
	return pgerr.New(pgerr.ProtocolViolation, "the source %s sends a result that cannot be read", s.config.Name).Because(err)
}
