package sandbox

import (
	"context"
	"strconv"

	"github.com/waggle-sql/waggle/internal/sandbox/brought"
	"github.com/waggle-sql/waggle/internal/sandbox/salesforce"
)

// organisations loads what was brought for Salesforce below dir and starts an emulator for each organisation.
func (c *Company) organisations(o Options, dir string) error {
	c.Salesforce, c.urls.Salesforce = map[string]*salesforce.Server{}, map[string]string{}
	for i, source := range o.Brought.Of(brought.Salesforce) {
		db, err := c.database(dir, source.Name)
		if err != nil {
			return err
		}
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
		if err := c.organisation(config, address(o.SalesforceAddr, i)); err != nil {
			return err
		}
	}
	return nil
}

func (c *Company) organisation(config salesforce.Config, addr string) error {
	s, err := salesforce.New(context.Background(), config)
	if err != nil {
		return err
	}
	c.after = append(c.after, s.Close)
	c.Salesforce[config.Source] = s
	c.urls.Salesforce[config.Source], err = c.serve("Salesforce emulator", addr, s)
	return err
}
