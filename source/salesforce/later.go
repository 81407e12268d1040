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

// start runs f, whose error is nobody's any more, in the background; behind close, before it returns.
func (l *later) start(f func() error) {
	contained := func() { _ = pgerr.Contained(f) }
	if l.closing(contained) {
		contained()
	}
}

// closing reports whether nothing is begun any more, and begins f otherwise.
func (l *later) closing(f func()) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.closed {
		l.at.Go(f)
	}
	return l.closed
}

// close waits for all that goes on.
func (l *later) close() {
	l.mu.Lock()
	l.closed = true
	l.mu.Unlock()
	l.at.Wait()
}
