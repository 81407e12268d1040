package postgres

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/waggle-sql/waggle/dialect"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/source"
)

// errReleased ends a read that nobody wants any more.
var errReleased = errors.New("the reader was released")

// readAhead is how many batches are decoded before they are asked for. What is not asked for holds the server back.
const readAhead = 2

// rows is a running statement. Its first batch is read when it is asked for; if there are more, a goroutine reads them ahead.
type rows struct {
	refs    atomic.Int64
	ctx     context.Context
	cancel  context.CancelCauseFunc
	read    *reading
	ahead   chan arrow.RecordBatch // nil before the second batch; closed after the last one
	reader  sync.WaitGroup
	current arrow.RecordBatch
	begun   bool
	err     error
	report  source.Report
}

var _ source.Rows = (*rows)(nil)

// Run sends a dialect.Text in one flight. The server's refusal of the statement comes from Run or from the reader.
func (c *conn) Run(ctx context.Context, r dialect.Request) (source.Rows, error) {
	text, ok := r.(dialect.Text)
	if !ok {
		return nil, pgerr.New(pgerr.Internal, "a PostgreSQL source takes statements alone")
	}
	settings, err := wanted(text.Settings)
	if err != nil {
		return nil, err
	}
	lease, err := c.acquire(ctx, settings)
	if err != nil {
		return nil, err
	}
	out := &rows{}
	out.refs.Store(1)
	out.ctx, out.cancel = context.WithCancelCause(ctx)
	out.report = source.Report{QueryID: lease.Session.id(), Requests: []string{source.RequestID(ctx)}, Pages: 1, Status: "running"}
	out.read = newReading(c, lease, text.Text, text.Columns)
	out.read.cancel, out.read.settings = out.cancel, settings
	out.read.start(out.ctx)
	return out, nil
}

// Schema is that of the statement's columns.
func (r *rows) Schema() *arrow.Schema { return r.read.builder.Schema() }

// Retain adds a reference.
func (r *rows) Retain() { r.refs.Add(1) }

// Release drops a reference; the last one cancels a statement that still runs.
func (r *rows) Release() {
	if r.refs.Add(-1) != 0 {
		return
	}
	r.drop()
	r.cancel(errReleased)
	if r.ahead != nil {
		for b := range r.ahead {
			b.Release()
		}
		r.reader.Wait()
	}
	r.read.abandon(errReleased)
	r.read.builder.Release()
}

func (r *rows) drop() {
	if r.current != nil {
		r.current.Release()
		r.current = nil
	}
}

// Next advances to the next batch, which is valid until the next call.
func (r *rows) Next() bool {
	r.drop()
	if r.err != nil {
		return false
	}
	switch {
	case !r.begun:
		r.begun = true
		r.current = r.read.batch(r.ctx)
		r.report.QueryID, r.report.Retries = r.read.id, r.read.retries
	case r.ahead == nil && !r.read.over:
		r.ahead = make(chan arrow.RecordBatch, readAhead)
		r.reader.Go(r.fetch)
		fallthrough
	case r.ahead != nil:
		r.current = <-r.ahead
	}
	if r.current == nil {
		r.end()
		return false
	}
	r.report.Rows += r.current.NumRows()
	return true
}

// fetch reads batches until there are no more, or nobody wants them.
func (r *rows) fetch() {
	defer close(r.ahead)
	for {
		var b arrow.RecordBatch
		if err := pgerr.Contained(func() error { b = r.read.batch(r.ctx); return nil }); err != nil {
			r.read.fail(err)
			return
		}
		if b == nil {
			return
		}
		select {
		case r.ahead <- b:
		case <-r.ctx.Done():
			b.Release()
			r.read.fail(context.Cause(r.ctx))
			return
		}
	}
}

// end takes over how the statement ended.
func (r *rows) end() {
	r.err = r.read.err
	r.report.Bytes = r.read.bytes
	r.report.Status = "ok"
	if r.err != nil {
		r.report.Status = pgerr.Code(r.err)
	}
	r.cancel(errReleased) // nothing runs any more
}

// RecordBatch returns the present batch.
func (r *rows) RecordBatch() arrow.RecordBatch { return r.current }

// Record returns the present batch.
func (r *rows) Record() arrow.RecordBatch { return r.current }

// Err returns what ended the read, nil at its end.
func (r *rows) Err() error { return r.err }

// Report tells what the server has said so far; its own id of the statement is the backend's process id.
func (r *rows) Report() source.Report { return r.report }
