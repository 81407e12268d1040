// Package salesforce emulates a Salesforce organisation strictly, as its REST API and its Bulk API 2.0 for queries speak: describe,
// queries in SOQL with pages behind locators, query jobs with results as CSV, profiles with object and field permissions, sharing,
// the allowance of calls, error codes. What queries mean is soql's. It is no proof about the real service: paths, fields and codes are
// those of https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/ and
// https://developer.salesforce.com/docs/atlas.en-us.api_asynch.meta/api_asynch/.
package salesforce

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/waggle-sql/waggle/internal/sandbox/access"
	"github.com/waggle-sql/waggle/internal/sandbox/duck"
	"github.com/waggle-sql/waggle/internal/sandbox/emulator"
	"github.com/waggle-sql/waggle/internal/sandbox/fault"
	"github.com/waggle-sql/waggle/internal/sandbox/oauth"
	"github.com/waggle-sql/waggle/internal/sandbox/salesforce/sobject"
)

// Tokens says what a request's token stands for; *oauth.Server is one.
type Tokens interface {
	Bearer(r *http.Request) (oauth.Grant, oauth.State)
	ExpireToken(access string)
}

// Object is an object that the emulator serves, with DuckDB's name of the table that has its records. The table's columns have the
// fields' names and what a file may hold; New makes of them what Salesforce would keep.
type Object struct {
	*sobject.Object
	Table string
}

// Config is an emulator's configuration. Zero values: an allowance of 100,000 calls and 1,000 for each licence in 24 hours, cursors
// that live for two days, Bulk results of 50,000 rows at once, 10,000 query jobs in 24 hours.
type Config struct {
	Source    string // the system that tokens must open
	Tokens    Tokens
	OAuth     http.Handler // serves the authorization code flow below /services/oauth2/
	Database  *duck.Database
	Objects   []Object
	Policy    *access.Policy // nil lets everybody read everything
	Licences  int
	Allowance int
	CursorTTL time.Duration
	BulkRows  int
	BulkJobs  int
	Now       func() time.Time
}

// Server is the emulator. Refuse takes objects, by their names, from everybody.
type Server struct {
	emulator.Base[*asked]
	config  Config
	started time.Time
	oauth   http.Handler

	mu      sync.Mutex
	usage   usage
	jobs    usage
	last    int // of the ids of cursors and jobs
	cursors []*cursor
	bulk    map[string]*job
}

// New loads the objects and returns an emulator. It fails with F0000 where a file has what Salesforce cannot keep, or the policy
// rules that are no SOQL; with 58030 when its directory cannot be made.
func New(ctx context.Context, config Config) (*Server, error) {
	if config.Allowance == 0 {
		config.Allowance = 100_000 + 1_000*config.Licences
	}
	if config.CursorTTL == 0 {
		config.CursorTTL = 48 * time.Hour
	}
	if config.BulkRows == 0 {
		config.BulkRows = 50_000
	}
	if config.BulkJobs == 0 {
		config.BulkJobs = 10_000
	}
	if config.Now == nil {
		config.Now = time.Now
	}
	s := &Server{config: config, started: config.Now().UTC().Truncate(time.Second), bulk: map[string]*job{}}
	if err := s.load(ctx); err != nil {
		return nil, err
	}
	if err := s.checkRules(); err != nil {
		return nil, err
	}
	s.oauth = s.signIn()
	return s, s.Start(emulator.Options{
		Faults: fault.Config{Source: config.Source, Person: s.person, Refuse: refuseStatus, Expire: s.expire}, Serve: s.serve, Now: config.Now,
		TTL: config.CursorTTL, Switches: s.switches(),
	})
}

// maxAddress is how many bytes the address and the headers of a request may have together.
const maxAddress = 16_384

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch {
	case strings.HasPrefix(r.URL.Path, "/services/oauth2/"), strings.HasPrefix(r.URL.Path, "/.well-known/"):
		s.oauth.ServeHTTP(w, r)
		return
	case strings.HasPrefix(r.URL.Path, "/_sandbox/"):
		s.Base.ServeHTTP(w, r)
		return
	}
	size := len(r.RequestURI)
	for name, values := range r.Header {
		for _, v := range values {
			size += len(name) + len(v) + 4
		}
	}
	if size > maxAddress {
		status := http.StatusRequestHeaderFieldsTooLarge
		if len(r.RequestURI) > maxAddress {
			status = http.StatusRequestURITooLong
		}
		w.Header().Set("Content-Type", "text/html;charset=iso-8859-1")
		w.WriteHeader(status)
		_, _ = w.Write([]byte("<html><head><title>" + http.StatusText(status) + "</title></head><body></body></html>"))
		return
	}
	z := compress(w, r)
	defer z.close()
	s.Base.ServeHTTP(z, r)
}

// signIn serves the organisation's own sign-in endpoints.
func (s *Server) signIn() http.Handler {
	mux := http.NewServeMux()
	if s.config.OAuth != nil {
		for _, name := range []string{"authorize", "token", "revoke", "introspect", "userinfo"} {
			mux.Handle("/services/oauth2/"+name, oauth.Reroute(s.config.OAuth, "/"+name))
		}
		mux.Handle("GET /.well-known/openid-configuration", s.config.OAuth)
	}
	return mux
}

// grant returns what a request's token stands for here.
func (s *Server) grant(r *http.Request) (oauth.Grant, bool) {
	g, state := s.config.Tokens.Bearer(r)
	return g, state == oauth.Live && g.Source == s.config.Source
}

func (s *Server) person(r *http.Request) string {
	g, ok := s.grant(r)
	if !ok {
		return ""
	}
	return g.Person
}

func (s *Server) expire(r *http.Request) {
	_, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	s.config.Tokens.ExpireToken(token)
}
