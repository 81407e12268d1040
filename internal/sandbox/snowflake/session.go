package snowflake

import (
	"crypto/rand"
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/waggle-sql/waggle/internal/sandbox/oauth"
)

// session is one login. Its fields below mu change as statements run.
type session struct {
	id             int64
	login          string // the person's, as the OAuth server knows him
	user           string // his name at Snowflake
	grant          oauth.Grant
	anyRole        bool // whether the token opens more than one role
	granted        []string
	token, master  string
	expires, until time.Time // of token and master

	mu                                sync.Mutex
	role, warehouse, database, schema string
	parameters                        map[string]any
	jobs                              map[string]*job // by request id
	recent                            []*job          // those of jobs whose results are kept, oldest first
}

// token returns the token of an Authorization header in Snowflake's form.
func token(r *http.Request) string {
	text, ok := strings.CutPrefix(r.Header.Get("Authorization"), `Snowflake Token="`)
	if !ok {
		return ""
	}
	text, _ = strings.CutSuffix(text, `"`)
	return text
}

// session returns the session of a request.
func (s *Server) session(r *http.Request) (*session, *failure) {
	t := token(r)
	if t == "" {
		return nil, noToken()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	found := s.tokens[t]
	switch {
	case found == nil:
		return nil, sessionGone()
	case !s.config.Now().Before(found.expires):
		return nil, sessionExpired()
	}
	return found, nil
}

// secret is a new token: 256 bits.
func secret() string { return "ver:1-hint:" + rand.Text() + rand.Text() }

// open makes a session; the caller has checked everything.
func (s *Server) open(n *session) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.last++
	n.id = s.last
	n.jobs = map[string]*job{}
	s.sessions[n.id] = n
	s.tokenize(n)
}

// tokenize gives a session new tokens; the old ones end. The caller holds the lock.
func (s *Server) tokenize(n *session) {
	delete(s.tokens, n.token)
	delete(s.masters, n.master)
	now := s.config.Now()
	n.token, n.master = secret(), secret()
	n.expires, n.until = now.Add(s.config.SessionTTL), now.Add(s.config.MasterTTL)
	s.tokens[n.token], s.masters[n.master] = n, n
}

// renew gives new tokens for a master token.
func (s *Server) renew(w http.ResponseWriter, r *http.Request, body []byte) {
	var in struct {
		OldSessionToken string `json:"oldSessionToken"`
		RequestType     string `json:"requestType"`
	}
	if json.Unmarshal(body, &in) != nil || in.RequestType != "RENEW" {
		badRequest("The request cannot be read.").write(w)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	n := s.masters[token(r)]
	switch {
	case n == nil:
		sessionGone().write(w)
		return
	case !s.config.Now().Before(n.until):
		masterExpired().write(w)
		return
	case in.OldSessionToken != n.token:
		sessionGone().write(w)
		return
	}
	s.tokenize(n)
	succeed(w, map[string]any{
		"sessionToken": n.token, "validityInSecondsST": seconds(s.config.SessionTTL),
		"masterToken": n.master, "validityInSecondsMT": seconds(s.config.MasterTTL), "sessionId": n.id,
	})
}

func seconds(d time.Duration) int64 { return int64(d / time.Second) }

func (s *Server) heartbeat(w http.ResponseWriter, _ *http.Request, _ *session, _ []byte) {
	succeed(w, map[string]any{})
}

// closeSession ends a session with what it runs; its results stay readable for their time.
func (s *Server) closeSession(w http.ResponseWriter, r *http.Request, n *session, _ []byte) {
	if r.URL.Query().Get("delete") != "true" {
		badRequest("The session can only be deleted.").write(w)
		return
	}
	s.drop(n)
	succeed(w, nil)
}

func (s *Server) drop(n *session) {
	s.mu.Lock()
	delete(s.sessions, n.id)
	delete(s.tokens, n.token)
	delete(s.masters, n.master)
	s.mu.Unlock()
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, j := range n.jobs {
		j.cancel(canceled())
		if j.over() {
			j.release()
		}
	}
	n.jobs, n.recent = map[string]*job{}, nil
}

// Sessions is how many sessions are open for a person, or for everybody when the login is empty.
func (s *Server) Sessions(login string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	count := 0
	for _, n := range s.sessions {
		if login == "" || n.login == login {
			count++
		}
	}
	return count
}

// ExpireSessions makes the session tokens of a person expire now, of everybody when the login is empty; the master tokens too when
// master is set. It returns how many.
func (s *Server) ExpireSessions(login string, master bool) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	count, now := 0, s.config.Now()
	for _, n := range s.sessions {
		if login != "" && n.login != login {
			continue
		}
		count++
		n.expires = now
		if master {
			n.until = now
		}
	}
	return count
}

// expire ends the session token of one request.
func (s *Server) expire(r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if n := s.tokens[token(r)]; n != nil {
		n.expires = s.config.Now()
	}
}

// person is whose request it is, or "" where the token is not valid.
func (s *Server) person(r *http.Request) string {
	if r.URL.Path == "/session/v1/login-request" {
		return s.loginPerson(r)
	}
	if key, ok := strings.CutPrefix(r.URL.Path, "/results/"); ok {
		return s.Results.Owner(key)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	t := token(r)
	n := s.tokens[t]
	if n == nil {
		n = s.masters[t]
	}
	if n == nil {
		return ""
	}
	return n.login
}
