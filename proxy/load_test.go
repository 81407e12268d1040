package proxy

import (
	"crypto/tls"
	"encoding/binary"
	"net"
	"runtime"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgproto3"
)

// dialTLS logs in over TLS.
func dialTLS(addr string) (*client, error) {
	conn, err := tls.Dial("tcp", addr, &tls.Config{InsecureSkipVerify: true, NextProtos: []string{alpn}})
	if err != nil {
		return nil, err
	}
	c := &client{conn: conn, front: pgproto3.NewFrontend(conn, conn), told: map[string]string{}}
	c.front.Send(&pgproto3.StartupMessage{ProtocolVersion: pgproto3.ProtocolVersion30, Parameters: map[string]string{"user": "ann"}})
	return c, c.login("secret")
}

// TestIdleMemory holds idle connections that have run a statement. Both ends live in this process, so that the clients' share is
// measured by connections that only their clients hold.
func TestIdleMemory(t *testing.T) {
	const connections = 300
	certs, err := SelfSigned("localhost")
	if err != nil {
		t.Fatal(err)
	}
	addr, _ := startServer(t, func(c *Config) { c.Certificates, c.MaxUnauthenticatedPerAddress = certs, 500 })
	for name, limit := range map[string]int64{"plain": 20 << 10, "TLS": 45 << 10} {
		open := func() *client {
			c, err := dial(addr, pgproto3.ProtocolVersion30, nil)
			if name == "TLS" {
				c, err = dialTLS(addr)
			}
			if err != nil {
				t.Fatal(err)
			}
			c.front.Send(&pgproto3.Query{String: "select generate_series(1,2000)"})
			_ = c.front.Flush()
			for {
				m, err := c.front.Receive()
				if err != nil {
					t.Fatal(err)
				}
				if _, ok := m.(*pgproto3.ReadyForQuery); ok {
					return c
				}
			}
		}
		open().conn.Close()
		before := inUse()
		conns := make([]net.Conn, connections)
		for i := range conns {
			conns[i] = open().conn
		}
		used := (inUse() - before) / connections
		for i := 0; i < 20 && used > limit; i++ { // sessions may not have come to rest yet
			time.Sleep(50 * time.Millisecond)
			used = min(used, (inUse()-before)/connections)
		}
		t.Logf("%s: %d bytes for both ends of a connection", name, used)
		both := limit
		if name == "TLS" {
			both += 25 << 10 // the client's end
		}
		if used > both {
			t.Errorf("%s: %d bytes for an idle connection", name, used)
		}
		for _, c := range conns {
			c.Close()
		}
		time.Sleep(50 * time.Millisecond)
	}
}

func inUse() int64 {
	for range 3 {
		runtime.GC()
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapInuse + m.StackInuse)
}

// BenchmarkSelect1 is the round trip of the smallest query by both protocols.
func BenchmarkSelect1(b *testing.B) {
	addr, _ := startServer(b, nil)
	c, err := dial(addr, pgproto3.ProtocolVersion30, nil)
	if err != nil {
		b.Fatal(err)
	}
	defer c.conn.Close()
	_ = c.conn.SetDeadline(time.Time{})
	trip := func(b *testing.B, messages ...pgproto3.FrontendMessage) {
		b.ReportAllocs()
		var data []byte
		for _, m := range messages {
			data, _ = m.Encode(data)
		}
		in := make([]byte, 4096)
		for b.Loop() {
			if _, err := c.conn.Write(data); err != nil {
				b.Fatal(err)
			}
			for n := 0; ; {
				m, err := c.conn.Read(in[n:])
				if err != nil {
					b.Fatal(err)
				}
				if n += m; n >= 6 && in[n-6] == 'Z' && binary.BigEndian.Uint32(in[n-5:]) == 5 {
					break
				}
			}
		}
	}
	b.Run("simple", func(b *testing.B) { trip(b, &pgproto3.Query{String: "select 1"}) })
	b.Run("extended", func(b *testing.B) {
		trip(b, &pgproto3.Parse{Query: "select 1"}, &pgproto3.Bind{}, &pgproto3.Describe{ObjectType: 'P'}, &pgproto3.Execute{}, &pgproto3.Sync{})
	})
	trip(b, &pgproto3.Parse{Name: "s", Query: "select 1"}, &pgproto3.Sync{})
	b.Run("prepared", func(b *testing.B) {
		trip(b, &pgproto3.Bind{PreparedStatement: "s"}, &pgproto3.Describe{ObjectType: 'P'}, &pgproto3.Execute{}, &pgproto3.Sync{})
	})
}

// BenchmarkRows streams 1,000,000 rows to a client that discards them.
func BenchmarkRows(b *testing.B) {
	addr, _ := startServer(b, nil)
	c, err := dial(addr, pgproto3.ProtocolVersion30, nil)
	if err != nil {
		b.Fatal(err)
	}
	defer c.conn.Close()
	_ = c.conn.SetDeadline(time.Time{})
	query, _ := (&pgproto3.Query{String: "select generate_series(1,1000000)"}).Encode(nil)
	in := make([]byte, 256<<10)
	for b.Loop() {
		_, _ = c.conn.Write(query)
		for {
			n, err := c.conn.Read(in)
			if err != nil {
				b.Fatal(err)
			}
			if n >= 6 && in[n-6] == 'Z' && in[n-1] == 'I' {
				break
			}
		}
	}
}
