package snowflake

import (
	"net/http"
	"strconv"
)

// switches serves the emulator's own switches to scripts, beside the faults: GET /_sandbox/history?person=, POST /_sandbox/warm,
// /_sandbox/refuse?table=&on=, /_sandbox/contradict?column=&on=, /_sandbox/sessions/expire?person=&master=. It reports whether the
// request was one of them.
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
	case "POST /_sandbox/warm":
		s.Warm()
	case "POST /_sandbox/refuse":
		s.Refuse(q.Get("table"), on)
	case "POST /_sandbox/contradict":
		s.Contradict(q.Get("column"), on)
	case "POST /_sandbox/sessions/expire":
		master, _ := strconv.ParseBool(q.Get("master"))
		writeJSON(w, http.StatusOK, map[string]int{"sessions": s.ExpireSessions(q.Get("person"), master)})
		return true
	default:
		return false
	}
	w.WriteHeader(http.StatusNoContent)
	return true
}
