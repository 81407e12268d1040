package e2e

import (
	"context"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

// endless runs in a worker until somebody ends it.
const endless = "SELECT count(*) FROM generate_series(1, 1000000) a, generate_series(1, 1000000) b"

// noticed is how soon an end must have been noticed, on a machine that has much else to do; what never notices takes minutes.
const noticed = 2 * time.Second

// busyTime is processor time that only a statement takes: a worker's start takes a fraction of it.
const busyTime = 500 * time.Millisecond

// awaitBusy waits for the one worker that computes, and returns it.
func awaitBusy(t *testing.T, pid int) int {
	t.Helper()
	first, at := map[int]time.Duration{}, []int{}
	eventually(t, 30*time.Second, "a busy worker", func() bool {
		at = at[:0]
		for _, c := range Children(pid) {
			used := CPU(c)
			if before, seen := first[c]; !seen {
				first[c] = used
			} else if used > before+busyTime {
				at = append(at, c)
			}
		}
		return len(at) == 1
	})
	if len(at) != 1 {
		t.FailNow()
	}
	return at[0]
}

// running starts the endless statement and returns its connection, its worker, and where its error will come.
func running(t *testing.T, v *Server) (*pgconn.PgConn, int, chan error) {
	t.Helper()
	c, done := connect(t, v, "require"), make(chan error, 1)
	go func() {
		_, err := one(c, endless)
		done <- err
	}()
	return c, awaitBusy(t, v.PID), done
}

// gone waits until a worker is dead, and checks that it took no longer than the limit.
func gone(t *testing.T, worker int, limit time.Duration) {
	t.Helper()
	took := eventually(t, limit, "the worker's end", func() bool { return !Alive(worker) })
	t.Logf("the worker ended after %s", took.Round(time.Millisecond))
}

func TestCancelEndsWorker(t *testing.T) {
	v := newServer(t, "")
	t.Run("cancel request", func(t *testing.T) {
		c, worker, done := running(t, v)
		if err := c.CancelRequest(context.Background()); err != nil {
			t.Fatal(err)
		}
		gone(t, worker, noticed)
		if err := <-done; code(err) != "57014" {
			t.Errorf("SQLSTATE %q, want 57014", code(err))
		}
		if got, err := one(c, "SELECT 1"); got != "1" || err != nil {
			t.Errorf("after the cancel: %q, %v", got, err)
		}
	})
	t.Run("client gone", func(t *testing.T) {
		c, worker, done := running(t, v)
		_ = c.Conn().Close()
		gone(t, worker, noticed)
		<-done
	})
	t.Run("client reset", func(t *testing.T) {
		v := v
		c, err := pgconn.Connect(t.Context(), v.DSN("disable"))
		if err != nil {
			t.Fatal(err)
		}
		h, err := c.Hijack()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := h.Conn.Write(append([]byte{'Q', 0, 0, 0, byte(len(endless) + 5)}, endless+"\x00"...)); err != nil {
			t.Fatal(err)
		}
		worker := awaitBusy(t, v.PID)
		if tcp, ok := h.Conn.(interface{ SetLinger(int) error }); ok {
			_ = tcp.SetLinger(0)
		}
		_ = h.Conn.Close()
		gone(t, worker, noticed)
	})
}

func TestKilledWorkerFailsItsStatementAlone(t *testing.T) {
	v := newServer(t, "")
	other := connect(t, v, "require")
	c, worker, done := running(t, v)
	if err := syscall.Kill(worker, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	if err := <-done; code(err) != "58000" {
		t.Errorf("SQLSTATE %q, want 58000", code(err))
	}
	for _, c := range []*pgconn.PgConn{c, other} {
		if got, err := one(c, "SELECT count(*) FROM generate_series(1, 10)"); got != "10" || err != nil {
			t.Errorf("after the worker's end: %q, %v", got, err)
		}
	}
}

func TestKilledServerLeavesNoProcess(t *testing.T) {
	v := newServer(t, "")
	_, worker, _ := running(t, v)
	children := Children(v.PID)
	if len(children) < 2 {
		t.Errorf("%d workers, want the busy one and the pool's", len(children))
	}
	v.Kill()
	eventually(t, noticed, "the workers' end", func() bool {
		for _, c := range append(children, worker) {
			if Alive(c) {
				return false
			}
		}
		return true
	})
}

func TestNothingIsWrittenElsewhere(t *testing.T) {
	v := newServer(t, "")
	before := tree(t, v.Dir)
	c := connect(t, v, "require")
	for _, sql := range []string{
		"SELECT 1", "SELECT count(*) FROM generate_series(1, 100000) g", "SELECT * FROM waggle.audit_log", "SELECT relname FROM pg_class",
		"SELECT g FROM generate_series(1, 100000000) g ORDER BY g % 1000003 LIMIT 1", "SELECT * FROM users",
		"COPY (SELECT 1) TO '" + v.Dir + "/x'", "SELECT pg_read_file('/etc/passwd')",
	} {
		_, _ = one(c, sql) // some are refused: what counts is what they leave behind
	}
	_ = c.Close(context.Background())
	for name := range tree(t, v.Dir) {
		if !before[name] && !strings.HasPrefix(name, "var/") {
			t.Errorf("%s was written", name)
		}
	}
	v.Stop()
	after := tree(t, v.Dir)
	maps.DeleteFunc(after, func(name string, _ bool) bool { return before[name] || strings.HasPrefix(name, "var/audit/") })
	for name := range after {
		t.Errorf("%s is left behind", name)
	}
	for _, dir := range []string{"work", "tmp", "home"} {
		if left, _ := os.ReadDir(filepath.Join(v.Dir, dir)); len(left) > 0 {
			t.Errorf("%s holds %v", dir, left)
		}
	}
}

// tree lists the files below a folder: working directory, HOME and TMPDIR of the server among them.
func tree(t *testing.T, dir string) map[string]bool {
	t.Helper()
	out := map[string]bool{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			name, _ := filepath.Rel(dir, path)
			out[name] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}
