package main

import (
	"context"
	"fmt"
	"maps"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/internal/sandbox"
	"github.com/waggle-sql/waggle/internal/sandbox/brought"
	"github.com/waggle-sql/waggle/internal/sandbox/files"
)

// bring reads the tables that somebody brings. Those of PostgreSQL need a server that serves them.
func bring(ctx context.Context, dir, postgres string) (*brought.Data, error) {
	data, err := brought.Read(ctx, dir)
	if err != nil {
		return nil, err
	}
	if servers := data.Of(brought.Postgres); len(servers) > 0 && postgres == "" {
		return nil, pgerr.New(pgerr.ConfigFile, "the source %s is a PostgreSQL database, and there is no server for it", servers[0].Name).
			WithHint("Run waggle-sandbox demo with --postgres DSN, or bring the tables as sf….")
	}
	return data, nil
}

// bring reads the tables that somebody brings, or those of the sample company, which are written first.
func (d *demonstration) bring(ctx context.Context) (err error) {
	dir := d.flags.data
	if dir == "" {
		dir = filepath.Join(d.dir, "data")
		if err := os.Mkdir(dir, 0o700); err != nil {
			return err
		}
		if err := files.Write(ctx, d.sample, dir, d.flags.postgres != ""); err != nil {
			return err
		}
	}
	if d.data, err = bring(ctx, dir, d.flags.postgres); err != nil {
		return err
	}
	d.generated, err = d.data.Models()
	if d.flags.data == "" {
		d.generated = nil // the sample company's model is written by hand
	}
	return err
}

// company starts the emulators.
func (d *demonstration) company() (*sandbox.Company, error) {
	o := sandbox.Options{Company: d.sample, Brought: d.data, People: d.flags.people}
	names := []string{"gong", "cal"}
	for _, s := range d.data.Sources {
		names = append(names, s.Name)
	}
	for _, name := range names {
		o.RedirectURIs = append(o.RedirectURIs, "http://"+d.flags.http+"/oauth/callback/"+name)
	}
	return sandbox.Start(o)
}

// install makes the databases of what was brought for PostgreSQL; the returned function, never nil, drops them.
func (d *demonstration) install(ctx context.Context) (remove func() error, err error) {
	nothing := func() error { return nil }
	if len(d.data.Of(brought.Postgres)) == 0 {
		return nothing, nil
	}
	var people []string
	for _, u := range d.users {
		people = append(people, u.Login)
	}
	if d.server, err = brought.Connect(ctx, d.flags.postgres, d.data.Policy, people); err != nil {
		return nothing, err
	}
	remove = func() error {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
		defer cancel()
		return d.server.Remove(ctx)
	}
	for _, s := range d.data.Of(brought.Postgres) {
		if err := d.server.Install(ctx, s); err != nil {
			return remove, err
		}
	}
	return remove, nil
}

// sources are the addresses of all sources by name.
func (d *demonstration) sources() map[string]string {
	out := d.urls.Sources()
	if d.server != nil {
		for _, s := range d.data.Of(brought.Postgres) {
			out[s.Name] = "postgres://" + d.address() + "/" + s.Name
		}
	}
	return out
}

func (d *demonstration) address() string {
	return net.JoinHostPort(d.server.Host, strconv.Itoa(int(d.server.Port)))
}

// models are the model folders, the generated ones below that of the sample company.
func (d *demonstration) models() []string {
	out := []string{"model"}
	for _, name := range slices.Sorted(maps.Keys(d.generated)) {
		out = append(out, "model/"+name)
	}
	return out
}

// dataFiles writes the generated models and the clients' secrets.
func (d *demonstration) dataFiles() error {
	for model, files := range d.generated {
		dir := filepath.Join(d.dir, "model", model)
		if err := os.Mkdir(dir, 0o700); err != nil {
			return err
		}
		for _, f := range files {
			if err := os.WriteFile(filepath.Join(dir, f.Name), []byte(f.Text), 0o600); err != nil {
				return err
			}
		}
	}
	for name, secret := range map[string]string{
		"snowflake": sandbox.SnowflakeClientSecret, "databricks": sandbox.DatabricksClientSecret, "salesforce": sandbox.SalesforceClientSecret,
	} {
		if err := os.WriteFile(filepath.Join(d.dir, "secrets", name), []byte(secret), 0o600); err != nil {
			return err
		}
	}
	return nil
}

// dataYAML is the configuration of the tables' sources.
func (d *demonstration) dataYAML() string {
	var b strings.Builder
	for _, s := range d.data.Of(brought.Snowflake) {
		fmt.Fprintf(&b, `  %[1]s:
    kind: snowflake
    account: acme
    base_url: %[2]s
    database: %[3]s
    warehouse: %[4]s
    oauth: {client_id: %[5]s%[1]s, client_secret: file:secrets/snowflake, scopes: [refresh_token, "session:role-any"], issuer: %[6]s}
`, s.Name, d.urls.Snowflake[s.Name], sandbox.Database, sandbox.Warehouse, sandbox.BroughtClientPrefix, d.urls.OAuth)
	}
	for _, s := range d.data.Of(brought.Databricks) {
		fmt.Fprintf(&b, `  %[1]s:
    kind: databricks
    host: acme.cloud.databricks.com
    base_url: %[2]s
    http_path: /sql/1.0/warehouses/%[3]s
    catalog: %[4]s
    oauth: {client_id: %[5]s%[1]s, client_secret: file:secrets/databricks, issuer: %[6]s}
`, s.Name, d.urls.Databricks[s.Name], sandbox.LakeWarehouse, sandbox.Catalog, sandbox.BroughtClientPrefix, d.urls.OAuth)
	}
	for _, s := range d.data.Of(brought.Salesforce) {
		fmt.Fprintf(&b, `  %[1]s:
    kind: salesforce
    login_url: %[2]s
    oauth: {client_id: %[3]s%[1]s, client_secret: file:secrets/salesforce}
`, s.Name, d.urls.Salesforce[s.Name], sandbox.BroughtClientPrefix)
	}
	for _, s := range d.data.Of(brought.Postgres) {
		fmt.Fprintf(&b, "  %s: {kind: postgres, host: \"%s\", port: %d, database: %s, credential: password", s.Name, d.server.Host, d.server.Port, s.Name)
		if ip := net.ParseIP(d.server.Host); d.server.Host == "localhost" || ip != nil && ip.IsLoopback() {
			b.WriteString(`, tls: "off"`)
		}
		if d.server.Builtin {
			b.WriteString(", collation: C.UTF-8")
		}
		b.WriteString("}\n")
	}
	return b.String()
}

// connections are the sources of the configuration.
func (d *demonstration) connections() []string {
	out := []string{"gong", "cal"}
	for _, s := range append(d.signIns(), d.data.Of(brought.Postgres)...) {
		out = append(out, s.Name)
	}
	return out
}

// signIns are the tables' sources at which people sign in by OAuth.
func (d *demonstration) signIns() []brought.Source {
	return slices.Concat(d.data.Of(brought.Snowflake), d.data.Of(brought.Databricks), d.data.Of(brought.Salesforce))
}

// connectData connects somebody to the tables' sources by the real flows: the source's sign-in, or his own password.
func (d *demonstration) connectData(ctx context.Context, u demoUser) error {
	for _, s := range d.signIns() {
		if err := d.run(ctx, u.Password+"\n", "connect", s.Name, "--as", u.Login, "--account", u.email, "--headless", "--password-stdin"); err != nil {
			return err
		}
	}
	for _, s := range d.data.Of(brought.Postgres) {
		input := u.Password + "\n" + brought.Password(u.Login) + "\n"
		if err := d.run(ctx, input, "connect", s.Name, "--as", u.Login, "--account", u.Login, "--headless", "--password-stdin"); err != nil {
			return err
		}
	}
	return nil
}
