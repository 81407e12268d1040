package salesforce

import (
	"encoding/json"
	"net/http"

	"github.com/waggle-sql/waggle/internal/sandbox/salesforce/soql"
)

// refusal is an error in the form of
// https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/errorcodes.htm.
type refusal struct {
	status        int
	code, message string
}

func (no *refusal) write(w http.ResponseWriter) {
	writeJSON(w, no.status, []map[string]string{{"message": no.message, "errorCode": no.code}})
}

func badRequest(code, message string) *refusal { return &refusal{http.StatusBadRequest, code, message} }

func expired() *refusal {
	return &refusal{http.StatusUnauthorized, "INVALID_SESSION_ID", "Session expired or invalid"}
}

func notFound() *refusal {
	return &refusal{http.StatusNotFound, "NOT_FOUND", "The requested resource does not exist"}
}

func notAllowed(method string) *refusal {
	return &refusal{http.StatusMethodNotAllowed, "METHOD_NOT_ALLOWED", "HTTP Method '" + method + "' not allowed. Allowed are HEAD,GET"}
}

func tooManyCalls() *refusal {
	return &refusal{http.StatusForbidden, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded."}
}

func unknownLocator() *refusal { return badRequest("INVALID_QUERY_LOCATOR", "invalid query locator") }

func broken() *refusal {
	return &refusal{http.StatusInternalServerError, "UNKNOWN_EXCEPTION", "An unexpected error occurred."}
}

// verdict is soql's error as an answer.
func verdict(err *soql.Error) *refusal { return badRequest(err.Code, err.Message) }

// refuseStatus writes the error of a status that a fault asks for.
func refuseStatus(w http.ResponseWriter, status int, _ string) {
	no := &refusal{status, "SERVER_UNAVAILABLE", "The server is temporarily unavailable."}
	switch status {
	case 400:
		no = badRequest("MALFORMED_QUERY", "the request cannot be read")
	case 401:
		no = expired()
	case 403, 429:
		no = tooManyCalls()
		no.status = status
	case 404:
		no = notFound()
	case 500:
		no = broken()
	}
	no.write(w)
}

func writeJSON(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json;charset=UTF-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}
