// Package snowflake emulates Snowflake's service strictly, as its own Go driver speaks to it: login with an OAuth token and a role,
// sessions and their renewal, queries with long polling and abort, results as Arrow chunks behind addresses of their own, roles,
// grants, row rules and masks. What the statements mean is sfsql's. It is no proof about the real service: addresses, fields and codes
// are those of the vendor's driver (github.com/snowflakedb/gosnowflake) and documentation (https://docs.snowflake.com).
package snowflake

import (
	"net/http"
	"sync"
	"time"

	"github.com/waggle-sql/waggle/internal/sandbox/access"
	"github.com/waggle-sql/waggle/internal/sandbox/duck"
	"github.com/waggle-sql/waggle/internal/sandbox/emulator"
	"github.com/waggle-sql/waggle/internal/sandbox/fault"
	"github.com/waggle-sql/waggle/internal/sandbox/oauth"
	"github.com/waggle-sql/waggle/internal/sandbox/snowflake/result"
)

// Tokens says what an access token stands for; *oauth.Server is one.
type Tokens interface {
	Lookup(access string) (oauth.Grant, oauth.State)
}

// Table is a table that the emulator serves.
type Table struct {
	Database, Schema, Name string
	Columns                []result.Column
	// From is DuckDB's name of it, as the FROM of a statement has it. Its columns have the names and types of Columns.
	From string
	// Key names it in the policy.
	Key string
}

// Config is an emulator's configuration. Zero values: every account name, sessions of an hour under master tokens of four, results
// kept for ten minutes, answers that are awaited for 45 seconds before the client is told to ask again.
type Config struct {
	Account    string
	Source     string // the system that tokens must open
	Tokens     Tokens
	OAuth      http.Handler // serves the authorization code flow below /oauth/
	Warehouses []string
	Database   *duck.Database
	Tables     []Table
	Policy     *access.Policy // nil lets everybody read everything
	// Dir is where results that are too large for memory are kept; the system's temporary directory when empty.
	Dir                              string
	SessionTTL, MasterTTL, ResultTTL time.Duration
	Poll                             time.Duration
	// Plain sends chunks without compression.
	Plain bool
	Now   func() time.Time
}

// Server is the emulator. Refuse takes tables (source.schema.table) from everybody.
type Server struct {
	emulator.Base[*job]
	config Config

	mu        sync.Mutex
	sessions  map[int64]*session
	tokens    map[string]*session // by session token
	masters   map[string]*session
	last      int64
	telemetry int
	warm      map[warmKey]*job // what Warm keeps; nil when it is off
}

// New returns an emulator. It fails with 58030 when its directory cannot be made, and with F0000 where the policy has rules that are no SQL.
func New(config Config) (*Server, error) {
	for ttl, standard := range map[*time.Duration]time.Duration{
		&config.SessionTTL: time.Hour, &config.MasterTTL: 4 * time.Hour, &config.ResultTTL: 10 * time.Minute, &config.Poll: 45 * time.Second,
	} {
		if *ttl == 0 {
			*ttl = standard
		}
	}
	if config.Now == nil {
		config.Now = time.Now
	}
	s := &Server{config: config}
	if err := s.checkRules(); err != nil {
		return nil, err
	}
	s.sessions, s.tokens, s.masters = map[int64]*session{}, map[string]*session{}, map[string]*session{}
	err := s.Start(emulator.Options{
		Faults: fault.Config{Source: config.Source, Person: s.person, Refuse: refuseStatus, Expire: s.expire}, Serve: s.serve,
		Dir: config.Dir, TTL: config.ResultTTL, Now: config.Now, Switches: s.Switches(func(login string) any { return s.History(login) }, s.own()),
	})
	if err != nil {
		return nil, err
	}
	return s, nil
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request, x *fault.Exchange) {
	mux := http.NewServeMux()
	with := func(do func(http.ResponseWriter, *http.Request, *session, []byte)) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			if session, no := s.session(r); no != nil {
				no.write(w)
			} else {
				do(w, r, session, x.Body)
			}
		}
	}
	mux.HandleFunc("POST /session/v1/login-request", func(w http.ResponseWriter, r *http.Request) { s.login(w, r, x.Body) })
	mux.HandleFunc("POST /session/token-request", func(w http.ResponseWriter, r *http.Request) { s.renew(w, r, x.Body) })
	mux.HandleFunc("POST /session/heartbeat", with(s.heartbeat))
	mux.HandleFunc("POST /session", with(s.closeSession))
	mux.HandleFunc("POST /queries/v1/query-request", with(s.query))
	mux.HandleFunc("POST /queries/v1/abort-request", with(s.abort))
	mux.HandleFunc("GET /queries/{id}/result", with(s.result))
	mux.HandleFunc("GET /monitoring/queries/{id}", with(s.monitor))
	mux.HandleFunc("POST /telemetry/send", with(s.takeTelemetry))
	mux.HandleFunc("GET /results/{key}", s.chunk)
	if s.config.OAuth != nil {
		mux.Handle("/oauth/authorize", oauth.Reroute(s.config.OAuth, "/authorize"))
		mux.Handle("POST /oauth/token-request", oauth.Reroute(s.config.OAuth, "/token"))
		mux.Handle("POST /oauth/revoke", oauth.Reroute(s.config.OAuth, "/revoke"))
	}
	mux.ServeHTTP(w, r)
}

// takeTelemetry accepts what a client tells of itself, and counts it.
func (s *Server) takeTelemetry(w http.ResponseWriter, _ *http.Request, _ *session, _ []byte) {
	s.mu.Lock()
	s.telemetry++
	s.mu.Unlock()
	succeed(w, map[string]any{})
}

// Telemetry is how many reports clients have sent about themselves.
func (s *Server) Telemetry() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.telemetry
}
