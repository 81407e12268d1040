package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"net"
	"os"
	"slices"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/waggle-sql/waggle/internal/sandbox"
	"github.com/waggle-sql/waggle/internal/sandbox/brought"
)

// serveFlags are the flags of serve.
type serveFlags struct {
	readyFile, listen string
	port              int
	data              string
	redirects, people []string
	scale             int
	seed              uint64
}

func serveCommand() *cobra.Command {
	var f serveFlags
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Run the emulators and the OAuth server until interrupted",
		Example: "  waggle-sandbox serve --ready-file ready.json\n" +
			"  waggle-sandbox serve --port 7500 --redirect-uri http://127.0.0.1:7480/callback\n" +
			"  waggle-sandbox serve --data tables --person carol   (tables/sf/shop/orders.parquet, tables/grants.yaml)",
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return serve(cmd.Context(), f, cmd.OutOrStdout()) },
	}
	flags := cmd.Flags()
	flags.StringVar(&f.readyFile, "ready-file", "", "write the URLs to this file as JSON once everything listens; removed at the end")
	flags.StringVar(&f.listen, "listen", "127.0.0.1", "the address to listen on")
	flags.IntVar(&f.port, "port", 0, "the OAuth server's port, the emulators take the next ones; 0 takes free ports")
	flags.StringArrayVar(&f.redirects, "redirect-uri", nil, "a redirect URI that every client may use (repeatable)")
	flags.StringVar(&f.data, "data", "", "serve the tables of this folder too: <source>/<schema>/<table>.parquet or .csv, and grants.yaml")
	flags.StringArrayVar(&f.people, "person", nil, "a login that may sign in beside the sample company's people (repeatable)")
	flags.IntVar(&f.scale, "scale", 1, "multiplies the sample company's accounts and calls")
	flags.Uint64Var(&f.seed, "seed", 1, "the sample company's seed")
	return cmd
}

// ready is the content of the ready file.
type ready struct {
	Sources map[string]string `json:"sources"`
	OAuth   string            `json:"oauth"`
}

func serve(ctx context.Context, f serveFlags, out io.Writer) error {
	o := sandbox.Options{RedirectURIs: f.redirects, People: f.people}
	if f.data != "" {
		data, err := bring(ctx, f.data, "")
		if err != nil {
			return err
		}
		o.Brought = data
	}
	o.Data.Scale, o.Data.Seed = f.scale, f.seed
	f.addresses(&o)
	company, err := sandbox.Start(o)
	if err != nil {
		return err
	}
	defer company.Close()
	urls := company.URLs()
	fmt.Fprintf(out, "oauth   %s\ngong    %s\ngoogle  %s\n", urls.OAuth, urls.Gong, urls.Google)
	for _, source := range slices.Sorted(maps.Keys(urls.Snowflake)) {
		fmt.Fprintf(out, "%-7s %s (Snowflake account acme, database %s, warehouse %s)\n", source, urls.Snowflake[source], sandbox.Database, sandbox.Warehouse)
	}
	for _, source := range slices.Sorted(maps.Keys(urls.Databricks)) {
		fmt.Fprintf(out, "%-7s %s (Databricks workspace, catalog %s, warehouse /sql/1.0/warehouses/%s)\n", source, urls.Databricks[source], sandbox.Catalog,
			sandbox.LakeWarehouse)
	}
	for _, source := range slices.Sorted(maps.Keys(urls.Salesforce)) {
		fmt.Fprintf(out, "%-7s %s (Salesforce)\n", source, urls.Salesforce[source])
	}
	for _, p := range company.Data.People {
		fmt.Fprintf(out, "person  %s (%s)\n", p.Login, p.Name)
	}
	if f.readyFile != "" {
		if err := writeReady(f.readyFile, ready{Sources: urls.Sources(), OAuth: urls.OAuth}); err != nil {
			return err
		}
		defer os.Remove(f.readyFile)
	}
	<-ctx.Done()
	return nil
}

// addresses gives each server the port after those of the ones before it.
func (f serveFlags) addresses(o *sandbox.Options) {
	port := f.port
	next := func(addr *string, servers int) {
		*addr = net.JoinHostPort(f.listen, strconv.Itoa(port))
		if f.port != 0 {
			port += servers
		}
	}
	next(&o.OAuthAddr, 1)
	next(&o.GongAddr, 1)
	next(&o.GoogleAddr, 1)
	if o.Brought != nil {
		next(&o.SnowflakeAddr, len(o.Brought.Of(brought.Snowflake)))
		next(&o.DatabricksAddr, len(o.Brought.Of(brought.Databricks)))
		next(&o.SalesforceAddr, len(o.Brought.Of(brought.Salesforce)))
	}
}

func noArgs(cmd *cobra.Command, args []string) error {
	if err := cobra.NoArgs(cmd, args); err != nil {
		return usageError{err}
	}
	return nil
}
