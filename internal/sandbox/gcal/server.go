// Package gcal emulates Google Calendar's API v3 strictly: the two list calls of https://developers.google.com/calendar/api/v3/reference
// with the parameters that their pages list; anything else is refused with Google's error JSON. Each token is one person's.
package gcal

import (
	"crypto/rand"
	"net/http"
	"net/url"
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

// Config is an emulator's configuration. PerMinute bounds each person's calls in a minute: 0 is Google's 600, a negative number
// no bound.
type Config struct {
	Company   *data.Company
	Tokens    Tokens
	PerMinute int
	Now       func() time.Time
}

// Server is the emulator: an http.Handler, safe for use by several goroutines.
type Server struct {
	config  Config
	control *fault.Control
	handler http.Handler
	key     [32]byte // signs page tokens

	mu     sync.Mutex
	recent map[string][]time.Time // each person's calls of the last minute
}

// New returns an emulator.
func New(config Config) *Server {
	if config.PerMinute == 0 {
		config.PerMinute = 600
	}
	if config.Now == nil {
		config.Now = time.Now
	}
	s := &Server{config: config, recent: map[string][]time.Time{}}
	_, _ = rand.Read(s.key[:])
	s.control = fault.New(fault.Config{
		Source: "google", Person: s.person, Refuse: refuseStatus,
		Expire: func(r *http.Request) {
			_, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
			config.Tokens.ExpireToken(token)
		},
	})
	s.handler = s.control.Handler(s.serve)
	return s
}

// Control returns the emulator's misbehaviour and its log of requests.
func (s *Server) Control() *fault.Control { return s.control }

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

func (s *Server) person(r *http.Request) string {
	g, state := s.config.Tokens.Bearer(r)
	if state != oauth.Live {
		return ""
	}
	return g.Person
}

// operation is one of the API's methods.
type operation struct {
	scopes []string // any of them will do
	params map[string]param
	fields fieldTree
	serve  func(s *Server, in *input) (any, *refusal)
}

// input is a request that has passed the checks that all methods share.
type input struct {
	person   string
	calendar string
	query    url.Values
	op       *operation
}

const root = "/calendar/v3/"

// find returns the operation of a path.
func find(r *http.Request) (*operation, string, *refusal) {
	path, ok := strings.CutPrefix(r.URL.EscapedPath(), root)
	segments := strings.Split(path, "/")
	if !ok || r.Method != http.MethodGet {
		return nil, "", notFound()
	}
	switch {
	case path == "users/me/calendarList":
		return calendarListOperation(), "", nil
	case len(segments) == 3 && segments[0] == "calendars" && segments[2] == "events":
		id, err := url.PathUnescape(segments[1])
		if err != nil || id == "" {
			return nil, "", notFound()
		}
		return eventsOperation(), id, nil
	}
	return nil, "", notFound()
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request, _ *fault.Exchange) {
	body, no := s.answer(r)
	if no != nil {
		no.write(w)
		return
	}
	writeJSON(w, http.StatusOK, body)
}

func (s *Server) answer(r *http.Request) (any, *refusal) {
	grant, state := s.config.Tokens.Bearer(r)
	if state != oauth.Live || grant.Source != "google" {
		return nil, unauthorized()
	}
	op, calendar, no := find(r)
	if no != nil {
		return nil, no
	}
	if no := s.limit(grant.Person); no != nil {
		return nil, no
	}
	granted := false
	for _, scope := range op.scopes {
		granted = granted || grant.Has(scope)
	}
	if !granted {
		return nil, insufficient()
	}
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, badRequest("The query string cannot be read.")
	}
	in := &input{person: grant.Person, calendar: calendar, query: query, op: op}
	if no := in.check(); no != nil {
		return nil, no
	}
	fields, no := in.selection()
	if no != nil {
		return nil, no
	}
	body, no := op.serve(s, in)
	if no != nil {
		return nil, no
	}
	return fields.prune(body), nil
}

// limit counts a call against a person's allowance (https://developers.google.com/calendar/api/guides/quota).
func (s *Server) limit(person string) *refusal {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.config.Now()
	recent := s.recent[person]
	for len(recent) > 0 && now.Sub(recent[0]) >= time.Minute {
		recent = recent[1:]
	}
	full := s.config.PerMinute > 0 && len(recent) >= s.config.PerMinute
	if !full {
		recent = append(recent, now)
	}
	s.recent[person] = recent
	if full {
		return limited()
	}
	return nil
}
