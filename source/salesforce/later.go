package salesforce

import (
	"sync"

	"github.com/waggle-sql/waggle/internal/pgerr"
)

// later is what goes on in the background when its statement has ended. Its zero value is ready.
type later struct {
	mu     sync.Mutex
	closed bool
	at     sync.WaitGroup
}

// start runs f, whose error is nobody's any more, in the background; false behind close, where it does not run.
func (l *later) start(f func() error) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.closed {
		l.at.Go(func() { _ = pgerr.Contained(f) })
	}
	return !l.closed
}

// finish is start of what must not be left undone: behind close it runs before finish returns.
func (l *later) finish(f func() error) {
	if !l.start(f) {
		_ = pgerr.Contained(f)
	}
}

// close waits for all that goes on.
func (l *later) close() {
	l.mu.Lock()
	l.closed = true
	l.mu.Unlock()
	l.at.Wait()
}
