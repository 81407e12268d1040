// Package snowflake reads Snowflake accounts through gosnowflake: each person's own OAuth token opens sessions that nobody else
// uses, statements run under the person's role and warehouse, and results come as Arrow chunks that are converted column by column.
package snowflake

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/waggle-sql/waggle/dialect"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/source"
)

// Config is one configured account. Role and Warehouse are what a session has whose person has set no other ones; "" leaves the
// choice to Snowflake.
type Config struct {
	Name      string // of the connection, for error messages
	Account   string // organisation-account, or the older locator
	BaseURL   string // "": https://<account>.snowflakecomputing.com; for private links
	Database  string // in which two-part names lie
	Warehouse string
	Role      string
	// Transport replaces the connector's own; for tests.
	Transport http.RoundTripper
}

// pooling bounds the sessions that a person's requests leave open; a token's own life is a further bound.
var pooling = source.PoolLimits{Idle: 2, Total: 2000, Quiet: 5 * time.Minute, Life: 30 * time.Minute}

// New returns the source of a configuration; F0000 when it contradicts itself.
func New(c Config) (source.Source, error) {
	if c.Account == "" || strings.ContainsAny(c.Account, "/:@ ") {
		return nil, pgerr.New(pgerr.ConfigFile, "the source %s needs an account", c.Name).WithHint("write it as organisation-account, without a host or a scheme")
	}
	base, err := Address(c.Account, c.BaseURL)
	if err != nil {
		return nil, err
	}
	s := &system{config: c, base: base, transport: c.Transport, pool: source.NewPool[*session](pooling)}
	if s.transport == nil {
		s.own = source.NewReach(c.Name, base)
		s.transport = s.own
	}
	settle()
	return s, nil
}

// Address returns where an account is reached: base where it is given, else Snowflake's own host. An address that would carry
// tokens in clear to another machine is F0000.
func Address(account, base string) (*url.URL, error) {
	if base == "" {
		base = "https://" + strings.ToLower(strings.ReplaceAll(account, "_", "-")) + ".snowflakecomputing.com"
	}
	return source.BaseAddress(base, "a Snowflake account")
}

// system is a source; it is safe for concurrent use.
type system struct {
	config    Config
	base      *url.URL
	transport http.RoundTripper
	own       *source.Reach // nil with a transport of a test
	pool      *source.Pool[*session]
}

// Capabilities says that the source speaks Snowflake's SQL, whose text is compared by its bytes, and that a session may choose
// its role and warehouse.
func (s *system) Capabilities() source.Capabilities {
	sum := sha256.Sum256([]byte("snowflake 1"))
	return source.Capabilities{Language: "snowflake", Collation: "C.UTF-8", Version: hex.EncodeToString(sum[:8]),
		Keys:     dialect.Keys{Max: 65_536, Bytes: 700_000}, // a statement has 1 MiB at most
		Settings: map[string]string{"role": s.config.Role, "warehouse": s.config.Warehouse}}
}

// Open returns a connection for a person's own token; it makes no call.
func (s *system) Open(_ context.Context, c source.Credential) (source.Conn, error) {
	bearer, ok := c.(source.Bearer)
	if !ok || bearer.Token.Empty() {
		return nil, pgerr.New(pgerr.InvalidAuthorization, "the source %s is opened with an OAuth token", s.config.Name)
	}
	return &conn{system: s, bearer: bearer}, nil
}

// Forget ends a person's sessions, as source.Pool does.
func (s *system) Forget(o source.Owner) { s.pool.Forget(o) }

// Close ends all sessions that are idle; those in use end with their requests.
func (s *system) Close() error {
	err := s.pool.Close()
	if s.own != nil {
		s.own.CloseIdleConnections()
	}
	return err
}
