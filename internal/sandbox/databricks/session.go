package databricks

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/hex"
	"fmt"
	"maps"
	"net/http"
	"strings"
	"sync"

	"github.com/waggle-sql/waggle/internal/sandbox/databricks/tcli"
	"github.com/waggle-sql/waggle/internal/sandbox/oauth"
)

// handle is the name of a session or an operation, with the secret that must come back with it.
type handle struct {
	guid, secret [16]byte
}

func newHandle() handle {
	var h handle
	_, _ = rand.Read(h.guid[:]) // never fails: crypto/rand ends the program instead
	_, _ = rand.Read(h.secret[:])
	return h
}

// String is the name as the service writes it.
func (h handle) String() string { return guid(h.guid[:]) }

func guid(raw []byte) string {
	text := hex.EncodeToString(raw)
	if len(raw) != 16 {
		return text
	}
	return fmt.Sprintf("%s-%s-%s-%s-%s", text[:8], text[8:12], text[12:16], text[16:20], text[20:])
}

func (h handle) wire() *tcli.Identifier {
	return &tcli.Identifier{GUID: h.guid[:], Secret: h.secret[:]}
}

func (h handle) is(id *tcli.Identifier) bool {
	return subtle.ConstantTimeCompare(h.secret[:], id.Secret) == 1
}

// session is one login. Its fields below mu change as statements run.
type session struct {
	handle    handle
	login     string // the person's, as the OAuth server knows him
	grant     oauth.Grant
	groups    []string
	warehouse string

	mu              sync.Mutex
	catalog, schema string
	conf            map[string]string // by lower-case names
	operations      map[string]*operation
	closed          bool
}

// openSession opens a session for the person whose token came.
func (s *Server) openSession(x *exchange) (any, error) {
	var in tcli.OpenSessionReq
	if err := x.read(&in); err != nil {
		return nil, err
	}
	version := int64(in.ClientProtocol)
	if in.ClientProtocolI64 != nil {
		version = *in.ClientProtocolI64
	}
	n := &session{
		handle: newHandle(), login: x.grant.Person, grant: x.grant, groups: s.config.Policy.Granted(x.grant.Person), warehouse: x.warehouse,
		catalog: s.config.Catalog, schema: "default", conf: defaults(), operations: map[string]*operation{},
	}
	out := &tcli.OpenSessionResp{Status: succeeded(), Protocol: int32(min(version, tcli.ProtocolV8)), Configuration: map[string]string{}}
	for name, value := range in.Configuration {
		if no := n.set(name, value); no != nil {
			out.Status = failed(no.SQLState, no.Message)
			return out, nil
		}
	}
	if no := s.enter(n, in.InitialNamespace); no != nil {
		out.Status = failed(no.SQLState, no.Message)
		return out, nil
	}
	multiple := true
	out.Session, out.MultipleCatalogs = &tcli.SessionHandle{ID: n.handle.wire()}, &multiple
	out.InitialNamespace = &tcli.Namespace{Catalog: &n.catalog, Schema: &n.schema}
	s.mu.Lock()
	s.sessions[n.handle.String()] = n
	s.mu.Unlock()
	return out, nil
}

// session finds the session of a call. It is not there for anybody but the person who opened it, at the warehouse that opened it.
func (s *Server) session(x *exchange, h *tcli.SessionHandle) (*session, *failure) {
	if h == nil || h.ID == nil {
		return nil, noSession("")
	}
	id := guid(h.ID.GUID)
	s.mu.Lock()
	defer s.mu.Unlock()
	n := s.sessions[id]
	if n == nil || !n.handle.is(h.ID) || n.login != x.grant.Person || n.warehouse != x.warehouse {
		return nil, noSession(id)
	}
	return n, nil
}

// closeSession ends a session with what it runs.
func (s *Server) closeSession(x *exchange) (any, error) {
	var in tcli.SessionReq
	if err := x.read(&in); err != nil {
		return nil, err
	}
	n, no := s.session(x, in.Session)
	if no != nil {
		return nil, no
	}
	s.drop(n)
	return &tcli.StatusResp{Status: succeeded()}, nil
}

func (s *Server) drop(n *session) {
	s.mu.Lock()
	delete(s.sessions, n.handle.String())
	s.mu.Unlock()
	n.mu.Lock()
	n.closed = true
	all := n.operations
	n.operations = map[string]*operation{}
	n.mu.Unlock()
	for _, op := range all {
		op.forget()
	}
}

// getInfo tells what the service is.
func (s *Server) getInfo(x *exchange) (any, error) {
	var in tcli.SessionReq
	if err := x.read(&in); err != nil {
		return nil, err
	}
	if _, no := s.session(x, in.Session); no != nil {
		return nil, no
	}
	text, known := map[int32]string{tcli.InfoServerName: "Spark SQL", tcli.InfoName: "Spark SQL", tcli.InfoVersion: "3.5.0"}[in.InfoType]
	out := &tcli.GetInfoResp{Status: succeeded(), Value: &tcli.InfoValue{Text: &text}}
	if !known {
		out.Status = failed("HYC00", fmt.Sprintf("Unrecognized GetInfoType value: %d", in.InfoType))
	}
	return out, nil
}

// Sessions is how many sessions are open for a person, or for everybody when the login is empty.
func (s *Server) Sessions(login string) int { return len(s.of(login)) }

// ExpireSessions ends the sessions of a person, everybody's when the login is empty, as the service does after a while without
// statements. It returns how many.
func (s *Server) ExpireSessions(login string) int {
	all := s.of(login)
	for _, n := range all {
		s.drop(n)
	}
	return len(all)
}

func (s *Server) of(login string) []*session {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []*session
	for n := range maps.Values(s.sessions) {
		if login == "" || n.login == login {
			out = append(out, n)
		}
	}
	return out
}

// expire ends the access token of one request.
func (s *Server) expire(r *http.Request) {
	_, access, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	s.config.Tokens.ExpireToken(access)
}
