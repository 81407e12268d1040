package proxy

import (
	"bytes"
	"encoding/binary"
	"io"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgproto3"
)

// frame is a message of a type, with its true length.
func frame(kind byte, body ...[]byte) []byte {
	return framed(kind, 4+len(bytes.Join(body, nil)), body...)
}

// framed says a length that need not be true.
func framed(kind byte, length int, body ...[]byte) []byte {
	return append(binary.BigEndian.AppendUint32([]byte{kind}, uint32(length)), bytes.Join(body, nil)...)
}

func short(n int) []byte { return binary.BigEndian.AppendUint16(nil, uint16(n)) }

func zeroed(text string) []byte { return append([]byte(text), 0) }

// TestHostileFrames: whatever a person who has logged in sends, he gets an answer or the end of his connection, and others
// are served. The answer is the SQLSTATEs of the errors; "end" is the end of the connection.
func TestHostileFrames(t *testing.T) {
	addr, f := startServer(t, func(c *Config) { c.MaxMessage = 1 << 20 })
	sync := frame('S')
	parse := frame('P', zeroed("s"), zeroed("select $1::text"), short(0))
	for name, c := range map[string]struct {
		send []byte
		want string
	}{
		"length 0":                         {framed('Q', 0), "08P01 end"},
		"length 3":                         {framed('Q', 3), "08P01 end"},
		"negative length":                  {framed('Q', -5), "08P01 end"},
		"greatest length":                  {framed('B', 1<<31-1), "54000 end"},
		"unknown type":                     {frame('z'), "08P01 end"},
		"type 0":                           {frame(0), "08P01 end"},
		"a password after login":           {frame('p', zeroed("x")), "08P01 end"},
		"Query without an end":             {slices.Concat(frame('Q', []byte("select 1")), sync), "08P01"},
		"Query with two ends":              {slices.Concat(frame('Q', zeroed("select 1\x00select 2")), sync), "08P01"},
		"empty Bind":                       {slices.Concat(frame('B'), sync), "08P01"},
		"Bind of less than it says":        {slices.Concat(parse, frame('B', zeroed(""), zeroed("s"), short(0), short(9), short(0)), sync), "08P01"},
		"Bind of a negative length":        {slices.Concat(parse, frame('B', zeroed(""), zeroed("s"), short(0), short(1), []byte{0x80, 0, 0, 0}, short(0)), sync), "08P01"},
		"Bind of 65,535 lengths":           {slices.Concat(parse, frame('B', zeroed(""), zeroed("s"), short(0), short(65535), bytes.Repeat([]byte{255}, 4*65535), short(0)), sync), "08P01"},
		"Bind of 65,535 formats":           {slices.Concat(parse, frame('B', zeroed(""), zeroed("s"), short(65535), bytes.Repeat([]byte{0, 1}, 65535), short(1), []byte{255, 255, 255, 255}, short(0)), sync), "08P01"},
		"Bind of an unknown format":        {slices.Concat(parse, frame('B', zeroed(""), zeroed("s"), short(1), short(7), short(1), []byte{255, 255, 255, 255}, short(0)), sync), "22023"},
		"Bind of 65,535 result formats":    {slices.Concat(parse, frame('B', zeroed(""), zeroed("s"), short(0), short(1), []byte{255, 255, 255, 255}, short(65535), make([]byte, 2*65535)), sync), "08P01"},
		"Bind of nothing known":            {slices.Concat(frame('B', zeroed(""), zeroed("nothing"), short(0), short(0), short(0)), sync), "26000"},
		"Parse with 65,535 types":          {slices.Concat(frame('P', zeroed(""), zeroed("select 1"), short(65535), make([]byte, 4*65535)), sync), ""},
		"Parse with fewer types than said": {slices.Concat(frame('P', zeroed(""), zeroed("select 1"), short(3), make([]byte, 4)), sync), "08P01"},
		"Execute of nothing":               {slices.Concat(frame('E', zeroed("nothing"), make([]byte, 4)), sync), "34000"},
		"Execute of a negative count":      {slices.Concat(parse, frame('B', zeroed(""), zeroed("s"), short(0), short(1), []byte{255, 255, 255, 255}, short(0)), frame('E', zeroed(""), []byte{255, 255, 255, 255}), sync), ""},
		"Describe of neither":              {slices.Concat(frame('D', []byte("Z"), zeroed("")), sync), "08P01"},
		"Close of neither":                 {slices.Concat(frame('C', []byte("Z"), zeroed("")), sync), "08P01"},
		"Sync with a body":                 {frame('S', []byte("xx")), ""},
		"CopyDone without COPY":            {slices.Concat(frame('c'), frame('d', []byte("x")), frame('f', zeroed("x")), sync), ""},
		"a function call":                  {frame('F', make([]byte, 10)), "0A000"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := hostile(t, addr, c.send); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
	if got := hostile(t, addr, slices.Concat(bytes.Repeat(sync, 100_000), frame('Q', zeroed("select 1")))); got != "" {
		t.Errorf("a storm of Sync ends with %q", got)
	}
	if f.open.Load() != 0 {
		t.Errorf("%d readers are open", f.open.Load())
	}
}

// hostile logs in, sends bytes and then a Query, and returns what was said until that one's end.
func hostile(t *testing.T, addr string, send []byte) string {
	t.Helper()
	c, err := dial(addr, pgproto3.ProtocolVersion30, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer c.conn.Close()
	_ = c.conn.SetDeadline(time.Now().Add(10 * time.Second))
	go func() { // who never reads is not served
		_, _ = c.conn.Write(slices.Concat(send, frame('Q', zeroed("select 'the end'"))))
	}()
	var got []string
	for {
		m, err := c.front.Receive()
		switch m := m.(type) {
		case *pgproto3.ErrorResponse:
			got = append(got, m.Code)
		case *pgproto3.DataRow:
			if string(m.Values[0]) == "the end" {
				return strings.Join(got, " ")
			}
		}
		if err != nil {
			if n, ok := err.(net.Error); ok && n.Timeout() {
				t.Error("stalled")
			}
			return strings.Join(append(got, "end"), " ")
		}
	}
}

// TestHostileGreetings: what comes before a login ends soon, and others are served.
func TestHostileGreetings(t *testing.T) {
	addr, _ := startServer(t, func(c *Config) { c.HandshakeTimeout = time.Second })
	packet := func(code uint32, body ...[]byte) []byte {
		b := binary.BigEndian.AppendUint32(nil, code)
		b = append(b, bytes.Join(body, nil)...)
		return append(binary.BigEndian.AppendUint32(nil, uint32(4+len(b))), b...)
	}
	version := uint32(pgproto3.ProtocolVersion30)
	for name, send := range map[string][]byte{
		"nothing": {}, "one byte": {0}, "a length alone": {0, 0, 0, 8}, "a short length": {0, 0, 0, 7, 0, 0, 0},
		"a long length": {0x7f, 255, 255, 255, 0, 3, 0, 0}, "half a TLS record": {0x16, 3, 1, 2, 0, 1}, "a TLS alert": {0x15, 3, 3, 0, 2, 1, 0},
		"HTTP": []byte("GET / HTTP/1.1\r\nHost: x\r\n\r\n"), "SSH": []byte("SSH-2.0-x\r\n"),
		"GSS twice":              slices.Concat(packet(gssCode), packet(gssCode)),
		"many requests for TLS":  bytes.Repeat(packet(sslCode), 1000),
		"a cancel of nobody":     packet(cancelCode, make([]byte, 8)),
		"a cancel without a key": packet(cancelCode),
		"no end of parameters":   packet(version, []byte("user\x00ann")),
		"no value":               packet(version, []byte("user\x00")),
		"no user":                packet(version, []byte("database\x00acme\x00\x00")),
		"10,000 parameters":      packet(version, bytes.Repeat([]byte("a\x00b\x00"), 10_000), []byte{0}),
		"protocol 2":             packet(2<<16, []byte("user\x00ann\x00\x00")),
		"protocol 4":             packet(4<<16, []byte("user\x00ann\x00\x00")),
		"silence after the name": packet(version, []byte("user\x00ann\x00database\x00acme\x00\x00")),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			conn, err := net.Dial("tcp", addr)
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			_ = conn.SetDeadline(time.Now().Add(8 * time.Second))
			if _, err := conn.Write(send); err != nil {
				t.Fatal(err)
			}
			if _, err := io.Copy(io.Discard, conn); err != nil {
				if n, ok := err.(net.Error); ok && n.Timeout() {
					t.Error("the connection is kept")
				}
			}
		})
	}
}
