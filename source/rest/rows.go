package rest

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/waggle-sql/waggle/dialect"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/source"
)

// errReleased ends a read that nobody wants any more.
var errReleased = errors.New("the reader was released")

// rows is a running read. It is the reader's; the requests run beside it, at most one page ahead.
type rows struct {
	refs    atomic.Int64
	task    *task
	schema  *arrow.Schema
	left    int64 // rows wanted; negative for all
	current arrow.RecordBatch
	cancel  context.CancelCauseFunc
	done    sync.WaitGroup
	failed  error // of the requests, once out is closed
	err     error
}

var _ source.Rows = (*rows)(nil)

// Run starts a read of an object: a dialect.Calls. 42P01 and 42703 for an object or column that the definition does not
// have; what the system answers comes from the reader. An empty request asks nothing.
func (c *conn) Run(ctx context.Context, r dialect.Request) (source.Rows, error) {
	calls, ok := r.(dialect.Calls)
	if !ok {
		return nil, pgerr.New(pgerr.Internal, "a REST source takes calls alone")
	}
	o := c.system.config.Definition.object(calls.Object)
	if o == nil {
		return nil, c.unknown(calls.Object)
	}
	columns, err := o.pick(calls.Columns)
	if err != nil {
		return nil, err
	}
	t := &task{conn: c, object: o, want: calls, base: source.RequestID(ctx), out: make(chan arrow.RecordBatch)}
	reader := &rows{task: t, schema: schemaOf(columns), left: calls.Limit}
	reader.refs.Store(1)
	ctx, reader.cancel = context.WithCancelCause(ctx)
	if calls.Empty || calls.Limit == 0 {
		close(t.out)
		return reader, nil
	}
	reader.done.Go(func() {
		defer close(t.out)
		reader.failed = pgerr.Contained(func() error { return t.run(ctx) })
	})
	return reader, nil
}

// Retain adds a reference.
func (r *rows) Retain() { r.refs.Add(1) }

// Release drops a reference; the last one stops the requests and waits for their end.
func (r *rows) Release() {
	if r.refs.Add(-1) != 0 {
		return
	}
	r.drop()
	r.cancel(errReleased)
	for batch := range r.task.out {
		batch.Release()
	}
	r.done.Wait()
}

// Schema is that of the columns asked for.
func (r *rows) Schema() *arrow.Schema { return r.schema }

// Next advances to the next batch, which is valid until the next call.
func (r *rows) Next() bool {
	r.drop()
	if r.err != nil || r.left == 0 {
		return false
	}
	batch, ok := <-r.task.out
	if !ok {
		r.done.Wait()
		if r.failed != nil {
			r.err = pgerr.From(r.failed)
		}
		return false
	}
	if r.left > 0 {
		batch = r.cut(batch)
	}
	r.current = batch
	r.task.count(func() { r.task.report.Rows += batch.NumRows() })
	return true
}

// cut keeps no more rows than are wanted.
func (r *rows) cut(batch arrow.RecordBatch) arrow.RecordBatch {
	if batch.NumRows() > r.left {
		whole := batch
		batch = whole.NewSlice(0, r.left)
		whole.Release()
	}
	r.left -= batch.NumRows()
	return batch
}

func (r *rows) drop() {
	if r.current != nil {
		r.current.Release()
		r.current = nil
	}
}

// RecordBatch returns the present batch.
func (r *rows) RecordBatch() arrow.RecordBatch { return r.current }

// Record returns the present batch.
func (r *rows) Record() arrow.RecordBatch { return r.current }

// Err returns what ended the read, nil at its end.
func (r *rows) Err() error { return r.err }

// Report tells what the system has said so far.
func (r *rows) Report() source.Report {
	r.task.mu.Lock()
	defer r.task.mu.Unlock()
	report := r.task.report
	report.Requests = slices.Clone(report.Requests)
	return report
}
