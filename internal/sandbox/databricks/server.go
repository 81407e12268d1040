// Package databricks emulates a Databricks workspace strictly, as its own Go driver speaks to it: SQL warehouses that answer Thrift
// over HTTP with direct results, polling and cancelling, results as Arrow inline or behind addresses of their own, Unity Catalog's
// privileges, row filters and column masks for groups, and the workspace's sign-in. What the statements mean is dbsql's. It is no
// proof about the real service: messages, fields and texts are those of the vendor's driver (github.com/databricks/databricks-sql-go)
// and documentation (https://docs.databricks.com).
package databricks

import (
	"net/http"
	"sync"
	"time"

	"github.com/waggle-sql/waggle/internal/sandbox/access"
	"github.com/waggle-sql/waggle/internal/sandbox/databricks/dbsql"
	"github.com/waggle-sql/waggle/internal/sandbox/duck"
	"github.com/waggle-sql/waggle/internal/sandbox/emulator"
	"github.com/waggle-sql/waggle/internal/sandbox/fault"
	"github.com/waggle-sql/waggle/internal/sandbox/oauth"
)

// Tokens says what an access token stands for; *oauth.Server is one.
type Tokens interface {
	Bearer(r *http.Request) (oauth.Grant, oauth.State)
	ExpireToken(access string)
}

// Table is a table that the emulator serves.
type Table struct {
	Catalog, Schema, Name string
	Columns               []dbsql.Column
	// From is DuckDB's name of it, as the FROM of a statement has it. Its columns have the names and types of Columns.
	From string
	// Key names it in the policy.
	Key string
}

// Config is an emulator's configuration. Zero values: statements that are held for five seconds before the client is told to ask
// again, results of 2 MiB that travel inline, addresses that are good for 15 minutes.
type Config struct {
	Source     string // the system that tokens must open
	Tokens     Tokens
	OAuth      http.Handler // serves the authorization code flow below /oidc/v1/
	Warehouses []string     // the identifiers in their paths
	Catalog    string       // of sessions that name none
	Database   *duck.Database
	Tables     []Table
	Policy     *access.Policy // nil lets everybody read everything; its roles are groups
	// Dir is where results that are too large for memory are kept; the system's temporary directory when empty.
	Dir           string
	Hold, LinkTTL time.Duration
	Inline        int64
	Now           func() time.Time
}

// Server is the emulator. Refuse takes tables (source.schema.table) or warehouses (their identifiers) from everybody.
type Server struct {
	emulator.Base[*operation]
	config Config

	mu        sync.Mutex
	sessions  map[string]*session
	calls     map[string]int // by the RPC's name
	telemetry int
	warm      map[warmKey]answer // what Warm keeps; nil when it is off
	pad       int64
}

// New returns an emulator. It fails with 58030 when its directory cannot be made, and with F0000 where the policy has rules that are no SQL.
func New(config Config) (*Server, error) {
	for value, standard := range map[*time.Duration]time.Duration{&config.Hold: 5 * time.Second, &config.LinkTTL: 15 * time.Minute} {
		if *value == 0 {
			*value = standard
		}
	}
	if config.Inline == 0 {
		config.Inline = 2 << 20
	}
	if config.Now == nil {
		config.Now = time.Now
	}
	s := &Server{config: config, sessions: map[string]*session{}, calls: map[string]int{}}
	if err := s.checkRules(); err != nil {
		return nil, err
	}
	err := s.Start(emulator.Options{
		Faults: fault.Config{Source: config.Source, Person: s.person, Refuse: refuseStatus, Expire: s.expire}, Serve: s.serve,
		Dir: config.Dir, TTL: config.LinkTTL, Now: config.Now, Switches: s.Switches(func(login string) any { return s.History(login) }, s.own()),
	})
	if err != nil {
		return nil, err
	}
	return s, nil
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request, x *fault.Exchange) {
	mux := http.NewServeMux()
	for _, path := range []string{"POST /sql/1.0/warehouses/{id}", "POST /sql/1.0/endpoints/{id}"} {
		mux.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) { s.rpc(w, r, x) })
	}
	mux.HandleFunc("GET /cloudfetch/{key}", s.download)
	mux.HandleFunc("/api/2.0/connector-service/", s.countTelemetry)
	mux.HandleFunc("/telemetry-ext", s.countTelemetry)
	mux.HandleFunc("/telemetry-unauth", s.countTelemetry)
	if s.config.OAuth != nil {
		mux.Handle("/oidc/v1/authorize", oauth.Reroute(s.config.OAuth, "/authorize"))
		mux.Handle("POST /oidc/v1/token", oauth.Reroute(s.config.OAuth, "/token"))
		mux.Handle("POST /oidc/v1/revoke", oauth.Reroute(s.config.OAuth, "/revoke"))
	}
	mux.ServeHTTP(w, r)
}

// countTelemetry counts what a client tells of itself, or asks for its own sake, and knows nothing of it.
func (s *Server) countTelemetry(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	s.telemetry++
	s.mu.Unlock()
	(&failure{http.StatusNotFound, "ENDPOINT_NOT_FOUND", "No API found for '" + r.Method + " " + r.URL.Path + "'"}).write(w)
}

// Telemetry is how many requests clients have sent for their maker's sake: reports about themselves and questions for feature flags.
func (s *Server) Telemetry() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.telemetry
}

// person is whose request it is, or "" where the token is not valid.
func (s *Server) person(r *http.Request) string {
	if key, ok := downloadKey(r.URL.Path); ok {
		return s.Results.Owner(key)
	}
	grant, state := s.config.Tokens.Bearer(r)
	if state != oauth.Live || grant.Source != s.config.Source {
		return ""
	}
	return grant.Person
}
