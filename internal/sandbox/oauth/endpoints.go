package oauth

import (
	"crypto/sha256"
	"net/http"
	"slices"
	"strings"
)

// revoke ends a token's family (RFC 7009); an unknown token is answered like a known one.
func (s *Server) revoke(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	client, form, refusal := s.authenticate(w, r)
	if refusal == "" && !form.Has("token") {
		refusal = "invalid_request"
	}
	if refusal != "" {
		refuse(w, refusal)
		return
	}
	s.calls.Revoke++
	if t := s.tokens[sha256.Sum256([]byte(form.Get("token")))]; t != nil && t.grant.ClientID == client.ID {
		t.family.revoked = true
	}
	w.WriteHeader(http.StatusOK)
}

// introspect says what a token stands for (RFC 7662); one that is not live, or another client's, is only "active": false.
func (s *Server) introspect(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	client, form, refusal := s.authenticate(w, r)
	if refusal != "" {
		refuse(w, refusal)
		return
	}
	s.calls.Introspect++
	t := s.tokens[sha256.Sum256([]byte(form.Get("token")))]
	if t == nil || t.grant.ClientID != client.ID || s.state(t) != Live || !t.rotated.IsZero() {
		writeJSON(w, http.StatusOK, map[string]any{"active": false})
		return
	}
	kind := "access_token"
	if t.refresh {
		kind = "refresh_token"
	}
	writeJSON(w, http.StatusOK, map[string]any{
		"active": true, "sub": t.grant.Subject, "username": t.grant.Person, "client_id": t.grant.ClientID, "token_type": kind,
		"scope": strings.Join(t.grant.Scopes, " "), "iat": t.grant.Issued.Unix(), "exp": t.expires.Unix(), "iss": s.config.Issuer,
	})
}

// userinfo says who approved an access token (OpenID Connect Core section 5.3).
func (s *Server) userinfo(w http.ResponseWriter, r *http.Request) {
	g, state := s.Bearer(r)
	s.mu.Lock()
	defer s.mu.Unlock()
	p, ok := s.person(g.Person)
	if state != Live || !ok {
		w.Header().Set("WWW-Authenticate", `Bearer error="invalid_token"`)
		writeJSON(w, http.StatusUnauthorized, map[string]any{"error": "invalid_token"})
		return
	}
	writeJSON(w, http.StatusOK, map[string]any{
		"sub": p.Subject, "name": p.Name, "email": p.Login, "email_verified": p.EmailVerified,
	})
}

// metadata is RFC 8414's document.
func (s *Server) metadata(w http.ResponseWriter, _ *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var scopes []string
	for _, c := range s.config.Clients {
		scopes = append(scopes, c.Scopes...)
	}
	slices.Sort(scopes)
	methods := []string{"client_secret_basic", "client_secret_post"}
	at := func(path string) string { return s.config.Issuer + path }
	writeJSON(w, http.StatusOK, map[string]any{
		"issuer": s.config.Issuer, "authorization_endpoint": at("/authorize"), "token_endpoint": at("/token"),
		"revocation_endpoint": at("/revoke"), "introspection_endpoint": at("/introspect"), "userinfo_endpoint": at("/userinfo"),
		"response_types_supported": []string{"code"}, "grant_types_supported": []string{"authorization_code", "refresh_token"},
		"code_challenge_methods_supported": []string{"S256"}, "token_endpoint_auth_methods_supported": methods,
		"authorization_response_iss_parameter_supported": true, "scopes_supported": slices.Compact(scopes),
		"waggle_sandbox": true,
	})
}
