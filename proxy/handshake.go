package proxy

import (
	"context"
	"crypto/tls"
	"encoding/binary"
	"errors"
	"net"
	"time"

	"github.com/jackc/pgx/v5/pgproto3"

	"github.com/waggle-sql/waggle/internal/pgerr"
)

// maxUnauthenticatedMessage bounds the messages of a client that has not logged in.
const maxUnauthenticatedMessage = 16 << 10

// greeting is a connection before it is a session.
type greeting struct {
	server  *Server
	base    context.Context // the session's
	conn    net.Conn
	wire    *paced // what conn is, or encrypts
	in      *input
	secured *secured // nil without TLS
	startup startup
}

// errSilent ends a connection without a word.
var errSilent = errors.New("nothing to say")

// handshake brings a connection to its first ReadyForQuery, or answers why not and returns nil.
func (s *Server) handshake(ctx context.Context, conn net.Conn) *session {
	end := time.Now().Add(s.cfg.HandshakeTimeout)
	_ = conn.SetReadDeadline(end)
	wire := &paced{Conn: conn, timeout: s.cfg.WriteTimeout}
	wire.endWrites(end)
	g := &greeting{server: s, base: ctx, conn: wire, wire: wire, in: newInput(wire, maxUnauthenticatedMessage)}
	ctx, cancel := context.WithTimeout(ctx, s.cfg.HandshakeTimeout)
	defer cancel()
	session, err := g.welcome(ctx)
	if err == nil {
		return session
	}
	var e *pgerr.Error
	var f fatal
	if errors.Is(err, errGone) {
		return nil
	}
	if errors.As(err, &f) {
		g.refuse(f.reason)
	} else if errors.As(err, &e) {
		s.record(e, g.startup.user)
		g.refuse(e)
	} else if !errors.Is(err, errSilent) && !isNetwork(err) {
		s.cfg.Log.Error("login failed", "error", err)
		g.refuse(pgerr.From(err))
	}
	return nil
}

func (g *greeting) refuse(e *pgerr.Error) {
	g.wire.endWrites(time.Now().Add(time.Second))
	refuse(g.conn, e)
}

func isNetwork(err error) bool {
	var n net.Error
	return errors.As(err, &n) || errors.Is(err, net.ErrClosed) || isEOF(err)
}

func (g *greeting) welcome(ctx context.Context) (*session, error) {
	if err := g.hello(ctx); err != nil {
		return nil, err
	}
	if g.secured == nil && !g.server.cfg.AllowPlaintext && !address(g.conn).IsLoopback() {
		return nil, pgerr.New(pgerr.InvalidAuthorization, "this server takes connections from other machines with TLS only").
			WithHint("connect with sslmode=require or stricter")
	}
	if g.startup.negotiate {
		if err := g.send(&pgproto3.NegotiateProtocolVersion{NewestMinorProtocol: g.startup.version, UnrecognizedOptions: g.startup.unknown}); err != nil {
			return nil, err
		}
	}
	who, err := g.authenticate(ctx)
	if err != nil {
		return nil, err
	}
	return g.admit(who)
}

// hello reads startup packets until the StartupMessage.
func (g *greeting) hello(ctx context.Context) error {
	gss := false
	for first := true; ; first = false {
		if first {
			if direct, err := g.direct(ctx); direct || err != nil {
				if err != nil {
					return err
				}
			}
		}
		body, err := g.packet()
		if err != nil {
			return err
		}
		switch code := binary.BigEndian.Uint32(body); {
		case code == cancelCode:
			g.server.registry.cancel(address(g.conn), body[4:])
			return errSilent
		case code == sslCode && g.secured == nil:
			if err := g.answerSSL(ctx); err != nil {
				return err
			}
		case code == gssCode && !gss && g.secured == nil:
			gss = true
			if err := g.answer('N', "GSSAPI encryption"); err != nil {
				return err
			}
		default:
			g.startup, err = parseStartup(body)
			return err
		}
	}
}

// direct starts TLS at once when the first byte is that of a TLS record; ALPN must then name the protocol.
func (g *greeting) direct(ctx context.Context) (bool, error) {
	if err := g.in.need(1, nil); err != nil {
		return false, errSilent
	}
	if g.in.buf[g.in.r] != 0x16 {
		return false, nil
	}
	if g.server.cfg.Certificates == nil {
		return false, errSilent
	}
	if err := g.secure(ctx); err != nil {
		return false, err
	}
	if g.conn.(*tls.Conn).ConnectionState().NegotiatedProtocol != alpn {
		return false, pgerr.New(pgerr.ProtocolViolation, "received direct SSL connection request without ALPN protocol negotiation extension")
	}
	return true, nil
}

// packet reads a startup packet without its length.
func (g *greeting) packet() ([]byte, error) {
	head, err := g.in.take(4)
	if err != nil {
		return nil, errSilent
	}
	n := int(int32(binary.BigEndian.Uint32(head)))
	if n < 8 || n > maxStartupSize {
		return nil, errSilent
	}
	body, err := g.in.take(n - 4)
	if err != nil {
		return nil, errSilent
	}
	return body, nil
}

func (g *greeting) answerSSL(ctx context.Context) error {
	if g.server.cfg.Certificates == nil {
		return g.answer('N', "SSL")
	}
	if err := g.answer('S', "SSL"); err != nil {
		return err
	}
	return g.secure(ctx)
}

// answer replies to a request for encryption. Bytes sent ahead of it would be taken for encrypted ones (CVE-2021-23214).
func (g *greeting) answer(reply byte, what string) error {
	if g.in.buffered() > 0 {
		return pgerr.New(pgerr.ProtocolViolation, "received unencrypted data after %s request", what).
			WithDetail("This could be either a client-software bug or evidence of an attempted man-in-the-middle attack.")
	}
	_, err := g.conn.Write([]byte{reply})
	return err
}

// secure starts TLS; what has been read already belongs to it.
func (g *greeting) secure(ctx context.Context) error {
	g.secured = g.server.cfg.Certificates.get()
	ahead := append([]byte(nil), g.in.buf[g.in.r:g.in.w]...)
	conn := tls.Server(&replay{Conn: g.conn, ahead: ahead}, g.secured.config)
	if err := conn.HandshakeContext(ctx); err != nil {
		return errSilent
	}
	g.conn = conn
	g.in.conn = conn
	g.in.rest()
	return nil
}

// replay is a connection of which some bytes have been read already.
type replay struct {
	net.Conn
	ahead []byte
}

func (r *replay) Read(b []byte) (int, error) {
	if len(r.ahead) == 0 {
		return r.Conn.Read(b)
	}
	n := copy(b, r.ahead)
	if r.ahead = r.ahead[n:]; len(r.ahead) == 0 {
		r.ahead = nil
	}
	return n, nil
}

func (g *greeting) send(messages ...pgproto3.BackendMessage) error {
	var b []byte
	var err error
	for _, m := range messages {
		if b, err = m.Encode(b); err != nil {
			return err
		}
	}
	_, err = g.conn.Write(b)
	return err
}
