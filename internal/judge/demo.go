package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"
)

// demo is a running `waggle-sandbox demo`.
type demo struct {
	dsn  string // of the analyst
	cmd  *exec.Cmd
	done chan struct{}
}

// startDemo serves the tables of dir/data and waits until it answers; stop must be called.
func startDemo(ctx context.Context, program, dir, postgres string) (*demo, error) {
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
	d := &demo{done: make(chan struct{})}
	d.cmd = exec.Command(program, "demo", "--data", filepath.Join(dir, "data"), "--postgres", postgres, "--ready-file", file, "--pg", addresses[0], "--http", addresses[1])
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

// await reads the ready file once it is there.
func (d *demo) await(ctx context.Context, file string) error {
	for deadline := time.Now().Add(5 * time.Minute); time.Now().Before(deadline); {
		if text, err := os.ReadFile(file); err == nil {
			var ready struct {
				Users []struct{ Login, DSN string }
			}
			if err := json.Unmarshal(text, &ready); err != nil {
				return err
			}
			for _, u := range ready.Users {
				if u.Login == "analyst" {
					d.dsn = u.DSN
					return nil
				}
			}
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-d.done:
			return fmt.Errorf("it has ended")
		case <-time.After(100 * time.Millisecond):
		}
	}
	return fmt.Errorf("it is not ready after five minutes")
}

func (d *demo) stop() {
	_ = d.cmd.Process.Signal(syscall.SIGINT)
	select {
	case <-d.done:
	case <-time.After(30 * time.Second):
		_ = d.cmd.Process.Kill()
		<-d.done
	}
}
