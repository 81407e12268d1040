package proxy

import (
	"bytes"
	"context"
	"errors"
	"net"
	"time"

	"github.com/jackc/pgx/v5/pgproto3"

	"github.com/waggle-sql/waggle/identity"
	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/planner/plan"
)

// session is one client's connection after it has logged in. One goroutine owns it; other ones touch runner alone.
type session struct {
	server *Server
	conn   net.Conn
	wire   *paced // what conn is, or encrypts
	in     *input
	out    output
	ctx    context.Context
	who    *identity.Session
	owner  identity.PersonID // of who, for other goroutines
	pid    uint32
	key    []byte
	runner runner

	settings settings
	told     [len(reported)]*string // what ParameterStatus has said
	untold   bool                   // settings have changed since
	env      *datum.Env             // made from the settings, nil after a change
	planned  plan.Settings          // likewise
	chosen   *map[string]string     // likewise

	tx         transaction
	statements map[string]*statement
	portals    map[string]*portal
	armed      bool   // a read deadline is set
	skip       bool   // until Sync, after an error of the extended protocol
	text       string // the client's text that positions count in
}

// errTerminate is the client's goodbye.
var errTerminate = errors.New("terminate")

// serve runs the message loop until the connection ends.
func (s *session) serve() {
	err := s.loop()
	s.closeAll()
	var f fatal
	if errors.As(err, &f) {
		s.out.send(errorResponse("FATAL", f.reason, ""))
		s.wire.endWrites(time.Now().Add(time.Second))
		_ = s.out.flush()
	}
	s.out.buf = s.out.buf[:0]
	s.out.release()
	s.in.rest()
}

func (s *session) loop() (err error) {
	defer func() {
		if p := recover(); p != nil {
			e := pgerr.Panicked(p)
			s.server.cfg.Log.Error("panic in a session", "error", e.Unwrap(), "login", s.who.Login)
			err = fatal{e}
		}
	}()
	for {
		kind, body, err := s.in.next(s.idle)
		var over passed
		switch {
		case errors.As(err, &over):
			err = s.refuseQuery(over.error)
		case err != nil:
			err = s.readFailure(err)
		default:
			err = s.message(kind, body)
		}
		if err != nil {
			return err
		}
		if s.out.err != nil {
			return s.out.err
		}
	}
}

// idle is called before the session waits for its client: it writes what is due, gives buffers back and arms the timeouts.
func (s *session) idle() error {
	if s.out.due {
		if err := s.out.flush(); err != nil {
			return err
		}
	}
	s.out.release()
	if len(s.portals) > 0 {
		s.expirePortals()
	}
	s.runner.mu.Lock()
	defer s.runner.mu.Unlock()
	if s.runner.draining {
		return fatal{errShutdown}
	}
	limit, _ := s.idleLimit()
	var at time.Time
	if limit > 0 {
		at = time.Now().Add(limit)
	} else if !s.armed {
		return nil
	}
	s.armed = limit > 0
	return s.conn.SetReadDeadline(at)
}

var (
	errIdleTransaction error = fatal{pgerr.New("25P03", "terminating connection due to idle-in-transaction timeout")}
	errIdleSession     error = fatal{pgerr.New(pgerr.IdleSessionTimeout, "terminating connection due to idle-session timeout")}
)

// idleLimit is how long the session may wait for its client, and what happens then: nil closes idle portals.
func (s *session) idleLimit() (time.Duration, error) {
	var limit time.Duration
	var after error
	if s.tx.state == txExplicit {
		limit = s.milliseconds("idle_in_transaction_session_timeout")
		after = errIdleTransaction
	} else if s.tx.state == txNone {
		limit = s.milliseconds("idle_session_timeout")
		after = errIdleSession
	}
	if s.holdsReaders() && (limit == 0 || limit > s.server.cfg.IdlePortalTimeout) {
		return s.server.cfg.IdlePortalTimeout, nil
	}
	return limit, after
}

// readFailure says what a failed read means: the end (an error), or a timeout after which the session goes on (nil).
func (s *session) readFailure(err error) error {
	var timeout net.Error
	var f fatal
	switch {
	case errors.As(err, &f):
		return err
	case errors.As(err, &timeout) && timeout.Timeout():
		s.runner.mu.Lock()
		draining := s.runner.draining
		s.runner.mu.Unlock()
		if draining {
			return fatal{errShutdown}
		}
		if _, after := s.idleLimit(); after != nil {
			return after
		}
		s.expirePortals()
		return nil
	}
	return messageError(err)
}

// messageError makes a header that cannot be obeyed the end of the connection.
func messageError(err error) error {
	var e *pgerr.Error
	if errors.As(err, &e) {
		return fatal{e}
	}
	return err
}

// message serves one message. An error of the statement is answered; a returned error ends the connection.
func (s *session) message(kind byte, body []byte) error {
	if s.skip && kind != 'S' && kind != 'X' {
		return nil
	}
	switch kind {
	case 'Q':
		return s.query(body)
	case 'P', 'B', 'D', 'E', 'C':
		return s.extended(kind, body)
	case 'S':
		return s.sync()
	case 'H':
		s.out.due = true
		return nil
	case 'X':
		return errTerminate
	case 'F':
		err := s.fail(pgerr.New(pgerr.FeatureNotSupported, "function calls of the protocol are not supported").
			WithHint("call the function by SELECT"))
		s.ready()
		return err
	case 'd', 'c', 'f': // left over from a COPY that has failed: ignored, as PostgreSQL does
		return nil
	}
	return fatal{pgerr.New(pgerr.ProtocolViolation, "invalid frontend message type %d", kind)}
}

// fail answers an error and aborts the transaction. Its result is an error that ends the connection.
func (s *session) fail(err error) error {
	if errors.Is(err, errGone) || s.out.err != nil {
		return errGone
	}
	var f fatal
	if errors.As(err, &f) {
		return err
	}
	e := pgerr.From(err)
	s.server.record(e, s.who.Login)
	if e == errShutdown {
		return fatal{e}
	}
	s.out.send(errorResponse("ERROR", e, s.text))
	s.abort()
	return nil
}

// ready ends a cycle: changed parameters, then ReadyForQuery.
func (s *session) ready() {
	s.report()
	s.out.send(&pgproto3.ReadyForQuery{TxStatus: s.tx.status()})
	s.out.due = true
}

// malformed is a message whose body cannot be read.
func malformed(body []byte) error {
	if bytes.IndexByte(body, 0) < 0 {
		return pgerr.New(pgerr.ProtocolViolation, "invalid string in message")
	}
	return pgerr.New(pgerr.ProtocolViolation, "insufficient data left in message")
}
