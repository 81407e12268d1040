// Package salesforce reads Salesforce organisations: each person's own OAuth token asks SOQL of the REST API, or of Bulk API 2.0 where
// the answer is large, and records become Arrow columns while they arrive. simpleforce holds the session; the exchanges are ours.
package salesforce

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"regexp"
	"time"

	"github.com/waggle-sql/waggle/dialect"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/source"
)

// Config is one configured organisation.
type Config struct {
	Name       string // of the connection, for error messages
	LoginURL   string // where people sign in: https://<domain>.my.salesforce.com
	APIVersion string // "": DefaultVersion
	// Reserve is the share of the organisation's API requests of 24 hours that is left to others, in percent; 0 is DefaultReserve,
	// below 0 none.
	Reserve int
	// BulkAbove is the number of records from which on a read goes by Bulk API 2.0; 0 is DefaultBulk.
	BulkAbove int64
	// Transport replaces the connector's own; for tests.
	Transport http.RoundTripper
	Now       func() time.Time // nil: time.Now
}

// What a configuration that says nothing means.
const (
	DefaultVersion = "64.0"
	DefaultReserve = 20
	DefaultBulk    = 20_000
)

var versionForm = regexp.MustCompile(`^[1-9][0-9]\.0$`)

// New returns the source of a configuration; F0000 when it contradicts itself.
func New(c Config) (source.Source, error) {
	if c.APIVersion == "" {
		c.APIVersion = DefaultVersion
	}
	if !versionForm.MatchString(c.APIVersion) {
		return nil, pgerr.New(pgerr.ConfigFile, "the API version %q of the source %s is none of Salesforce's", c.APIVersion, c.Name).WithHint("write it as 64.0")
	}
	if c.Reserve > 99 {
		return nil, pgerr.New(pgerr.ConfigFile, "the source %s would leave nothing of the API allowance to ask with", c.Name).WithHint("api_reserve is a share in percent, below 100")
	}
	if c.Reserve == 0 {
		c.Reserve = DefaultReserve
	}
	if c.BulkAbove == 0 {
		c.BulkAbove = DefaultBulk
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	base, err := Address(c.LoginURL)
	if err != nil {
		return nil, err
	}
	s := &system{config: c, base: base, transport: c.Transport, allowances: allowances{now: c.Now, reserve: max(c.Reserve, 0), of: map[string]allowance{}}}
	if s.transport == nil {
		s.own = source.NewTransport()
		s.own.ResponseHeaderTimeout = exchangeTime // a query may take as long to begin to answer
		s.transport = s.own
	}
	return s, nil
}

// Address returns where people sign in. An address that would carry tokens in clear to another machine is F0000.
func Address(login string) (*url.URL, error) {
	return source.BaseAddress(login, "a Salesforce organisation")
}

// system is a source; it is safe for concurrent use.
type system struct {
	config     Config
	base       *url.URL
	transport  http.RoundTripper
	own        *http.Transport // nil with a transport of a test
	allowances allowances
	later      later // jobs that are being made or ended in the background
}

// Capabilities says that the source speaks SOQL. Join keys travel in lists that the dialect cuts to the length of an address.
func (s *system) Capabilities() source.Capabilities {
	sum := sha256.Sum256([]byte("salesforce 1 " + s.config.APIVersion))
	return source.Capabilities{Language: "soql", Version: hex.EncodeToString(sum[:8]), Keys: dialect.Keys{Max: 10_000, Bytes: 200_000}}
}

// Open returns a connection for a person's own token; it makes no call.
func (s *system) Open(_ context.Context, c source.Credential) (source.Conn, error) {
	bearer, ok := c.(source.Bearer)
	if !ok || bearer.Token.Empty() {
		return nil, pgerr.New(pgerr.InvalidAuthorization, "the source %s is opened with an OAuth token", s.config.Name)
	}
	if _, err := s.instance(bearer); err != nil {
		return nil, err
	}
	return &conn{system: s, bearer: source.NewRenewable(s.config.Name, bearer)}, nil
}

// instance is where the token's answer has said that the organisation's API lies.
func (s *system) instance(b source.Bearer) (*url.URL, error) {
	if b.BaseURL == "" {
		return s.base, nil
	}
	u, err := source.BaseAddress(b.BaseURL, "a Salesforce organisation")
	if err != nil || u.Scheme != "https" && !source.IsLoopback(s.base) {
		return nil, pgerr.New(pgerr.CannotConnect, "the source %s has named an address for its API that is not allowed", s.config.Name)
	}
	return u, nil
}

// Forget does nothing: nothing of a person is kept between requests.
func (s *system) Forget(source.Owner) {}

// Close waits for the jobs that are being made or ended.
func (s *system) Close() error {
	s.later.close()
	if s.own != nil {
		s.own.CloseIdleConnections()
	}
	return nil
}

// conn is one person's connection.
type conn struct {
	system *system
	bearer *source.Renewable
}

// Close does nothing: the exchanges end with their requests.
func (c *conn) Close() error { return nil }
