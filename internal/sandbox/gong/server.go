// Package gong emulates Gong's API v2 strictly: what Gong's documentation (https://help.gong.io/apidocs/introduction-2 and the
// pages named at each endpoint) does not list is refused, what it lists behaves as it says. The credential is the company's
// OAuth token; every token sees every call, as with Gong.
package gong

import (
	"crypto/rand"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/waggle-sql/waggle/internal/sandbox/data"
	"github.com/waggle-sql/waggle/internal/sandbox/fault"
	"github.com/waggle-sql/waggle/internal/sandbox/oauth"
)

// Tokens says what a request's token stands for; *oauth.Server is one.
type Tokens interface {
	Bearer(r *http.Request) (oauth.Grant, oauth.State)
	ExpireToken(access string)
}

// Config is an emulator's configuration. Zero values are Gong's own: 3 calls a second, 10,000 a day, pages of 100, cursors that
// live 10 minutes. A negative limit is none.
type Config struct {
	Company           *data.Company
	Tokens            Tokens
	PerSecond, PerDay int
	PageSize          int
	CursorTTL         time.Duration
	Now               func() time.Time
}

// Server is the emulator: an http.Handler, safe for use by several goroutines.
type Server struct {
	config  Config
	control *fault.Control
	handler http.Handler
	zone    *time.Location // the company's
	key     [32]byte       // signs cursors

	mu     sync.Mutex
	recent []time.Time // calls of the last second
	day    string
	today  int
}

// New returns an emulator.
func New(config Config) *Server {
	fill := func(n *int, standard int) {
		if *n == 0 {
			*n = standard
		}
	}
	fill(&config.PerSecond, 3)
	fill(&config.PerDay, 10_000)
	fill(&config.PageSize, 100)
	if config.CursorTTL == 0 {
		config.CursorTTL = 10 * time.Minute
	}
	if config.Now == nil {
		config.Now = time.Now
	}
	s := &Server{config: config, zone: time.UTC}
	if zone, err := time.LoadLocation("America/New_York"); err == nil {
		s.zone = zone
	}
	_, _ = rand.Read(s.key[:])
	s.control = fault.New(fault.Config{
		Source: "gong", Person: s.person, Refuse: refuseStatus,
		Expire: func(r *http.Request) { config.Tokens.ExpireToken(bearer(r)) },
	})
	s.handler = s.control.Handler(s.serve)
	return s
}

// Control returns the emulator's misbehaviour and its log of requests.
func (s *Server) Control() *fault.Control { return s.control }

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

func bearer(r *http.Request) string {
	_, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	return token
}

func (s *Server) person(r *http.Request) string {
	g, state := s.config.Tokens.Bearer(r)
	if state != oauth.Live {
		return ""
	}
	return g.Person
}

// refusal is an error answer: a status and what is wrong, in Gong's errors array.
type refusal struct {
	status int
	errors []string
}

func refuse(status int, errors ...string) *refusal { return &refusal{status, errors} }

// endpoint is one operation of the API.
type endpoint struct {
	method, path string // {id} stands for one segment
	scope        string // empty where the page names none
	query        []string
	required     []string // of query
	serve        func(s *Server, in *input) (map[string]any, *refusal)
}

// input is a request that has passed the checks that all endpoints share.
type input struct {
	id    string
	query url.Values
	body  []byte
	grant oauth.Grant
}

// endpoints is the allow-list.
func endpoints() []endpoint {
	return []endpoint{
		// https://help.gong.io/apidocs/retrieve-call-data-by-date-range-v2calls-2
		{"GET", "/v2/calls", "api:calls:read:basic", []string{"fromDateTime", "toDateTime", "workspaceId", "cursor"},
			[]string{"fromDateTime", "toDateTime"}, (*Server).listCalls},
		// https://help.gong.io/apidocs/retrieve-detailed-call-data-by-various-filters-v2callsextensive-2
		{"POST", "/v2/calls/extensive", "api:calls:read:extensive", nil, nil, (*Server).extensive},
		// https://help.gong.io/apidocs/calls-1
		{"POST", "/v2/calls/transcript", "api:calls:read:transcript", nil, nil, (*Server).transcript},
		// https://help.gong.io/apidocs/users-1
		{"GET", "/v2/users", "api:users:read", []string{"cursor", "includeAvatars"}, nil, (*Server).listUsers},
		// https://help.gong.io/apidocs/retrieve-user-v2usersid-2
		{"GET", "/v2/users/{id}", "api:users:read", nil, nil, (*Server).getUser},
		// https://help.gong.io/apidocs/retrieve-scorecards-details-v2settingsscorecards
		{"GET", "/v2/settings/scorecards", "api:settings:scorecards:read", nil, nil, (*Server).scorecards},
		// https://help.gong.io/apidocs/retrieve-answered-scorecards-for-applicable-reviewed-users-or-scorecards-for-a-date-range-v2statsactivityscorecards
		{"POST", "/v2/stats/activity/scorecards", "api:stats:scorecards", nil, nil, (*Server).answered},
		// https://help.gong.io/apidocs/retrieve-a-permission-profile
		{"GET", "/v2/permission-profile", "", []string{"profileId"}, []string{"profileId"}, (*Server).profile},
		// https://help.gong.io/apidocs/permissions
		{"GET", "/v2/all-permission-profiles", "", []string{"workspaceId"}, []string{"workspaceId"}, (*Server).profiles},
		// https://help.gong.io/apidocs/list-all-users-attached-to-a-given-permission-profile-v2permission-profileusers
		{"GET", "/v2/permission-profile/users", "api:users:read", []string{"profileId"}, []string{"profileId"}, (*Server).profileUsers},
		// https://help.gong.io/apidocs/settings
		{"GET", "/v2/workspaces", "api:workspaces:read", nil, nil, (*Server).workspaces},
	}
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request, x *fault.Exchange) {
	body, no := s.answer(w, r, x)
	status := http.StatusOK
	if no != nil {
		body, status = map[string]any{"errors": no.errors}, no.status
	}
	body["requestId"] = x.RequestID
	writeJSON(w, status, body)
}

func (s *Server) answer(w http.ResponseWriter, r *http.Request, x *fault.Exchange) (map[string]any, *refusal) {
	grant, state := s.config.Tokens.Bearer(r)
	if state != oauth.Live || grant.Source != "gong" || !grant.Organisation {
		return nil, refuse(http.StatusUnauthorized, "Invalid or expired access token")
	}
	if no := s.limit(w); no != nil {
		return nil, no
	}
	e, id, no := find(r.Method, r.URL.Path)
	if no != nil {
		return nil, no
	}
	if e.scope != "" && !grant.Has(e.scope) {
		return nil, refuse(http.StatusForbidden, "The access token lacks the scope '"+e.scope+"'")
	}
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, refuse(http.StatusBadRequest, "The query string cannot be read")
	}
	if no := e.check(query, r, x.Body); no != nil {
		return nil, no
	}
	return e.serve(s, &input{id: id, query: query, body: x.Body, grant: grant})
}

func find(method, path string) (*endpoint, string, *refusal) {
	known := false
	for _, e := range endpoints() {
		id, ok := match(e.path, path)
		if ok && e.method == method {
			return &e, id, nil
		}
		known = known || ok
	}
	if known {
		return nil, "", refuse(http.StatusMethodNotAllowed, "Method not allowed")
	}
	return nil, "", refuse(http.StatusNotFound, "No such endpoint")
}

func match(pattern, path string) (string, bool) {
	prefix, ok := strings.CutSuffix(pattern, "{id}")
	if !ok {
		return "", pattern == path
	}
	id, ok := strings.CutPrefix(path, prefix)
	return id, ok && id != "" && !strings.Contains(id, "/")
}

// check refuses query parameters that the endpoint does not have, lacks or has twice, and bodies where none or JSON belongs.
func (e *endpoint) check(query url.Values, r *http.Request, body []byte) *refusal {
	for name, values := range query {
		if !slices.Contains(e.query, name) {
			return refuse(http.StatusBadRequest, "Unknown query parameter '"+name+"'")
		}
		if len(values) > 1 || values[0] == "" {
			return refuse(http.StatusBadRequest, "Query parameter '"+name+"' must have one value")
		}
	}
	for _, name := range e.required {
		if !query.Has(name) {
			return refuse(http.StatusBadRequest, "Required query parameter '"+name+"' is missing")
		}
	}
	if e.method == "GET" && len(body) > 0 {
		return refuse(http.StatusBadRequest, "A body is not expected")
	}
	if kind, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";"); e.method == "POST" && strings.TrimSpace(kind) != "application/json" {
		return refuse(http.StatusUnsupportedMediaType, "Content-Type must be application/json")
	}
	return nil
}

// refuseStatus writes the error of a status that a fault asks for.
func refuseStatus(w http.ResponseWriter, status int, requestID string) {
	writeJSON(w, status, map[string]any{"requestId": requestID, "errors": []string{http.StatusText(status)}})
}

func writeJSON(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json;charset=UTF-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}
