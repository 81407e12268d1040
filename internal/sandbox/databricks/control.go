package databricks

import (
	"net/http"
	"strconv"
)

// switches serves the emulator's own switches to scripts, beside the faults: GET /_sandbox/history?person=, GET /_sandbox/calls, POST
// /_sandbox/warm, /_sandbox/refuse?table=&on=, /_sandbox/contradict?column=&on=, /_sandbox/pad?rows=, /_sandbox/sessions/expire?person=,
// /_sandbox/links/expire. It reports whether the request was one of them.
func (s *Server) switches(w http.ResponseWriter, r *http.Request) bool {
	q := r.URL.Query()
	on := q.Get("on") != "0"
	switch r.Method + " " + r.URL.Path {
	case "GET /_sandbox/history":
		entries := s.History(q.Get("person"))
		if entries == nil {
			entries = []Entry{}
		}
		writeJSON(w, http.StatusOK, entries)
		return true
	case "GET /_sandbox/calls":
		writeJSON(w, http.StatusOK, s.Calls())
		return true
	case "POST /_sandbox/warm":
		s.Warm()
	case "POST /_sandbox/refuse":
		s.Refuse(q.Get("table"), on)
	case "POST /_sandbox/contradict":
		s.Contradict(q.Get("column"), on)
	case "POST /_sandbox/pad":
		rows, _ := strconv.ParseInt(q.Get("rows"), 10, 64)
		s.Pad(rows)
	case "POST /_sandbox/sessions/expire":
		writeJSON(w, http.StatusOK, map[string]int{"sessions": s.ExpireSessions(q.Get("person"))})
		return true
	case "POST /_sandbox/links/expire":
		writeJSON(w, http.StatusOK, map[string]int{"links": s.ExpireLinks()})
		return true
	default:
		return false
	}
	w.WriteHeader(http.StatusNoContent)
	return true
}

// ExpireLinks ends the time of all addresses that have been given out, and returns how many there were.
func (s *Server) ExpireLinks() int { return s.results.Expire() }
