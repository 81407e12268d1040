package oauth

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
)

// code is an authorization code that has been given out.
type code struct {
	client    string
	redirect  string
	challenge string
	person    Person
	scopes    []string
	offline   bool
	expires   time.Time
	used      *family // set by the exchange; a second one revokes it (RFC 6749 section 4.1.2)
}

// request is an authorization request whose client and redirect URI hold.
type request struct {
	client    Client
	redirect  *url.URL
	state     string
	challenge string
	scopes    []string
	params    url.Values
}

// challengeForm is what a SHA-256 digest looks like in base64url (RFC 7636 section 4.2).
var challengeForm = regexp.MustCompile(`^[A-Za-z0-9_-]{43}$`)

// authorize answers the authorization endpoint: the consent page, or with as=PERSON and approve=1 (deny=1) the redirect at once.
func (s *Server) authorize(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls.Authorize++
	if r.ParseForm() != nil {
		refusePage(w, "The request cannot be read.")
		return
	}
	q, refusal := s.admit(r.Form)
	if refusal != "" {
		refusePage(w, refusal)
		return
	}
	if fault := s.fail(); fault != nil {
		s.back(w, r, q, url.Values{"error": {fault.Error}})
		return
	}
	if name := q.flaw(r.Form); name != "" {
		s.back(w, r, q, url.Values{"error": {name}})
		return
	}
	login := r.Form.Get("as")
	switch {
	case r.Form.Get("deny") != "":
		s.back(w, r, q, url.Values{"error": {"access_denied"}})
	case login != "" && r.Form.Get("approve") != "":
		s.approve(w, r, q, login)
	default:
		s.consent(w, r, q)
	}
}

// admit checks what must hold before anything may be sent to a redirect URI.
func (s *Server) admit(form url.Values) (*request, string) {
	for name, values := range form {
		if len(values) > 1 { // RFC 6749 section 3.1
			return nil, "The parameter " + name + " is given twice."
		}
	}
	client, ok := s.client(form.Get("client_id"))
	if !ok {
		return nil, "No such client."
	}
	if !slices.Contains(client.RedirectURIs, form.Get("redirect_uri")) {
		return nil, "The redirect URI is not registered for this client."
	}
	redirect, err := url.Parse(form.Get("redirect_uri"))
	if err != nil {
		return nil, "The redirect URI cannot be read."
	}
	return &request{client: client, redirect: redirect, state: form.Get("state"), params: form}, ""
}

// flaw completes the request and returns the error of RFC 6749 section 4.1.2.1, or "".
func (q *request) flaw(form url.Values) string {
	if form.Get("response_type") != "code" {
		return "unsupported_response_type"
	}
	if form.Get("code_challenge_method") != "S256" || !challengeForm.MatchString(form.Get("code_challenge")) {
		return "invalid_request"
	}
	q.challenge = form.Get("code_challenge")
	q.scopes = strings.Fields(form.Get("scope"))
	if len(q.scopes) == 0 {
		return "invalid_scope"
	}
	for _, scope := range q.scopes {
		if !slices.Contains(q.client.Scopes, scope) {
			return "invalid_scope"
		}
	}
	return ""
}

// approve gives a code to somebody who agreed.
func (s *Server) approve(w http.ResponseWriter, r *http.Request, q *request, login string) {
	person, ok := s.person(login)
	if !ok || q.client.Style == Gong && !person.TechnicalAdmin {
		s.back(w, r, q, url.Values{"error": {"access_denied"}})
		return
	}
	agreement := q.client.ID + " " + login
	offline := true
	switch q.client.Style {
	case Google:
		offline = q.params.Get("access_type") == "offline" && (!s.agreed[agreement] || strings.Contains(q.params.Get("prompt"), "consent"))
	case Databricks:
		offline = slices.Contains(q.scopes, "offline_access")
	case Snowflake, Salesforce:
		offline = slices.Contains(q.scopes, "refresh_token")
	}
	s.agreed[agreement] = true
	text, key := secret()
	s.codes[key] = &code{
		client: q.client.ID, redirect: q.params.Get("redirect_uri"), challenge: q.challenge, person: person,
		scopes: q.scopes, offline: offline, expires: s.now().Add(s.config.CodeTTL),
	}
	s.back(w, r, q, url.Values{"code": {text}})
}

// back redirects to the client with state added to an answer, and iss where the vendor sends it.
func (s *Server) back(w http.ResponseWriter, r *http.Request, q *request, answer url.Values) {
	target := *q.redirect
	all := target.Query()
	for name, values := range answer {
		all[name] = values
	}
	if q.state != "" {
		all.Set("state", q.state)
	}
	if q.client.Style != Databricks && q.client.Style != Salesforce {
		all.Set("iss", s.config.Issuer)
	}
	target.RawQuery = all.Encode()
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Referrer-Policy", "no-referrer")
	http.Redirect(w, r, target.String(), http.StatusFound)
}
