package proxy

import (
	"context"
	"errors"
	"io"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgproto3"

	"github.com/waggle-sql/waggle/identity"
	"github.com/waggle-sql/waggle/internal/pgerr"
)

func isEOF(err error) bool { return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) }

// authenticate runs one SASL exchange.
func (g *greeting) authenticate(ctx context.Context) (*identity.Session, error) {
	var binding []byte
	if g.secured != nil {
		binding = g.secured.binding
	}
	mechanisms := g.server.cfg.Authenticator.Mechanisms(binding)
	if err := g.send(&pgproto3.AuthenticationSASL{AuthMechanisms: mechanisms}); err != nil {
		return nil, err
	}
	body, err := g.response()
	if err != nil {
		return nil, err
	}
	var first pgproto3.SASLInitialResponse
	if first.Decode(body) != nil {
		return nil, malformed(body)
	}
	exchange, challenge, err := g.server.cfg.Authenticator.Start(ctx, g.attempt(first.AuthMechanism), binding, append([]byte(nil), first.Data...))
	if err != nil {
		return nil, err
	}
	if err := g.send(&pgproto3.AuthenticationSASLContinue{Data: challenge}); err != nil {
		return nil, err
	}
	if body, err = g.response(); err != nil {
		return nil, err
	}
	final, who, err := exchange.Finish(ctx, append([]byte(nil), body...))
	if len(final) > 0 {
		if sent := g.send(&pgproto3.AuthenticationSASLFinal{Data: final}); sent != nil {
			return nil, sent
		}
	}
	if err == nil && who == nil {
		err = pgerr.New(pgerr.Internal, "login yielded no session")
	}
	return who, err
}

func (g *greeting) attempt(mechanism string) identity.Attempt {
	a := identity.Attempt{Mechanism: mechanism, Database: g.startup.database, User: g.startup.user, Address: g.conn.RemoteAddr().String()}
	for _, s := range g.startup.settings {
		if strings.EqualFold(s.name, "application_name") && checkUTF8(s.value) == nil {
			a.Application = s.value
		}
	}
	return a
}

// response reads a SASL response of the client.
func (g *greeting) response() ([]byte, error) {
	kind, body, err := g.in.next(nil)
	switch {
	case err != nil && kind == 0:
		return nil, errSilent
	case err != nil:
		return nil, messageError(err)
	case kind == 'X':
		return nil, errSilent
	case kind != 'p':
		return nil, pgerr.New(pgerr.ProtocolViolation, "expected SASL response, got message type %d", kind)
	}
	return body, nil
}

// admit makes the session of a person who has logged in and greets it.
func (g *greeting) admit(who *identity.Session) (*session, error) {
	srv := g.server
	s := &session{server: srv, conn: g.conn, wire: g.wire, in: g.in, ctx: g.base, who: who, owner: who.Person}
	s.out = output{conn: g.conn}
	if err := s.applyStartup(g.startup.settings); err != nil {
		_ = g.send(&pgproto3.AuthenticationOk{})
		return nil, err
	}
	keySize := 4
	if g.startup.version >= protocol32 {
		keySize = 32
	}
	srv.registry.add(s, keySize)
	s.in.max = srv.cfg.MaxMessage
	s.settingsChanged()
	s.out.send(&pgproto3.AuthenticationOk{})
	s.report()
	s.out.send(&pgproto3.BackendKeyData{ProcessID: s.pid, SecretKey: s.key})
	s.ready()
	if err := s.out.flush(); err != nil {
		srv.registry.remove(s)
		return nil, errGone
	}
	_ = s.conn.SetDeadline(time.Time{})
	s.wire.endWrites(time.Time{})
	return s, nil
}

// applyStartup sets what the server and the startup packet give; RESET goes back to it.
func (s *session) applyStartup(named []assignment) error {
	start := map[string]string{"session_authorization": s.who.Login}
	s.settings.start, s.settings.source = start, s.server.cfg.SourceSetting
	if s.server.cfg.Defaults != nil {
		for name, value := range s.server.cfg.Defaults(s.who) {
			canonical, err := s.settings.check(name, value)
			if err != nil {
				return err
			}
			start[strings.ToLower(name)] = canonical
		}
	}
	for _, a := range named {
		if g := byName()[strings.ToLower(a.name)]; g != nil && g.kind == kindRole {
			if err := s.assignRole(g, a.value); err != nil {
				return err
			}
			continue
		}
		canonical, err := s.settings.check(a.name, a.value)
		if err != nil {
			return err
		}
		start[strings.ToLower(a.name)] = canonical
	}
	return nil
}
