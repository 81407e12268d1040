package e2e

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"runtime"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

// program is the path of the waggle that TestMain has built, "" under -short.
var program string

func TestMain(m *testing.M) {
	flag.Parse()
	os.Exit(run(m))
}

func run(m *testing.M) int {
	if testing.Short() || runtime.GOOS != "linux" {
		return m.Run()
	}
	dir, err := os.MkdirTemp("", "waggle-e2e-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	if program, err = Build(context.Background(), dir); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return m.Run()
}

// newServer starts a server of its own for a test.
func newServer(t *testing.T, more string) *Server {
	t.Helper()
	s := newSite(t, more)
	v, err := s.Serve(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if !v.Ended() {
			v.Stop()
		}
		if t.Failed() {
			t.Logf("the server's log:\n%s", v.Log())
		}
	})
	return v
}

func newSite(t *testing.T, more string) *Site {
	t.Helper()
	if program == "" {
		t.Skip("runs the real program on Linux: not with -short")
	}
	s, err := NewSite(t.Context(), program, t.TempDir(), more)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func connect(t *testing.T, v *Server, sslmode string) *pgconn.PgConn {
	t.Helper()
	c, err := pgconn.Connect(t.Context(), v.DSN(sslmode))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close(context.Background()) })
	return c
}

// one runs a statement and returns the first field of its first row.
func one(c *pgconn.PgConn, sql string) (string, error) {
	results, err := c.Exec(context.Background(), sql).ReadAll()
	if err != nil {
		return "", err
	}
	for _, r := range results {
		if r.Err != nil {
			return "", r.Err
		}
		if len(r.Rows) > 0 {
			return string(r.Rows[0][0]), nil
		}
	}
	return "", nil
}

// code is an error's SQLSTATE, "" for none, and what the driver says when the server said nothing.
func code(err error) string {
	var e *pgconn.PgError
	switch {
	case err == nil:
		return ""
	case errors.As(err, &e):
		return e.Code
	}
	return err.Error()
}

// eventually waits until ok holds and returns how long that took, or fails after the limit.
func eventually(t *testing.T, limit time.Duration, what string, ok func() bool) time.Duration {
	t.Helper()
	start := time.Now()
	for !ok() {
		if time.Since(start) > limit {
			t.Errorf("%s: not within %s", what, limit)
			break
		}
		time.Sleep(5 * time.Millisecond)
	}
	return time.Since(start)
}
