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
	"time"

	"github.com/spf13/cobra"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/internal/sandbox"
	"github.com/waggle-sql/waggle/internal/sandbox/brought"
	"github.com/waggle-sql/waggle/internal/sandbox/data"
)

// demoFlags are the flags of demo.
type demoFlags struct {
	pg, http, readyFile string
	data, postgres      string
	people              []string
	scale               int
	today               string
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
	flags.StringVar(&f.today, "today", "", "the day before which everything has happened at the sample company, as 2026-11-20; default today")
	return cmd
}

// demo runs until ctx ends and leaves nothing behind.
func demo(ctx context.Context, f demoFlags, out io.Writer) (err error) {
	for _, address := range []string{f.pg, f.http} {
		if err := free(address); err != nil {
			return err
		}
	}
	var left error // what could not be removed
	defer func() {
		if ctx.Err() != nil {
			err = left // whatever else failed was interrupted
		}
	}()
	d := demonstration{flags: f, users: demoUsers(f.pg, f.people)}
	if d.sample, err = sample(f); err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "waggle-demo-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	fmt.Fprintln(out, "Making the demonstration: a company, keys, people, their connections …")
	d.dir = dir
	if err := d.bring(ctx); err != nil {
		return err
	}
	company, err := d.company()
	if err != nil {
		return err
	}
	defer company.Close()
	d.urls = company.URLs()
	remove, err := d.install(ctx)
	defer func() {
		left = remove()
		err = errors.Join(err, left)
	}()
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

// sample makes the sample company.
func sample(f demoFlags) (*data.Company, error) {
	o := data.Options{Scale: f.scale, Today: time.Now().UTC()}
	if f.today != "" {
		day, err := time.Parse(time.DateOnly, f.today)
		if err != nil {
			return nil, usageError{pgerr.New(pgerr.ConfigFile, "%q is no day", f.today).WithHint("Write it as 2026-11-20.")}
		}
		o.Today = day
	}
	return data.New(o), nil
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
	// sample is the company that Gong and the calendars know; data are its tables, or those that --data brings, which have generated models.
	// server is nil when none of them is PostgreSQL's.
	sample    *data.Company
	data      *brought.Data
	generated map[string][]brought.File
	server    *brought.Server
}

func (d *demonstration) config() string { return filepath.Join(d.dir, "waggle.yaml") }

func (d *demonstration) ready() demoReady {
	return demoReady{PG: d.flags.pg, HTTP: d.flags.http, Database: organisation, Users: d.users, Sources: d.sources(), OAuth: d.urls.OAuth,
		Config: d.config(), Model: filepath.Join(d.dir, "model")}
}

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
