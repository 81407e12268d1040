package source

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/waggle-sql/waggle/internal/pgerr"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

type fakeSession struct {
	id     int64
	owner  Owner
	closed atomic.Int64
}

func (s *fakeSession) Close() error { s.closed.Add(1); return nil }

// opens counts the sessions that it opens.
type opens struct {
	n     atomic.Int64
	until time.Time
}

func (o *opens) of(k Key) Opener[*fakeSession] {
	return func(context.Context) (*fakeSession, time.Time, error) {
		return &fakeSession{id: o.n.Add(1), owner: k.Owner}, o.until, nil
	}
}

func key(person string, generation int64) Key {
	return Key{Owner: Owner{Organisation: "acme", Person: person, Generation: generation}}
}

func acquire(t *testing.T, p *Pool[*fakeSession], o *opens, k Key) *Lease[*fakeSession] {
	t.Helper()
	l, err := p.Acquire(t.Context(), k, o.of(k))
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestPoolReuse(t *testing.T) {
	var o opens
	p := NewPool[*fakeSession](PoolLimits{Idle: 1, Total: 10, Quiet: time.Minute, Life: time.Minute})
	ann := key("ann", 1)
	a, b := acquire(t, p, &o, ann), acquire(t, p, &o, ann)
	a.Return()
	b.Return()
	if a.Session.closed.Load() != 1 || b.Session.closed.Load() != 0 {
		t.Error("the older one of two idle sessions goes")
	}
	for _, other := range []Key{key("bob", 1), key("ann", 2), {Owner: ann.Owner, Role: "r"}, {Owner: ann.Owner, Warehouse: "w"}} {
		if l := acquire(t, p, &o, other); l.Reused {
			t.Errorf("%+v got another's session", other)
		} else {
			l.Destroy()
			l.Return()
			if l.Session.closed.Load() != 1 {
				t.Error("a destroyed session is closed once")
			}
		}
	}
	again := acquire(t, p, &o, ann)
	if !again.Reused || again.Session != b.Session {
		t.Error("the idle session is not used again")
	}
	fresh, err := p.Open(t.Context(), ann, o.of(ann))
	if err != nil || fresh.Reused {
		t.Error("Open reuses", err)
	}
	again.Return()
	_ = p.Close()
	fresh.Return()
	if again.Session.closed.Load() != 1 || fresh.Session.closed.Load() != 1 {
		t.Error("closing the pool closes every session")
	}
	if _, err := p.Acquire(t.Context(), ann, o.of(ann)); pgerr.Code(err) != pgerr.AdminShutdown {
		t.Error(err)
	}
}

func TestPoolForget(t *testing.T) {
	var o opens
	for _, c := range []struct {
		forget Owner
		kept   bool
	}{
		{Owner{Organisation: "acme", Person: "ann"}, false}, {Owner{Organisation: "acme"}, false}, {Owner{Organisation: "acme", Person: "ann", Generation: 3}, false},
		{Owner{Organisation: "acme", Person: "ann", Generation: 2}, true}, {Owner{Organisation: "acme", Person: "bob"}, true}, {Owner{Organisation: "other"}, true},
	} {
		p := NewPool[*fakeSession](DefaultPoolLimits)
		idle, used := acquire(t, p, &o, key("ann", 2)), acquire(t, p, &o, key("ann", 2))
		idle.Return()
		p.Forget(c.forget)
		used.Return()
		p.ending.Wait()
		if kept := idle.Session.closed.Load() == 0; kept != c.kept {
			t.Errorf("%+v: idle kept: %t", c.forget, kept)
		}
		if kept := used.Session.closed.Load() == 0; kept != c.kept {
			t.Errorf("%+v: used kept: %t", c.forget, kept)
		}
		_ = p.Close()
	}
}

func TestPoolEnds(t *testing.T) {
	o := opens{until: time.Now().Add(30 * time.Millisecond)}
	p := NewPool[*fakeSession](PoolLimits{Idle: 4, Total: 4, Quiet: time.Hour, Life: time.Hour})
	defer p.Close()
	l := acquire(t, p, &o, key("ann", 1))
	l.Return()
	time.Sleep(40 * time.Millisecond)
	next := acquire(t, p, &o, key("ann", 1))
	if next.Reused {
		t.Error("a session serves after its token's end")
	}
	next.Return()
	if next.Session.closed.Load() != 1 {
		t.Error("a session past its end is kept")
	}
	quiet := NewPool[*fakeSession](PoolLimits{Idle: 4, Total: 4, Quiet: 20 * time.Millisecond, Life: time.Hour})
	defer quiet.Close()
	l = acquire(t, quiet, &opens{}, key("ann", 1))
	l.Return()
	for begun := time.Now(); l.Session.closed.Load() == 0; time.Sleep(time.Millisecond) {
		if time.Since(begun) > 5*time.Second {
			t.Fatal("a quiet session is kept")
		}
	}
	broken := errors.New("no")
	if _, err := p.Acquire(t.Context(), key("eve", 1), func(context.Context) (*fakeSession, time.Time, error) { return nil, time.Time{}, broken }); err != broken || len(p.used) != 0 {
		t.Error(err, len(p.used))
	}
}

// TestPoolTogether has many people acquire, return, destroy and forget at once: nobody gets another's session.
func TestPoolTogether(t *testing.T) {
	var o opens
	p := NewPool[*fakeSession](PoolLimits{Idle: 2, Total: 6, Quiet: 20 * time.Millisecond, Life: 50 * time.Millisecond})
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			for n := range 2000 {
				k := key(string(rune('a'+i%4)), int64(1+n/500))
				l, err := p.Acquire(t.Context(), k, o.of(k))
				if err != nil || l.Session.owner != k.Owner || l.Session.closed.Load() != 0 {
					t.Error("wrong session", err)
					return
				}
				switch n % 7 {
				case 0:
					l.Destroy()
				case 1:
					p.Forget(k.Owner)
					l.Return()
				default:
					l.Return()
				}
			}
		})
	}
	all.Wait()
	_ = p.Close()
	if len(p.idle) != 0 || len(p.used) != 0 || p.count != 0 {
		t.Error(len(p.idle), len(p.used), p.count)
	}
}

// TestPoolDiscard: a discarded session is closed once, beside whoever discards it or, when the pool is closed, before that goes on.
func TestPoolDiscard(t *testing.T) {
	var o opens
	p := NewPool[*fakeSession](DefaultPoolLimits)
	early, late := acquire(t, p, &o, key("ann", 1)), acquire(t, p, &o, key("ann", 1))
	early.Discard()
	early.Discard()
	early.Return()
	_ = p.Close()
	late.Discard()
	if early.Session.closed.Load() != 1 || late.Session.closed.Load() != 1 {
		t.Error(early.Session.closed.Load(), late.Session.closed.Load())
	}
}
