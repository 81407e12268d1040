package e2e

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"
)

// Demo is a running `waggle-sandbox demo` over tables that are brought to it: the emulators' process and its child, Waggle.
type Demo struct {
	DSN     string            // of the analyst, with TLS
	People  map[string]string // everybody's, by login
	Sources map[string]string // the emulators' URLs by source
	Config  string            // Waggle's
	Sandbox int               // process ids
	Waggle  int

	cmd     *exec.Cmd
	program string // Waggle's
	done    chan struct{}
}

// StartDemo runs program over the tables of dir/data, or over its own where there are none, with further arguments, and waits until it answers. Its ready file and
// log are in dir. Stop must be called.
func StartDemo(ctx context.Context, program, dir string, more ...string) (*Demo, error) {
	file, log := filepath.Join(dir, "ready.json"), filepath.Join(dir, "log")
	args := []string{"demo", "--ready-file", file}
	if data := filepath.Join(dir, "data"); exists(data) {
		args = append(args, "--data", data)
	}
	for _, flag := range []string{"--pg", "--http"} {
		address, err := freeAddress()
		if err != nil {
			return nil, err
		}
		args = append(args, flag, address)
	}
	out, err := os.Create(log)
	if err != nil {
		return nil, err
	}
	defer out.Close()
	d := &Demo{cmd: exec.Command(program, append(args, more...)...), program: filepath.Join(filepath.Dir(program), "waggle"), done: make(chan struct{})}
	d.cmd.Stdout, d.cmd.Stderr = out, out
	if err := d.cmd.Start(); err != nil {
		return nil, err
	}
	go func() {
		_ = d.cmd.Wait()
		close(d.done)
	}()
	if err := d.await(ctx, file); err != nil {
		d.Stop()
		text, _ := os.ReadFile(log)
		return nil, fmt.Errorf("waggle-sandbox demo: %w: %s", err, text)
	}
	return d, nil
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// await reads the ready file once it is there.
func (d *Demo) await(ctx context.Context, file string) error {
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

// read takes what the ready file says and finds Waggle's process.
func (d *Demo) read(text []byte) error {
	var ready struct {
		Users   []struct{ Login, DSN string }
		Sources map[string]string
		Config  string
	}
	if err := json.Unmarshal(text, &ready); err != nil {
		return err
	}
	d.People = map[string]string{}
	for _, u := range ready.Users {
		d.People[u.Login] = u.DSN
		if u.Login == "analyst" {
			d.DSN = u.DSN
		}
	}
	d.Sources, d.Config, d.Sandbox = ready.Sources, ready.Config, d.cmd.Process.Pid
	children := Children(d.Sandbox)
	if len(children) != 1 || d.DSN == "" {
		return fmt.Errorf("it has %d children and the analyst's address %q", len(children), d.DSN)
	}
	d.Waggle = children[0]
	return nil
}

// Status is what `waggle status` says of the demonstration's server.
func (d *Demo) Status(ctx context.Context) (Status, error) {
	var s Status
	out, err := exec.CommandContext(ctx, d.program, "status", "--json", "--config", d.Config).Output()
	if err != nil {
		return s, fmt.Errorf("waggle status: %w", err)
	}
	err = json.Unmarshal(out, &s)
	return s, err
}

// Status is what a serving process holds; memory in bytes.
type Status struct {
	Goroutines int
	Heap, Held int64
	Files      int
}

// Open is how many sessions the emulators of Snowflake and Databricks have open, and cursors Salesforce's, by source.
func (d *Demo) Open(ctx context.Context) (map[string]int, error) {
	out := map[string]int{}
	for source, path := range map[string]string{"sf": "sessions", "lake": "sessions", "crm": "cursors"} {
		if d.Sources[source] == "" {
			continue
		}
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, d.Sources[source]+"/_sandbox/"+path, nil)
		if err != nil {
			return nil, err
		}
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			return nil, err
		}
		var n struct{ Sessions int }
		err = json.NewDecoder(resp.Body).Decode(&n)
		resp.Body.Close()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", req.URL, err)
		}
		out[source] = n.Sessions
	}
	return out, nil
}

// Stop ends it as Ctrl-C does, and after half a minute by force.
func (d *Demo) Stop() {
	_ = d.cmd.Process.Signal(syscall.SIGINT)
	select {
	case <-d.done:
	case <-time.After(30 * time.Second):
		_ = d.cmd.Process.Kill()
		<-d.done
	}
}
