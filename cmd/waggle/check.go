package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/waggle-sql/waggle/engine/workspace"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/internal/strictyaml"
	"github.com/waggle-sql/waggle/planner"
	"github.com/waggle-sql/waggle/planner/plan"
	"github.com/waggle-sql/waggle/source"
	"github.com/waggle-sql/waggle/source/catalog"
	"github.com/waggle-sql/waggle/source/databricks"
	"github.com/waggle-sql/waggle/source/postgres"
	"github.com/waggle-sql/waggle/source/rest"
	"github.com/waggle-sql/waggle/source/salesforce"
	"github.com/waggle-sql/waggle/source/snowflake"
	"github.com/waggle-sql/waggle/vault"
)

func checkCommand(i *invocation) *cobra.Command {
	return &cobra.Command{
		Use: "check", Short: "Check configuration, keys, model and sandbox, and change nothing", Args: exactArgs(0),
		Example: "  waggle check --config waggle.yaml",
		RunE: func(_ *cobra.Command, _ []string) error {
			c, err := loadConfig(i.config)
			if err != nil {
				return err
			}
			lines, err := check(c)
			if err != nil {
				return err
			}
			return i.print(lines, "", rowsOf(lines))
		},
	}
}

func rowsOf(lines []string) [][]string {
	rows := make([][]string, len(lines))
	for i, l := range lines {
		rows[i] = []string{l}
	}
	return rows
}

// check loads everything that serve would, and opens nothing.
func check(c *config) ([]string, error) {
	_, keyErr := vault.LoadMaster(c.master)
	_, _, sourceErr := connectors(c)
	models, modelErr := c.loadModels("")
	if err := joined(keyErr, sourceErr, modelErr); err != nil {
		return nil, err
	}
	lines := []string{"configuration " + c.file + " is right"}
	for _, m := range models {
		lines = append(lines, fmt.Sprintf("model %s: %d entities, %d relationships", m.Name, len(m.Entities), len(m.Relationships)))
	}
	layers, err := workspace.Layers()
	if err != nil {
		return nil, err
	}
	for _, l := range layers {
		state := "granted"
		if !l.Granted {
			state = "not granted: " + l.Reason
		}
		lines = append(lines, fmt.Sprintf("sandbox layer %s: %s", l.Name, state))
	}
	return lines, nil
}

// joined reports the defects of files together, and any other error alone.
func joined(errs ...error) error {
	var files strictyaml.Errors
	for _, err := range errs {
		var of strictyaml.Errors
		switch {
		case err == nil:
		case errors.As(err, &of):
			files = append(files, of...)
		default:
			return err
		}
	}
	if len(files) > 0 {
		return files
	}
	return nil
}

func explainCommand(i *invocation) *cobra.Command {
	var verbose bool
	cmd := &cobra.Command{
		Use: `explain "SQL"`, Short: "Show a query's plan and each source's request, offline", Args: exactArgs(1),
		Example: `  waggle explain "SELECT count(*) FROM calls WHERE started >= '2026-10-01'"`,
		RunE: func(_ *cobra.Command, args []string) error {
			c, err := loadConfig(i.config)
			if err != nil {
				return err
			}
			lines, err := explain(c, args[0], verbose)
			if err != nil {
				return pointed(err, args[0])
			}
			return i.print(lines, "", rowsOf(lines))
		},
	}
	cmd.Flags().BoolVar(&verbose, "verbose", false, "also the lineage")
	return cmd
}

// explain plans a query over the models as declared.
func explain(c *config, sql string, verbose bool) ([]string, error) {
	sources, _, err := connectors(c)
	if err != nil {
		return nil, err
	}
	v, err := newViews(c, catalog.Tables())
	if err != nil {
		return nil, err
	}
	view, err := v.of("")
	if err != nil {
		return nil, err
	}
	capabilities := map[string]source.Capabilities{"catalog": catalog.New(byIDs{v}, provider{}).Capabilities()}
	for name, s := range sources {
		capabilities[name] = s.Capabilities()
	}
	pieces, err := planner.Split(sql)
	if err != nil {
		return nil, err
	}
	if len(pieces) > 1 {
		return nil, usageError{errors.New("explain takes one statement")}
	}
	models, err := c.loadModels("")
	if err != nil {
		return nil, err
	}
	settings := plan.Settings{SearchPath: searchPath(models), TimeZone: "UTC", DateStyle: "ISO, MDY", IntervalStyle: "postgres", Pushdown: "auto"}
	p, err := planner.Prepare(planner.Input{Query: pieces[0].Span, View: view, Sources: capabilities, Settings: settings})
	if err != nil {
		return nil, err
	}
	return planner.Explain(p, capabilities, verbose), nil
}

// pointed adds the line and a caret to an error with a position.
func pointed(err error, sql string) error {
	e := pgerr.From(err)
	if e.Position == 0 || e.Position > len(sql)+1 {
		return err
	}
	before := sql[:e.Position-1]
	start := lastIndexNewline(before) + 1
	end := start + lineLength(sql[start:])
	caret := fmt.Sprintf("%s\n  %*s", sql[start:end], len([]rune(before[start:]))+1, "^")
	if e.Detail != "" {
		caret += "\n  " + e.Detail
	}
	return e.WithDetail("%s", caret)
}

func lastIndexNewline(s string) int {
	for i := len(s) - 1; i >= 0; i-- {
		if s[i] == '\n' {
			return i
		}
	}
	return -1
}

func lineLength(s string) int {
	for i := range s {
		if s[i] == '\n' {
			return i
		}
	}
	return len(s)
}

// connectors makes a connector for each configured source, and what its sign-in server is.
func connectors(c *config) (map[string]source.Source, map[string]vault.SourceConfig, error) {
	sources, oauth := map[string]source.Source{}, map[string]vault.SourceConfig{}
	for _, conf := range c.sources {
		s, signIn, err := conf.connector()
		if err != nil {
			return nil, nil, err
		}
		sources[conf.name], oauth[conf.name] = source.InRegion(s, conf.region), signIn
	}
	return sources, oauth, nil
}

// connector makes a source's connector and what its sign-in server is.
func (s sourceConfig) connector() (out source.Source, signIn vault.SourceConfig, err error) {
	switch {
	case s.postgres != nil:
		out, err = postgres.New(*s.postgres)
		return out, s.postgresSignIn(), err
	case s.snowflake != nil:
		if out, err = snowflake.New(*s.snowflake); err == nil {
			signIn, err = s.snowflakeSignIn()
		}
		return out, signIn, err
	case s.databricks != nil:
		if out, err = databricks.New(*s.databricks); err == nil {
			signIn, err = s.databricksSignIn()
		}
		return out, signIn, err
	case s.salesforce != nil:
		if out, err = salesforce.New(*s.salesforce); err == nil {
			signIn, err = s.salesforceSignIn()
		}
		return out, signIn, err
	}
	d, err := rest.Load(s.definition)
	if err != nil {
		return nil, signIn, err
	}
	out, err = rest.New(rest.Config{Name: s.name, Definition: d, BaseURL: s.baseURL, Org: s.org})
	return out, s.signIn(d.OAuth()), err
}
