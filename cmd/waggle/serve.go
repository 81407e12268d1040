package main

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"math"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"github.com/waggle-sql/waggle/console"
	"github.com/waggle-sql/waggle/engine"
	"github.com/waggle-sql/waggle/engine/workspace"
	"github.com/waggle-sql/waggle/identity"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/planner"
	"github.com/waggle-sql/waggle/proxy"
	"github.com/waggle-sql/waggle/semantic"
	"github.com/waggle-sql/waggle/source/catalog"
)

func serveCommand(i *invocation) *cobra.Command {
	var sandbox bool
	cmd := &cobra.Command{
		Use: "serve", Short: "Serve until interrupted", Args: exactArgs(0), Example: "  waggle serve --config waggle.yaml",
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := loadConfig(i.config)
			if err != nil {
				return err
			}
			return serve(cmd.Context(), c, sandbox)
		},
	}
	cmd.Flags().BoolVar(&sandbox, "allow-sandbox", false, "accept sources whose sign-in server is not reached over https: the sandbox's")
	return cmd
}

// serve opens everything, listens, and closes in reverse once ctx ends.
func serve(ctx context.Context, c *config, sandbox bool) error {
	s, err := openSystem(ctx, c)
	if err != nil {
		return err
	}
	defer s.Close()
	if err := s.refuseSandbox(sandbox); err != nil {
		return err
	}
	pool, err := workspace.NewPool(workspace.Config{Size: c.workspace.workers, Budget: c.limits.workspaceMemory, Weak: c.workspace.weak})
	if err != nil {
		return err
	}
	defer pool.Close()
	e, err := s.engine(pool)
	if err != nil {
		return err
	}
	s.running = e
	return s.listen(ctx, e)
}

// engine builds the one door and hands it the tokens.
func (s *system) engine(pool *workspace.Pool) (*engine.Engine, error) {
	v, err := newViews(s.config, catalog.Tables())
	if err != nil {
		return nil, err
	}
	sources := maps.Clone(s.sources)
	sources[engine.Catalog] = catalog.New(byIDs{v}, provider{s})
	l := s.config.limits
	e := engine.New(engine.Config{
		Views: v, Used: v.Used, Standing: s.directory, Sources: sources, Tokens: s.vault.Tokens(), Audit: s.log, Pool: pool,
		Limits: engine.Limits{Timeout: l.timeout, Rows: l.rows, ExtractRows: l.extractRows, Memory: l.memory, Queue: l.queue, PlanBytes: 64 << 20},
	})
	v.describe, v.described = e.Describe, s.described
	return e, nil
}

// listen serves the PostgreSQL port, the console, the socket and the vault's background until ctx ends.
func (s *system) listen(ctx context.Context, e *engine.Engine) error {
	server, err := s.proxy(e)
	if err != nil {
		return err
	}
	web, err := s.console()
	if err != nil {
		return err
	}
	pg, err := listenOn("listen.postgres", s.config.listen.postgres)
	if err != nil {
		return err
	}
	defer pg.Close()
	hl, err := listenOn("listen.http", s.config.listen.http)
	if err != nil {
		return err
	}
	defer hl.Close()
	sock, err := s.listenSocket(ctx)
	if err != nil {
		return err
	}
	slog.Info("serving", "postgres", pg.Addr().String(), "console", s.config.publicURL)
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return server.Serve(ctx, pg) })
	g.Go(func() error { return ignoreClosed(web.Serve(hl)) })
	g.Go(func() error { s.serveSocket(ctx, sock); return nil })
	g.Go(func() error { return s.vault.Run(ctx) })
	g.Go(func() error {
		<-ctx.Done()
		closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		return errors.Join(sock.Close(), web.Shutdown(closing))
	})
	return g.Wait()
}

func ignoreClosed(err error) error {
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}

// listenOn opens a port; one in use is one sentence.
func listenOn(key, address string) (net.Listener, error) {
	l, err := net.Listen("tcp", address)
	if err == nil {
		return l, nil
	}
	return nil, pgerr.New(pgerr.ConfigFile, "cannot listen on %s (%s)", address, key).
		WithDetail("%v", err).WithHint("stop the program that has the port, or choose another one")
}

func (s *system) proxy(e *engine.Engine) (*proxy.Server, error) {
	defaults, err := s.defaults()
	if err != nil {
		return nil, err
	}
	c := proxy.Config{Engine: door{e}, Authenticator: scram{s.directory}, MaxConnections: s.config.limits.connections, SourceSetting: e.SourceSetting,
		Defaults: func(*identity.Session) map[string]string { return defaults }}
	if c.Certificates, err = s.certificates(); err != nil {
		return nil, pgerr.New(pgerr.ConfigFile, "%s", err)
	}
	return proxy.New(c)
}

// certificates are the configured files', or one of our own that is made at each start: it hides, but proves nothing.
func (s *system) certificates() (*proxy.Certificates, error) {
	if t := s.config.tls; t.certificate != "" {
		return proxy.LoadCertificates(t.certificate, t.key)
	}
	host, _, _ := net.SplitHostPort(s.config.listen.postgres)
	return proxy.SelfSigned(host, "localhost")
}

// defaults are the settings that differ from PostgreSQL's own: the models stand in the search path, and a statement has an end.
func (s *system) defaults() (map[string]string, error) {
	models, err := s.config.loadModels("")
	if err != nil {
		return nil, err
	}
	return map[string]string{"search_path": searchPath(models), "statement_timeout": milliseconds(s.config.limits.timeout)}, nil
}

// milliseconds is a timeout as the setting has it; only 0 is none.
func milliseconds(d time.Duration) string {
	if d == 0 {
		return "0"
	}
	return strconv.FormatInt(min(max(d.Milliseconds(), 1), math.MaxInt32), 10)
}

func searchPath(models []*semantic.Model) string {
	path := []string{`"$user"`}
	for _, m := range models {
		path = append(path, m.Name)
	}
	return strings.Join(append(path, "public"), ", ")
}

func (s *system) console() (*http.Server, error) {
	h, err := console.New(console.Config{PublicURL: s.config.publicURL, Directory: s.directory, Connections: s.vault.Connections(),
		Ready: func(context.Context) error { return s.log.Ready() }})
	if err != nil {
		return nil, err
	}
	return &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 30 * time.Second, IdleTimeout: 2 * time.Minute}, nil
}

// refuseSandbox keeps a server for real people from trusting the sandbox's sign-in server.
func (s *system) refuseSandbox(allowed bool) error {
	for name, d := range s.oauth {
		for _, address := range []string{d.AuthorizeURL, d.TokenURL, d.RevokeURL, d.UserinfoURL} {
			if !allowed && address != "" && !strings.HasPrefix(address, "https://") {
				return pgerr.New(pgerr.ConfigFile, "source %s signs in at %s, which is not reached over https", name, address).
					WithHint("use the source's own address, or give --allow-sandbox for a demonstration")
			}
		}
	}
	return nil
}

// scram adapts the directory to the proxy.
type scram struct{ directory *identity.Directory }

// Mechanisms lists what to offer on a connection.
func (a scram) Mechanisms(binding []byte) []string { return a.directory.SCRAM(binding).Mechanisms() }

// Start begins an exchange.
func (a scram) Start(ctx context.Context, at identity.Attempt, binding, first []byte) (proxy.Exchange, []byte, error) {
	c, answer, err := a.directory.SCRAM(binding).Start(ctx, at, first)
	if err != nil {
		return nil, nil, err
	}
	return c, answer, nil
}

// door is the engine as the proxy sees it.
type door struct{ *engine.Engine }

// Execute runs a plan; the result owns everything that is open for it.
func (d door) Execute(ctx context.Context, who *identity.Session, p *planner.Prepared, args engine.Args) (proxy.Result, error) {
	r, err := d.Engine.Execute(ctx, who, p, args)
	if err != nil {
		return nil, err
	}
	return r, nil
}
