package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/waggle-sql/waggle/internal/e2e"
	"github.com/waggle-sql/waggle/internal/oracle"
	"github.com/waggle-sql/waggle/internal/sandbox/brought"
)

// tpchServers are two PostgreSQL servers with a part of the tables each, Waggle over them, and a database on the first with all
// tables as foreign ones.
type tpchServers struct {
	postgres map[string]*oracle.Server // by source
	waggle   *e2e.Server
}

// indexes are the keys of the tables by source, and the foreign keys by which they are joined.
var indexes = map[string]string{
	"pg1": `ALTER TABLE tpch.orders ADD PRIMARY KEY (o_orderkey); CREATE INDEX ON tpch.orders (o_custkey);
		ALTER TABLE tpch.lineitem ADD PRIMARY KEY (l_orderkey, l_linenumber); CREATE INDEX ON tpch.lineitem (l_partkey, l_suppkey); ANALYZE`,
	"pg2": `ALTER TABLE tpch.region ADD PRIMARY KEY (r_regionkey); ALTER TABLE tpch.nation ADD PRIMARY KEY (n_nationkey);
		ALTER TABLE tpch.customer ADD PRIMARY KEY (c_custkey); ALTER TABLE tpch.supplier ADD PRIMARY KEY (s_suppkey);
		ALTER TABLE tpch.part ADD PRIMARY KEY (p_partkey); ALTER TABLE tpch.partsupp ADD PRIMARY KEY (ps_partkey, ps_suppkey);
		CREATE INDEX ON tpch.customer (c_nationkey); CREATE INDEX ON tpch.supplier (s_nationkey); CREATE INDEX ON tpch.partsupp (ps_suppkey); ANALYZE`,
}

// newServers starts them; stop must be called on what comes back, after an error too.
func newServers(ctx context.Context, b *bench, files string) (*tpchServers, error) {
	s := &tpchServers{postgres: map[string]*oracle.Server{}}
	dir := filepath.Join(b.dir, "tpch")
	if err := linkTables(dir, files); err != nil {
		return s, err
	}
	data, err := brought.Read(ctx, dir)
	if err != nil {
		return s, err
	}
	var more strings.Builder
	for _, source := range data.Of(brought.Postgres) {
		server, err := oracle.Start(ctx, "shared_buffers=256MB", "work_mem=64MB")
		if err != nil {
			return s, err
		}
		s.postgres[source.Name] = server
		at, err := brought.Connect(ctx, fmt.Sprintf("postgres://postgres@127.0.0.1:%d/postgres?sslmode=disable", server.Port), data.Policy, []string{e2e.Login})
		if err != nil {
			return s, err
		}
		if err := at.Install(ctx, source); err != nil {
			return s, err
		}
		if err := execute(ctx, s.database(source.Name, source.Name), indexes[source.Name]); err != nil {
			return s, err
		}
		fmt.Fprintf(&more, "  %s: {kind: postgres, host: 127.0.0.1, port: %d, database: %[1]s, credential: password, tls: \"off\", collation: C.UTF-8}\n", source.Name, server.Port)
	}
	if err := s.importForeign(ctx); err != nil {
		return s, err
	}
	return s, s.serve(ctx, b, data, more.String())
}

// database is a connection string for a database on a source's server, as superuser.
func (s *tpchServers) database(source, name string) string {
	return strings.Replace(s.postgres[source].DSN(), "dbname=postgres", "dbname="+name, 1)
}

// foreign is the connection string of the database with foreign tables.
func (s *tpchServers) foreign() string { return s.database("pg1", "federated") }

// importForeign makes that database as an administrator would who knows postgres_fdw: with the servers' own estimates, statistics,
// and more rows a fetch than its 100.
func (s *tpchServers) importForeign(ctx context.Context) error {
	if err := execute(ctx, s.postgres["pg1"].DSN(), "CREATE DATABASE federated"); err != nil {
		return err
	}
	sql := "CREATE EXTENSION postgres_fdw; CREATE SCHEMA tpch;"
	for name, server := range s.postgres {
		sql += fmt.Sprintf(`CREATE SERVER %[1]s FOREIGN DATA WRAPPER postgres_fdw
			OPTIONS (host '127.0.0.1', port '%[2]d', dbname '%[1]s', use_remote_estimate 'true', fetch_size '10000');
			CREATE USER MAPPING FOR postgres SERVER %[1]s OPTIONS (user 'postgres'); IMPORT FOREIGN SCHEMA tpch FROM SERVER %[1]s INTO tpch;`, name, server.Port)
	}
	for _, tables := range tpchTables {
		for _, table := range tables {
			sql += "ANALYZE tpch." + table + ";"
		}
	}
	return execute(ctx, s.foreign(), sql)
}

// serve starts a Waggle of its own, with the sources' models and a person who is connected to both.
func (s *tpchServers) serve(ctx context.Context, b *bench, data *brought.Data, sources string) error {
	dir := filepath.Join(b.dir, "tpch-site")
	if err := os.Mkdir(dir, 0o700); err != nil {
		return err
	}
	site, err := e2e.NewSite(ctx, b.site.Bin, dir, sources)
	if err != nil {
		return err
	}
	models, err := data.Models()
	if err != nil {
		return err
	}
	if err := writeModel(site, models["tpch"]); err != nil {
		return err
	}
	if s.waggle, err = site.Serve(ctx); err != nil {
		return err
	}
	for name := range s.postgres {
		connect := site.Command(ctx, "connect", name, "--as", e2e.Login, "--account", e2e.Login, "--headless", "--password-stdin")
		connect.Stdin = strings.NewReader(e2e.Password + "\n" + brought.Password(e2e.Login) + "\n")
		if out, err := connect.CombinedOutput(); err != nil {
			return fmt.Errorf("waggle connect: %w: %s", err, out)
		}
	}
	return nil
}

// writeModel adds a model to a site.
func writeModel(site *e2e.Site, files []brought.File) error {
	dir := filepath.Join(site.Dir, "model", "tpch")
	if err := os.Mkdir(dir, 0o700); err != nil {
		return err
	}
	for _, f := range files {
		if err := os.WriteFile(filepath.Join(dir, f.Name), []byte(f.Text), 0o600); err != nil {
			return err
		}
	}
	config, err := os.ReadFile(site.Config())
	if err != nil {
		return err
	}
	return os.WriteFile(site.Config(), []byte(strings.Replace(string(config), "models: [model]", "models: [model, model/tpch]", 1)), 0o600)
}

func execute(ctx context.Context, dsn, sql string) error {
	c, err := pgconn.Connect(ctx, dsn)
	if err != nil {
		return err
	}
	defer c.Close(ctx)
	_, err = c.Exec(ctx, sql).ReadAll()
	return err
}

func (s *tpchServers) stop() {
	if s.waggle != nil {
		s.waggle.Stop()
	}
	for _, server := range s.postgres {
		server.Stop()
	}
}
