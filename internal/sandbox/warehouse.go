package sandbox

import (
	"context"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/internal/sandbox/access"
	"github.com/waggle-sql/waggle/internal/sandbox/brought"
	"github.com/waggle-sql/waggle/internal/sandbox/duck"
	"github.com/waggle-sql/waggle/internal/sandbox/oauth"
	"github.com/waggle-sql/waggle/internal/sandbox/snowflake"
	"github.com/waggle-sql/waggle/internal/sandbox/snowflake/result"
	"github.com/waggle-sql/waggle/internal/sandbox/snowflake/sfsql"
)

// The names that every Snowflake account of the sandbox has.
const (
	Database  = "DEMO"
	Warehouse = "BI_WH"
)

// others are people beside the company's.
func others(logins []string) []oauth.Person {
	var out []oauth.Person
	for _, login := range logins {
		if !strings.Contains(login, "@") {
			login += "@acme.example"
		}
		out = append(out, oauth.Person{Login: login, Name: login, Subject: "brought-" + login, EmailVerified: true})
	}
	return out
}

// warehouses loads what was brought and starts an emulator for each account of Snowflake, workspace of Databricks and organisation of
// Salesforce.
func (c *Company) warehouses(o Options) error {
	c.roles = []string{access.Public}
	if o.Brought.Policy != nil {
		for _, r := range o.Brought.Policy.Roles {
			c.roles = append(c.roles, r.Name)
		}
	}
	dir, err := os.MkdirTemp("", "waggle-sandbox-")
	if err != nil {
		return pgerr.New(pgerr.IOError, "the sandbox's directory cannot be made").WithDetail("%s", err).Because(err)
	}
	c.after = append(c.after, func() { _ = os.RemoveAll(dir) })
	if err := c.accounts(o, dir); err != nil {
		return err
	}
	if err := c.lakes(o, dir); err != nil {
		return err
	}
	return c.organisations(o, dir)
}

// database opens the database of a source below a directory.
func (c *Company) database(dir, source string) (*duck.Database, error) {
	db, err := duck.Open(filepath.Join(dir, source+".duckdb"), duck.Options{Memory: 2 << 30, Spill: filepath.Join(dir, source+".spill")})
	if err == nil {
		c.after = append(c.after, db.Close)
	}
	return db, err
}

// accounts starts Snowflake's emulators.
func (c *Company) accounts(o Options, dir string) error {
	c.Snowflake, c.urls.Snowflake = map[string]*snowflake.Server{}, map[string]string{}
	for i, source := range o.Brought.Of(brought.Snowflake) {
		db, err := c.database(dir, source.Name)
		if err != nil {
			return err
		}
		config := snowflake.Config{
			Account: "acme", Source: source.Name, Tokens: c.OAuth, OAuth: c.OAuth, Warehouses: []string{Warehouse}, Database: db,
			Policy: o.Brought.Policy, Dir: dir, Now: o.Now,
		}
		if config.Tables, err = load(db, source); err != nil {
			return err
		}
		if o.Snowflake != nil {
			o.Snowflake(&config)
		}
		if err := c.warehouse(config, address(o.SnowflakeAddr, i)); err != nil {
			return err
		}
	}
	return nil
}

func (c *Company) warehouse(config snowflake.Config, addr string) error {
	s, err := snowflake.New(config)
	if err != nil {
		return err
	}
	c.after = append(c.after, s.Close)
	c.Snowflake[config.Source] = s
	c.urls.Snowflake[config.Source], err = c.serve("Snowflake emulator", addr, s)
	return err
}

// address is the i-th after a host:port; without one, or with port 0, any.
func address(first string, i int) string {
	host, port, ok := strings.Cut(first, ":")
	number, err := strconv.Atoi(port)
	if !ok || err != nil || number == 0 {
		return first
	}
	return host + ":" + strconv.Itoa(number+i)
}

// load copies a source's files into a database.
func load(db *duck.Database, source brought.Source) ([]snowflake.Table, error) {
	if err := prepare(db, sfsql.Setup()); err != nil {
		return nil, err
	}
	var out []snowflake.Table
	for i, t := range source.Tables {
		name := "brought" + strconv.Itoa(i)
		if err := t.Load(context.Background(), db, name); err != nil {
			return nil, err
		}
		out = append(out, snowflake.Table{
			Database: Database, Schema: t.Schema, Name: t.Name, From: name, Key: t.Key(), Columns: columns(t.Columns),
		})
	}
	return out, nil
}

// prepare runs the statements that a language needs before its own.
func prepare(db *duck.Database, setup []string) error {
	for _, text := range setup {
		if setting, ok := strings.CutPrefix(text, "SET "); ok {
			text = "SET GLOBAL " + setting // for the connections to come
		}
		if err := db.Exec(context.Background(), text); err != nil {
			return pgerr.New(pgerr.SystemError, "the emulator's database cannot be prepared").WithDetail("%s", err).Because(err)
		}
	}
	return nil
}

// columns are a file's columns as Snowflake declares them.
func columns(in []brought.Column) []result.Column {
	out := make([]result.Column, len(in))
	for i, c := range in {
		out[i] = result.Column{Name: c.Name, Nullable: c.Nullable}
		switch c.Type {
		case brought.Integer, brought.Decimal:
			out[i].Type = result.Fixed
			out[i].Precision, out[i].Scale = c.Number()
		case brought.Double:
			out[i].Type = result.Real
		case brought.Text:
			out[i].Type, out[i].Length = result.Text, 16777216
		case brought.Binary:
			out[i].Type, out[i].Length = result.Binary, 8388608
		case brought.Boolean:
			out[i].Type = result.Boolean
		case brought.Date:
			out[i].Type = result.Date
		case brought.Time:
			out[i].Type, out[i].Scale = result.Time, 9
		case brought.Timestamp:
			out[i].Type, out[i].Scale = result.TimestampNTZ, 9
		case brought.TimestampTZ:
			out[i].Type, out[i].Scale = result.TimestampLTZ, 9
		}
	}
	return out
}
