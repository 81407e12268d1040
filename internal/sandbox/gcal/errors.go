package gcal

import (
	"encoding/json"
	"net/http"
)

// refusal is an error in the form of https://developers.google.com/calendar/api/guides/errors.
type refusal struct {
	status                                          int
	domain, reason, message, locationType, location string
}

func (no *refusal) write(w http.ResponseWriter) {
	item := map[string]any{"domain": no.domain, "reason": no.reason, "message": no.message}
	if no.location != "" {
		item["locationType"], item["location"] = no.locationType, no.location
	}
	writeJSON(w, no.status, map[string]any{
		"error": map[string]any{"errors": []any{item}, "code": no.status, "message": no.message},
	})
}

func badRequest(message string) *refusal {
	return &refusal{status: 400, domain: "global", reason: "badRequest", message: message}
}

func badParameter(name, message string) *refusal {
	return &refusal{400, "global", "invalidParameter", message, "parameter", name}
}

func timeRangeEmpty() *refusal {
	return &refusal{400, "calendar", "timeRangeEmpty", "The specified time range is empty.", "parameter", "timeMax"}
}

func unauthorized() *refusal {
	return &refusal{401, "global", "authError", "Invalid Credentials", "header", "Authorization"}
}

func insufficient() *refusal {
	return &refusal{status: 403, domain: "global", reason: "insufficientPermissions",
		message: "Request had insufficient authentication scopes."}
}

func limited() *refusal {
	return &refusal{status: 403, domain: "usageLimits", reason: "rateLimitExceeded", message: "Rate Limit Exceeded"}
}

func notFound() *refusal {
	return &refusal{status: 404, domain: "global", reason: "notFound", message: "Not Found"}
}

func tooLongAgo() *refusal {
	return &refusal{410, "calendar", "updatedMinTooLongAgo",
		"The requested minimum modification time lies too far in the past.", "parameter", "updatedMin"}
}

func fullSync() *refusal {
	return &refusal{410, "calendar", "fullSyncRequired",
		"Sync token is no longer valid, a full sync is required.", "parameter", "syncToken"}
}

// refuseStatus writes the error of a status that a fault asks for.
func refuseStatus(w http.ResponseWriter, status int, _ string) {
	no := &refusal{status: status, domain: "global", reason: "backendError", message: "Backend Error"}
	switch status {
	case 400:
		no = badRequest("Bad Request")
	case 401:
		no = unauthorized()
	case 403:
		no = limited()
	case 404:
		no = notFound()
	case 410:
		no = fullSync()
	case 429:
		no = limited()
		no.status = status
	}
	no.write(w)
}

func writeJSON(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}
