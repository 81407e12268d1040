package identity

import (
	"context"
	"sync"
	"time"

	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/internal/store"
)

// freshness bounds how long a revocation by another replica stays unseen; one by this process is seen at once.
const freshness = time.Second

// Alive returns nil while a session stands: the person is enabled, his role and his sessions have not been changed
// since, and the access token is neither revoked nor expired. Otherwise it returns 28000 and the session is to end. It is
// cheap enough for each statement.
func (d *Directory) Alive(ctx context.Context, s *Session) error {
	key := standingKey{s.Person, s.Token}
	now, epoch, ok := d.standing.get(key)
	if !ok {
		var err error
		if now, err = d.read(ctx, key); err != nil {
			return err
		}
		d.standing.put(key, now, epoch)
	}
	return now.check(s, d.now())
}

type standingKey struct {
	person PersonID
	token  string
}

// standing is what the store says of a person and an access token.
type standing struct {
	enabled bool
	role    Role
	endedAt int64
	token   bool  // there is one of that id, not revoked
	expires int64 // 0: never
}

func (st standing) check(s *Session, now time.Time) error {
	switch {
	case !st.enabled:
		return ended("the login of user \"%s\" has been disabled", s.Login)
	case st.role != s.Role:
		return ended("the role of user \"%s\" has changed", s.Login)
	case st.endedAt > micros(s.Since):
		return ended("the sessions of user \"%s\" have been ended", s.Login)
	case s.Token != "" && !st.token:
		return ended("the access token of user \"%s\" has been revoked", s.Login)
	case s.Token != "" && st.expires != 0 && st.expires <= micros(now):
		return ended("the access token of user \"%s\" has expired", s.Login)
	}
	return nil
}

func ended(format, login string) *pgerr.Error {
	return pgerr.New(pgerr.InvalidAuthorization, format, login).WithHint("log in again, or ask an administrator of your organisation")
}

func (d *Directory) read(ctx context.Context, key standingKey) (standing, error) {
	st, _, err := store.One(ctx, d.db, func(r store.Row) (st standing, err error) {
		var token, expires *int64
		err = r.Scan(&st.role, &st.endedAt, &token, &expires)
		st.enabled, st.token = true, token != nil
		if expires != nil {
			st.expires = *expires
		}
		return st, err
	}, `SELECT p.role, p.ended_at, v.created_at, v.expires_at FROM person p
		LEFT JOIN verifier v ON v.person_id = p.id AND v.id = ? AND v.revoked_at IS NULL
		WHERE p.id = ? AND p.disabled_at IS NULL`, key.token, string(key.person))
	return st, err
}

// standings remembers for a second what the store has said. A change by this process starts a new epoch, so that an
// answer read before it is not remembered after it.
type standings struct {
	now   func() time.Time
	mu    sync.Mutex
	epoch int
	known map[standingKey]knownStanding
}

type knownStanding struct {
	standing
	at time.Time
}

const maxStandings = 50_000

func newStandings(now func() time.Time) *standings {
	return &standings{now: now, known: map[standingKey]knownStanding{}}
}

func (s *standings) get(key standingKey) (standing, int, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	k, ok := s.known[key]
	return k.standing, s.epoch, ok && s.now().Sub(k.at) < freshness
}

func (s *standings) put(key standingKey, st standing, epoch int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if epoch != s.epoch {
		return
	}
	if len(s.known) >= maxStandings {
		clear(s.known)
	}
	s.known[key] = knownStanding{st, s.now()}
}

// changed forgets everything.
func (s *standings) changed() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.epoch++
	clear(s.known)
}
