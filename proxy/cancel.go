package proxy

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/binary"
	"net/netip"
	"sync"

	"golang.org/x/time/rate"
)

// registry knows the sessions by the number that BackendKeyData gave them. It is safe for concurrent use.
type registry struct {
	mu       sync.Mutex
	sessions map[uint32]*session
	limits   map[netip.Addr]*rate.Limiter
}

// cancelRate and cancelBurst bound the cancel requests of one address, so that a short key cannot be guessed.
const (
	cancelRate     = 20
	cancelBurst    = 100
	cancelLimiters = 4096
)

// add gives the session a number and a key: 4 bytes under protocol 3.0, 32 under 3.2.
func (r *registry) add(s *session, keySize int) {
	s.key = make([]byte, keySize)
	_, _ = rand.Read(s.key) // never fails, see crypto/rand
	r.mu.Lock()
	defer r.mu.Unlock()
	for s.pid == 0 || r.sessions[s.pid] != nil {
		var b [4]byte
		_, _ = rand.Read(b[:])
		s.pid = binary.BigEndian.Uint32(b[:]) >> 1
	}
	r.sessions[s.pid] = s
}

func (r *registry) remove(s *session) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.sessions, s.pid)
}

// cancel serves a CancelRequest, which is never answered: the caller closes the connection.
func (r *registry) cancel(from netip.Addr, body []byte) {
	if len(body) < 4 || !r.allow(from) {
		return
	}
	pid, key := binary.BigEndian.Uint32(body), body[4:]
	s := r.find(pid)
	if s == nil || subtle.ConstantTimeCompare(s.key, key) != 1 {
		return
	}
	s.runner.cancelRunning(errCanceled)
}

func (r *registry) find(pid uint32) *session {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.sessions[pid]
}

func (r *registry) allow(from netip.Addr) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	l := r.limits[from]
	if l == nil {
		if len(r.limits) >= cancelLimiters {
			clear(r.limits)
		}
		l = rate.NewLimiter(cancelRate, cancelBurst)
		r.limits[from] = l
	}
	return l.Allow()
}

func (r *registry) all() []*session {
	r.mu.Lock()
	defer r.mu.Unlock()
	out := make([]*session, 0, len(r.sessions))
	for _, s := range r.sessions {
		out = append(out, s)
	}
	return out
}
