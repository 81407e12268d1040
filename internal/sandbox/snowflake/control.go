package snowflake

import (
	"net/url"
	"strconv"
)

// own are the switches that other emulators do not have.
func (s *Server) own() map[string]func(url.Values) any {
	return map[string]func(url.Values) any{
		"GET /_sandbox/sessions": func(q url.Values) any { return map[string]int{"sessions": s.Sessions(q.Get("person"))} },
		"POST /_sandbox/warm":    func(url.Values) any { s.Warm(); return nil },
		"POST /_sandbox/sessions/expire": func(q url.Values) any {
			master, _ := strconv.ParseBool(q.Get("master"))
			return map[string]int{"sessions": s.ExpireSessions(q.Get("person"), master)}
		},
	}
}
