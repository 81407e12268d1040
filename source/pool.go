package source

import (
	"context"
	"sync"
	"time"

	"github.com/waggle-sql/waggle/internal/pgerr"
)

// Session is one authenticated session at a system. Close ends it, within a bound of its own.
type Session interface{ Close() error }

// Key is for whom and as what a session is open; a session serves requests of its own key alone.
type Key struct {
	Owner     Owner
	Role      string
	Warehouse string
}

// PoolLimits bound what a Pool keeps open.
type PoolLimits struct {
	Idle  int           // sessions of one key that wait for their next request; the oldest goes first
	Total int           // sessions of all keys that wait
	Quiet time.Duration // how long a session waits at most
	Life  time.Duration // how long a session serves at most
}

// DefaultPoolLimits suit a system whose sessions are dear to open and cheap to keep.
var DefaultPoolLimits = PoolLimits{Idle: 8, Total: 2000, Quiet: 2 * time.Minute, Life: 30 * time.Minute}

// Pool keeps people's sessions open between their requests. It is safe for concurrent use; its zero value is not usable.
type Pool[S Session] struct {
	limits PoolLimits
	mu     sync.Mutex
	idle   map[Key][]*Lease[S] // the last one has been used last
	count  int                 // of all in idle
	used   map[*Lease[S]]struct{}
	sweep  *time.Timer    // set while anything is idle
	ending sync.WaitGroup // sessions that are being closed in the background
	closed bool
}

// NewPool returns an empty pool. It runs nothing while nothing is idle.
func NewPool[S Session](l PoolLimits) *Pool[S] {
	return &Pool[S]{limits: l, idle: map[Key][]*Lease[S]{}, used: map[*Lease[S]]struct{}{}}
}

// Lease is a session in one request's hands. Its holder calls Return, Destroy or Discard; calls after the first one do nothing.
type Lease[S Session] struct {
	Session S
	Reused  bool // it has served before: the system may have ended it meanwhile
	pool    *Pool[S]
	key     Key
	until   time.Time // it serves no request that begins later
	quiet   time.Time // when it has waited for too long
	over    bool      // it must not be used again
	back    bool      // returned or destroyed
}

// Opener opens a session that may serve until a moment; the zero time is the pool's own limit.
type Opener[S Session] func(ctx context.Context) (s S, until time.Time, err error)

// Acquire returns the key's session that was used last, or a new one. Its errors are open's, and 57P01 once the pool is closed.
func (p *Pool[S]) Acquire(ctx context.Context, k Key, open Opener[S]) (*Lease[S], error) {
	if l := p.take(k); l != nil {
		return l, nil
	}
	return p.Open(ctx, k, open)
}

// Open returns a new session even where one is idle: after a reused one turned out dead.
func (p *Pool[S]) Open(ctx context.Context, k Key, open Opener[S]) (*Lease[S], error) {
	l := &Lease[S]{pool: p, key: k}
	if !p.enter(l) { // before it is opened, so that Forget reaches it
		return nil, pgerr.New(pgerr.AdminShutdown, "the server is shutting down")
	}
	s, until, err := open(ctx)
	if err != nil {
		p.leave(l)
		return nil, err
	}
	l.Session, l.until = s, time.Now().Add(p.limits.Life)
	if !until.IsZero() && until.Before(l.until) {
		l.until = until
	}
	return l, nil
}

func (p *Pool[S]) enter(l *Lease[S]) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.closed {
		p.used[l] = struct{}{}
	}
	return !p.closed
}

func (p *Pool[S]) leave(l *Lease[S]) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.used, l)
}

// take moves the idle session that was used last into use.
func (p *Pool[S]) take(k Key) *Lease[S] {
	p.mu.Lock()
	defer p.mu.Unlock()
	waiting := p.idle[k]
	if len(waiting) == 0 {
		return nil
	}
	last := waiting[len(waiting)-1]
	if now := time.Now(); now.After(last.until) || now.After(last.quiet) {
		return nil // the sweep closes it
	}
	p.keep(k, waiting[:len(waiting)-1])
	p.count--
	l := &Lease[S]{Session: last.Session, Reused: true, pool: p, key: k, until: last.until}
	p.used[l] = struct{}{}
	return l
}

// keep sets what is idle of a key.
func (p *Pool[S]) keep(k Key, waiting []*Lease[S]) {
	if len(waiting) == 0 {
		delete(p.idle, k)
		return
	}
	p.idle[k] = waiting
}

// Return gives the session back for the key's next request. Only a session whose request was read to its end without an error,
// and that is as clean as a new one, may come back.
func (l *Lease[S]) Return() {
	p := l.pool
	p.mu.Lock()
	if l.back {
		p.mu.Unlock()
		return
	}
	l.back = true
	delete(p.used, l)
	now := time.Now()
	if l.over || p.closed || p.limits.Idle < 1 || p.count >= p.limits.Total || now.After(l.until) {
		p.mu.Unlock()
		_ = l.Session.Close()
		return
	}
	waiting, gone := p.idle[l.key], (*Lease[S])(nil)
	if len(waiting) >= p.limits.Idle {
		gone, waiting = waiting[0], waiting[1:]
		p.count--
	}
	l.quiet = now.Add(p.limits.Quiet)
	p.idle[l.key] = append(waiting, l)
	p.count++
	p.schedule()
	p.mu.Unlock()
	if gone != nil {
		_ = gone.Session.Close()
	}
}

// Destroy ends the session: after an error, a cancellation or an incomplete read.
func (l *Lease[S]) Destroy() {
	l.pool.mu.Lock()
	done := l.back
	l.back = true
	delete(l.pool.used, l)
	l.pool.mu.Unlock()
	if !done {
		_ = l.Session.Close()
	}
}

// Discard is Destroy for a request that does not wait for the session's end; Close does.
func (l *Lease[S]) Discard() {
	p := l.pool
	p.mu.Lock()
	here := !l.back && p.closed
	if !l.back && !p.closed {
		p.ending.Go(func() { _ = l.Session.Close() })
	}
	l.back = true
	delete(p.used, l)
	p.mu.Unlock()
	if here {
		_ = l.Session.Close()
	}
}

// schedule makes sure that idle sessions are looked at before long.
func (p *Pool[S]) schedule() {
	if p.sweep == nil && p.count > 0 && !p.closed {
		p.sweep = time.AfterFunc(max(p.limits.Quiet/4, 10*time.Millisecond), p.expire)
	}
}

// expire ends what has waited or lived for too long.
func (p *Pool[S]) expire() {
	now := time.Now()
	p.mu.Lock()
	if p.closed {
		p.mu.Unlock()
		return
	}
	p.sweep = nil
	p.ending.Add(1)
	defer p.ending.Done()
	gone := p.remove(func(l *Lease[S]) bool { return now.After(l.quiet) || now.After(l.until) })
	p.schedule()
	p.mu.Unlock()
	end(gone)
}

// remove takes idle sessions out; the caller holds the lock, and ends them without it.
func (p *Pool[S]) remove(chosen func(*Lease[S]) bool) []*Lease[S] {
	var gone []*Lease[S]
	for k, waiting := range p.idle {
		var rest []*Lease[S]
		for _, l := range waiting {
			if chosen(l) {
				gone = append(gone, l)
			} else {
				rest = append(rest, l)
			}
		}
		p.keep(k, rest)
	}
	p.count -= len(gone)
	return gone
}

// end closes sessions at once, and returns when all are closed.
func end[S Session](gone []*Lease[S]) {
	var all sync.WaitGroup
	for _, l := range gone {
		all.Go(func() { _ = l.Session.Close() })
	}
	all.Wait()
}

// Forget ends a person's sessions as Source.Forget says: idle ones in the background, those in use when they come back.
func (p *Pool[S]) Forget(o Owner) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for l := range p.used {
		l.over = l.over || o.covers(l.key.Owner)
	}
	if gone := p.remove(func(l *Lease[S]) bool { return o.covers(l.key.Owner) }); len(gone) > 0 {
		p.ending.Go(func() { end(gone) })
	}
}

// covers reports whether o, as Forget takes it, means what belongs to k.
func (o Owner) covers(k Owner) bool {
	return o.Organisation == k.Organisation && (o.Person == "" || o.Person == k.Person) && (o.Generation == 0 || k.Generation < o.Generation)
}

// Close ends what is idle, and has what is in use ended when it comes back. It returns nil once the idle sessions are closed.
func (p *Pool[S]) Close() error {
	p.mu.Lock()
	p.closed = true
	if p.sweep != nil {
		p.sweep.Stop()
	}
	gone := p.remove(func(*Lease[S]) bool { return true })
	p.mu.Unlock()
	end(gone)
	p.ending.Wait()
	return nil
}
