package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/internal/sandbox"
	"github.com/waggle-sql/waggle/internal/sandbox/brought"
)

// demoFlags are the flags of demo.
type demoFlags struct {
	pg, http, readyFile string
	data, postgres      string
	people              []string
	scale               int
}

// demoUser is one of the demonstration's people.
type demoUser struct {
	Login    string `json:"login"`
	Role     string `json:"role"`
	Password string `json:"password"`
	DSN      string `json:"dsn"`
	email    string
}

const organisation = "acme"

func demoUsers(pg string, more []string) []demoUser {
	users := []demoUser{
		{Login: "admin", Role: "admin", email: "admin@acme.example"},
		{Login: "analyst", Role: "editor", email: "analyst@acme.example"},
		{Login: "emea", Role: "viewer", email: "emea@acme.example"},
	}
	for _, login := range more {
		users = append(users, demoUser{Login: login, Role: "viewer", email: login + "@acme.example"})
	}
	host, port, _ := net.SplitHostPort(pg)
	for i := range users {
		u := &users[i]
		u.Password = u.Login + "-demo"
		u.DSN = fmt.Sprintf("postgres://%s:%s@%s/%s?sslmode=require", u.Login, u.Password, net.JoinHostPort(host, port), organisation)
	}
	return users
}

// demoReady is the ready file of the demonstration; others script against it.
type demoReady struct {
	PG       string            `json:"pg"`
	HTTP     string            `json:"http"`
	Database string            `json:"database"`
	Users    []demoUser        `json:"users"`
	Sources  map[string]string `json:"sources"`
	OAuth    string            `json:"oauth"`
	Config   string            `json:"config"`
	Model    string            `json:"model"`
}

func demoCommand() *cobra.Command {
	var f demoFlags
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Run the emulators and a real Waggle in front of them, with three people, until interrupted",
		Example: "  waggle-sandbox demo\n  waggle-sandbox demo --pg 127.0.0.1:7433 --http 127.0.0.1:7481 --ready-file ready.json\n" +
			"  waggle-sandbox demo --data tables --postgres postgres://postgres@127.0.0.1:5432/postgres",
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return demo(cmd.Context(), f, cmd.OutOrStdout()) },
	}
	flags := cmd.Flags()
	flags.StringVar(&f.pg, "pg", "127.0.0.1:7432", "address of the PostgreSQL port")
	flags.StringVar(&f.http, "http", "127.0.0.1:7480", "address of the console")
	flags.StringVar(&f.readyFile, "ready-file", "", "write addresses and people to this file as JSON once it serves; removed at the end")
	flags.StringVar(&f.data, "data", "", "serve the tables of this folder too: <source>/<schema>/<table>.parquet or .csv, and grants.yaml")
	flags.StringVar(&f.postgres, "postgres", "", "a PostgreSQL server for the folder's pg… and ops… sources, as who may make databases and roles; they are dropped at the end")
	flags.StringArrayVar(&f.people, "person", nil, "another person's login (repeatable)")
	flags.IntVar(&f.scale, "scale", 1, "multiplies the sample company's accounts and calls")
	return cmd
}

// demo runs until ctx ends and leaves nothing behind.
func demo(ctx context.Context, f demoFlags, out io.Writer) (err error) {
	for _, address := range []string{f.pg, f.http} {
		if err := free(address); err != nil {
			return err
		}
	}
	d := demonstration{flags: f, users: demoUsers(f.pg, f.people)}
	if err := d.bring(ctx); err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "waggle-demo-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	company, err := d.company()
	if err != nil {
		return err
	}
	defer company.Close()
	d.dir, d.urls = dir, company.URLs()
	fmt.Fprintln(out, "Making the demonstration: keys, people, their connections …")
	remove, err := d.install(ctx)
	defer func() { err = errors.Join(err, remove()) }()
	if err != nil {
		return err
	}
	if err := d.prepare(ctx); err != nil {
		return err
	}
	server, err := d.serve(ctx)
	if err != nil {
		return err
	}
	defer server.stop()
	if err := d.connect(ctx); err != nil {
		return errors.Join(err, server.failed())
	}
	d.welcome(out)
	if f.readyFile != "" {
		if err := writeReady(f.readyFile, d.ready()); err != nil {
			return err
		}
		defer os.Remove(f.readyFile)
	}
	select {
	case <-ctx.Done():
		return nil
	case <-server.done:
		return server.failed()
	}
}

// free reports a port in use before anything is made.
func free(address string) error {
	l, err := net.Listen("tcp", address)
	if err != nil {
		return pgerr.New(pgerr.ConfigFile, "cannot listen on %s", address).WithDetail("%v", err).
			WithHint("Stop the program that has the port, or choose others with --pg and --http.")
	}
	return l.Close()
}

// demonstration is the files and addresses of one run.
type demonstration struct {
	dir   string
	flags demoFlags
	urls  sandbox.URLs
	users []demoUser
	// What --data brings; nil without it. server is nil when no table of it is PostgreSQL's.
	data   *brought.Data
	server *brought.Server
}

func (d *demonstration) config() string { return filepath.Join(d.dir, "waggle.yaml") }

func (d *demonstration) ready() demoReady {
	return demoReady{PG: d.flags.pg, HTTP: d.flags.http, Database: organisation, Users: d.users, Sources: d.sources(), OAuth: d.urls.OAuth,
		Config: d.config(), Model: filepath.Join(d.dir, "model")}
}

// welcome prints what to do next.
func (d *demonstration) welcome(out io.Writer) {
	fmt.Fprintf(out, "\nWaggle serves %s on %s; the console is http://%s (Ctrl-C ends everything).\n\n", organisation, d.flags.pg, d.flags.http)
	for _, u := range d.users {
		fmt.Fprintf(out, "  psql '%s'\n", u.DSN)
	}
	d.welcomeData(out)
	fmt.Fprint(out, welcomeText)
}

const welcomeText = `
Worth asking, as each of them:

  \d
  SELECT count(*), min(started), max(started) FROM calls;
  SELECT title, started, duration_s FROM calls WHERE started >= now() - interval '30 days' ORDER BY started DESC LIMIT 10;
  SELECT date_trunc('month', started)::date AS month, count(*) AS calls, MEASURE(negative_share) FROM calls GROUP BY 1 ORDER BY 1;
  SELECT m.summary, c.title FROM meetings m JOIN calls c ON c.started::date = m.start_time::date LIMIT 10;
  EXPLAIN SELECT title FROM calls WHERE started >= '2026-10-01' AND title ILIKE '%renewal%';
  SELECT time, login, path, rows, statement, source_calls FROM waggle.audit_log ORDER BY time DESC LIMIT 5;
  SELECT source, status, url FROM waggle.connections;

admin sees every call that is not private to others, analyst those of his team, emea those of EMEA's people: Gong's
permission profiles say so.
Each sees the meetings of his own calendars. The audit log shows each his own statements, and admin everybody's.

`

// writeReady writes the file whole: a reader sees all of it or none.
func writeReady(path string, content any) error {
	text, err := json.Marshal(content)
	if err != nil {
		return err
	}
	failed := func(err error) error {
		return pgerr.New(pgerr.IOError, "the ready file %s cannot be written", path).WithDetail("%s", err).
			WithHint("Name a file in a directory that exists and is yours.").Because(err)
	}
	temp, err := os.CreateTemp(filepath.Dir(path), ".ready-*")
	if err != nil {
		return failed(err)
	}
	defer os.Remove(temp.Name())
	_, err = temp.Write(append(text, '\n'))
	if err = errors.Join(err, temp.Close()); err != nil {
		return failed(err)
	}
	if err := os.Rename(temp.Name(), path); err != nil {
		return failed(err)
	}
	return nil
}
