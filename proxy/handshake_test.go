package proxy

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/binary"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgproto3"

	"github.com/waggle-sql/waggle/internal/golden"
)

// packetOf makes a startup packet of a code and a body.
func packetOf(code uint32, body string) []byte {
	b := binary.BigEndian.AppendUint32(nil, uint32(8+len(body)))
	b = binary.BigEndian.AppendUint32(b, code)
	return append(b, body...)
}

// exchange sends bytes and returns all that comes back until the server closes or a second has passed.
func exchange(t *testing.T, addr string, data []byte) string {
	t.Helper()
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(time.Second))
	if _, err := conn.Write(data); err != nil {
		return err.Error()
	}
	got, _ := io.ReadAll(conn)
	return string(got)
}

func TestParseStartup(t *testing.T) {
	golden.Run(t, "testdata/startup.test", func(t *testing.T, c *golden.Case) string {
		if c.Command == "options" {
			got, err := parseOptions(c.Input)
			if err != nil {
				return err.Error()
			}
			var out strings.Builder
			for _, a := range got {
				out.WriteString(a.name + "=" + a.value + "\n")
			}
			return out.String()
		}
		version := map[string]uint32{"3.0": protocol30, "3.1": 3<<16 | 1, "3.2": protocol32, "3.9": 3<<16 | 9, "2.0": 2 << 16, "4.0": 4 << 16}[c.Args[0]]
		s, err := parseStartup(packetOf(version, strings.ReplaceAll(c.Input, "|", "\x00"))[4:])
		if err != nil {
			return err.Error()
		}
		out := "user=" + s.user + " database=" + s.database
		for _, a := range s.settings {
			out += " " + a.name + "=" + a.value
		}
		if s.negotiate {
			out += " negotiate" + strings.Join(s.unknown, ",")
		}
		return out
	})
}

func TestHandshake(t *testing.T) {
	certs, err := SelfSigned("localhost")
	if err != nil {
		t.Fatal(err)
	}
	addr, _ := startServer(t, func(c *Config) { c.Certificates, c.HandshakeTimeout = certs, 300*time.Millisecond })
	start := string(packetOf(protocol30, "user\x00ann\x00\x00"))
	for name, c := range map[string]struct{ send, want string }{
		"plaintext after SSLRequest":    {string(packetOf(sslCode, "")) + start, "received unencrypted data after SSL request"},
		"plaintext after GSSENCRequest": {string(packetOf(gssCode, "")) + start, "received unencrypted data after GSSAPI encryption request"},
		"stalled SSLRequest":            {string(packetOf(sslCode, "")), "S"},
		"GSSENCRequest":                 {string(packetOf(gssCode, "")), "N"},
		"nothing":                       {"\x00\x00", ""},
		"too long":                      {"\x00\x00\x27\x11", ""},
		"negative length":               {"\xff\xff\xff\xff", ""},
		"no user":                       {string(packetOf(protocol30, "\x00")), "no PostgreSQL user name"},
		"HTTP":                          {"GET / HTTP/1.1\r\nHost: x\r\n\r\n", ""},
		"old protocol":                  {string(packetOf(2<<16, "\x00")), "unsupported frontend protocol 2.0"},
		"negotiation":                   {string(packetOf(3<<16|9, "user\x00ann\x00_pq_.x\x00y\x00\x00")), "\x00\x03\x00\x02\x00\x00\x00\x01_pq_.x\x00"},
		"message before the password":   {start + "Q\x00\x00\x00\x05\x00", "expected SASL response, got message type 81"},
		"long message before it":        {start + "p\x00\x01\x00\x00", "message is too long"},
		"unknown mechanism":             {start + "p\x00\x00\x00\x10NTLM\x00\x00\x00\x00\x03n,,", "malformed SCRAM message"},
	} {
		begin := time.Now()
		got := exchange(t, addr, []byte(c.send))
		if !strings.Contains(got, c.want) || c.want == "" && got != "" {
			t.Errorf("%s: %q", name, got)
		}
		if d := time.Since(begin); d > 5*time.Second {
			t.Errorf("%s: the connection was open for %v", name, d)
		}
	}
}

func TestDirectTLS(t *testing.T) {
	certs, err := SelfSigned("localhost")
	if err != nil {
		t.Fatal(err)
	}
	addr, _ := startServer(t, func(c *Config) { c.Certificates = certs })
	for _, protocols := range [][]string{{alpn}, nil} {
		conn, err := tls.Dial("tcp", addr, &tls.Config{InsecureSkipVerify: true, NextProtos: protocols})
		if err != nil {
			t.Fatal(err)
		}
		_ = conn.SetDeadline(time.Now().Add(2 * time.Second))
		front := pgproto3.NewFrontend(conn, conn)
		c := &client{conn: conn, front: front, told: map[string]string{}}
		front.Send(&pgproto3.StartupMessage{ProtocolVersion: pgproto3.ProtocolVersion30, Parameters: map[string]string{"user": "ann"}})
		err = c.login("secret")
		if protocols != nil && err != nil {
			t.Error(err)
		}
		if protocols == nil && (err == nil || !strings.Contains(err.Error(), "without ALPN")) {
			t.Error(err)
		}
		conn.Close()
	}
	if _, err := tls.Dial("tcp", addr, &tls.Config{InsecureSkipVerify: true, NextProtos: []string{"h2"}}); err == nil {
		t.Error("h2 is accepted")
	}
}

func TestWrongPassword(t *testing.T) {
	addr, _ := startServer(t, nil)
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	c := &client{conn: conn, front: pgproto3.NewFrontend(conn, conn), told: map[string]string{}}
	c.front.Send(&pgproto3.StartupMessage{ProtocolVersion: pgproto3.ProtocolVersion30, Parameters: map[string]string{"user": "ann"}})
	if err := c.login("wrong"); err == nil || err.Error() != `ErrorResponse FATAL 28P01 password authentication failed for user "ann"` {
		t.Error(err)
	}
}

func TestParameterStatus(t *testing.T) {
	addr, _ := startServer(t, nil)
	c, err := dial(addr, pgproto3.ProtocolVersion30, map[string]string{"client_encoding": "'utf-8'", "datestyle": "ISO, DMY", "options": `-c application_name=a\ b`, "work_mem": "8MB"})
	if err != nil {
		t.Fatal(err)
	}
	defer c.conn.Close()
	want := map[string]string{"application_name": "a b", "client_encoding": "UTF8", "DateStyle": "ISO, DMY", "default_transaction_read_only": "off",
		"in_hot_standby": "off", "integer_datetimes": "on", "IntervalStyle": "postgres", "is_superuser": "off", "scram_iterations": "4096",
		"search_path": `"$user", public`, "server_encoding": "UTF8", "server_version": serverVersion, "session_authorization": "postgres",
		"standard_conforming_strings": "on", "TimeZone": "UTC"}
	for k, v := range want {
		if c.told[k] != v {
			t.Errorf("%s is %q, not %q", k, c.told[k], v)
		}
	}
	if len(c.told) != len(want) {
		t.Errorf("%d parameters are reported: %v", len(c.told), c.told)
	}
}

func TestLimits(t *testing.T) {
	addr, _ := startServer(t, func(c *Config) { c.MaxUnauthenticatedPerAddress = 2 })
	for range 2 {
		conn, err := net.Dial("tcp", addr)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
	}
	time.Sleep(50 * time.Millisecond)
	if got := exchange(t, addr, nil); !strings.Contains(got, "sorry, too many clients already") {
		t.Errorf("%q", got)
	}
}

func TestCertificateReload(t *testing.T) {
	dir := t.TempDir()
	cert, key := filepath.Join(dir, "server.crt"), filepath.Join(dir, "server.key")
	write := func(name string) {
		c, k, err := MakeCertificate(name)
		if err != nil {
			t.Fatal(err)
		}
		if os.WriteFile(cert, c, 0o600) != nil || os.WriteFile(key, k, 0o600) != nil {
			t.Fatal("cannot write")
		}
	}
	if _, err := LoadCertificates(cert, key); err == nil || !strings.Contains(err.Error(), "cannot use the certificate") {
		t.Error(err)
	}
	write("one")
	certs, err := LoadCertificates(cert, key)
	if err != nil {
		t.Fatal(err)
	}
	name := func() string {
		certs.checked = time.Time{}
		leaf, err := x509.ParseCertificate(certs.get().config.Certificates[0].Certificate[0])
		if err != nil {
			t.Fatal(err)
		}
		return leaf.DNSNames[0]
	}
	if name() != "one" {
		t.Error(name())
	}
	write("second")
	if name() != "second" {
		t.Error(name())
	}
	if err := os.WriteFile(key, []byte("broken"), 0o600); err != nil {
		t.Fatal(err)
	}
	if name() != "second" {
		t.Error("a broken key took effect")
	}
}

func FuzzStartup(f *testing.F) {
	f.Add([]byte("\x00\x03\x00\x00user\x00ann\x00options\x00-c a=b\x00\x00"))
	f.Fuzz(func(t *testing.T, body []byte) {
		if len(body) < 4 || len(body) > maxStartupSize {
			return
		}
		if s, err := parseStartup(body); err == nil && (s.user == "" || s.database == "" || s.version > protocol32) {
			t.Errorf("%+v", s)
		}
	})
}
