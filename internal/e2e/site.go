// Package e2e runs the real `waggle serve` in a folder of its own, for the end-to-end tests and the bench.
package e2e

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// The one organisation, person and password of a site.
const (
	Database = "acme"
	Login    = "ana"
	Password = "correct horse battery"
)

// Build compiles cmd/waggle of the module that holds the working directory into dir and returns the program's path.
func Build(ctx context.Context, dir string) (string, error) {
	bin := filepath.Join(dir, "waggle")
	cmd := exec.CommandContext(ctx, "go", "build", "-tags", "duckdb_arrow,minicore_disabled", "-o", bin, "github.com/waggle-sql/waggle/cmd/waggle")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("go build ./cmd/waggle: %w: %s", err, out)
	}
	return bin, nil
}

// Site is a folder with a configuration, a model, a master key, a store with one person, and the program to run there.
type Site struct {
	Bin, Dir, PG, HTTP string // PG and HTTP are the addresses to serve on
}

// NewSite makes a site in dir, which must exist, by the program's own commands. more is added to the configuration.
func NewSite(ctx context.Context, bin, dir, more string) (*Site, error) {
	s := &Site{Bin: bin, Dir: dir}
	for _, address := range []*string{&s.PG, &s.HTTP} {
		var err error
		if *address, err = freeAddress(); err != nil {
			return nil, err
		}
	}
	if err := s.files(more); err != nil {
		return nil, err
	}
	steps := [][]string{
		{"", "vault", "key", filepath.Join(dir, "secrets", "master.key")},
		{"", "org", "create", Database},
		{Password + "\n", "user", "create", Login, "--org", Database, "--role", "admin", "--email", "ana@acme.example", "--password-stdin"},
	}
	for _, step := range steps {
		cmd := s.Command(ctx, step[1:]...)
		cmd.Stdin = strings.NewReader(step[0])
		if out, err := cmd.CombinedOutput(); err != nil {
			return nil, fmt.Errorf("waggle %s: %w: %s", step[1], err, out)
		}
	}
	return s, nil
}

func (s *Site) files(more string) error {
	for _, sub := range []string{"model", "secrets", "var", "work", "tmp", "home"} {
		if err := os.MkdirAll(filepath.Join(s.Dir, sub), 0o700); err != nil {
			return err
		}
	}
	config := fmt.Sprintf(`listen: {postgres: %q, http: %q}
public_url: http://%[2]s
store: sqlite:var/waggle.db
keys: {master: file:secrets/master.key}
audit: {directory: var/audit}
models: [model]
sources:
  gong: {kind: rest, definition: gong, credential: org, oauth: {client_id: a, client_secret: file:secrets/gong}}
%[3]s`, s.PG, s.HTTP, more)
	for name, text := range map[string]string{
		"waggle.yaml": config, "secrets/gong": "a client's secret", "model/model.yaml": "name: sales\n", "model/users.yaml": usersYAML,
	} {
		if err := os.WriteFile(filepath.Join(s.Dir, name), []byte(text), 0o600); err != nil {
			return err
		}
	}
	return nil
}

const usersYAML = `users:
  label: User
  description: People of Gong.
  source: {connection: gong, object: users}
  key: id
  properties:
    id:         {column: id, type: text}
    first_name: {column: first_name, type: text}
`

// Config is the configuration's path.
func (s *Site) Config() string { return filepath.Join(s.Dir, "waggle.yaml") }

// Command is the program with its configuration, run in a working directory, HOME and TMPDIR of the site.
func (s *Site) Command(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, s.Bin, append([]string{"--config", s.Config()}, args...)...)
	cmd.Dir = filepath.Join(s.Dir, "work")
	cmd.Env = append(os.Environ(), "HOME="+filepath.Join(s.Dir, "home"), "TMPDIR="+filepath.Join(s.Dir, "tmp"))
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	return cmd
}

// DSN is a connection string for the site's person.
func (s *Site) DSN(sslmode string) string {
	host, port, _ := net.SplitHostPort(s.PG)
	return fmt.Sprintf("host=%s port=%s user=%s password='%s' dbname=%s sslmode=%s", host, port, Login, Password, Database, sslmode)
}

// Server is a running `waggle serve`.
type Server struct {
	*Site
	PID  int
	cmd  *exec.Cmd
	log  bytes.Buffer
	done chan struct{}
}

// Serve starts the server and waits until it is ready. The caller must Stop or Kill it.
func (s *Site) Serve(ctx context.Context) (*Server, error) {
	v := &Server{Site: s, cmd: s.Command(context.WithoutCancel(ctx), "serve", "--allow-sandbox"), done: make(chan struct{})}
	v.cmd.Stdout, v.cmd.Stderr = &v.log, &v.log
	if err := v.cmd.Start(); err != nil {
		return nil, err
	}
	v.PID = v.cmd.Process.Pid
	go func() {
		_ = v.cmd.Wait()
		close(v.done)
	}()
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); {
		if resp, err := http.Get("http://" + s.HTTP + "/readyz"); err == nil {
			resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				return v, nil
			}
		}
		select {
		case <-v.done:
			return nil, fmt.Errorf("waggle serve has ended: %s", v.log.String())
		case <-ctx.Done():
			v.Kill()
			return nil, ctx.Err()
		case <-time.After(20 * time.Millisecond):
		}
	}
	v.Kill()
	return nil, fmt.Errorf("waggle serve did not become ready: %s", v.log.String())
}

// Stop asks the server to drain and waits for it.
func (v *Server) Stop() {
	_ = v.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-v.done:
	case <-time.After(20 * time.Second):
		v.Kill()
	}
}

// Kill is kill -9.
func (v *Server) Kill() {
	_ = v.cmd.Process.Kill()
	<-v.done
}

// Ended reports whether the process has ended, and Log what it printed until then.
func (v *Server) Ended() bool {
	select {
	case <-v.done:
		return true
	default:
		return false
	}
}

// Log is what the server printed; it is to be read after its end.
func (v *Server) Log() string { return v.log.String() }

func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	return l.Addr().String(), nil
}
