package proxy

import (
	"errors"
	"net"
	"os"
	"sync/atomic"
	"time"
)

// paced is a connection whose writes fail when the client has taken nothing for the timeout; a slow client may take as
// long as it likes. Its methods may be called by several goroutines.
type paced struct {
	net.Conn
	timeout time.Duration
	due     time.Time    // the write deadline that is set, of the writing goroutine
	last    atomic.Int64 // when writing ends in any case, in nanoseconds since 1970; 0 for never
}

// Write writes all of b, or fails.
func (p *paced) Write(b []byte) (int, error) {
	written := 0
	for {
		if err := p.arm(); err != nil {
			return written, err
		}
		n, err := p.Conn.Write(b[written:])
		written += n
		last := p.last.Load()
		over := last != 0 && time.Now().UnixNano() >= last
		if err == nil || n == 0 || over || !errors.Is(err, os.ErrDeadlineExceeded) {
			return written, err
		}
	}
}

// arm sets the deadline of a write. One that is set already serves while most of the timeout is left.
func (p *paced) arm() error {
	now, last := time.Now(), p.last.Load()
	if last == 0 && p.due.Sub(now) > p.timeout-p.timeout/8 {
		return nil
	}
	p.due = now.Add(p.timeout)
	if last != 0 {
		p.due = time.Time{}
		return p.Conn.SetWriteDeadline(time.Unix(0, last))
	}
	return p.Conn.SetWriteDeadline(p.due)
}

// endWrites makes writing fail from a moment on, also a write under way; the zero time takes that back.
func (p *paced) endWrites(at time.Time) {
	if at.IsZero() {
		p.last.Store(0)
		return
	}
	p.last.Store(at.UnixNano())
	_ = p.Conn.SetWriteDeadline(at)
}
