// Package vault keeps people's tokens for the sources: sealed at rest, got by OAuth flows, refreshed before they expire. Tokens is
// for the engine alone; Connections is for the console; Keyring seals values for audit and identity.
package vault

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/waggle-sql/waggle/identity"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/internal/secret"
	"github.com/waggle-sql/waggle/internal/store"
)

// Credential says whose token opens a source.
type Credential string

// A source is opened with each person's own token, or with the organisation's one where the system knows no other.
const (
	UserCredential Credential = "user"
	OrgCredential  Credential = "org"
)

// SourceConfig is the OAuth side of a source. It comes from the administrator's configuration, never from a model.
type SourceConfig struct {
	AuthorizeURL string
	TokenURL     string
	RevokeURL    string // RFC 7009; "" when there is none
	UserinfoURL  string // OpenID Connect's, to notice that somebody signs in with another account; "" when there is none
	Issuer       string // compared with the answer's iss (RFC 9207); "" when there is none
	ClientID     string
	ClientSecret secret.Text // empty for a public client
	NextSecret   secret.Text // tried when ClientSecret is refused, while it is being replaced
	Scopes       []string
	Credential   Credential
	Variant      Variant
	Login        bool // each person's own user name and password (Connections.SetPassword) instead of OAuth
	Certificate  bool // each person's own client certificate (Connections.SetCertificate) instead of OAuth
	// BaseHosts are the host names, or suffixes with a leading dot, to which the answer may send us; nil means the variant's.
	BaseHosts []string
}

// Config is what a Vault works with.
type Config struct {
	Store     *store.DB
	Keys      *Keyring
	PublicURL string // of the console, without a trailing slash
	Sources   map[string]SourceConfig
	Journal   identity.Journal
	Sessions  Sessions          // nil: nothing keeps sessions
	Transport http.RoundTripper // nil: http.DefaultTransport
	Now       func() time.Time  // nil: time.Now
}

// Vault is the one place where tokens are. It is safe for concurrent use.
type Vault struct {
	db      *store.DB
	keys    *Keyring
	config  Config
	http    *http.Client
	now     func() time.Time
	me      string // names this process in leases
	flights flights
	breaker breaker
	recent  recent
}

// purposeToken and purposeFlow are the purposes of the vault's own keys.
const (
	purposeToken = "token"
	purposeFlow  = "oauth"
)

// tokenCallTimeout bounds one call of a token endpoint; it is less than a lease.
const tokenCallTimeout = 10 * time.Second

// Open checks the configuration and returns the vault; a defect is F0000. The caller must Close.
func Open(ctx context.Context, c Config) (*Vault, error) {
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Transport == nil {
		c.Transport = http.DefaultTransport
	}
	for name, s := range c.Sources {
		if err := s.check(name); err != nil {
			return nil, err
		}
	}
	v := &Vault{
		db: c.Store, keys: c.Keys, config: c, now: c.Now, me: randomText(),
		// A token endpoint that redirects would send the client's secret elsewhere.
		http: &http.Client{Transport: c.Transport, Timeout: tokenCallTimeout, CheckRedirect: func(*http.Request, []*http.Request) error {
			return http.ErrUseLastResponse
		}},
	}
	v.flights.running = map[connKey]*flight{}
	v.breaker = breaker{now: c.Now, sources: map[string]*breach{}}
	v.recent = recent{now: c.Now, used: map[connKey]time.Time{}}
	if c.Store.Exclusive() { // the leases of a process that has died are nobody's
		if _, err := v.db.Exec(ctx, "UPDATE connection SET lease_owner = '', lease_until = 0"); err != nil {
			return nil, err
		}
	}
	return v, nil
}

// Close waits for refreshes that are under way: their answers must be stored.
func (v *Vault) Close() { v.flights.group.Wait() }

// Tokens returns the door to the tokens; cmd hands it to the engine once.
func (v *Vault) Tokens() *Tokens { return &Tokens{v} }

// Connections returns what the console works with.
func (v *Vault) Connections() *Connections { return &Connections{v} }

func (s SourceConfig) check(name string) error {
	fault := ""
	_, known := variants[s.Variant]
	switch {
	case s.Login != s.Certificate && s.Credential == UserCredential:
		return nil
	case s.AuthorizeURL == "" || s.TokenURL == "":
		fault = "needs an authorize and a token address"
	case s.ClientID == "":
		fault = "needs a client_id"
	case s.Credential != UserCredential && s.Credential != OrgCredential:
		fault = "needs a credential: user or org"
	case !known:
		fault = "has an unknown variant"
	}
	if fault == "" {
		return nil
	}
	return pgerr.New(pgerr.ConfigFile, "the OAuth configuration of source %s %s", name, fault)
}

// resolve returns the OAuth side of a source and the connection that serves a session.
func (v *Vault) resolve(s *identity.Session, source string) (*SourceConfig, connKey, error) {
	c, ok := v.config.Sources[source]
	if !ok {
		return nil, connKey{}, pgerr.New(pgerr.UndefinedObject, `source "%s" has no connections`, source).
			WithHint("the sources with connections are: %s", strings.Join(v.sources(), ", "))
	}
	key := connKey{s.Org, s.Person, source}
	if c.Credential == OrgCredential {
		key.person = ""
	}
	return &c, key, nil
}

// sources lists the names of all sources in order.
func (v *Vault) sources() []string {
	names := make([]string, 0, len(v.config.Sources))
	for name := range v.config.Sources {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

func (v *Vault) connectURL(source string) string { return v.config.PublicURL + "/connect/" + source }

func (v *Vault) callbackURL(source string) string {
	return v.config.PublicURL + "/oauth/callback/" + source
}

// recent remembers which connections have been used, so that those alone are refreshed ahead of time.
type recent struct {
	now  func() time.Time
	mu   sync.Mutex
	used map[connKey]time.Time
}

const (
	recently  = 30 * time.Minute
	maxRecent = 50_000
)

func (r *recent) note(key connKey) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.used) >= maxRecent {
		clear(r.used)
	}
	r.used[key] = r.now()
}

func (r *recent) is(key connKey) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	at, ok := r.used[key]
	if ok && r.now().Sub(at) > recently {
		delete(r.used, key)
		return false
	}
	return ok
}
