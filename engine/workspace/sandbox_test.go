package workspace

import (
	"context"
	"encoding/json"
	"net"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/waggle-sql/waggle/dialect"
	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/internal/pgerr"
)

// probe is what a compromised worker might try; it runs in a process hardened as a worker is.
func probe() {
	out := map[string]string{}
	note := func(name string, err error) {
		out[name] = "done"
		if err != nil {
			out[name] = err.Error()
		}
	}
	if err := hardenEarly(); err != nil {
		note("harden", err)
	}
	layers, err := hardenLate(config{Budget: 64 << 20, Strict: true})
	note("harden", err)
	_, err = net.DialTimeout("tcp", "127.0.0.1:"+os.Args[2], time.Second)
	note("connect", err)
	_, err = syscall.Socket(syscall.AF_UNIX, syscall.SOCK_STREAM, 0)
	note("socket", err)
	_, err = os.ReadFile("/etc/passwd")
	note("read", err)
	note("write", os.WriteFile("/tmp/waggle-probe", []byte("x"), 0o600))
	note("exec", syscall.Exec("/bin/true", []string{"true"}, nil))
	_, err = syscall.ForkExec("/bin/true", []string{"true"}, &syscall.ProcAttr{})
	note("fork", err)
	note("kill", syscall.Kill(syscall.Getppid(), 0))
	_, _, e := syscall.RawSyscall(syscall.SYS_PTRACE, 16, uintptr(syscall.Getppid()), 0)
	if e == 0 {
		note("ptrace", nil)
	} else {
		note("ptrace", e)
	}
	out["environment"] = strings.Join(os.Environ(), ",")
	b, _ := json.Marshal(struct {
		Out    map[string]string
		Layers []Layer
	}{out, layers})
	_, _ = os.Stdout.Write(b)
	os.Exit(0)
}

// TestProbe proves what a worker cannot do, whatever runs in it.
func TestProbe(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, port, _ := net.SplitHostPort(l.Addr().String())
	t.Setenv("WAGGLE_TOKEN", "secret")
	for _, attr := range attributes() {
		cmd := exec.Command("/proc/self/exe", "probe", port)
		cmd.Env, cmd.SysProcAttr, cmd.Dir = []string{}, attr, "/"
		text, err := cmd.Output()
		if err != nil {
			t.Logf("not started (%v); the next attributes are tried", err)
			continue
		}
		var got struct {
			Out    map[string]string
			Layers []Layer
		}
		if err := json.Unmarshal(text, &got); err != nil {
			t.Fatalf("%v in %q", err, text)
		}
		for name, result := range got.Out {
			if result == "done" && name != "harden" {
				t.Errorf("a worker may %s", name)
			}
		}
		if got.Out["harden"] != "done" || got.Out["environment"] != "" {
			t.Error(got.Out)
		}
		t.Log(got.Out, got.Layers)
	}
}

// TestBombs: each ends by itself or by the clock, with the right code, and takes no more memory than the budget.
func TestBombs(t *testing.T) {
	p := testPool(t, Config{Size: 2, Budget: 256 << 20})
	for _, b := range []struct {
		sql     string
		timeout time.Duration
		most    time.Duration
		code    string
	}{
		{"SELECT length(repeat('x', 2000000000))", time.Minute, 10 * time.Second, pgerr.OutOfMemory},
		{"SELECT length(lpad('x', 1500000000, 'y'))", time.Second, 6 * time.Second, pgerr.QueryCanceled},
		{"SELECT len(string_split(repeat('a,', 50000000), ','))", time.Minute, 20 * time.Second, pgerr.OutOfMemory},
		{"SELECT count(*) FROM range(10000000) a(i), range(10000000) b(j) WHERE (i * j) % 7 = 3", time.Second, 6 * time.Second, pgerr.QueryCanceled},
		{"SELECT len(list(i)) FROM range(100000000) a(i)", time.Minute, 30 * time.Second, pgerr.OutOfMemory},
	} {
		w := testWorker(t, p)
		start := time.Now()
		_, err := drain(w, statement("SELECT r::BIGINT FROM ("+b.sql+") AS t(r)", pgcat.Int8), b.timeout)
		took := time.Since(start)
		if pgerr.Code(err) != b.code || took > b.most {
			t.Errorf("%s: %s after %v: %v", b.sql, pgerr.Code(err), took, err)
		}
		t.Logf("%s: %s after %v, %d MiB", b.sql, pgerr.Code(err), took, w.Memory()>>20)
		if w.Memory() > (256+150)<<20 {
			t.Errorf("%s: the worker grew to %d MiB", b.sql, w.Memory()>>20)
		}
		w.Close()
	}
}

// TestFunctionBomb: a function over datum that needs more than the budget ends its worker, and only its worker: with
// 53200, or with 58000 when C code ran into the limit before the memory was touched.
func TestFunctionBomb(t *testing.T) {
	p := testPool(t, Config{Size: 1, Budget: 256 << 20})
	proc, ok := pgcat.ProcBySignature("repeat(text,int4)")
	if !ok {
		t.Fatal("repeat is unknown")
	}
	s := statement("SELECT length(f('x', 240000000))::BIGINT", pgcat.Int8)
	s.Funcs = []dialect.Func{{Name: "f", Proc: proc.OID, Args: []uint32{pgcat.Text, pgcat.Int4}, Result: pgcat.Text, Mod: -1}}
	if _, err := drain(testWorker(t, p), s, 20*time.Second); pgerr.Code(err) != pgerr.OutOfMemory && pgerr.Code(err) != pgerr.SystemError {
		t.Errorf("%s: %v (%v)", pgerr.Code(err), err, pgerr.From(err).Unwrap())
	}
	if n, err := drain(testWorker(t, p), statement("SELECT 1::BIGINT", pgcat.Int8), time.Minute); err != nil || n != 1 {
		t.Fatal(n, err)
	}
}

// TestKilledWorker: its statement alone fails, with 58000; the pool goes on.
func TestKilledWorker(t *testing.T) {
	p := testPool(t, Config{Size: 1})
	w := testWorker(t, p)
	r, err := w.Query(t.Context(), statement("SELECT i::BIGINT FROM range(100000000) t(i)", pgcat.Int8), time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Release()
	if !r.Next() {
		t.Fatal(r.Err())
	}
	if err := syscall.Kill(w.PID(), syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	for r.Next() {
	}
	if pgerr.Code(r.Err()) != pgerr.SystemError {
		t.Fatal(r.Err())
	}
	if n, err := drain(testWorker(t, p), statement("SELECT 1::BIGINT", pgcat.Int8), time.Minute); err != nil || n != 1 {
		t.Fatal(n, err)
	}
}

// TestKilledIdleWorker: a worker that died in the pool is never handed out.
func TestKilledIdleWorker(t *testing.T) {
	p := testPool(t, Config{Size: 1})
	w := <-p.idle
	_ = syscall.Kill(w.PID(), syscall.SIGKILL)
	<-w.gone
	p.idle <- w
	if n, err := drain(testWorker(t, p), statement("SELECT 1::BIGINT", pgcat.Int8), time.Minute); err != nil || n != 1 {
		t.Fatal(n, err)
	}
}

func TestCancel(t *testing.T) {
	w := testWorker(t, testPool(t, Config{Size: 1}))
	ctx, cancel := context.WithCancel(context.Background())
	time.AfterFunc(50*time.Millisecond, cancel)
	start := time.Now()
	r, err := w.Query(ctx, statement("SELECT count(*)::BIGINT FROM range(10000000) a(i), range(10000000) b(j) WHERE (i * j) % 7 = 3", pgcat.Int8), 0)
	if err == nil {
		r.Next()
		err = r.Err()
		r.Release()
	}
	if pgerr.Code(err) != pgerr.QueryCanceled || time.Since(start) > 6*time.Second {
		t.Fatal(err, time.Since(start))
	}
}

// TestParentDeath: a worker dies with the process that started it.
func TestParentDeath(t *testing.T) {
	cmd := exec.Command("/proc/self/exe", "parent")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var pid int
	if err := json.NewDecoder(out).Decode(&pid); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		if state, err := os.ReadFile("/proc/" + itoa(pid) + "/stat"); err != nil || strings.Contains(string(state), ") Z ") {
			return
		}
		if time.Now().After(deadline) {
			t.Fatal("the worker outlived its parent")
		}
	}
}

func parent() {
	p, err := NewPool(Config{Size: 1})
	if err != nil {
		os.Exit(1)
	}
	w, err := p.Acquire(context.Background())
	if err != nil {
		os.Exit(1)
	}
	_ = json.NewEncoder(os.Stdout).Encode(w.PID())
	select {}
}

func itoa(n int) string { b, _ := json.Marshal(n); return string(b) }

// TestEscapes: what DuckDB still allows under its own lock does nothing here; only printed text runs, but were any other
// text to run, it would find no file, no network and no setting to change.
func TestEscapes(t *testing.T) {
	p := testPool(t, Config{Size: 2})
	for _, sql := range []string{
		"SELECT * FROM read_text('/etc/passwd')", "SELECT * FROM '/etc/passwd'", "SELECT * FROM read_csv('/proc/self/environ')",
		"COPY (SELECT 1) TO '/tmp/x'", "COPY (SELECT 1) TO '/dev/stdout'", "ATTACH '/tmp/x.db'", "EXPORT DATABASE '/tmp/x'", "INSTALL httpfs", "LOAD httpfs",
		"SET memory_limit='8GB'", "SET enable_external_access=true", "SET lock_configuration=false", "PRAGMA threads=64", "SET temp_directory='/tmp'",
		"CREATE PERSISTENT SECRET s (TYPE s3)", "SELECT getenv('HOME')", "SELECT * FROM 'https://example.com/x.parquet'", "SELECT inet '10.0.0.1'",
	} {
		w := testWorker(t, p)
		if _, err := drain(w, statement(sql, pgcat.Text), 5*time.Second); err == nil {
			t.Errorf("%s ran", sql)
		}
		w.Close()
	}
}
