package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/waggle-sql/waggle/internal/e2e"
	"github.com/waggle-sql/waggle/internal/oracle"
)

// The databases of a world. `whole` has all tables and is asked for the right answer; `two` is on a server of its own.
var databases = []string{"whole", "one", "two"}

// world is two PostgreSQL servers with the tables of random shapes in several databases, and a Waggle whose models place them there.
type world struct {
	dir            string
	server, second *oracle.Server
	waggle         *e2e.Server
}

// on is the server of a database.
func (w *world) on(database string) *oracle.Server {
	if database == "two" {
		return w.second
	}
	return w.server
}

// newWorld starts everything; stop must be called.
func newWorld(ctx context.Context, bin string) (*world, error) {
	dir, err := os.MkdirTemp("", "waggle-judge-")
	if err != nil {
		return nil, err
	}
	w := &world{dir: dir}
	if err := w.start(ctx, bin); err != nil {
		w.stop()
		return nil, err
	}
	return w, nil
}

func (w *world) stop() {
	if w.waggle != nil {
		w.waggle.Stop()
	}
	for _, s := range []*oracle.Server{w.server, w.second} {
		if s != nil {
			s.Stop()
		}
	}
	_ = os.RemoveAll(w.dir)
}

func (w *world) start(ctx context.Context, bin string) (err error) {
	if w.server, err = oracle.Start(ctx); err != nil {
		return err
	}
	if w.second, err = oracle.Start(ctx); err != nil {
		return err
	}
	for _, name := range databases {
		if err := execute(ctx, w.on(name).DSN(), "CREATE DATABASE "+name); err != nil {
			return err
		}
		if err := execute(ctx, w.dsn(name), tableRows()); err != nil {
			return err
		}
	}
	site, err := newSite(ctx, bin, w.dir, w.sources())
	if err != nil {
		return err
	}
	if err := errors.Join(w.model(site, "direct", "one", "one"), w.model(site, "split", "one", "two"), addModels(site, "direct", "split")); err != nil {
		return err
	}
	if w.waggle, err = site.Serve(ctx); err != nil {
		return err
	}
	for _, name := range databases[1:] {
		connect := site.Command(ctx, "connect", name, "--as", e2e.Login, "--account", "postgres", "--headless", "--password-stdin")
		connect.Stdin = strings.NewReader(e2e.Password + "\nany\n")
		if out, err := connect.CombinedOutput(); err != nil {
			return fmt.Errorf("waggle connect: %w: %s", err, out)
		}
	}
	return nil
}

// grounds are a session that gives the right answers, and the routes to the same tables.
func (w *world) grounds() grounds {
	g := grounds{oracle: &session{dsn: w.dsn("whole"), prepare: readOnly}}
	for _, r := range []struct{ name, model string }{{"direct", "direct"}, {"federate", "split"}} {
		g.routes = append(g.routes, newRoute(r.name, w.waggle.DSN("disable"), r.model, "auto"), newRoute(r.name+", pushdown off", w.waggle.DSN("disable"), r.model, "off"))
	}
	return g
}

// dsn is the connection string of a database.
func (w *world) dsn(database string) string {
	return strings.Replace(w.on(database).DSN(), "dbname=postgres", "dbname="+database, 1)
}

func (w *world) sources() string {
	var b strings.Builder
	for _, name := range databases[1:] {
		fmt.Fprintf(&b, "  %s: {kind: postgres, host: 127.0.0.1, port: %d, database: %s, credential: password, tls: \"off\", collation: C.UTF-8}\n", name, w.on(name).Port, name)
	}
	return b.String()
}

// model writes a model whose table t is in one source and u in another.
func (w *world) model(site *e2e.Site, name, t, u string) error {
	dir := filepath.Join(site.Dir, name)
	return errors.Join(os.Mkdir(dir, 0o700),
		os.WriteFile(filepath.Join(dir, "model.yaml"), []byte("name: "+name+"\nrelationships:\n  t_u: {from: t, to: u, on: {k: uid}, keys_flow: [from-to, to-from]}\n"), 0o600),
		os.WriteFile(filepath.Join(dir, "t.yaml"), []byte(entityYAML("t", t, "id", tTypes)), 0o600),
		os.WriteFile(filepath.Join(dir, "u.yaml"), []byte(entityYAML("u", u, "uid", uTypes)), 0o600))
}

func entityYAML(name, source, key string, types []columnType) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s:\n  label: %[1]s\n  description: Random rows.\n  source: {connection: %[2]s, object: public.%[1]s}\n  key: %[3]s\n  properties:\n", name, source, key)
	for _, c := range types {
		fmt.Fprintf(&b, "    %s: {column: %[1]s, type: %q}\n", c.name, c.kind)
	}
	return b.String()
}

// addModels puts further model folders into a site's configuration.
func addModels(site *e2e.Site, names ...string) error {
	text, err := os.ReadFile(site.Config())
	if err != nil {
		return err
	}
	all := strings.Replace(string(text), "models: [model]", "models: ["+strings.Join(append([]string{"model"}, names...), ", ")+"]", 1)
	return os.WriteFile(site.Config(), []byte(all), 0o600)
}

// execute runs statements on a server of their own connection.
func execute(ctx context.Context, dsn, sql string) error {
	c, err := pgconn.Connect(ctx, dsn)
	if err != nil {
		return err
	}
	defer c.Close(ctx)
	_, err = c.Exec(ctx, sql).ReadAll()
	return err
}
