package databricks

import (
	"net/url"
	"strconv"
)

// own are the switches that other emulators do not have.
func (s *Server) own() map[string]func(url.Values) any {
	return map[string]func(url.Values) any{
		"GET /_sandbox/calls":    func(url.Values) any { return s.Calls() },
		"GET /_sandbox/sessions": func(q url.Values) any { return map[string]int{"sessions": s.Sessions(q.Get("person"))} },
		"POST /_sandbox/warm":    func(url.Values) any { s.Warm(); return nil },
		"POST /_sandbox/pad": func(q url.Values) any {
			rows, _ := strconv.ParseInt(q.Get("rows"), 10, 64)
			s.Pad(rows)
			return nil
		},
		"POST /_sandbox/sessions/expire": func(q url.Values) any { return map[string]int{"sessions": s.ExpireSessions(q.Get("person"))} },
		"POST /_sandbox/links/expire":    func(url.Values) any { return map[string]int{"links": s.ExpireLinks()} },
	}
}

// ExpireLinks ends the time of all addresses that have been given out, and returns how many there were.
func (s *Server) ExpireLinks() int { return s.Results.Expire() }
