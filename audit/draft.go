package audit

import (
	"context"

	"github.com/waggle-sql/waggle/internal/pgerr"
)

// Draft is a statement that calls no source and has not been recorded yet. It is used by one goroutine.
type Draft struct{ it *item }

// Draft takes a statement down that calls no source, so that one record of Done can take the place of Begin and End. It
// queues nothing, and refuses like Begin while the log cannot be written.
func (l *Log) Draft(ctx context.Context, b Begin) (*Draft, error) {
	_, it, err := l.begin(ctx, kindDone, b)
	if err == nil {
		err = it.check()
	}
	if err != nil {
		return nil, err
	}
	return &Draft{it}, nil
}

// Done records a drafted statement and its end with the next group commit, for which it waits only where too much is queued.
// While the disk fails the record is kept and written later. It is called once.
func (l *Log) Done(ctx context.Context, d *Draft, e End) error {
	w := objectWriter{dst: d.it.body[:len(d.it.body)-1]}
	w.end(&e)
	var err error
	if d.it.body, err = w.close(); err != nil {
		return err
	}
	l.mu.Lock()
	if l.closed {
		l.mu.Unlock()
		return pgerr.New(pgerr.AdminShutdown, "the audit log is closed")
	}
	full := l.queued > queueBytes
	if full {
		d.it.done = make(chan error, 1)
	}
	l.enqueue(d.it)
	l.mu.Unlock()
	if full {
		return l.wait(ctx, d.it)
	}
	return nil
}
