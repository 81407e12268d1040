package sandbox

import (
	"context"
	"strconv"

	"github.com/waggle-sql/waggle/internal/sandbox/brought"
	"github.com/waggle-sql/waggle/internal/sandbox/databricks"
	"github.com/waggle-sql/waggle/internal/sandbox/databricks/dbsql"
	"github.com/waggle-sql/waggle/internal/sandbox/duck"
)

// The names that every Databricks workspace of the sandbox has.
const (
	Catalog         = "main"
	LakeWarehouse   = "2b5f1c9d8e7a6f40"
	SecondWarehouse = "0a1b2c3d4e5f6071"
)

// lakes loads what was brought for Databricks below dir and starts an emulator for each workspace.
func (c *Company) lakes(o Options, dir string) error {
	c.Databricks, c.urls.Databricks = map[string]*databricks.Server{}, map[string]string{}
	for i, source := range o.Brought.Of(brought.Databricks) {
		db, err := c.database(dir, source.Name)
		if err != nil {
			return err
		}
		config := databricks.Config{
			Source: source.Name, Tokens: c.OAuth, OAuth: c.OAuth, Warehouses: []string{LakeWarehouse, SecondWarehouse}, Catalog: Catalog, Database: db,
			Policy: o.Brought.Policy, Dir: dir, Now: o.Now,
		}
		if config.Tables, err = loadLake(db, source); err != nil {
			return err
		}
		if o.Databricks != nil {
			o.Databricks(&config)
		}
		if err := c.lake(config, address(o.DatabricksAddr, i)); err != nil {
			return err
		}
	}
	return nil
}

func (c *Company) lake(config databricks.Config, addr string) error {
	s, err := databricks.New(config)
	if err != nil {
		return err
	}
	c.after = append(c.after, s.Close)
	c.Databricks[config.Source] = s
	c.urls.Databricks[config.Source], err = c.serve("Databricks emulator", addr, s)
	return err
}

// loadLake copies a source's files into a database.
func loadLake(db *duck.Database, source brought.Source) ([]databricks.Table, error) {
	if err := prepare(db, dbsql.Setup()); err != nil {
		return nil, err
	}
	var out []databricks.Table
	for i, t := range source.Tables {
		name := "brought" + strconv.Itoa(i)
		if err := t.Load(context.Background(), db, name); err != nil {
			return nil, err
		}
		out = append(out, databricks.Table{Catalog: Catalog, Schema: t.Schema, Name: t.Name, From: name, Key: t.Key(), Columns: lakeColumns(t.Columns)})
	}
	return out, nil
}

// lakeColumns are a file's columns as Databricks declares them.
func lakeColumns(in []brought.Column) []dbsql.Column {
	kinds := map[brought.Type]dbsql.Kind{
		brought.Decimal: dbsql.Decimal, brought.Double: dbsql.Double, brought.Text: dbsql.String, brought.Binary: dbsql.Binary,
		brought.Boolean: dbsql.Boolean, brought.Date: dbsql.Date, brought.Time: dbsql.String, brought.Timestamp: dbsql.TimestampNTZ,
		brought.TimestampTZ: dbsql.Timestamp,
	}
	integers := map[int]dbsql.Kind{16: dbsql.Smallint, 32: dbsql.Int, 64: dbsql.Bigint}
	out := make([]dbsql.Column, len(in))
	for i, c := range in {
		out[i] = dbsql.Column{Name: c.Name, Type: dbsql.Type{Kind: kinds[c.Type]}, Nullable: c.Nullable}
		switch c.Type {
		case brought.Integer:
			out[i].Type.Kind = integers[c.Precision]
		case brought.Decimal:
			out[i].Type.Precision, out[i].Type.Scale = c.Number()
		}
	}
	return out
}
