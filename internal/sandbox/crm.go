package sandbox

import (
	"context"
	"os"
	"path/filepath"
	"strconv"

	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/internal/sandbox/brought"
	"github.com/waggle-sql/waggle/internal/sandbox/duck"
	"github.com/waggle-sql/waggle/internal/sandbox/salesforce"
)

// organisations loads what was brought and starts an emulator for each Salesforce organisation.
func (c *Company) organisations(o Options) error {
	sources := o.Brought.Of(brought.Salesforce)
	c.Salesforce, c.urls.Salesforce = map[string]*salesforce.Server{}, map[string]string{}
	if len(sources) == 0 {
		return nil
	}
	dir, err := os.MkdirTemp("", "waggle-sandbox-crm-")
	if err != nil {
		return pgerr.New(pgerr.IOError, "the sandbox's directory cannot be made").WithDetail("%s", err).Because(err)
	}
	c.after = append(c.after, func() { _ = os.RemoveAll(dir) })
	for i, source := range sources {
		db, err := duck.Open(filepath.Join(dir, source.Name+".duckdb"), duck.Options{Spill: filepath.Join(dir, source.Name+".spill")})
		if err != nil {
			return err
		}
		c.after = append(c.after, db.Close)
		config := salesforce.Config{
			Source: source.Name, Tokens: c.OAuth, OAuth: c.OAuth, Database: db, Policy: o.Brought.Policy,
			Licences: len(c.Data.People) + len(o.People), Now: o.Now,
		}
		for n, t := range source.Tables {
			name := "brought" + strconv.Itoa(n)
			if err := t.Load(context.Background(), db, name); err != nil {
				return err
			}
			config.Objects = append(config.Objects, salesforce.Object{Object: t.Object, Table: name})
		}
		if o.Salesforce != nil {
			o.Salesforce(&config)
		}
		s, err := salesforce.New(context.Background(), config)
		if err != nil {
			return err
		}
		c.after = append(c.after, s.Close)
		c.Salesforce[source.Name] = s
		if c.urls.Salesforce[source.Name], err = c.serve("Salesforce emulator", address(o.SalesforceAddr, i), s); err != nil {
			return err
		}
	}
	return nil
}
