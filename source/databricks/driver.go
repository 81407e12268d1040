package databricks

import (
	"context"
	"database/sql/driver"
	"reflect"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	dbsql "github.com/databricks/databricks-sql-go"
	"github.com/databricks/databricks-sql-go/driverctx"
	"github.com/databricks/databricks-sql-go/logger"
	dbrows "github.com/databricks/databricks-sql-go/rows"

	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/internal/secret"
	"github.com/waggle-sql/waggle/source"
)

// silence turns off the driver's log, which holds what servers say of people's statements. The switch is the process's.
var silence = sync.OnceFunc(func() { _ = logger.SetLogLevel("disabled") })

// querier is what a connection of the driver offers.
type querier interface {
	driver.QueryerContext
	Close() error
}

// session is an authenticated session at a warehouse: one person's. The driver never holds the token; exchanges adds it.
type session struct {
	driver   querier
	token    atomic.Pointer[secret.Text]
	serves   atomic.Pointer[recorder] // of the request that the session works for
	patience int64                    // seconds after which the warehouse ends the session's statements
}

const (
	maxPage   = 100_000 // rows that are asked for at once; the warehouse sends less of wide ones
	downloads = 3       // of a result's files, which are held until they are read
)

// parameters are the session parameters on which the dialect's texts rely, whatever the warehouse has
// (https://docs.databricks.com/en/sql/language-manual/sql-ref-parameters.html).
func parameters(patience int64) map[string]string {
	return map[string]string{"ansi_mode": "true", "timezone": "UTC", "statement_timeout": strconv.FormatInt(patience, 10)}
}

// unlisted sets what the driver's configuration has and its options do not reach. A timeout of its HTTP client would keep a goroutine
// for as long after a session's last answer, which it does not close; exchanges bounds each exchange, and paces the questions for
// a statement's state.
func unlisted() dbsql.ConnOption {
	option := reflect.MakeFunc(reflect.TypeFor[dbsql.ConnOption](), func(in []reflect.Value) []reflect.Value {
		for name, value := range map[string]time.Duration{"ClientTimeout": 0, "PollInterval": time.Millisecond} {
			if f := in[0].Elem().FieldByName(name); f.CanSet() && f.Kind() == reflect.Int64 {
				f.SetInt(int64(value))
			}
		}
		return nil
	})
	return option.Interface().(dbsql.ConnOption)
}

// open is the pool's opener: a session as the person, which serves no longer than the token.
func (c *conn) open(ctx context.Context) (*session, time.Time, error) {
	s, err := c.system.pool.Login(ctx, farewellTime, func(detached context.Context) (*session, error) {
		return c.system.login(detached, c.warehouse, c.tokens.Bearer().Token, source.Patience(ctx))
	})
	return s, c.tokens.Bearer().Expires, err
}

func (s *system) login(ctx context.Context, warehouse string, token secret.Text, wanted int64) (*session, error) {
	out := &session{patience: wanted}
	out.token.Store(&token)
	port := 443
	if p := s.base.Port(); p != "" {
		port, _ = strconv.Atoi(p) // url.Parse has checked it
	} else if s.base.Scheme == "http" {
		port = 80
	}
	path := s.folder + warehouse
	if s.query != "" {
		path += "?" + s.query
	}
	host := strings.TrimSuffix(s.base.Host, ":"+s.base.Port())
	connector, err := dbsql.NewConnector(
		dbsql.WithServerHostname(s.base.Scheme+"://"+host), dbsql.WithPort(port), dbsql.WithHTTPPath(path), dbsql.WithInitialNamespace(s.config.Catalog, ""),
		dbsql.WithSessionParams(parameters(wanted)), dbsql.WithTransport(&exchanges{system: s, session: out}), dbsql.WithRetries(-1, time.Second, time.Second), // exchanges repeats
		dbsql.WithArrowNativeDecimal(true), dbsql.WithCloudFetch(true), dbsql.WithMaxDownloadThreads(downloads), dbsql.WithMaxRows(maxPage), dbsql.WithUserAgentEntry("Waggle"), unlisted(),
	)
	if err != nil {
		return nil, err
	}
	opened, err := connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	q, ok := opened.(querier)
	if !ok {
		_ = opened.Close()
		return nil, pgerr.New(pgerr.Internal, "the Databricks driver takes no statements")
	}
	out.driver = q
	return out, nil
}

// Close ends the session at the warehouse, and with it what it still runs.
func (s *session) Close() error {
	return pgerr.Contained(s.driver.Close)
}

// answer is a running statement's result, as the driver has it.
type answer interface {
	driver.Rows
	dbrows.Rows
}

// query starts a statement and returns once the warehouse has its result, or has refused it.
func (s *session) query(ctx context.Context, text string) (answer, error) {
	if tag := source.RequestID(ctx); tag != "" {
		ctx = driverctx.NewContextWithQueryTags(ctx, map[string]string{"waggle": tag})
	}
	s.serves.Store(recorderOf(ctx))
	var out answer
	err := pgerr.Contained(func() error {
		rows, err := s.driver.QueryContext(ctx, text, nil)
		if err != nil {
			return err
		}
		var ok bool
		if out, ok = rows.(answer); !ok {
			return pgerr.New(pgerr.Internal, "the Databricks driver has no Arrow streams")
		}
		return nil
	})
	return out, err
}
