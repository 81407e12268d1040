package vault

import (
	"context"
	"sync"
	"time"

	"github.com/waggle-sql/waggle/internal/pgerr"
)

// flights lets one refresh per connection run at a time; others wait for its end. A refresh goes on when all who wait have left: the
// source may have rotated the tokens already.
type flights struct {
	mu      sync.Mutex
	running map[connKey]*flight
	group   sync.WaitGroup
}

type flight struct {
	done chan struct{}
	err  error
}

// waitTimeout bounds how long a refresh waits for another process that is at it.
const waitTimeout = 20 * time.Second

// join waits for the running refresh of key, or starts f as one. f's context outlives the caller's.
func (f *flights) join(ctx context.Context, key connKey, refresh func(context.Context) error) error {
	f.mu.Lock()
	current := f.running[key]
	if current == nil {
		current = &flight{done: make(chan struct{})}
		f.running[key] = current
		f.group.Add(1)
		go f.fly(context.WithoutCancel(ctx), key, current, refresh)
	}
	f.mu.Unlock()
	select {
	case <-current.done:
		return current.err
	case <-ctx.Done():
		return pgerr.From(ctx.Err())
	}
}

func (f *flights) fly(ctx context.Context, key connKey, current *flight, refresh func(context.Context) error) {
	defer f.group.Done()
	ctx, cancel := context.WithTimeout(ctx, waitTimeout)
	defer cancel()
	current.err = pgerr.Contained(func() error { return refresh(ctx) })
	f.mu.Lock()
	delete(f.running, key)
	f.mu.Unlock()
	close(current.done)
}

// busy reports whether a refresh of key is running here.
func (f *flights) busy(key connKey) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.running[key] != nil
}

// breaker spares a sign-in server that fails: after each failure nobody calls it for a while, twice as long each time.
type breaker struct {
	now     func() time.Time
	mu      sync.Mutex
	sources map[string]*breach
}

type breach struct {
	failures int
	until    time.Time
}

const longestBreach = time.Minute

// open reports whether a source may not be called now.
func (b *breaker) open(source string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	s := b.sources[source]
	return s != nil && b.now().Before(s.until)
}

func (b *breaker) failed(source string, after time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	s := b.sources[source]
	if s == nil {
		s = &breach{}
		b.sources[source] = s
	}
	s.failures = min(s.failures+1, 8)
	pause := min(time.Second<<(s.failures-1), longestBreach)
	s.until = b.now().Add(max(pause, after))
}

func (b *breaker) succeeded(source string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.sources, source)
}
