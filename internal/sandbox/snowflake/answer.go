package snowflake

import (
	"encoding/json"
	"net/http"
)

// failure is an answer without success: Snowflake's number, the SQLSTATE and the message. The driver shows all three.
type failure struct {
	code, state, message string
	id                   string // of the statement, where there is one
}

func (f *failure) Error() string { return f.code + " (" + f.state + "): " + f.message }

func fail(code, state, message string) *failure {
	return &failure{code: code, state: state, message: message}
}

// write answers with 200, as the service does for what it refuses.
func (f *failure) write(w http.ResponseWriter) { writeJSON(w, http.StatusOK, f.body()) }

func (f *failure) body() map[string]any {
	data := map[string]any{"errorCode": f.code, "sqlState": f.state, "internalError": false}
	if f.id != "" {
		data["queryId"], data["type"] = f.id, "COMPILATION"
	}
	return map[string]any{"data": data, "code": f.code, "message": f.message, "success": false, "headers": nil}
}

// The refusals of sessions, as the vendor's drivers know them.
func noToken() *failure {
	return fail("390101", "08001", "Authorization header not found in the request data.")
}

func sessionGone() *failure {
	return fail("390111", "08001", "Session no longer exists.  New login required to access the service.")
}

func sessionExpired() *failure {
	return fail("390112", "08001", "Your session has expired. Please login again.")
}

func masterExpired() *failure {
	return fail("390114", "08001", "Authentication token has expired.  The user must authenticate again.")
}

func badRequest(why string) *failure { return fail("390105", "08001", why) }

func succeed(w http.ResponseWriter, data any) {
	writeJSON(w, http.StatusOK, map[string]any{"data": data, "code": nil, "message": nil, "success": true, "headers": nil})
}

// refuseStatus writes the error of a status that a fault asks for.
func refuseStatus(w http.ResponseWriter, status int, _ string) {
	http.Error(w, http.StatusText(status), status)
}

func writeJSON(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-cache, no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}
