package snowflake

import (
	"context"
	"database/sql/driver"
	"io"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	sf "github.com/snowflakedb/gosnowflake/v2"

	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/source"
	_ "github.com/waggle-sql/waggle/source/snowflake/nocache" // before the driver
)

// settle turns off what the driver does on its own: it logs the servers' messages to standard error, and asks the cloud's
// metadata addresses where it runs. Both switches are the process's. What it loads into the process at start is left out by
// the build tag minicore_disabled.
var settle = sync.OnceFunc(func() {
	_ = os.Setenv("SNOWFLAKE_DISABLE_PLATFORM_DETECTION", "true")
	_ = sf.SetLogger(silent{})
})

// queryer is what a connection of the driver offers beside database/sql's interfaces.
type queryer interface {
	QueryArrowStream(ctx context.Context, query string, bindings ...driver.NamedValue) (sf.ArrowStreamLoader, error)
	Close() error
}

// session is an authenticated session at Snowflake: one person's, in one role and warehouse.
type session struct {
	driver   queryer
	patience int64 // the session's STATEMENT_TIMEOUT_IN_SECONDS
}

const (
	loginTime  = 30 * time.Second
	maxRetries = 2 // of one exchange, after 1 to 3 seconds each
)

// parameters are the session parameters on which the dialect's texts rely, and those that keep a session as small as its work.
// An account may have set any of them otherwise.
func parameters(patience int64) map[string]*string {
	all := map[string]string{
		"TIMEZONE": "UTC", "WEEK_START": "1", "WEEK_OF_YEAR_POLICY": "0", "QUOTED_IDENTIFIERS_IGNORE_CASE": "false",
		"CLIENT_TELEMETRY_ENABLED": "false", "CLIENT_SESSION_KEEP_ALIVE": "false", "ABORT_DETACHED_QUERY": "true",
		"STATEMENT_TIMEOUT_IN_SECONDS": strconv.FormatInt(patience, 10),
	}
	out := make(map[string]*string, len(all))
	for name, value := range all {
		out[name] = &value
	}
	return out
}

// open is the pool's opener: a session as the person, which serves no longer than the token.
func (c *conn) open(ctx context.Context) (*session, time.Time, error) {
	s, err := c.system.pool.Login(ctx, farewellTime, func(detached context.Context) (*session, error) {
		return c.system.login(detached, c.bearer, source.Patience(ctx))
	})
	return s, c.bearer.Expires, err
}

func (s *system) login(ctx context.Context, b source.Bearer, wanted int64) (*session, error) {
	c := s.config
	port := 443
	if p := s.base.Port(); p != "" {
		port, _ = strconv.Atoi(p) // url.Parse has checked it
	} else if s.base.Scheme == "http" {
		port = 80
	}
	host := s.base.Hostname()
	if strings.Contains(host, ":") { // the driver writes host:port
		host = "[" + host + "]"
	}
	conf := sf.Config{
		Account: c.Account, Host: host, Port: port, Protocol: s.base.Scheme,
		Authenticator: sf.AuthTypeOAuth, Token: b.Token.Reveal(), Database: c.Database, Role: b.Role, Warehouse: b.Warehouse,
		Application: "Waggle", Params: parameters(wanted), Transporter: &exchanges{system: s}, DisableOCSPChecks: true,
		//lint:ignore SA1019 the driver announces that its timeouts will move; this release has no other place for them
		LoginTimeout: loginTime, ClientTimeout: -1, MaxRetryCount: maxRetries, // exchanges bounds each of them
		ClientStoreTemporaryCredential: sf.ConfigBoolFalse, ClientRequestMfaToken: sf.ConfigBoolFalse,
	}
	opened, err := sf.NewConnector(sf.SnowflakeDriver{}, conf).Connect(ctx)
	if err != nil {
		return nil, err
	}
	q, ok := opened.(queryer)
	if !ok {
		_ = opened.Close()
		return nil, pgerr.New(pgerr.Internal, "the Snowflake driver has no Arrow streams")
	}
	return &session{driver: q, patience: wanted}, nil
}

// Close ends the session at Snowflake.
func (s *session) Close() error {
	return pgerr.Contained(s.driver.Close)
}

// query starts a statement and returns once Snowflake has its result, or has refused it.
func (s *session) query(ctx context.Context, text string) (sf.ArrowStreamLoader, error) {
	if tag := source.RequestID(ctx); tag != "" {
		ctx = sf.WithQueryTag(ctx, tag)
	}
	var out sf.ArrowStreamLoader
	err := pgerr.Contained(func() (err error) {
		if wanted := source.Patience(ctx); wanted != s.patience {
			if _, err := s.driver.QueryArrowStream(ctx, "ALTER SESSION SET STATEMENT_TIMEOUT_IN_SECONDS = "+strconv.FormatInt(wanted, 10)); err != nil {
				return err
			}
			s.patience = wanted
		}
		ids := make(chan string, 1)
		defer func() {
			select {
			case id := <-ids:
				recorderOf(ctx).query(id)
			default:
			}
		}()
		out, err = s.driver.QueryArrowStream(sf.WithQueryIDChan(ctx, ids), text)
		return err
	})
	return out, err
}

// silent is a logger that says nothing: the driver's messages hold what servers say of people's statements.
type silent struct{}

func (silent) Tracef(string, ...any)                     {}
func (silent) Debugf(string, ...any)                     {}
func (silent) Infof(string, ...any)                      {}
func (silent) Warnf(string, ...any)                      {}
func (silent) Errorf(string, ...any)                     {}
func (silent) Fatalf(string, ...any)                     {}
func (silent) Trace(string)                              {}
func (silent) Debug(string)                              {}
func (silent) Info(string)                               {}
func (silent) Warn(string)                               {}
func (silent) Error(string)                              {}
func (silent) Fatal(string)                              {}
func (s silent) WithField(string, any) sf.LogEntry       { return s }
func (s silent) WithFields(map[string]any) sf.LogEntry   { return s }
func (s silent) WithContext(context.Context) sf.LogEntry { return s }
func (silent) SetLogLevel(string) error                  { return nil }
func (silent) SetLogLevelInt(sf.Level) error             { return nil }
func (silent) GetLogLevel() string                       { return "OFF" }
func (silent) GetLogLevelInt() sf.Level                  { return sf.Level(1 << 30) }
func (silent) SetOutput(io.Writer)                       {}
