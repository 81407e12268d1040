// Package rest reads REST APIs by declarative definitions: objects, the filters that their requests can say, and how answers
// become rows. Gong and Google Calendar are built in.
package rest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/waggle-sql/waggle/dialect"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/source"
)

// Config is one configured source.
type Config struct {
	Name       string // of the connection, for error messages
	Definition *Definition
	// BaseURL replaces the origin of the definition's address, and its path too when it has one; "" for the definition's.
	BaseURL string
	// Org says that requests use the organisation's credential, filtered by each person's permission profile
	// (DECISIONS 25). It must be what the definition says.
	Org bool
	// Transport replaces the one that dials public addresses alone; for tests.
	Transport http.RoundTripper
	Now       func() time.Time // nil: time.Now
}

// New returns the source of a configuration; F0000 when it contradicts itself.
func New(c Config) (source.Source, error) {
	if c.Definition == nil {
		return nil, pgerr.New(pgerr.ConfigFile, "the source %s has no definition", c.Name)
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Org != c.Definition.Org() {
		return nil, pgerr.New(pgerr.ConfigFile, "the source %s has another credential than its definition %s, which is %q",
			c.Name, c.Definition.Name, c.Definition.auth.Credential).WithHint("set credential: %s", c.Definition.auth.Credential)
	}
	address, err := c.Definition.address(c.BaseURL)
	if err != nil {
		return nil, err
	}
	s := &system{config: c, base: address, quota: &quota{limit: c.Definition.limit, now: c.Now}, profiles: map[string]*profile{}}
	s.capabilities = s.declare()
	return s, nil
}

// address returns where the API lies, the definition's or the override.
func (d *Definition) address(override string) (*url.URL, error) {
	text := d.base.origin + d.base.path
	if override != "" {
		text = strings.TrimSuffix(override, "/")
	}
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return nil, pgerr.New(pgerr.ConfigFile, "the address %q is none of an API", override).WithHint("write https://host")
	}
	if u.Scheme == "http" && !isLoopback(u) {
		return nil, pgerr.New(pgerr.ConfigFile, "the address %q would carry tokens unencrypted", text).WithHint("write https://")
	}
	if u.Path == "" {
		u.Path = d.base.path
	}
	return u, nil
}

// system is a source; it is safe for concurrent use.
type system struct {
	config       Config
	base         *url.URL
	quota        *quota
	capabilities source.Capabilities

	mu       sync.Mutex
	profiles map[string]*profile // by person
}

// Capabilities returns what the definition declares.
func (s *system) Capabilities() source.Capabilities { return s.capabilities }

func (s *system) declare() source.Capabilities {
	d := s.config.Definition
	sum := sha256.Sum256(fmt.Appendf(nil, "%s %t", d.Digest, s.config.Org))
	c := source.Capabilities{Language: "rest", Version: hex.EncodeToString(sum[:8]), Org: s.config.Org, Objects: map[string]dialect.Object{}}
	for _, o := range d.objects {
		declared := dialect.Object{Request: o.request.method + " " + s.base.Path + o.request.path, Limit: true}
		for _, k := range o.sinks {
			declared.Sinks = append(declared.Sinks, k.Sink)
		}
		c.Objects[o.name] = declared
	}
	return c
}

// Open returns a connection with a person's bearer token; it makes no call. Connections to the system are not shared
// between people.
func (s *system) Open(_ context.Context, c source.Credential) (source.Conn, error) {
	bearer, ok := c.(source.Bearer)
	if !ok || bearer.Token.Empty() {
		return nil, pgerr.New(pgerr.InvalidAuthorization, "the source %s is opened with an OAuth token", s.config.Name)
	}
	base, err := s.addressFor(bearer)
	if err != nil {
		return nil, err
	}
	conn := &conn{system: s, bearer: source.NewRenewable(s.config.Name, bearer), base: base}
	transport := s.config.Transport
	if transport == nil {
		own := newTransport(isLoopback(s.base))
		transport, conn.idle = own, own.CloseIdleConnections
	}
	conn.http = &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	return conn, nil
}

// addressFor is the address that the token's answer has named, where the definition says that it does.
func (s *system) addressFor(b source.Bearer) (*url.URL, error) {
	d := s.config.Definition
	if b.BaseURL == "" || !d.base.fromToken {
		return s.base, nil
	}
	u, err := url.Parse(strings.TrimSuffix(b.BaseURL, "/"))
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" ||
		u.Scheme != "https" && (u.Scheme != "http" || !isLoopback(u) || !isLoopback(s.base)) {
		return nil, pgerr.New(pgerr.CannotConnect, "the source %s has named an address for its API that is not allowed", s.config.Name)
	}
	u.Path += d.base.path
	return u, nil
}

// Forget does nothing: connections end with their requests.
func (s *system) Forget(source.Owner) {}

// Close does nothing: connections end with their requests.
func (s *system) Close() error { return nil }

// conn is one person's connection.
type conn struct {
	system *system
	bearer *source.Renewable
	base   *url.URL
	http   *http.Client
	idle   func()
}

// Describe returns the definition's columns; 42P01 for an object that it does not have.
func (c *conn) Describe(_ context.Context, name string) (source.Schema, error) {
	s, _, ok := c.system.config.Definition.Describe(name)
	if !ok {
		return s, c.unknown(name)
	}
	return s, nil
}

func (c *conn) unknown(name string) error {
	return pgerr.New(pgerr.UndefinedTable, "the source %s has no object %q", c.system.config.Name, name)
}

// Close ends the connections to the system that are idle.
func (c *conn) Close() error {
	if c.idle != nil {
		c.idle()
	}
	return nil
}
