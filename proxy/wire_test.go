package proxy

import (
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgproto3"
	"github.com/xdg-go/scram"

	"github.com/waggle-sql/waggle/internal/golden"
	"github.com/waggle-sql/waggle/internal/oracle"
)

// TestWire runs the scripts in testdata/wire*.test and testdata/own*.test against this server.
func TestWire(t *testing.T) {
	addr, _ := startServer(t, nil)
	run := func(t *testing.T, c *golden.Case) string { return runScript(t, addr, c) }
	golden.Run(t, "testdata/wire*.test", run)
	golden.Run(t, "testdata/own*.test", run)
}

// TestWireOracle runs the scripts in testdata/wire*.test against PostgreSQL 17, with the same expectations.
func TestWireOracle(t *testing.T) {
	s := oracle.ForTest(t, "statement_timeout=0")
	addr := fmt.Sprintf("127.0.0.1:%d", s.Port)
	golden.Run(t, "testdata/wire*.test", func(t *testing.T, c *golden.Case) string { return runScript(t, addr, c) })
}

// client speaks the protocol's messages one by one.
type client struct {
	conn  net.Conn
	front *pgproto3.Frontend
	pid   uint32
	key   []byte
	told  map[string]string
}

// dial logs in as postgres with a password if one is asked for.
func dial(addr string, version uint32, parameters map[string]string) (*client, error) {
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		return nil, err
	}
	_ = conn.SetDeadline(time.Now().Add(20 * time.Second))
	c := &client{conn: conn, front: pgproto3.NewFrontend(conn, conn), told: map[string]string{}}
	all := map[string]string{"user": "postgres", "database": "postgres"}
	for k, v := range parameters {
		all[k] = v
	}
	c.front.Send(&pgproto3.StartupMessage{ProtocolVersion: version, Parameters: all})
	if err := c.login("secret"); err != nil {
		conn.Close()
		return nil, err
	}
	return c, nil
}

func (c *client) login(password string) error {
	who, err := scram.SHA256.NewClient("", password, "")
	if err != nil {
		return err
	}
	conv := who.NewConversation()
	for {
		if err := c.front.Flush(); err != nil {
			return err
		}
		m, err := c.front.Receive()
		if err != nil {
			return err
		}
		switch m := m.(type) {
		case *pgproto3.AuthenticationSASL:
			first, err := conv.Step("")
			if err != nil {
				return err
			}
			c.front.Send(&pgproto3.SASLInitialResponse{AuthMechanism: "SCRAM-SHA-256", Data: []byte(first)})
		case *pgproto3.AuthenticationSASLContinue:
			final, err := conv.Step(string(m.Data))
			if err != nil {
				return err
			}
			c.front.Send(&pgproto3.SASLResponse{Data: []byte(final)})
		case *pgproto3.AuthenticationSASLFinal:
			if _, err := conv.Step(string(m.Data)); err != nil {
				return err
			}
		case *pgproto3.ParameterStatus:
			c.told[m.Name] = m.Value
		case *pgproto3.BackendKeyData:
			c.pid, c.key = m.ProcessID, append([]byte(nil), m.SecretKey...)
		case *pgproto3.ErrorResponse:
			return errors.New(render(m))
		case *pgproto3.ReadyForQuery:
			return nil
		}
	}
}

// runScript sends each line's message; "until X [Y…]" reads up to the message X, then up to Y.
func runScript(t *testing.T, addr string, c *golden.Case) string {
	parameters := map[string]string{}
	for _, a := range c.Args {
		k, v, _ := strings.Cut(a, "=")
		parameters[k] = v
	}
	p, err := dial(addr, pgproto3.ProtocolVersion30, parameters)
	if err != nil {
		return err.Error()
	}
	defer p.conn.Close()
	var out strings.Builder
	for _, line := range strings.Split(c.Input, "\n") {
		words, err := words(line)
		if err != nil {
			t.Fatalf("line %d: %s: %v", c.Line, line, err)
		}
		if words[0] != "until" {
			m, err := message(words)
			if err != nil {
				t.Fatalf("line %d: %s: %v", c.Line, line, err)
			}
			p.front.Send(m)
			continue
		}
		if err := p.front.Flush(); err != nil {
			return out.String() + err.Error()
		}
		for _, last := range words[1:] {
			for {
				m, err := p.front.Receive()
				if err != nil {
					return out.String() + "closed"
				}
				text := render(m)
				if strings.HasPrefix(text, "ParameterStatus search_path=") {
					continue // PostgreSQL reports it from 18 on
				}
				out.WriteString(text + "\n")
				if strings.HasPrefix(text, last) {
					break
				}
			}
		}
	}
	return out.String()
}

// words cuts a line at blanks; a word in double quotes is a Go string.
func words(line string) ([]string, error) {
	var out []string
	for line = strings.TrimSpace(line); line != ""; line = strings.TrimSpace(line) {
		i := strings.IndexByte(line, ' ')
		if i < 0 {
			i = len(line)
		}
		word := line[:i]
		if strings.HasPrefix(line, `"`) {
			quoted, err := strconv.QuotedPrefix(line)
			if err != nil {
				return nil, err
			}
			i = len(quoted)
			if word, err = strconv.Unquote(quoted); err != nil {
				return nil, err
			}
		}
		out = append(out, word)
		line = line[i:]
	}
	return out, nil
}

// raw is a message of any bytes.
type raw struct{ kind, body string }

func (raw) Frontend()           {}
func (raw) Decode([]byte) error { return nil }
func (r raw) Encode(dst []byte) ([]byte, error) {
	n := len(r.body) + 4
	dst = append(dst, r.kind[0], byte(n>>24), byte(n>>16), byte(n>>8), byte(n))
	return append(dst, r.body...), nil
}

func message(w []string) (pgproto3.FrontendMessage, error) {
	arg := func(i int) string {
		if i < len(w) {
			return w[i]
		}
		return ""
	}
	switch w[0] {
	case "Query":
		return &pgproto3.Query{String: arg(1)}, nil
	case "Parse":
		m := &pgproto3.Parse{Name: arg(1), Query: arg(2)}
		for _, oid := range w[min(3, len(w)):] {
			n, err := strconv.Atoi(oid)
			if err != nil {
				return nil, err
			}
			m.ParameterOIDs = append(m.ParameterOIDs, uint32(n))
		}
		return m, nil
	case "Bind":
		return bindMessage(w)
	case "Describe":
		return &pgproto3.Describe{ObjectType: arg(1)[0], Name: arg(2)}, nil
	case "Close":
		return &pgproto3.Close{ObjectType: arg(1)[0], Name: arg(2)}, nil
	case "Execute":
		n, _ := strconv.Atoi(arg(2))
		return &pgproto3.Execute{Portal: arg(1), MaxRows: uint32(n)}, nil
	case "Sync":
		return &pgproto3.Sync{}, nil
	case "Flush":
		return &pgproto3.Flush{}, nil
	case "Terminate":
		return &pgproto3.Terminate{}, nil
	case "CopyData":
		return &pgproto3.CopyData{Data: []byte(arg(1))}, nil
	case "CopyDone":
		return &pgproto3.CopyDone{}, nil
	case "CopyFail":
		return &pgproto3.CopyFail{Message: arg(1)}, nil
	case "FunctionCall":
		return &pgproto3.FunctionCall{Function: 1299}, nil
	case "Raw":
		return raw{arg(1), arg(2)}, nil
	}
	return nil, fmt.Errorf("no such message: %s", w[0])
}

// bindMessage is Bind portal statement, then p=text, b=hex, null, and r=format of a result.
func bindMessage(w []string) (*pgproto3.Bind, error) {
	m := &pgproto3.Bind{DestinationPortal: w[1], PreparedStatement: w[2]}
	for _, a := range w[3:] {
		k, v, _ := strings.Cut(a, "=")
		switch k {
		case "p":
			m.Parameters, m.ParameterFormatCodes = append(m.Parameters, []byte(v)), append(m.ParameterFormatCodes, 0)
		case "b":
			data, err := hex.DecodeString(v)
			if err != nil {
				return nil, err
			}
			m.Parameters, m.ParameterFormatCodes = append(m.Parameters, data), append(m.ParameterFormatCodes, 1)
		case "null":
			m.Parameters, m.ParameterFormatCodes = append(m.Parameters, nil), append(m.ParameterFormatCodes, 0)
		case "r":
			n, err := strconv.Atoi(v)
			if err != nil {
				return nil, err
			}
			m.ResultFormatCodes = append(m.ResultFormatCodes, int16(n))
		}
	}
	return m, nil
}

// render prints a message of the server on one line.
func render(m pgproto3.BackendMessage) string {
	name := strings.TrimPrefix(fmt.Sprintf("%T", m), "*pgproto3.")
	switch m := m.(type) {
	case *pgproto3.RowDescription:
		for _, f := range m.Fields {
			name += fmt.Sprintf(" %s:%d/%d/%d/%d", f.Name, f.DataTypeOID, f.DataTypeSize, f.TypeModifier, f.Format)
		}
	case *pgproto3.DataRow:
		for _, v := range m.Values {
			if v == nil {
				name += " null"
			} else {
				name += " " + strconv.Quote(string(v))
			}
		}
	case *pgproto3.CommandComplete:
		name += " " + string(m.CommandTag)
	case *pgproto3.ReadyForQuery:
		name += " " + string(m.TxStatus)
	case *pgproto3.ParameterStatus:
		name += " " + m.Name + "=" + m.Value
	case *pgproto3.ParameterDescription:
		for _, oid := range m.ParameterOIDs {
			name += fmt.Sprintf(" %d", oid)
		}
	case *pgproto3.ErrorResponse:
		name += problem(m)
	case *pgproto3.NoticeResponse:
		name += problem((*pgproto3.ErrorResponse)(m))
	case *pgproto3.CopyOutResponse:
		name += fmt.Sprintf(" %d %v", m.OverallFormat, m.ColumnFormatCodes)
	case *pgproto3.CopyData:
		name += " " + strconv.Quote(string(m.Data))
	}
	return name
}

func problem(m *pgproto3.ErrorResponse) string {
	out := fmt.Sprintf(" %s %s %s", m.Severity, m.Code, m.Message)
	if m.Detail != "" {
		out += " D: " + m.Detail
	}
	if m.Hint != "" {
		out += " H: " + m.Hint
	}
	if m.Position != 0 {
		out += fmt.Sprintf(" P: %d", m.Position)
	}
	return out
}
