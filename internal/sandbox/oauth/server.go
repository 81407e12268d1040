// Package oauth is the sandbox's OAuth 2.0 authorization server: authorization code with PKCE (RFC 6749, 7636), refresh tokens
// with rotation and reuse detection (RFC 9700 section 4.14), revocation (RFC 7009), introspection (RFC 7662), the issuer in
// the authorization response (RFC 9207), metadata (RFC 8414), and Gong's variant of the token call. It can be told to fail.
//
// Tokens are random and opaque; the server keeps their digests only.
package oauth

import (
	"crypto/sha256"
	"crypto/subtle"
	"net/http"
	"slices"
	"sync"
	"time"
)

// Style is the vendor's way of a client.
type Style int

// The styles.
const (
	// Standard is RFC 6749 to the letter.
	Standard Style = iota
	// Google gives a refresh token only for access_type=offline, and again only for prompt=consent; it does not rotate it
	// (https://developers.google.com/identity/protocols/oauth2/web-server).
	Google
	// Gong exchanges at /oauth2/generate-customer-token with HTTP Basic and query parameters and answers with
	// api_base_url_for_customer; only a technical administrator may approve, the token is the company's, and refresh tokens
	// are used once (https://help.gong.io/docs/create-an-app-for-gong).
	Gong
	// Snowflake gives a refresh token for the scope refresh_token alone, and names the user in its answers
	// (https://docs.snowflake.com/en/user-guide/oauth-custom).
	Snowflake
	// Databricks gives a refresh token for the scope offline_access alone; its answers name no issuer
	// (https://docs.databricks.com/aws/en/integrations/enable-disable-oauth).
	Databricks
	// Salesforce gives a refresh token for the scope refresh_token alone, answers with instance_url and a signature and without a
	// lifetime, and says why it refuses
	// (https://help.salesforce.com/s/articleView?id=xcloud.remoteaccess_oauth_web_server_flow.htm).
	Salesforce
)

// Client is a registered application.
type Client struct {
	ID, Secret   string
	RedirectURIs []string // compared as they are, byte for byte
	Scopes       []string // what the client may ask for
	Source       string   // the system that its tokens open
	Style        Style
	APIBase      string // what Gong calls api_base_url_for_customer, and Salesforce instance_url
	Rotate       bool   // a refresh token is used once; a Gong client always rotates
}

// Person is somebody who can sign in at the sandbox's systems.
type Person struct {
	Login          string // an e-mail address
	Name           string
	Subject        string // the stable identifier at the source
	EmailVerified  bool
	TechnicalAdmin bool // may approve a Gong client
}

// Config is a server's configuration. Zero lifetimes have defaults: access 1 h, refresh 90 days, code 60 s, no grace.
type Config struct {
	Issuer     string // the server's base URL, without a trailing slash
	Clients    []Client
	People     []Person
	AccessTTL  time.Duration
	RefreshTTL time.Duration
	CodeTTL    time.Duration
	// Grace is how long a rotated refresh token still works, for clients that lost the answer.
	Grace time.Duration
	Now   func() time.Time // time.Now when nil
}

// Server is the authorization server. It is an http.Handler and safe for use by several goroutines.
type Server struct {
	mux    *http.ServeMux
	mu     sync.Mutex
	config Config
	codes  map[digest]*code
	tokens map[digest]*token
	agreed map[string]bool // client and person that have consented before
	calls  Calls
	faults []Failure
}

type digest [sha256.Size]byte

// New returns a server for a configuration; SetIssuer and SetClients may complete it before the first request.
func New(config Config) *Server {
	for ttl, standard := range map[*time.Duration]time.Duration{
		&config.AccessTTL: time.Hour, &config.RefreshTTL: 90 * 24 * time.Hour, &config.CodeTTL: time.Minute,
	} {
		if *ttl == 0 {
			*ttl = standard
		}
	}
	if config.Now == nil {
		config.Now = time.Now
	}
	s := &Server{
		mux: http.NewServeMux(), config: config, codes: map[digest]*code{}, tokens: map[digest]*token{}, agreed: map[string]bool{},
	}
	s.routes()
	return s
}

// SetIssuer sets the base URL that metadata and answers name, known once the listener is open.
func (s *Server) SetIssuer(url string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.config.Issuer = url
}

// SetClients replaces the registered clients.
func (s *Server) SetClients(clients []Client) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.config.Clients = slices.Clone(clients)
}

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.mux.ServeHTTP(w, r) }

func (s *Server) routes() {
	for _, path := range []string{"/authorize", "/oauth2/authorize"} {
		s.mux.HandleFunc("GET "+path, s.authorize)
		s.mux.HandleFunc("POST "+path, s.authorize)
	}
	s.mux.HandleFunc("POST /token", s.scripted(s.tokenEndpoint))
	s.mux.HandleFunc("POST /oauth2/generate-customer-token", s.scripted(s.gongToken))
	s.mux.HandleFunc("POST /revoke", s.scripted(s.revoke))
	s.mux.HandleFunc("POST /introspect", s.introspect)
	s.mux.HandleFunc("GET /userinfo", s.userinfo)
	s.mux.HandleFunc("GET /.well-known/oauth-authorization-server", s.metadata)
	s.mux.HandleFunc("GET /.well-known/openid-configuration", s.metadata)
	s.controlRoutes()
}

func (s *Server) now() time.Time { return s.config.Now() }

// client returns a registered client. The caller holds the lock.
func (s *Server) client(id string) (Client, bool) {
	for _, c := range s.config.Clients {
		if c.ID == id {
			return c, true
		}
	}
	return Client{}, false
}

// person returns somebody by login. The caller holds the lock.
func (s *Server) person(login string) (Person, bool) {
	for _, p := range s.config.People {
		if p.Login == login {
			return p, true
		}
	}
	return Person{}, false
}

// equal compares two secrets in a time that depends on neither.
func equal(a, b string) bool {
	x, y := sha256.Sum256([]byte(a)), sha256.Sum256([]byte(b))
	return subtle.ConstantTimeCompare(x[:], y[:]) == 1
}
