package salesforce

import (
	"net/url"
)

// switches are the emulator's own beside those that all have.
func (s *Server) switches() map[string]func(url.Values) any {
	return s.Switches(func(login string) any { return s.History(login) }, map[string]func(url.Values) any{
		"DELETE /_sandbox/history":      func(url.Values) any { s.Forget(); return nil },
		"POST /_sandbox/usage":          func(q url.Values) any { s.Use(atoi(q.Get("calls"))); return nil },
		"GET /_sandbox/cursors":         func(q url.Values) any { return map[string]int{"sessions": s.Cursors(q.Get("person"))} },
		"POST /_sandbox/cursors/expire": func(q url.Values) any { s.ExpireCursors(q.Get("person")); return nil },
	})
}
