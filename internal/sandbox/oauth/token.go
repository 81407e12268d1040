package oauth

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// tokenEndpoint answers the token endpoint of RFC 6749: parameters in the body, the client by HTTP Basic or by parameters.
func (s *Server) tokenEndpoint(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	client, form, refusal := s.authenticate(w, r)
	if refusal == "" && client.Style == Gong {
		refusal = "invalid_request"
	}
	if refusal != "" {
		client.refuse(w, refusal)
		return
	}
	s.grant(w, client, form)
}

// gongToken answers Gong's token call: HTTP Basic, every parameter in the query and an empty body
// (https://help.gong.io/docs/create-an-app-for-gong).
func (s *Server) gongToken(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	id, password, ok := r.BasicAuth()
	client, known := s.client(id)
	if !ok || !known || client.Style != Gong || !equal(password, client.Secret) {
		refuse(w, "invalid_client")
		return
	}
	query := r.URL.Query()
	if r.ContentLength != 0 || query.Get("client_secret") != "" || query.Get("client_id") != "" && query.Get("client_id") != id {
		refuse(w, "invalid_request")
		return
	}
	s.grant(w, client, query)
}

// authenticate returns the client of a call with its form, or the error to answer with.
func (s *Server) authenticate(w http.ResponseWriter, r *http.Request) (Client, url.Values, string) {
	r.Body = http.MaxBytesReader(w, r.Body, 1<<16)
	if r.ParseForm() != nil || r.URL.RawQuery != "" {
		return Client{}, nil, "invalid_request"
	}
	for _, values := range r.PostForm {
		if len(values) > 1 {
			return Client{}, nil, "invalid_request"
		}
	}
	id, password, basic := r.BasicAuth()
	if basic {
		// RFC 6749 section 2.3.1: both halves are form-encoded before they are joined.
		id, password = unescape(id), unescape(password)
		if r.PostForm.Has("client_secret") {
			return Client{}, nil, "invalid_request" // more than one method
		}
	} else {
		id, password = r.PostForm.Get("client_id"), r.PostForm.Get("client_secret")
	}
	client, ok := s.client(id)
	if !ok || !equal(password, client.Secret) {
		return client, nil, "invalid_client"
	}
	return client, r.PostForm, ""
}

func unescape(s string) string {
	if out, err := url.QueryUnescape(s); err == nil {
		return out
	}
	return s
}

func (s *Server) grant(w http.ResponseWriter, client Client, form url.Values) {
	switch form.Get("grant_type") {
	case "authorization_code":
		s.calls.Code++
		s.exchange(w, client, form)
	case "refresh_token":
		s.calls.Refresh++
		s.refresh(w, client, form)
	default:
		client.refuse(w, "unsupported_grant_type")
	}
}

// exchange gives tokens for a code.
func (s *Server) exchange(w http.ResponseWriter, client Client, form url.Values) {
	c := s.codes[sha256.Sum256([]byte(form.Get("code")))]
	if c == nil || c.client != client.ID {
		client.refuse(w, "invalid_grant")
		return
	}
	if c.used != nil {
		c.used.revoked = true
		client.refuse(w, "invalid_grant")
		return
	}
	verifier := sha256.Sum256([]byte(form.Get("code_verifier")))
	challenge := base64.RawURLEncoding.EncodeToString(verifier[:])
	proven := subtle.ConstantTimeCompare([]byte(challenge), []byte(c.challenge)) == 1
	c.used = &family{}
	if !proven || c.redirect != form.Get("redirect_uri") || !s.now().Before(c.expires) {
		client.refuse(w, "invalid_grant")
		return
	}
	g := Grant{
		Person: c.person.Login, Subject: c.person.Subject, ClientID: client.ID, Source: client.Source, Scopes: c.scopes,
		Organisation: client.Style == Gong,
	}
	s.answer(w, client, s.issue(g, c.used, c.offline))
}

// refresh gives new tokens for a refresh token. A rotated one that comes back after the grace window means that somebody has a
// copy: the whole family is revoked.
func (s *Server) refresh(w http.ResponseWriter, client Client, form url.Values) {
	t := s.tokens[sha256.Sum256([]byte(form.Get("refresh_token")))]
	if t == nil || !t.refresh || t.grant.ClientID != client.ID || s.state(t) != Live {
		client.refuse(w, "invalid_grant")
		return
	}
	g := t.grant
	if wanted := strings.Fields(form.Get("scope")); len(wanted) > 0 {
		for _, scope := range wanted {
			if !slices.Contains(g.Scopes, scope) {
				client.refuse(w, "invalid_scope")
				return
			}
		}
		g.Scopes = wanted
	}
	rotate := client.Rotate || client.Style == Gong
	if !t.rotated.IsZero() && s.now().Sub(t.rotated) > s.config.Grace {
		t.family.revoked = true
		s.calls.Reused++
		client.refuse(w, "invalid_grant")
		return
	}
	if rotate && t.rotated.IsZero() {
		t.rotated = s.now()
	}
	s.answer(w, client, s.issue(g, t.family, rotate))
}

// answer writes RFC 6749 section 5.1's response, with what the vendor adds or leaves out.
func (s *Server) answer(w http.ResponseWriter, client Client, t issued) {
	body := map[string]any{
		"access_token": t.access, "token_type": "Bearer", "expires_in": t.seconds, "scope": strings.Join(t.grant.Scopes, " "),
	}
	if t.refresh != "" {
		body["refresh_token"] = t.refresh
	}
	switch client.Style {
	case Snowflake:
		body["username"] = strings.ToUpper(t.grant.Person)
		if t.refresh != "" {
			body["refresh_token_expires_in"] = int(s.config.RefreshTTL / time.Second)
		}
	case Gong:
		body["api_base_url_for_customer"] = client.APIBase
	case Salesforce:
		delete(body, "expires_in")
		id, issued := client.APIBase+"/id/"+Organisation+"/"+SalesforceUser(t.grant.Subject), strconv.FormatInt(t.grant.Issued.UnixMilli(), 10)
		body["instance_url"], body["id"], body["issued_at"], body["signature"] = client.APIBase, id, issued, sign(client.Secret, id+issued)
	}
	writeJSON(w, http.StatusOK, body)
}

// refuse writes RFC 6749 section 5.2's error.
func refuse(w http.ResponseWriter, name string) {
	status := http.StatusBadRequest
	if name == "invalid_client" {
		status = http.StatusUnauthorized
		w.Header().Set("WWW-Authenticate", `Basic realm="sandbox"`)
	}
	writeJSON(w, status, map[string]any{"error": name})
}

func writeJSON(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json;charset=UTF-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}
