package proxy

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/apache/arrow-go/v18/arrow/array"

	"github.com/waggle-sql/waggle/engine"
	"github.com/waggle-sql/waggle/identity"
	"github.com/waggle-sql/waggle/planner"
	"github.com/waggle-sql/waggle/planner/plan"
)

// Engine plans and runs statements for one person. Errors are *pgerr.Error with positions in the client's text. A context
// that is cancelled ends the call and the returned reader; releasing the reader closes everything behind it.
type Engine interface {
	Prepare(ctx context.Context, who *identity.Session, set plan.Settings, q plan.Span, params []uint32) (*planner.Prepared, error)
	Execute(ctx context.Context, who *identity.Session, p *planner.Prepared, args engine.Args) (Result, error)
	Explain(ctx context.Context, who *identity.Session, set plan.Settings, e plan.Explain, args engine.Args) ([]string, error)
}

// Result is a statement's rows. It is told what has been sent, and why no more will be, before it is released.
type Result interface {
	array.RecordReader
	Sent(rows, bytes int64)
	Fail(err error)
}

// Authenticator knows the SASL mechanisms. Binding is the connection's tls-server-end-point channel binding, nil without TLS.
type Authenticator interface {
	Mechanisms(binding []byte) []string
	Start(ctx context.Context, a identity.Attempt, binding, clientFirst []byte) (Exchange, []byte, error)
}

// Exchange waits for the client's final message. It may return the server's final message together with an error, which is
// then sent after it.
type Exchange interface {
	Finish(ctx context.Context, clientFinal []byte) ([]byte, *identity.Session, error)
}

// Config is what a Server needs. Engine and Authenticator are required; a zero number or duration takes its default.
type Config struct {
	Engine        Engine
	Authenticator Authenticator
	Certificates  *Certificates // nil: no TLS
	// AllowPlaintext admits connections without TLS from other machines; from loopback they are always admitted.
	AllowPlaintext bool
	// Defaults returns the settings' values that differ from PostgreSQL's for this person (search_path, TimeZone); may be nil.
	Defaults func(who *identity.Session) map[string]string

	// SourceSetting returns the configured value of what SET waggle.<connection>.<name> chooses, or why there is no such choice;
	// nil admits any.
	SourceSetting func(connection, name string) (string, error)

	MaxConnections               int           // 20,000
	MaxUnauthenticated           int           // 1,000
	MaxUnauthenticatedPerAddress int           // 200
	MaxMessage                   int           // bytes of one message after authentication: 16 MiB and 64 KiB
	CursorBytes                  int64         // bytes of Arrow that a SCROLL or WITH HOLD cursor may keep: 64 MiB
	HandshakeTimeout             time.Duration // 10 s
	WriteTimeout                 time.Duration // a client that takes nothing for so long is given up: 5 min
	IdlePortalTimeout            time.Duration // 10 min
	DrainTimeout                 time.Duration // for running statements at shutdown: 10 s
	Log                          *slog.Logger  // slog.Default()
}

func (c *Config) complete() error {
	if c.Engine == nil || c.Authenticator == nil {
		return errors.New("proxy: Config needs an Engine and an Authenticator")
	}
	defaultTo(&c.MaxConnections, 20_000)
	defaultTo(&c.MaxUnauthenticated, 1_000)
	defaultTo(&c.MaxUnauthenticatedPerAddress, 200)
	defaultTo(&c.MaxMessage, 16<<20+64<<10)
	defaultTo(&c.CursorBytes, 64<<20)
	defaultTo(&c.HandshakeTimeout, 10*time.Second)
	defaultTo(&c.WriteTimeout, 5*time.Minute)
	defaultTo(&c.IdlePortalTimeout, 10*time.Minute)
	defaultTo(&c.DrainTimeout, 10*time.Second)
	if c.Log == nil {
		c.Log = slog.Default()
	}
	return nil
}

func defaultTo[T int | int64 | time.Duration](v *T, d T) {
	if *v == 0 {
		*v = d
	}
}
