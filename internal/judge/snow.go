package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/waggle-sql/waggle/internal/e2e"
	"github.com/waggle-sql/waggle/internal/oracle"
	"github.com/waggle-sql/waggle/internal/sandbox/duck"
)

// snow is a demonstration that serves the tables from emulated warehouses, Snowflake and Databricks, alone and beside others.
type snow struct {
	dir    string
	server *oracle.Server
	demo   *e2e.Demo
}

// places are the files: folder → tables. The schema is the model; that of pg_whole is asked for the right answer.
var places = map[string]string{"pg_whole/plain": "t u", "sf/cold": "t u", "sf/mixed": "t", "pg_other/mixed": "u", "sf_two/parted": "u", "sf/parted": "t",
	"lake/lakeside": "t u", "lake/spread": "t", "sf/spread": "u"}

// newSnow starts it over a PostgreSQL server; stop must be called.
func newSnow(ctx context.Context, sandbox string, server *oracle.Server) (*snow, error) {
	dir, err := os.MkdirTemp("", "waggle-judge-")
	if err != nil {
		return nil, err
	}
	s := &snow{dir: dir, server: server}
	if err = s.files(ctx); err == nil {
		s.demo, err = e2e.StartDemo(ctx, sandbox, dir, "--postgres", fmt.Sprintf("postgres://postgres@127.0.0.1:%d/postgres?sslmode=disable", server.Port))
	}
	if err != nil {
		s.stop()
		return nil, err
	}
	return s, nil
}

func (s *snow) stop() {
	if s.demo != nil {
		s.demo.Stop()
	}
	_ = os.RemoveAll(s.dir)
}

// files writes the tables, without the columns that no file serves, as Parquet.
func (s *snow) files(ctx context.Context) error {
	db, err := duck.Open(":memory:", duck.Options{})
	if err != nil {
		return err
	}
	defer db.Close()
	for _, text := range strings.Split(narrowRows(), ";\n") {
		if text == "" {
			continue
		}
		if err := db.Exec(ctx, text); err != nil {
			return err
		}
	}
	for place, tables := range places {
		folder := filepath.Join(s.dir, "data", filepath.FromSlash(place))
		if err := os.MkdirAll(folder, 0o755); err != nil {
			return err
		}
		for _, table := range strings.Fields(tables) {
			if err := db.Exec(ctx, "COPY "+table+" TO '"+filepath.Join(folder, table+".parquet")+"' (FORMAT parquet)"); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *snow) grounds() grounds {
	whole := strings.Replace(s.server.DSN(), "dbname=postgres", "dbname=pg_whole", 1)
	g := grounds{oracle: &session{dsn: whole, prepare: readOnly + "; SET search_path = plain"}, narrow: true}
	for _, r := range []struct{ name, model string }{{"Snowflake", "cold"}, {"Snowflake and PostgreSQL", "mixed"}, {"two Snowflakes", "parted"}, {"Databricks", "lakeside"}, {"Databricks and Snowflake", "spread"}} {
		g.routes = append(g.routes, newRoute(r.name, s.demo.DSN, r.model, "auto"))
	}
	g.routes = append(g.routes, newRoute("Snowflake, pushdown off", s.demo.DSN, "cold", "off"))
	return g
}

// narrowTypes are the columns of t that files have.
func narrowTypes() []columnType {
	return slices.DeleteFunc(slices.Clone(tTypes), func(c columnType) bool { return slices.Contains([]string{"interval", "jsonb", "integer[]"}, c.kind) })
}
