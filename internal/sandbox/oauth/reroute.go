package oauth

import "net/http"

// Reroute serves a request as if another path had been asked for: a source's own sign-in endpoints are the server's.
func Reroute(next http.Handler, path string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		moved := r.Clone(r.Context())
		moved.URL.Path = path
		next.ServeHTTP(w, moved)
	})
}
