package oauth

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Grant is what a token stands for.
type Grant struct {
	Person   string // the login of who approved
	Subject  string
	ClientID string
	Source   string
	Scopes   []string
	// Organisation says that the token is the company's, whoever approved it.
	Organisation bool
	Issued       time.Time
	Expires      time.Time
}

// Has tells whether a scope was granted.
func (g Grant) Has(scope string) bool { return slices.Contains(g.Scopes, scope) }

// State is what became of a token.
type State int

// The states; every one but Live is to be answered with 401.
const (
	Unknown State = iota
	Live
	Expired
	Revoked
)

// family is all tokens that descend from one authorization.
type family struct{ revoked bool }

type token struct {
	grant   Grant
	family  *family
	refresh bool
	expires time.Time
	rotated time.Time // of a refresh token: when it was used; else zero
}

// secret returns a new 256-bit secret and the digest under which it is kept.
func secret() (string, digest) {
	var raw [32]byte
	_, _ = rand.Read(raw[:]) // never fails: crypto/rand ends the program instead
	text := base64.RawURLEncoding.EncodeToString(raw[:])
	return text, sha256.Sum256([]byte(text))
}

// Lookup returns what an access token stands for and whether it is to be honoured.
func (s *Server) Lookup(access string) (Grant, State) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.tokens[sha256.Sum256([]byte(access))]
	if t == nil || t.refresh {
		return Grant{}, Unknown
	}
	return t.grant, s.state(t)
}

// Bearer returns what the Authorization header of a request stands for.
func (s *Server) Bearer(r *http.Request) (Grant, State) {
	scheme, access, ok := strings.Cut(r.Header.Get("Authorization"), " ")
	if !ok || !strings.EqualFold(scheme, "Bearer") {
		return Grant{}, Unknown
	}
	return s.Lookup(access)
}

func (s *Server) state(t *token) State {
	switch {
	case t.family.revoked:
		return Revoked
	case !s.now().Before(t.expires):
		return Expired
	}
	return Live
}

// issued is a pair of new tokens; refresh is empty where none is given.
type issued struct {
	access, refresh string
	grant           Grant
	seconds         int
}

// issue makes an access token, and a refresh token when wanted, in a family.
func (s *Server) issue(g Grant, f *family, withRefresh bool) issued {
	now := s.now()
	g.Issued, g.Expires = now, now.Add(s.config.AccessTTL)
	text, key := secret()
	s.tokens[key] = &token{grant: g, family: f, expires: g.Expires}
	out := issued{access: text, grant: g, seconds: int(s.config.AccessTTL / time.Second)}
	if withRefresh {
		text, key := secret()
		s.tokens[key] = &token{grant: g, family: f, refresh: true, expires: now.Add(s.config.RefreshTTL)}
		out.refresh = text
	}
	return out
}
