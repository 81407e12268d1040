package main

import (
	"context"
	"fmt"
	"io"
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

func (d *demonstration) bring(ctx context.Context) (err error) {
	if d.flags.data == "" {
		return nil
	}
	if d.data, err = bring(ctx, d.flags.data, d.flags.postgres); err != nil {
		return err
	}
	_, err = d.data.Models()
	return err
}

// company starts the emulators.
func (d *demonstration) company() (*sandbox.Company, error) {
	o := sandbox.Options{Brought: d.data, People: d.flags.people}
	names := []string{"gong", "cal"}
	if d.data != nil {
		for _, s := range d.data.Of(brought.Snowflake) {
			names = append(names, s.Name)
		}
	}
	for _, name := range names {
		o.RedirectURIs = append(o.RedirectURIs, "http://"+d.flags.http+"/oauth/callback/"+name)
	}
	o.Data.Scale, o.Data.Today = d.flags.scale, time.Now().UTC().Truncate(24*time.Hour)
	return sandbox.Start(o)
}

// install makes the databases of what was brought for PostgreSQL; the returned function, never nil, drops them.
func (d *demonstration) install(ctx context.Context) (remove func() error, err error) {
	nothing := func() error { return nil }
	if d.data == nil || len(d.data.Of(brought.Postgres)) == 0 {
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

// models are the model folders, the generated ones below the company's.
func (d *demonstration) models() []string {
	out := []string{"model"}
	if d.data != nil {
		all, _ := d.data.Models() // bring has seen that it does not fail
		for _, name := range slices.Sorted(maps.Keys(all)) {
			out = append(out, "model/"+name)
		}
	}
	return out
}

// dataFiles writes the generated models and the clients' secrets.
func (d *demonstration) dataFiles() error {
	if d.data == nil {
		return nil
	}
	all, err := d.data.Models()
	if err != nil {
		return err
	}
	for model, files := range all {
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
	return os.WriteFile(filepath.Join(d.dir, "secrets", "snowflake"), []byte(sandbox.SnowflakeClientSecret), 0o600)
}

// dataYAML is the configuration of the brought sources.
func (d *demonstration) dataYAML() string {
	if d.data == nil {
		return ""
	}
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

// connectData connects everybody to the brought sources by the real flows: Snowflake's sign-in, or each one's own password.
func (d *demonstration) connectData(ctx context.Context) error {
	if d.data == nil {
		return nil
	}
	for _, u := range d.users {
		for _, s := range d.data.Of(brought.Snowflake) {
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
	}
	return nil
}

// welcomeData says what the brought tables are called here.
func (d *demonstration) welcomeData(out io.Writer) {
	if d.data == nil {
		return
	}
	all, _ := d.data.Models() // bring has seen that it does not fail
	fmt.Fprintf(out, "\nFrom %s:\n\n", d.flags.data)
	for _, model := range slices.Sorted(maps.Keys(all)) {
		for _, f := range all[model] {
			if name, ok := strings.CutSuffix(f.Name, ".yaml"); ok && name != "model" {
				fmt.Fprintf(out, "  SELECT * FROM %s.%s LIMIT 10;\n", model, name)
			}
		}
	}
}
