package brought

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/internal/sandbox/access"
	"github.com/waggle-sql/waggle/internal/sandbox/duck"
)

// Server is a PostgreSQL server on which brought tables are served: one database for each source, one login for each person, with
// the password LOGIN-demo. What Install makes, Remove removes.
type Server struct {
	Host string
	Port uint16
	// Builtin tells whether the databases collate as C.UTF-8.
	Builtin bool

	config    *pgx.ConnConfig
	policy    *access.Policy
	people    []string
	databases []string
	roles     []string
}

// Password is a person's at the server.
func Password(login string) string { return login + "-demo" }

// Connect reaches a server by a connection string that may make databases and roles. It fails with 08001 or F0000.
func Connect(ctx context.Context, dsn string, policy *access.Policy, people []string) (*Server, error) {
	config, err := pgx.ParseConfig(dsn)
	if err != nil {
		return nil, pgerr.New(pgerr.ConfigFile, "the PostgreSQL connection string cannot be read").WithDetail("%s", err).Because(err)
	}
	if strings.HasPrefix(config.Host, "/") {
		return nil, pgerr.New(pgerr.ConfigFile, "the PostgreSQL connection string names a socket").WithHint("Name a host and a port: Waggle connects by TCP.")
	}
	s := &Server{Host: config.Host, Port: config.Port, config: config, policy: policy, people: people}
	con, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		return nil, pgerr.New(pgerr.CannotConnect, "the PostgreSQL server at %s cannot be reached", s.address()).WithDetail("%s", err).Because(err)
	}
	defer con.Close(context.WithoutCancel(ctx))
	if err := s.makeRoles(ctx, con); err != nil {
		return nil, errors.Join(err, s.Remove(context.WithoutCancel(ctx)))
	}
	return s, nil
}

func (s *Server) address() string { return net.JoinHostPort(s.Host, strconv.Itoa(int(s.Port))) }

// failed is 58000 for what the server refused.
func (s *Server) failed(what string, err error) error {
	return pgerr.New(pgerr.SystemError, "the PostgreSQL server at %s refused to %s", s.address(), what).WithDetail("%s", err).Because(err)
}

// group is the server's role for a role of grants.yaml.
func group(role string) string { return "waggle_" + strings.ToLower(role) }

// makeRoles makes the people's logins and the roles that they have, one granted to the other as grants.yaml says.
func (s *Server) makeRoles(ctx context.Context, con *pgx.Conn) error {
	groups := []access.Role{{Name: access.Public}}
	if s.policy != nil {
		groups = append(groups, s.policy.Roles...)
	}
	for _, g := range groups {
		if err := s.role(ctx, con, group(g.Name), "NOLOGIN"); err != nil {
			return err
		}
	}
	for _, login := range s.people {
		if err := s.role(ctx, con, login, "LOGIN PASSWORD "+literal(Password(login))); err != nil {
			return err
		}
		if _, err := con.Exec(ctx, "GRANT "+quote(group(access.Public))+" TO "+quote(login)); err != nil {
			return s.failed("grant roles", err)
		}
	}
	for _, g := range groups {
		for _, m := range g.Members {
			to := m
			if s.policy.Known(m) {
				to = group(m)
			} else if !slices.Contains(s.people, m) {
				continue
			}
			if _, err := con.Exec(ctx, "GRANT "+quote(group(g.Name))+" TO "+quote(to)); err != nil {
				return s.failed("grant roles", err)
			}
		}
	}
	return nil
}

func (s *Server) role(ctx context.Context, con *pgx.Conn, name, options string) error {
	var exists bool
	if err := con.QueryRow(ctx, "SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1)", name).Scan(&exists); err != nil {
		return s.failed("list roles", err)
	}
	if exists {
		return pgerr.New(pgerr.ConfigFile, "the PostgreSQL server at %s has the role %s already", s.address(), name).
			WithHint("Name a server that is there for this alone.")
	}
	if _, err := con.Exec(ctx, "CREATE ROLE "+quote(name)+" "+options); err != nil {
		return s.failed("make the role "+name, err)
	}
	s.roles = append(s.roles, name)
	return nil
}

// Install makes a source's database, named as the source, with its tables and who may read what.
func (s *Server) Install(ctx context.Context, source Source) error {
	con, err := pgx.ConnectConfig(ctx, s.config)
	if err != nil {
		return s.failed("connect", err)
	}
	defer con.Close(context.WithoutCancel(ctx))
	create := "CREATE DATABASE " + quote(source.Name) + " TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'"
	if _, err = con.Exec(ctx, create+" LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8'"); err == nil {
		s.Builtin = true
	} else if con.PgConn().ParameterStatus("server_version") < "17" {
		s.Builtin = false
		_, err = con.Exec(ctx, create)
	}
	if err != nil {
		return s.failed("make the database "+source.Name, err)
	}
	s.databases = append(s.databases, source.Name)
	return s.fill(ctx, source)
}

func (s *Server) fill(ctx context.Context, source Source) error {
	config := s.config.Copy()
	config.Database = source.Name
	con, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		return s.failed("connect", err)
	}
	defer con.Close(context.WithoutCancel(ctx))
	db, err := duck.Open(":memory:", duck.Options{})
	if err != nil {
		return err
	}
	defer db.Close()
	if _, err := con.Exec(ctx, "REVOKE ALL ON DATABASE "+quote(source.Name)+" FROM PUBLIC; GRANT CONNECT ON DATABASE "+quote(source.Name)+" TO "+
		quote(group(access.Public))); err != nil {
		return s.failed("set the privileges of "+source.Name, err)
	}
	for _, t := range source.Tables {
		if _, err := con.Exec(ctx, s.definition(t)); err != nil {
			return s.failed("make the table "+t.Key(), err)
		}
		if err := t.copyTo(ctx, db, con, s.base(t)); err != nil {
			return err
		}
		if _, err := con.Exec(ctx, s.privileges(t)+"; ANALYZE "+s.base(t)); err != nil {
			return s.failed("set the privileges of "+t.Key(), err)
		}
	}
	return nil
}

// copyTo sends a file's rows to a table, by way of a CSV file that is removed at once.
func (t Table) copyTo(ctx context.Context, db *duck.Database, con *pgx.Conn, table string) error {
	dir, err := os.MkdirTemp("", "waggle-sandbox-")
	if err != nil {
		return bad(t.File, "there is no place for its copy").WithDetail("%s", err).Because(err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "rows.csv")
	items := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		items[i] = quote(c.Name)
		if c.Type == Binary {
			items[i] = `'\x' || hex(` + quote(c.Name) + ")"
		}
	}
	text := "COPY (SELECT " + strings.Join(items, ", ") + " FROM (" + t.Select() + ")) TO " + literal(path) + ` (FORMAT csv, HEADER false, NULLSTR '\N')`
	if err := db.Exec(ctx, text); err != nil {
		return bad(t.File, "it cannot be read").WithDetail("%s", err).Because(err)
	}
	rows, err := os.Open(path)
	if err != nil {
		return bad(t.File, "its copy cannot be read").WithDetail("%s", err).Because(err)
	}
	defer rows.Close()
	if _, err := con.PgConn().CopyFrom(ctx, rows, "COPY "+table+` FROM STDIN (FORMAT csv, NULL '\N')`); err != nil {
		return bad(t.File, "PostgreSQL refuses its rows").WithDetail("%s", err).Because(err)
	}
	return nil
}

// Remove drops the databases and roles that were made, and returns all that failed.
func (s *Server) Remove(ctx context.Context) error {
	con, err := pgx.ConnectConfig(ctx, s.config)
	if err != nil {
		return s.failed("connect", err)
	}
	defer con.Close(context.WithoutCancel(ctx))
	var all []error
	for _, name := range s.databases {
		if _, err := con.Exec(ctx, "DROP DATABASE "+quote(name)+" WITH (FORCE)"); err != nil {
			all = append(all, s.failed("drop the database "+name, err))
		}
	}
	for _, name := range slices.Backward(s.roles) {
		if _, err := con.Exec(ctx, "DROP ROLE "+quote(name)); err != nil {
			all = append(all, s.failed("drop the role "+name, err))
		}
	}
	return errors.Join(all...)
}
