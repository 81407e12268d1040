package databricks

import (
	"encoding/json"
	"net/http"
	"strings"

	"github.com/waggle-sql/waggle/internal/sandbox/databricks/tcli"
	"github.com/waggle-sql/waggle/internal/sandbox/oauth"
)

// failure is a refusal by HTTP's status, before any Thrift: the error's name and text are in the body and in the headers that drivers
// read (https://docs.databricks.com/api/workspace/introduction).
type failure struct {
	status     int
	code, text string
}

func (f *failure) Error() string { return f.code + ": " + f.text }

func (f *failure) write(w http.ResponseWriter) {
	w.Header().Set("X-Databricks-Reason-Phrase", strings.ReplaceAll(f.text, "\n", " "))
	w.Header().Set("X-Databricks-Error-Or-Redirect", f.code)
	if f.code == invalidHandle {
		w.Header().Set("X-Thriftserver-Error-Message", f.text)
	}
	if f.status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", `Bearer realm="DatabricksRealm"`)
	}
	writeJSON(w, f.status, map[string]any{"error_code": f.code, "message": f.text})
}

const invalidHandle = "RESOURCE_DOES_NOT_EXIST"

// The refusals that have a status of their own.
func noToken() *failure {
	return &failure{http.StatusUnauthorized, "401", "Credential was not sent or was of an unsupported type for this API."}
}

func noWarehouse(id string) *failure {
	return &failure{http.StatusNotFound, "RESOURCE_DOES_NOT_EXIST", "SQL warehouse " + id + " does not exist."}
}

func noRight() *failure {
	return &failure{http.StatusForbidden, "PERMISSION_DENIED", "You do not have permission to use the SQL Warehouse."}
}

func noSession(id string) *failure {
	return &failure{http.StatusNotFound, invalidHandle, "Invalid SessionHandle: SessionHandle [" + id + "]"}
}

func noOperation(id string) *failure {
	return &failure{http.StatusNotFound, invalidHandle, "Invalid OperationHandle: OperationHandle [opType=EXECUTE_STATEMENT, getHandleIdentifier()=" + id + "]"}
}

func unreadable() *failure {
	return &failure{http.StatusBadRequest, "BAD_REQUEST", "The request is no Thrift message."}
}

// tokenFailure says why a token does not open the workspace.
func tokenFailure(state oauth.State, requestID string) *failure {
	if state == oauth.Expired {
		return &failure{http.StatusUnauthorized, "401", "Token is expired [ReqId: " + requestID + "]"}
	}
	return &failure{http.StatusForbidden, "403", "Invalid access token. [ReqId: " + requestID + "]"}
}

// refuseStatus writes the error of a status that a fault asks for.
func refuseStatus(w http.ResponseWriter, status int, _ string) {
	f := &failure{status: status, code: "INTERNAL_ERROR", text: http.StatusText(status)}
	switch status {
	case http.StatusTooManyRequests:
		f.code, f.text = "REQUEST_LIMIT_EXCEEDED", "Too many requests. Please wait a moment and try again."
	case http.StatusServiceUnavailable:
		f.code, f.text = "TEMPORARILY_UNAVAILABLE", "The service is temporarily unavailable."
	case http.StatusUnauthorized:
		f = noToken()
	case http.StatusForbidden:
		f = &failure{status, "403", "Invalid access token."}
	}
	f.write(w)
}

func writeJSON(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}

// succeeded is the status of a call that went well.
func succeeded() *tcli.Status { return &tcli.Status{Code: tcli.Success} }

// failed is the status of a call that the service could not carry out.
func failed(state, text string) *tcli.Status {
	shown := text
	return &tcli.Status{Code: tcli.Failed, SQLState: &state, ErrorMessage: &text, DisplayMessage: &shown}
}
