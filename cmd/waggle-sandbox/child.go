package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/internal/sandbox"
)

// waggle is the real program, beside this one.
func (d *demonstration) waggle(ctx context.Context, input string, args ...string) *exec.Cmd {
	self, err := os.Executable()
	if err != nil {
		self = os.Args[0]
	}
	cmd := exec.CommandContext(ctx, filepath.Join(filepath.Dir(self), "waggle"), append([]string{"--config", d.config()}, args...)...)
	cmd.Stdin = strings.NewReader(input)
	cmd.Dir = d.dir
	return cmd
}

// run runs one administrative command; its failure is shown in its own words.
func (d *demonstration) run(ctx context.Context, input string, args ...string) error {
	out, err := d.waggle(ctx, input, args...).CombinedOutput()
	if errors.Is(err, fs.ErrNotExist) {
		return pgerr.New(pgerr.ConfigFile, "bin/waggle is not there").WithHint("Run: make build")
	}
	if err != nil {
		return pgerr.New(pgerr.SystemError, "waggle %s failed", args[0]+" "+args[1]).WithDetail("%s", bytes.TrimSpace(out)).Because(err)
	}
	return nil
}

// prepare writes the configuration and makes keys, organisation and people by the program's own commands.
func (d *demonstration) prepare(ctx context.Context) error {
	if err := d.files(); err != nil {
		return err
	}
	if err := d.run(ctx, "", "vault", "key", filepath.Join(d.dir, "secrets", "master.key")); err != nil {
		return err
	}
	if err := d.run(ctx, "", "org", "create", organisation); err != nil {
		return err
	}
	for _, u := range d.users {
		err := d.run(ctx, u.Password+"\n", "user", "create", u.Login, "--org", organisation, "--role", u.Role, "--email", u.email, "--password-stdin")
		if err != nil {
			return err
		}
	}
	return nil
}

func (d *demonstration) files() error {
	for _, sub := range []string{"model", "secrets", "var"} {
		if err := os.Mkdir(filepath.Join(d.dir, sub), 0o700); err != nil {
			return err
		}
	}
	if err := writeModel(filepath.Join(d.dir, "model"), d.connections()); err != nil {
		return err
	}
	for name, s := range map[string]string{"gong": sandbox.GongClientSecret, "google": sandbox.GoogleClientSecret} {
		if err := os.WriteFile(filepath.Join(d.dir, "secrets", name), []byte(s), 0o600); err != nil {
			return err
		}
	}
	if err := d.dataFiles(); err != nil {
		return err
	}
	return os.WriteFile(d.config(), []byte(d.yaml()), 0o600)
}

// yaml is the configuration of a server in front of the emulators.
func (d *demonstration) yaml() string {
	return fmt.Sprintf(`listen: {postgres: "%[1]s", http: "%[2]s"}
public_url: http://%[2]s
store: sqlite:var/waggle.db
keys: {master: file:secrets/master.key}
audit: {directory: var/audit}
models: [%[6]s]
sources:
  gong:
    kind: rest
    definition: gong
    credential: org
    base_url: %[3]s
    oauth: {client_id: waggle-gong, client_secret: file:secrets/gong, authorize_url: %[5]s/oauth2/authorize, token_url: %[5]s/oauth2/generate-customer-token, issuer: %[5]s}
  cal:
    kind: rest
    definition: google_calendar
    base_url: %[4]s
    oauth: {client_id: waggle-google, client_secret: file:secrets/google, authorize_url: %[5]s/authorize, token_url: %[5]s/token, revoke_url: %[5]s/revoke, issuer: %[5]s}
`, d.flags.pg, d.flags.http, d.urls.Gong, d.urls.Google, d.urls.OAuth, strings.Join(d.models(), ", ")) + d.dataYAML()
}

// connect drives the console's own flows: admin switches Gong on for the organisation, everybody connects his calendar and the tables' sources.
func (d *demonstration) connect(ctx context.Context) error {
	admin := d.users[0]
	if err := d.run(ctx, admin.Password+"\n", "connect", "gong", "--as", admin.Login, "--account", admin.email, "--headless", "--acknowledge", "--password-stdin"); err != nil {
		return err
	}
	for _, u := range d.users {
		if err := d.run(ctx, u.Password+"\n", "connect", "cal", "--as", u.Login, "--account", u.email, "--headless", "--password-stdin"); err != nil {
			return err
		}
		if err := d.connectData(ctx, u); err != nil {
			return err
		}
	}
	return nil
}

// child is the running server.
type child struct {
	cmd  *exec.Cmd
	log  bytes.Buffer
	done chan struct{}
	err  error
}

// serve starts the server and waits until it is ready. It dies with this process.
func (d *demonstration) serve(ctx context.Context) (*child, error) {
	c := &child{cmd: d.waggle(context.WithoutCancel(ctx), "", "serve", "--allow-sandbox"), done: make(chan struct{})}
	c.cmd.Stdout, c.cmd.Stderr = &c.log, &c.log
	c.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	if err := c.cmd.Start(); err != nil {
		return nil, err
	}
	go func() {
		c.err = c.cmd.Wait()
		close(c.done)
	}()
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); {
		resp, err := http.Get("http://" + d.flags.http + "/readyz")
		if err == nil {
			resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				return c, nil
			}
		}
		select {
		case <-c.done:
			return nil, c.failed()
		case <-ctx.Done():
			c.stop()
			return nil, ctx.Err()
		case <-time.After(50 * time.Millisecond):
		}
	}
	c.stop()
	return nil, pgerr.New(pgerr.SystemError, "waggle serve did not become ready within 30 s").WithDetail("%s", c.log.String())
}

// stop asks the server to drain and waits for it.
func (c *child) stop() {
	_ = c.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-c.done:
	case <-time.After(15 * time.Second):
		_ = c.cmd.Process.Kill()
		<-c.done
	}
}

// failed says what the server printed when it ended by itself.
func (c *child) failed() error {
	select {
	case <-c.done:
		return pgerr.New(pgerr.SystemError, "waggle serve has ended").WithDetail("%s", strings.TrimSpace(c.log.String())).Because(c.err)
	default:
		return nil
	}
}
