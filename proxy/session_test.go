package proxy

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgproto3"

	"github.com/waggle-sql/waggle/internal/pgerr"
)

func connect(t *testing.T, addr, options string) *pgx.Conn {
	t.Helper()
	host, port, _ := net.SplitHostPort(addr)
	c, err := pgx.Connect(context.Background(), fmt.Sprintf("host=%s port=%s user=ann password=secret dbname=acme sslmode=disable %s", host, port, options))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close(context.Background()) })
	return c
}

func TestPgx(t *testing.T) {
	addr, f := startServer(t, nil)
	ctx := context.Background()
	for _, mode := range []string{"cache_statement", "cache_describe", "describe_exec", "exec"} {
		c := connect(t, addr, "default_query_exec_mode="+mode)
		var n int32
		if err := c.QueryRow(ctx, "select $1::int4", int32(7)).Scan(&n); err != nil || n != 7 {
			t.Errorf("%s: %d, %v", mode, n, err)
		}
		rows, err := c.Query(ctx, "select generate_series(1,5000)")
		if err != nil {
			t.Fatal(err)
		}
		all, err := pgx.CollectRows(rows, pgx.RowTo[int32])
		if err != nil || len(all) != 5000 || all[4999] != 5000 {
			t.Errorf("%s: %d rows, %v", mode, len(all), err)
		}
	}
	if n, bytes := f.sent.Load(), f.bytes.Load(); n != 4*5001 || bytes < 4*(5000*14) {
		t.Errorf("%d rows and %d bytes are accounted for", n, bytes)
	}
	c := connect(t, addr, "")
	b := &pgx.Batch{}
	for i := range 20 {
		b.Queue("select $1::int4", int32(i))
	}
	results := c.SendBatch(ctx, b)
	for i := range int32(20) {
		var n int32
		if err := results.QueryRow().Scan(&n); err != nil || n != i {
			t.Errorf("batch: %d, %v", n, err)
		}
	}
	if err := results.Close(); err != nil {
		t.Error(err)
	}
	if err := c.Ping(ctx); err != nil {
		t.Error(err)
	}
}

func TestCancel(t *testing.T) {
	addr, f := startServer(t, nil)
	c := connect(t, addr, "")
	ctx := context.Background()
	failed := make(chan error, 1)
	go func() {
		_, err := c.Exec(ctx, "select pg_sleep(30)")
		failed <- err
	}()
	f.awaitSleepers(t, 1)
	start := time.Now()
	if err := c.PgConn().CancelRequest(ctx); err != nil {
		t.Fatal(err)
	}
	var e *pgconn.PgError
	if err := <-failed; !errors.As(err, &e) || e.Code != "57014" || e.Message != "canceling statement due to user request" {
		t.Error(err)
	}
	if d := time.Since(start); d > 2*time.Second {
		t.Errorf("the cancel took %v", d)
	}
	// The next statement is not hit, nor is one that runs when the request is for another key.
	if err := c.PgConn().CancelRequest(ctx); err != nil {
		t.Fatal(err)
	}
	var n int
	if err := c.QueryRow(ctx, "select 1").Scan(&n); err != nil {
		t.Error(err)
	}
	if f.canceled.Load() != 1 {
		t.Errorf("%d statements were canceled", f.canceled.Load())
	}
}

func TestBackendFunctions(t *testing.T) {
	addr, f := startServer(t, nil)
	ctx := context.Background()
	c, busy := connect(t, addr, ""), connect(t, addr, "")
	end := func(function string, pid uint32) (string, error) {
		var done string
		err := c.QueryRow(ctx, fmt.Sprintf("select %s(%d)", function, pid), pgx.QueryExecModeSimpleProtocol).Scan(&done)
		return done, err
	}
	for i, function := range []string{"pg_cancel_backend", "pg_terminate_backend"} {
		failed := make(chan error, 1)
		go func() {
			_, err := busy.Exec(ctx, "select pg_sleep(30)")
			failed <- err
		}()
		f.awaitSleepers(t, int64(i+1))
		if done, err := end(function, busy.PgConn().PID()); done != "true" || err != nil {
			t.Error(done, err)
		}
		want := map[string]string{"pg_cancel_backend": "57014", "pg_terminate_backend": "57P01"}[function]
		var e *pgconn.PgError
		if err := <-failed; !errors.As(err, &e) || e.Code != want {
			t.Errorf("%s: %v", function, err)
		}
	}
	if done, err := end("pg_cancel_backend", 1); done != "false" || err != nil {
		t.Error(done, err)
	}
	stranger, err := dial(addr, pgproto3.ProtocolVersion30, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer stranger.conn.Close()
	var e *pgconn.PgError
	if _, err := end("pg_terminate_backend", stranger.pid); !errors.As(err, &e) || e.Code != "42501" {
		t.Error(err)
	}
}

func TestCancelNeedsTheKey(t *testing.T) {
	addr, f := startServer(t, nil)
	for i, version := range []uint32{pgproto3.ProtocolVersion30, pgproto3.ProtocolVersion32} {
		c, err := dial(addr, version, nil)
		if err != nil {
			t.Fatal(err)
		}
		defer c.conn.Close()
		if want := map[uint32]int{pgproto3.ProtocolVersion30: 4, pgproto3.ProtocolVersion32: 32}[version]; len(c.key) != want {
			t.Errorf("the key has %d bytes, not %d", len(c.key), want)
		}
		cancel := func(key []byte) {
			conn, err := net.Dial("tcp", addr)
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			m, _ := (&pgproto3.CancelRequest{ProcessID: c.pid, SecretKey: key}).Encode(nil)
			_, _ = conn.Write(m)
			_, _ = conn.Read(make([]byte, 1))
		}
		c.front.Send(&pgproto3.Query{String: "select pg_sleep(30)"})
		_ = c.front.Flush()
		f.awaitSleepers(t, int64(i+1))
		wrong := append([]byte(nil), c.key...)
		wrong[len(wrong)-1] ^= 1
		cancel(wrong)
		cancel(c.key[:4][:3:3])
		_ = c.conn.SetReadDeadline(time.Now().Add(100 * time.Millisecond))
		for {
			m, err := c.front.Receive()
			if err != nil {
				break
			}
			if _, ok := m.(*pgproto3.ErrorResponse); ok {
				t.Fatal("a wrong key has cancelled")
			}
		}
		_ = c.conn.SetReadDeadline(time.Now().Add(5 * time.Second))
		cancel(c.key)
		for {
			m, err := c.front.Receive()
			if err != nil {
				t.Fatal(err)
			}
			if _, ok := m.(*pgproto3.ReadyForQuery); ok {
				break
			}
		}
	}
}

func TestClientGone(t *testing.T) {
	certs, err := SelfSigned("localhost")
	if err != nil {
		t.Fatal(err)
	}
	addr, f := startServer(t, func(c *Config) { c.Certificates = certs })
	plain := func(addr string) (*client, error) { return dial(addr, pgproto3.ProtocolVersion30, nil) }
	for i, login := range []func(string) (*client, error){plain, dialTLS} { // a driver would also send a cancel request
		c, err := login(addr)
		if err != nil {
			t.Fatal(err)
		}
		c.front.Send(&pgproto3.Query{String: "select pg_sleep(30)"})
		_ = c.front.Flush()
		f.awaitSleepers(t, int64(i+1))
		start := time.Now()
		_ = c.conn.Close()
		for f.canceled.Load() != int64(i+1) {
			if time.Since(start) > 10*time.Second {
				t.Fatal("the statement goes on without its client")
			}
			time.Sleep(time.Millisecond)
		}
		if d := time.Unix(0, f.at.Load()).Sub(start); d > 2*time.Second {
			t.Errorf("noticed after %v", d)
		}
		if code := f.failed.Load(); code != pgerr.ConnectionFailure {
			t.Errorf("ended with %v", code)
		}
	}
}

func TestPipelinedBehindSlowStatement(t *testing.T) {
	addr, _ := startServer(t, nil)
	c, err := dial(addr, pgproto3.ProtocolVersion30, map[string]string{"statement_timeout": "400"})
	if err != nil {
		t.Fatal(err)
	}
	defer c.conn.Close()
	c.front.Send(&pgproto3.Query{String: "select pg_sleep(30)"})
	_ = c.front.Flush()
	time.Sleep(30 * time.Millisecond)
	long := strings.Repeat("x", 20_000)
	for range 3 {
		c.front.Send(&pgproto3.Query{String: "select '" + long + "'"})
		_ = c.front.Flush()
	}
	var got []string
	for len(got) < 1+3*3+4-1 {
		m, err := c.front.Receive()
		if err != nil {
			t.Fatal(err, got)
		}
		got = append(got, strings.ReplaceAll(render(m), long, "long"))
	}
	row := "RowDescription ?column?:25/-1/-1/0|DataRow \"long\"|CommandComplete SELECT 1|ReadyForQuery I"
	want := "RowDescription pg_sleep:2278/4/-1/0|ErrorResponse ERROR 57014 canceling statement due to statement timeout|ReadyForQuery I|" + row + "|" + row + "|" + row
	if text := strings.Join(got, "|"); !strings.HasPrefix(want, text) {
		t.Error(text)
	}
}

func TestBackpressure(t *testing.T) {
	addr, f := startServer(t, func(c *Config) { c.WriteTimeout = 600 * time.Millisecond })
	c, err := dial(addr, pgproto3.ProtocolVersion30, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer c.conn.Close()
	c.front.Send(&pgproto3.Query{String: "select generate_series(1,100000000)"})
	_ = c.front.Flush()
	before, start := int64(-1), time.Now()
	for now := f.pulled.Load(); now != before || now == 0; now = f.pulled.Load() {
		if before = now; now == 100_000 || time.Since(start) > 5*time.Second {
			t.Fatal("the source is read on without a reader")
		}
		time.Sleep(100 * time.Millisecond)
	}
	for start := time.Now(); f.open.Load() > 0; time.Sleep(5 * time.Millisecond) {
		if time.Since(start) > 10*time.Second {
			t.Fatal("a client that never reads holds the source for ever")
		}
	}
	if code := f.failed.Load(); code != "08006" {
		t.Errorf("the result was told %v", code)
	}
}

func TestTimeouts(t *testing.T) {
	addr, f := startServer(t, func(c *Config) { c.IdlePortalTimeout = 100 * time.Millisecond })
	end := func(options map[string]string, send string) string {
		c, err := dial(addr, pgproto3.ProtocolVersion30, options)
		if err != nil {
			t.Fatal(err)
		}
		defer c.conn.Close()
		if send != "" {
			c.front.Send(&pgproto3.Query{String: send})
			_ = c.front.Flush()
		}
		for {
			m, err := c.front.Receive()
			if err != nil {
				return err.Error()
			}
			if e, ok := m.(*pgproto3.ErrorResponse); ok {
				return render(e)
			}
		}
	}
	if got := end(map[string]string{"idle_session_timeout": "50"}, ""); got != "ErrorResponse FATAL 57P05 terminating connection due to idle-session timeout" {
		t.Error(got)
	}
	if got := end(map[string]string{"idle_in_transaction_session_timeout": "50"}, "BEGIN"); got != "ErrorResponse FATAL 25P03 terminating connection due to idle-in-transaction timeout" {
		t.Error(got)
	}
	c := connect(t, addr, "")
	if _, err := c.Exec(context.Background(), "BEGIN; DECLARE c CURSOR FOR select generate_series(1,100000)", pgx.QueryExecModeSimpleProtocol); err != nil {
		t.Fatal(err)
	}
	for begun := time.Now(); f.open.Load() != 0; time.Sleep(5 * time.Millisecond) {
		if time.Since(begun) > 10*time.Second {
			t.Fatalf("%d idle portals are open", f.open.Load())
		}
	}
	_, err := c.Exec(context.Background(), "FETCH c", pgx.QueryExecModeSimpleProtocol)
	var e *pgconn.PgError
	if !errors.As(err, &e) || e.Code != "34000" || !strings.Contains(e.Detail, "without use") {
		t.Error(err)
	}
}

func TestShutdown(t *testing.T) {
	f := &fakeEngine{}
	srv, addr, cancel, done := serving(t, Config{Engine: f, Authenticator: fakePeople{}, DrainTimeout: 100 * time.Millisecond})
	idle, err := dial(addr, pgproto3.ProtocolVersion30, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer idle.conn.Close()
	busy, err := dial(addr, pgproto3.ProtocolVersion30, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer busy.conn.Close()
	stranger, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer stranger.Close()
	busy.front.Send(&pgproto3.Query{String: "select pg_sleep(30)"})
	_ = busy.front.Flush()
	time.Sleep(30 * time.Millisecond)
	cancel()
	for _, c := range []*client{idle, busy} {
		got := ""
		for {
			m, err := c.front.Receive()
			if err != nil {
				break
			}
			got = render(m)
		}
		if got != "ErrorResponse FATAL 57P01 terminating connection due to administrator command" {
			t.Error(got)
		}
	}
	select {
	case err := <-done:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(10 * time.Second):
		t.Error("the server does not end")
	}
	if f.open.Load() != 0 || srv.Sessions() != 0 {
		t.Error("something is left over")
	}
}
