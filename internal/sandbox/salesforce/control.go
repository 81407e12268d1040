package salesforce

import (
	"net/http"
	"strconv"
)

// serveControl answers the emulator's own switches and tells whether it has.
func (s *Server) serveControl(w http.ResponseWriter, r *http.Request) bool {
	query := r.URL.Query()
	switch r.Method + " " + r.URL.Path {
	case "GET /_sandbox/history":
		list := s.History(query.Get("person"))
		if list == nil {
			list = []Entry{}
		}
		writeJSON(w, http.StatusOK, list)
		return true
	case "DELETE /_sandbox/history":
		s.Forget()
	case "POST /_sandbox/refuse":
		s.Refuse(query.Get("object"), query.Get("on") != "0")
	case "POST /_sandbox/usage":
		n, err := strconv.Atoi(query.Get("calls"))
		if err != nil {
			http.Error(w, "calls is no number", http.StatusBadRequest)
			return true
		}
		s.Use(n)
	case "POST /_sandbox/cursors/expire":
		s.ExpireCursors(query.Get("person"))
	default:
		return false
	}
	w.WriteHeader(http.StatusNoContent)
	return true
}
