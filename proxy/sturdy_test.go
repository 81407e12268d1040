package proxy

import (
	"bytes"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgproto3"

	"github.com/waggle-sql/waggle/internal/pgerr"
)

// TestBindOutlivesPlanningAgain: a Bind that fills the input's buffer keeps its values while what follows it is read ahead.
func TestBindOutlivesPlanningAgain(t *testing.T) {
	addr, f := startServer(t, nil)
	c, err := dial(addr, pgproto3.ProtocolVersion30, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer c.conn.Close()
	until := func() (values []string) {
		t.Helper()
		for {
			m, err := c.front.Receive()
			if err != nil {
				t.Fatal(err)
			}
			switch m := m.(type) {
			case *pgproto3.DataRow:
				values = append(values, string(m.Values[0]))
			case *pgproto3.ErrorResponse:
				t.Error(m.Message)
			case *pgproto3.ReadyForQuery:
				return values
			}
		}
	}
	c.front.Send(&pgproto3.Parse{Name: "s", Query: "select $1::text"})
	c.front.Send(&pgproto3.Sync{})
	_ = c.front.Flush()
	until()
	f.slow.Store(int64(50 * time.Millisecond))
	long := strings.Repeat("x", 40_000)
	c.front.Send(&pgproto3.Bind{PreparedStatement: "s", Parameters: [][]byte{[]byte(long)}})
	c.front.Send(&pgproto3.Describe{ObjectType: 'P'})
	c.front.Send(&pgproto3.Execute{})
	c.front.Send(&pgproto3.Sync{})
	_ = c.front.Flush()
	if got := until(); len(got) != 1 || got[0] != long {
		t.Errorf("%d rows, of which the first begins %.30q", len(got), strings.Join(got, ""))
	}
}

// TestPanicIsToldToTheResult: rows that break off by a panic are no success in the audit log.
func TestPanicIsToldToTheResult(t *testing.T) {
	for _, sql := range []string{"select panicking()", "COPY (select panicking()) TO STDOUT"} {
		addr, f := startServer(t, func(c *Config) { c.Log = slog.New(slog.DiscardHandler) })
		c, err := dial(addr, pgproto3.ProtocolVersion30, nil)
		if err != nil {
			t.Fatal(err)
		}
		c.front.Send(&pgproto3.Query{String: sql})
		_ = c.front.Flush()
		for err == nil {
			_, err = c.front.Receive()
		}
		c.conn.Close()
		if code, _ := f.failed.Load().(string); code != pgerr.Internal || f.open.Load() != 0 {
			t.Errorf("%s: the result was told %q, %d readers are open", sql, code, f.open.Load())
		}
	}
}

// TestKeptIsBounded: a client cannot fill the server's memory with statements and portals that it never runs.
func TestKeptIsBounded(t *testing.T) {
	addr, _ := startServer(t, nil)
	long := strings.Repeat("x", 9<<20)
	for name, keep := range map[string]func(n string) pgproto3.FrontendMessage{
		"prepared statements": func(n string) pgproto3.FrontendMessage {
			return &pgproto3.Parse{Name: n, Query: "select '" + long + "'"}
		},
		"portals": func(n string) pgproto3.FrontendMessage {
			return &pgproto3.Bind{DestinationPortal: n, PreparedStatement: "s", Parameters: [][]byte{[]byte(long)}}
		},
	} {
		c, err := dial(addr, pgproto3.ProtocolVersion30, nil)
		if err != nil {
			t.Fatal(err)
		}
		c.front.Send(&pgproto3.Parse{Name: "s", Query: "select $1::text"})
		for _, n := range []string{"1", "2", "3", "4"} {
			c.front.Send(keep(n))
		}
		c.front.Send(&pgproto3.Sync{})
		_ = c.front.Flush()
		var got []string
		for {
			m, err := c.front.Receive()
			if err != nil {
				t.Fatal(name, err)
			}
			if _, ok := m.(*pgproto3.ReadyForQuery); ok {
				break
			}
			if e, ok := m.(*pgproto3.ErrorResponse); ok {
				got = append(got, e.Code+" "+e.Message)
			} else {
				got = append(got, "ok")
			}
		}
		c.conn.Close()
		if want := "ok ok ok ok 53200 the session keeps too many " + name; strings.Join(got, " ") != want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// TestServerErrorsAreLogged: the hint of such an error points to the log.
func TestServerErrorsAreLogged(t *testing.T) {
	for code, want := range map[string]bool{pgerr.SystemError: true, pgerr.Internal: true, pgerr.IOError: true, pgerr.UndefinedTable: false} {
		var log bytes.Buffer
		s := &Server{cfg: Config{Log: slog.New(slog.NewTextHandler(&log, nil))}}
		s.record(pgerr.New(code, "it failed").Because(errors.New("the disk is gone")), "ann")
		if got := strings.Contains(log.String(), "the disk is gone"); got != want {
			t.Errorf("%s: %q", code, log.String())
		}
	}
}
