package postgres

import (
	"context"
	"errors"
	"io"
	"maps"
	"net"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgconn/ctxwatch"

	"github.com/waggle-sql/waggle/dialect"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/source"
)

// session is one authenticated session at the server. It is used by one request at a time.
type session struct {
	*pgconn.PgConn
	settings map[string]string         // that it was opened with and always comes back to
	reported map[string]string         // what the server called them then
	reset    *pgconn.MultiResultReader // the answer to DISCARD ALL that is still to be read; nil on a new session
	unsafe   bool                      // its text may not be UTF-8
}

// id is the server's name for the session.
func (s *session) id() string { return strconv.FormatUint(uint64(s.PID()), 10) }

// fixed are the settings of every session, on which the meaning of statements and answers depends.
var fixed = map[string]string{"application_name": "waggle", "default_transaction_read_only": "on", "search_path": "pg_catalog",
	"client_encoding": "UTF8", "standard_conforming_strings": "on", "lc_monetary": "C", "lc_numeric": "C", "lc_time": "C"}

// usual are the settings that a request may change.
var usual = map[string]string{"TimeZone": "UTC", "DateStyle": "ISO, MDY", "IntervalStyle": "postgres", "extra_float_digits": "1",
	"bytea_output": "hex"}

const (
	connectTimeout = 15 * time.Second
	resetTimeout   = 5 * time.Second // for an answer that has had time since the request before
	closeTimeout   = 2 * time.Second
	cancelDelay    = 2 * time.Second // for the server to end a cancelled statement by itself
)

// opener opens sessions for a person; a login that the server does not accept is told to who gave it, and its successor tried once.
func (c *conn) opener(settings map[string]string) source.Opener[*session] {
	return func(ctx context.Context) (*session, time.Time, error) {
		s, refused, err := c.connect(ctx, c.login, settings)
		if !refused {
			return s, c.login.until, err
		}
		if c.login.rejected == nil {
			return nil, time.Time{}, err
		}
		next, renewErr := c.login.rejected(ctx)
		if renewErr != nil {
			return nil, time.Time{}, renewErr
		}
		if next.user == "" {
			return nil, time.Time{}, err
		}
		s, _, err = c.connect(ctx, next, settings)
		return s, next.until, err
	}
}

// connect opens a session; refused tells an error that says that the server does not accept the login.
func (c *conn) connect(ctx context.Context, l login, settings map[string]string) (s *session, refused bool, err error) {
	// An empty string would take the process's environment for the person's login.
	config, err := pgconn.ParseConfig("host=127.0.0.1 port=1 user=nobody dbname=none sslmode=disable")
	if err != nil {
		return nil, false, pgerr.From(err)
	}
	f, asked := c.system.config, false
	config.Host, config.Port, config.Database, config.TLSConfig = f.Host, f.Port, f.Database, c.system.tls
	config.Fallbacks, config.ValidateConnect, config.ConnectTimeout = nil, nil, connectTimeout
	config.RuntimeParams = maps.Clone(fixed)
	maps.Copy(config.RuntimeParams, settings)
	if l.apply(config, &asked); f.Credential == Token {
		config.RequireAuth = "password"
	}
	config.BuildContextWatcherHandler = func(p *pgconn.PgConn) ctxwatch.Handler {
		return &pgconn.CancelRequestContextWatcherHandler{Conn: p, DeadlineDelay: cancelDelay}
	}
	p, err := pgconn.ConnectConfig(ctx, config)
	if err != nil {
		return nil, isRefusal(ctx, err, asked), c.failure(ctx, c.unconnected(err, asked))
	}
	s = &session{PgConn: p, settings: settings, unsafe: p.ParameterStatus("server_encoding") == "SQL_ASCII", reported: map[string]string{}}
	for _, name := range watched {
		s.reported[name] = p.ParameterStatus(name)
	}
	return s, false, nil
}

// watched are the settings whose changes the server reports unasked.
var watched = []string{"TimeZone", "DateStyle", "IntervalStyle", "client_encoding", "standard_conforming_strings", "default_transaction_read_only",
	"session_authorization"}

// isRefusal tells a server that does not accept a login from one that does not answer. What is no error of the server's after it
// has been given a token is RFC 7628's answer that the token is of no use.
func isRefusal(ctx context.Context, err error, asked bool) bool {
	var e *pgconn.PgError
	if errors.As(err, &e) {
		return e.Code == "28P01" || e.Code == "28000"
	}
	var n net.Error
	return asked && ctx.Err() == nil && !errors.As(err, &n) && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF)
}

// unconnected gives the error of a refused login, and that of a server whose certificate is not the one to expect, their words.
func (c *conn) unconnected(err error, asked bool) error {
	if isRefusal(context.Background(), err, asked) {
		return pgerr.New(pgerr.InvalidAuthorization, "the source %s does not accept the login", c.system.config.Name).
			WithHint("connect to %s again", c.system.config.Name).Because(err)
	}
	if why := distrust(err); why != "" {
		return pgerr.New(pgerr.CannotConnect, "the source %s does not prove that it is the one configured", c.system.config.Name).
			WithDetail("%s.", why).WithHint("ask an administrator to look at the server's certificate and at the source's host and ca").Because(err)
	}
	return err
}

// await reads the answer to the reset that Return has sent. An error means that the session is of no use any more.
func (s *session) await() error {
	if s.reset == nil {
		return nil
	}
	conn := s.Conn()
	if err := conn.SetReadDeadline(time.Now().Add(resetTimeout)); err != nil {
		return err
	}
	if err := s.reset.Close(); err != nil {
		return err
	}
	s.reset = nil
	return conn.SetReadDeadline(time.Time{})
}

// start sends a statement with all that belongs to it in one flight: a read-only transaction, the request's name, and the
// settings in which it differs from the session. The reader stands before the first answer.
func (s *session) start(ctx context.Context, text string, formats []int16, settings map[string]string) *pgconn.MultiResultReader {
	b := &pgconn.Batch{}
	add := func(sql string) { b.ExecParams(sql, nil, nil, nil, nil) }
	add("BEGIN READ ONLY")
	if id := source.RequestID(ctx); id != "" {
		add("SET LOCAL application_name = " + quote("waggle "+id))
	}
	for name := range usual {
		if settings[name] != s.settings[name] {
			add("SET LOCAL " + name + " = " + quote(settings[name]))
		}
	}
	b.ExecParams(text, nil, nil, nil, formats)
	add("COMMIT")
	return s.ExecBatch(ctx, b)
}

func quote(v string) string { return "'" + strings.ReplaceAll(v, "'", "''") + "'" }

// wanted are a statement's settings, completed.
func wanted(set []dialect.Setting) (map[string]string, error) {
	all := maps.Clone(usual)
	for _, s := range set {
		if _, ok := all[s.Name]; !ok {
			return nil, pgerr.New(pgerr.Internal, "a statement depends on the setting %s, which PostgreSQL sources do not carry", s.Name)
		}
		all[s.Name] = s.Value
	}
	return all, nil
}

// clean reports whether the session is outside of a transaction and as it was opened, by what the server reports unasked.
func (s *session) clean() bool {
	if s.IsClosed() || s.IsBusy() || s.TxStatus() != 'I' {
		return false
	}
	for _, name := range watched {
		if s.ParameterStatus(name) != s.reported[name] {
			return false
		}
	}
	return true
}

// release sends the session back to how it was opened, whatever functions of the server's own have left in it, without
// waiting for the answer, and gives it back; one that is not clean is ended.
func release(l *source.Lease[*session]) {
	if !l.Session.clean() {
		l.Destroy()
		return
	}
	l.Session.reset = l.Session.Exec(context.Background(), "DISCARD ALL")
	l.Return()
}

// Close ends the session, a running statement with it. It is bounded by closeTimeout.
func (s *session) Close() error {
	_ = s.Conn().SetDeadline(time.Now().Add(closeTimeout))
	err := s.PgConn.Close(context.Background())
	timer := time.NewTimer(closeTimeout)
	defer timer.Stop()
	select {
	case <-s.CleanupDone():
	case <-timer.C:
	}
	return err
}
