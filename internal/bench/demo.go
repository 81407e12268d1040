package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/waggle-sql/waggle/internal/e2e"
)

// demonstration is a running `waggle-sandbox demo` over tables that the bench brings: the emulators' process and its child, Waggle.
type demonstration struct {
	dsn     string            // of the analyst, with TLS
	sources map[string]string // the emulators' URLs by source
	sandbox int               // process ids
	waggle  int
	cmd     *exec.Cmd
	done    chan struct{}
}

// startDemo serves the tables of dir/data; stop must be called.
func (b *bench) startDemo(ctx context.Context, dir string) (*demonstration, error) {
	program := filepath.Join(b.dir, "waggle-sandbox") // beside Waggle, which it starts
	build := exec.CommandContext(ctx, "go", "build", "-tags", "duckdb_arrow,minicore_disabled", "-o", program, "github.com/waggle-sql/waggle/cmd/waggle-sandbox")
	if out, err := build.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("go build ./cmd/waggle-sandbox: %w: %s", err, out)
	}
	addresses := make([]string, 2)
	for i := range addresses {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return nil, err
		}
		addresses[i] = l.Addr().String()
		l.Close()
	}
	file, log := filepath.Join(dir, "ready.json"), filepath.Join(dir, "log")
	out, err := os.Create(log)
	if err != nil {
		return nil, err
	}
	defer out.Close()
	d := &demonstration{done: make(chan struct{})}
	d.cmd = exec.Command(program, "demo", "--data", filepath.Join(dir, "data"), "--ready-file", file, "--pg", addresses[0], "--http", addresses[1])
	d.cmd.Stdout, d.cmd.Stderr = out, out
	if err := d.cmd.Start(); err != nil {
		return nil, err
	}
	go func() {
		_ = d.cmd.Wait()
		close(d.done)
	}()
	if err := d.await(ctx, file); err != nil {
		d.stop()
		text, _ := os.ReadFile(log)
		return nil, fmt.Errorf("waggle-sandbox demo: %w: %s", err, text)
	}
	return d, nil
}

// await reads the ready file once it is there, and finds Waggle's process.
func (d *demonstration) await(ctx context.Context, file string) error {
	for deadline := time.Now().Add(5 * time.Minute); time.Now().Before(deadline); {
		if text, err := os.ReadFile(file); err == nil {
			return d.read(text)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-d.done:
			return errors.New("it has ended")
		case <-time.After(100 * time.Millisecond):
		}
	}
	return errors.New("it is not ready after five minutes")
}

func (d *demonstration) read(text []byte) error {
	var ready struct {
		Users   []struct{ Login, DSN string }
		Sources map[string]string
	}
	if err := json.Unmarshal(text, &ready); err != nil {
		return err
	}
	for _, u := range ready.Users {
		if u.Login == "analyst" {
			d.dsn = u.DSN
		}
	}
	d.sources, d.sandbox = ready.Sources, d.cmd.Process.Pid
	children := e2e.Children(d.sandbox)
	if len(children) != 1 || d.dsn == "" {
		return fmt.Errorf("it has %d children and the analyst's address %q", len(children), d.dsn)
	}
	d.waggle = children[0]
	return nil
}

// warm makes the emulators keep encoded results from now on.
func (d *demonstration) warm() error {
	for source, url := range d.sources {
		if source == "gong" || source == "google" {
			continue
		}
		resp, err := http.Post(url+"/_sandbox/warm", "", nil)
		if err != nil {
			return err
		}
		resp.Body.Close()
		if resp.StatusCode != http.StatusNoContent {
			return fmt.Errorf("%s/_sandbox/warm answers %s", url, resp.Status)
		}
	}
	return nil
}

// takes reports an error unless a statement takes a path.
func takes(ctx context.Context, dsn, sql, path string) error {
	c, err := pgconn.Connect(ctx, dsn)
	if err != nil {
		return err
	}
	defer c.Close(ctx)
	r, err := c.Exec(ctx, "EXPLAIN (FORMAT JSON) "+sql).ReadAll()
	if err != nil {
		return fmt.Errorf("EXPLAIN %s: %w", sql, err)
	}
	var one struct{ Path string }
	var all []struct{ Path string }
	if text := r[0].Rows[0][0]; json.Unmarshal(text, &all) == nil && len(all) == 1 {
		one = all[0]
	} else if err := json.Unmarshal(text, &one); err != nil {
		return err
	}
	if one.Path != path {
		return fmt.Errorf("%s takes path %s, not %s", sql, one.Path, path)
	}
	return nil
}

func (d *demonstration) stop() {
	_ = d.cmd.Process.Signal(syscall.SIGINT)
	select {
	case <-d.done:
	case <-time.After(30 * time.Second):
		_ = d.cmd.Process.Kill()
		<-d.done
	}
}
