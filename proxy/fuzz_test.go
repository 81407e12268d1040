package proxy

import (
	"context"
	"io"
	"log/slog"
	"net"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgproto3"

	"github.com/waggle-sql/waggle/identity"
)

// FuzzMessages feeds a session with any bytes: it neither panics nor stalls, and leaves nothing open.
func FuzzMessages(f *testing.F) {
	add := func(messages ...pgproto3.FrontendMessage) {
		var b []byte
		for _, m := range messages {
			b, _ = m.Encode(b)
		}
		f.Add(b)
	}
	add(&pgproto3.Query{String: "begin; declare c scroll cursor for select generate_series(1,9); fetch all from c"}, &pgproto3.Terminate{})
	add(&pgproto3.Parse{Query: "select $1::int4"}, &pgproto3.Bind{Parameters: [][]byte{[]byte("1")}}, &pgproto3.Describe{ObjectType: 'P'}, &pgproto3.Execute{}, &pgproto3.Sync{})
	add(&pgproto3.FunctionCall{}, &pgproto3.CopyData{}, &pgproto3.Flush{}, &pgproto3.Close{ObjectType: 'S'})
	f.Fuzz(func(t *testing.T, data []byte) {
		engine := &fakeEngine{}
		srv, err := New(Config{Engine: engine, Authenticator: fakePeople{}, MaxMessage: 1 << 16, Log: slog.New(panicLog{t})})
		if err != nil {
			t.Fatal(err)
		}
		here, there := net.Pipe()
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		s := &session{server: srv, conn: there, wire: &paced{Conn: there, timeout: time.Second}, in: newInput(there, 1<<16), ctx: ctx, who: &identity.Session{Login: "ann"}}
		s.out = output{conn: there}
		go func() {
			_, _ = here.Write(data)
			_ = here.Close()
		}()
		go func() { _, _ = io.Copy(io.Discard, here) }()
		s.serve()
		_ = there.Close()
		if ctx.Err() != nil {
			t.Error("stalled")
		}
		if engine.open.Load() != 0 {
			t.Error("a reader is not released")
		}
	})
}

// panicLog fails the test on an error in the log.
type panicLog struct{ t *testing.T }

func (p panicLog) Enabled(context.Context, slog.Level) bool { return true }
func (p panicLog) WithAttrs([]slog.Attr) slog.Handler       { return p }
func (p panicLog) WithGroup(string) slog.Handler            { return p }

func (p panicLog) Handle(_ context.Context, r slog.Record) error {
	r.Attrs(func(a slog.Attr) bool {
		p.t.Errorf("%s %v", r.Message, a)
		return true
	})
	return nil
}
