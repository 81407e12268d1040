// Package postgres reads PostgreSQL servers: one connection per request under the person's own login, read-only, with results in
// the binary format straight into Arrow.
package postgres

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"net"
	"os"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgconn/ctxwatch"

	"github.com/waggle-sql/waggle/dialect"
	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/planner/plan"
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
	Name      string // of the connection, for error messages
	Host      string
	Port      uint16 // 0: 5432
	Database  string
	TLS       TLS    // "": verify; off is for loopback addresses alone
	CA        string // PEM file of the authorities to trust; "": the system's
	Collation string // "C.UTF-8" where the administrator says that the database collates so; "" otherwise
}

// New returns the source of a configuration; F0000 when it contradicts itself.
func New(c Config) (source.Source, error) {
	if c.Host == "" || c.Database == "" {
		return nil, pgerr.New(pgerr.ConfigFile, "the source %s needs a host and a database", c.Name)
	}
	if c.Port == 0 {
		c.Port = 5432
	}
	s := &system{config: c}
	switch c.TLS {
	case Off:
		if ip := net.ParseIP(c.Host); c.Host != "localhost" && (ip == nil || !ip.IsLoopback()) {
			return nil, pgerr.New(pgerr.ConfigFile, "the source %s would send passwords unencrypted", c.Name).WithHint("set tls: verify")
		}
	case Verify, "":
		s.tls = &tls.Config{ServerName: c.Host, MinVersion: tls.VersionTLS12}
		if err := s.trust(c.CA); err != nil {
			return nil, err
		}
	default:
		return nil, pgerr.New(pgerr.ConfigFile, "the source %s has an unknown tls %q", c.Name, c.TLS).WithHint("write verify or off")
	}
	return s, nil
}

// system is a source; it is safe for concurrent use.
type system struct {
	config Config
	tls    *tls.Config // nil for none
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
		Keys: dialect.Keys{Max: maxKeys, Array: true}}
}

// Open returns a connection for a person's own login; it makes no call.
func (s *system) Open(_ context.Context, c source.Credential) (source.Conn, error) {
	login, ok := c.(source.Password)
	if !ok || login.User == "" {
		return nil, pgerr.New(pgerr.InvalidAuthorization, "the source %s is opened with a person's own user name and password", s.config.Name)
	}
	return &conn{system: s, login: login}, nil
}

// Forget does nothing: sessions end with their requests.
func (s *system) Forget(source.Owner) {}

// Close does nothing: sessions end with their requests.
func (s *system) Close() error { return nil }

// conn is one person's login; each request has its own session, so that no setting outlives it.
type conn struct {
	system *system
	login  source.Password
}

// Close does nothing: sessions end with their requests.
func (c *conn) Close() error { return nil }

const connectTimeout = 15 * time.Second

// session opens a read-only session with settings; 28000 when the server does not accept the login.
func (c *conn) session(ctx context.Context, settings map[string]string) (*pgconn.PgConn, error) {
	// An empty string would take the process's environment for the person's login.
	config, err := pgconn.ParseConfig("host=127.0.0.1 port=1 user=nobody dbname=none sslmode=disable")
	if err != nil {
		return nil, pgerr.From(err)
	}
	f := c.system.config
	config.Host, config.Port, config.Database, config.TLSConfig = f.Host, f.Port, f.Database, c.system.tls
	config.User, config.Password = c.login.User, c.login.Password.Reveal()
	config.Fallbacks, config.ValidateConnect, config.ConnectTimeout = nil, nil, connectTimeout
	config.RuntimeParams = map[string]string{"application_name": application(ctx), "default_transaction_read_only": "on",
		"search_path": "pg_catalog", "client_encoding": "UTF8", "standard_conforming_strings": "on", "extra_float_digits": "1",
		"lc_monetary": "C", "lc_numeric": "C", "lc_time": "C", "bytea_output": "hex", "TimeZone": "UTC"}
	maps.Copy(config.RuntimeParams, settings)
	config.BuildContextWatcherHandler = func(p *pgconn.PgConn) ctxwatch.Handler {
		return &pgconn.CancelRequestContextWatcherHandler{Conn: p, DeadlineDelay: 2 * time.Second}
	}
	p, err := pgconn.ConnectConfig(ctx, config)
	if err != nil {
		return nil, c.failure(ctx, err)
	}
	return p, nil
}

func application(ctx context.Context) string {
	id := source.RequestID(ctx)
	if id == "" {
		return "waggle"
	}
	return "waggle " + id
}

// failure puts an error into the client's terms. What the server says keeps its SQLSTATE and words; its position belongs to a text
// that the client does not know.
func (c *conn) failure(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	var e *pgconn.PgError
	switch {
	case errors.As(err, &e) && (e.Code == "28P01" || e.Code == "28000"):
		return c.rejected(ctx, e)
	case ctx.Err() != nil:
		return pgerr.From(context.Cause(ctx))
	case errors.As(err, &e) && e.Code[:2] == "08":
		return pgerr.New(pgerr.ConnectionFailure, "the source %s has ended the connection", c.system.config.Name).Because(err)
	case errors.As(err, &e):
		out := pgerr.New(e.Code, "%s", e.Message).Because(err)
		if e.Hint != "" {
			out = out.WithHint("%s", e.Hint)
		}
		return out
	}
	var known *pgerr.Error
	if errors.As(err, &known) {
		return known
	}
	return pgerr.New(pgerr.ConnectionFailure, "the source %s does not answer", c.system.config.Name).Because(err)
}

// rejected tells the vault that the login is of no use; its error names the address to connect at.
func (c *conn) rejected(ctx context.Context, e *pgconn.PgError) error {
	if c.login.Rejected != nil {
		if err := c.login.Rejected(ctx); err != nil {
			return err
		}
	}
	return pgerr.New(pgerr.InvalidAuthorization, "the source %s does not accept the login", c.system.config.Name).
		WithHint("connect to %s again", c.system.config.Name).Because(e)
}

// Describe returns a relation's columns as this person may read them; 42P01 when there is no such relation, 42501 when none of
// its columns may be read.
func (c *conn) Describe(ctx context.Context, object string) (source.Schema, error) {
	p, err := c.session(ctx, nil)
	if err != nil {
		return source.Schema{}, err
	}
	defer p.Close(context.WithoutCancel(ctx)) //nolint:errcheck // the session is over either way
	schema, table := names(object)
	r := p.ExecParams(ctx, `SELECT a.attname, CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE a.atttypid END, CASE WHEN t.typtype = 'd' THEN t.typtypmod ELSE a.atttypmod END,
		a.attnotnull, has_column_privilege(c.oid, a.attnum, 'SELECT')
		FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_type t ON t.oid = a.atttypid
		WHERE n.nspname = $1 AND c.relname = $2 AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum`,
		[][]byte{[]byte(schema), []byte(table)}, nil, nil, nil).Read()
	if r.Err != nil {
		return source.Schema{}, c.failure(ctx, r.Err)
	}
	if len(r.Rows) == 0 {
		return source.Schema{}, pgerr.New(pgerr.UndefinedTable, `relation "%s" does not exist`, object)
	}
	var s source.Schema
	for _, row := range r.Rows {
		var oid uint32
		var mod int32
		if _, err := fmt.Sscan(string(row[1])+" "+string(row[2]), &oid, &mod); err != nil {
			return s, pgerr.From(err)
		}
		if string(row[4]) == "t" {
			s.Columns = append(s.Columns, source.Column{Name: string(row[0]), Type: known(oid, mod), NotNull: string(row[3]) == "t"})
		}
	}
	if len(s.Columns) == 0 {
		return s, pgerr.New(pgerr.InsufficientPrivilege, "permission denied for table %s", table)
	}
	return s, nil
}

// known is a type of PostgreSQL's own; others are seen as text.
func known(oid uint32, mod int32) plan.Type {
	if oid >= 16384 || datum.HasBinary(oid) != nil {
		return plan.Type{OID: 25, Mod: -1}
	}
	return plan.Type{OID: oid, Mod: mod}
}
