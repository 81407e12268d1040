package fault

import (
	"encoding/json"
	"net/http"
	"strconv"
)

// serveControl answers /_sandbox/faults (GET lists, POST adds a Rule, DELETE clears) and /_sandbox/requests (GET lists those
// after ?since=ID, DELETE forgets).
func (c *Control) serveControl(w http.ResponseWriter, r *http.Request) {
	switch r.Method + " " + r.URL.Path {
	case "GET /_sandbox/faults":
		writeJSON(w, c.Rules())
	case "POST /_sandbox/faults":
		c.postRule(w, r)
	case "DELETE /_sandbox/faults":
		c.Clear()
		w.WriteHeader(http.StatusNoContent)
	case "GET /_sandbox/requests":
		since, _ := strconv.Atoi(r.URL.Query().Get("since"))
		seen := []Request{}
		for _, q := range c.Requests() {
			if q.ID > since {
				seen = append(seen, q)
			}
		}
		writeJSON(w, seen)
	case "DELETE /_sandbox/requests":
		c.Forget()
		w.WriteHeader(http.StatusNoContent)
	default:
		http.NotFound(w, r)
	}
}

func (c *Control) postRule(w http.ResponseWriter, r *http.Request) {
	dec := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<16))
	dec.DisallowUnknownFields()
	var rule Rule
	err := dec.Decode(&rule)
	if err == nil {
		err = c.Add(rule)
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

func writeJSON(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v)
}
