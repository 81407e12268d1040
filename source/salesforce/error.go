package salesforce

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"

	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/source"
)

// states are the SQLSTATEs of Salesforce's error codes
// (https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_calls_concepts_core_data_objects.htm, ExceptionCode). The model says
// that an object and its fields exist: one that is not found is one that the person may not see.
var states = map[string]string{
	"INVALID_SESSION_ID": pgerr.InvalidAuthorization, "INVALID_AUTH_HEADER": pgerr.InvalidAuthorization,
	"INVALID_FIELD": pgerr.InsufficientPrivilege, "INVALID_TYPE": pgerr.InsufficientPrivilege, "NOT_FOUND": pgerr.InsufficientPrivilege,
	"INSUFFICIENT_ACCESS": pgerr.InsufficientPrivilege, "INSUFFICIENT_ACCESS_OR_READONLY": pgerr.InsufficientPrivilege,
	"INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY": pgerr.InsufficientPrivilege, "API_DISABLED_FOR_ORG": pgerr.InsufficientPrivilege,
	"API_CURRENTLY_DISABLED": pgerr.InsufficientPrivilege, "FUNCTIONALITY_NOT_ENABLED": pgerr.InsufficientPrivilege,
	"REQUEST_LIMIT_EXCEEDED": pgerr.ConfigurationLimitExceeded, "EXCEEDED_ID_LIMIT": pgerr.ProgramLimitExceeded,
	"QUERY_TIMEOUT": pgerr.QueryCanceled, "INVALID_QUERY_LOCATOR": pgerr.ObjectNotInPrerequisite, "QUERY_TOO_COMPLICATED": pgerr.StatementTooComplex,
	"MALFORMED_QUERY": pgerr.Internal, "INVALID_QUERY_FILTER_OPERATOR": pgerr.Internal,
	"SERVER_UNAVAILABLE": pgerr.ConnectionFailure, "UNKNOWN_EXCEPTION": pgerr.ConnectionFailure,
}

// refused reads an answer that is no success.
func (t *task) refused(answer *http.Response) *failure {
	text, _ := io.ReadAll(io.LimitReader(answer.Body, errorBytes))
	code, words := errorOf(text)
	f := &failure{after: retryAfter(answer.Header), refresh: answer.StatusCode == http.StatusUnauthorized, unheard: answer.StatusCode == http.StatusTooManyRequests,
		retry: answer.StatusCode == http.StatusTooManyRequests || answer.StatusCode >= 500 && code != "QUERY_TIMEOUT" && states[code] != pgerr.ProgramLimitExceeded}
	f.err = t.refusal(answer.StatusCode, code, words)
	return f
}

// errorOf reads [{"errorCode":…,"message":…}].
func errorOf(text []byte) (code, words string) {
	var all []struct {
		Code    string `json:"errorCode"`
		Message string `json:"message"`
	}
	if json.Unmarshal(text, &all) != nil || len(all) == 0 {
		return "", ""
	}
	if code = all[0].Code; len(code) > 60 || strings.Trim(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_") != "" {
		code = ""
	}
	return code, all[0].Message
}

// refusal is an error in Salesforce's own words, but for those that quote the statement.
func (t *task) refusal(status int, code, words string) error {
	name := t.conn.system.config.Name
	state := states[code]
	switch {
	case status == http.StatusUnauthorized || state == pgerr.InvalidAuthorization:
		return source.TokenRejected(name)
	case state == "" && status == http.StatusForbidden:
		state = pgerr.InsufficientPrivilege
	case state == "" && status == http.StatusTooManyRequests:
		state = pgerr.ConfigurationLimitExceeded
	case state == "" && status >= 500:
		state = pgerr.ConnectionFailure
	case state == "" && (status == http.StatusRequestURITooLong || status == http.StatusRequestHeaderFieldsTooLarge):
		state = pgerr.StatementTooComplex
	case state == "":
		state = pgerr.SystemError
	}
	if words = lastLine(words); words == "" || state == pgerr.Internal {
		words = "status " + source.PlainWords(http.StatusText(status))
		if code != "" {
			words = code
		}
	}
	out := pgerr.New(state, "the source %s answers: %s", name, words).WithDetail("Salesforce error %s, HTTP status %d.", code, status)
	if code == "" {
		out = out.WithDetail("HTTP status %d.", status)
	}
	if hint := hints[code]; hint != "" {
		out = out.WithHint("%s", hint)
	}
	return out
}

var hints = map[string]string{
	"INVALID_FIELD":          "The field does not exist there, or field-level security hides it from you.",
	"INVALID_TYPE":           "The object does not exist there, or your profile may not read it.",
	"NOT_FOUND":              "The object does not exist there, your profile may not read it, or the organisation has no such api_version.",
	"API_DISABLED_FOR_ORG":   "Your profile needs the permission API Enabled.",
	"API_CURRENTLY_DISABLED": "Your profile needs the permission API Enabled.",
	"REQUEST_LIMIT_EXCEEDED": "A limit of the organisation's API requests is reached; try again later.",
	"INVALID_QUERY_LOCATOR":  "Salesforce keeps ten unfinished queries of a person; try again with fewer at once.",
	"EXCEEDED_ID_LIMIT":      "SET waggle.pushdown = off groups in the workspace instead.",
}

// unreached classifies a request that got no answer.
func (t *task) unreached(err error) *failure {
	e, again := source.Unreached(t.conn.system.config.Name, err)
	return &failure{err: e, retry: again}
}

// broken classifies an answer that could not be read to its end.
func (t *task) broken(body *counted, err error) *failure {
	var own *pgerr.Error
	var done *enough
	name := t.conn.system.config.Name
	switch {
	case errors.As(err, &done):
		return &failure{err: done}
	case errors.As(err, &own):
		return &failure{err: own}
	case body.err != nil:
		return t.unreached(body.err)
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return &failure{retry: true, err: pgerr.New(pgerr.ConnectionFailure, "an answer of the source %s is cut off", name).Because(err)}
	}
	return &failure{err: pgerr.New(pgerr.ProtocolViolation, "the source %s sends an answer that cannot be read", name).Because(err)}
}

// lastLine is what a refusal says behind the lines that show the statement.
func lastLine(words string) string {
	words = strings.TrimSpace(words)
	return source.PlainWords(words[strings.LastIndexByte(words, '\n')+1:])
}
