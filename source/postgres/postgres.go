// Package postgres reads PostgreSQL servers under each person's own login: statements in read-only transactions on that person's
// pooled sessions, with results in the binary format straight into Arrow.
package postgres

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"fmt"
	"net"
	"os"

	"github.com/waggle-sql/waggle/dialect"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/source"
)

// TLS says how a connection is protected: "verify" checks the server's name and certificate, "off" sends everything in clear.
type TLS string

// The modes of TLS.
const (
	Verify TLS = "verify"
	Off    TLS = "off"
)

// Config is one configured server's database.
type Config struct {
	Name       string // of the connection, for error messages
	Host       string
	Port       uint16 // 0: 5432
	Database   string
	TLS        TLS        // "": verify; off is for loopback addresses alone
	CA         string     // PEM file of the authorities to trust; "": the system's
	Credential Credential // "": OwnPassword
	User       User       // who signs in with a token; "": Email
	Collation  string     // "C.UTF-8" where the administrator says that the database collates so; "" otherwise
	Limits     source.PoolLimits
}

// New returns the source of a configuration; F0000 when it contradicts itself.
func New(c Config) (source.Source, error) {
	if c.Host == "" || c.Database == "" {
		return nil, pgerr.New(pgerr.ConfigFile, "the source %s needs a host and a database", c.Name)
	}
	if c.Port == 0 {
		c.Port = 5432
	}
	if c.Limits == (source.PoolLimits{}) {
		c.Limits = source.DefaultPoolLimits
	}
	s := &system{config: c, pool: source.NewPool[*session](c.Limits)}
	if err := c.checkCredential(); err != nil {
		return nil, err
	}
	return s, s.protect()
}

// system is a source; it is safe for concurrent use.
type system struct {
	config Config
	tls    *tls.Config // nil for none
	pool   *source.Pool[*session]
}

// protect sets how connections are encrypted.
func (s *system) protect() error {
	c := s.config
	switch c.TLS {
	case Off:
		if ip := net.ParseIP(c.Host); c.Host != "localhost" && (ip == nil || !ip.IsLoopback()) {
			return pgerr.New(pgerr.ConfigFile, "the source %s would send passwords unencrypted", c.Name).WithHint("set tls: verify")
		}
		if c.Credential == ClientCertificate {
			return pgerr.New(pgerr.ConfigFile, "the source %s is opened with certificates, which need TLS", c.Name).WithHint("set tls: verify")
		}
		return nil
	case Verify, "":
		s.tls = &tls.Config{ServerName: c.Host, MinVersion: tls.VersionTLS12}
		return s.trust(c.CA)
	}
	return pgerr.New(pgerr.ConfigFile, "the source %s has an unknown tls %q", c.Name, c.TLS).WithHint("write verify or off")
}

func (s *system) trust(file string) error {
	if file == "" {
		return nil
	}
	pem, err := os.ReadFile(file)
	s.tls.RootCAs = x509.NewCertPool()
	if err != nil || !s.tls.RootCAs.AppendCertsFromPEM(pem) {
		return pgerr.New(pgerr.ConfigFile, "the source %s cannot read certificates from %s", s.config.Name, file)
	}
	return nil
}

// maxKeys bounds the join keys in one statement: a server plans and hashes as many in some milliseconds.
const maxKeys = 100_000

// Capabilities says that the source speaks PostgreSQL's SQL.
func (s *system) Capabilities() source.Capabilities {
	sum := sha256.Sum256(fmt.Appendf(nil, "postgres 1 %s", s.config.Collation))
	return source.Capabilities{Language: "postgres", Version: hex.EncodeToString(sum[:8]), Collation: s.config.Collation,
		Keys: dialect.Keys{Max: maxKeys, Bytes: 4 << 20, Array: true}}
}

// Open returns a connection for a person's own login; it makes no call.
func (s *system) Open(_ context.Context, c source.Credential) (source.Conn, error) {
	l, err := s.login(c)
	if err != nil {
		return nil, err
	}
	return &conn{system: s, login: l}, nil
}

// Forget ends a person's sessions.
func (s *system) Forget(o source.Owner) { s.pool.Forget(o) }

// Close ends all sessions.
func (s *system) Close() error { return s.pool.Close() }

// conn is one person's login; each request has a session to itself while it runs.
type conn struct {
	system *system
	login  login
}

// Close does nothing: sessions go back with their requests.
func (c *conn) Close() error { return nil }

// acquire returns a session that is as good as new.
func (c *conn) acquire(ctx context.Context, settings map[string]string) (*source.Lease[*session], error) {
	open := c.opener(settings)
	l, err := c.system.pool.Acquire(ctx, source.Key{Owner: c.login.owner}, open)
	for err == nil && l.Reused && l.Session.await() != nil { // the server has ended it meanwhile, as others
		l.Destroy()
		l, err = c.system.pool.Open(ctx, source.Key{Owner: c.login.owner}, open)
	}
	return l, err
}
