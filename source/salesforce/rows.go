package salesforce

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

// rows is a running read. It is the reader's; the requests run beside it, at most one batch ahead.
type rows struct {
	refs    atomic.Int64
	task    *task
	current arrow.RecordBatch
	cancel  context.CancelCauseFunc
	done    sync.WaitGroup
	failed  error // of the requests, once out is closed
	err     error
}

var _ source.Rows = (*rows)(nil)

// Run starts a dialect.Text with Records. It returns at once; what Salesforce answers, a refusal too, comes from the reader.
func (c *conn) Run(ctx context.Context, r dialect.Request) (source.Rows, error) {
	text, ok := r.(dialect.Text)
	if !ok || text.Records == nil || len(text.Records.Values) != len(text.Columns) {
		return nil, pgerr.New(pgerr.Internal, "a Salesforce source takes SOQL alone")
	}
	form, err := newForm(c.system.config.Name, text)
	if err != nil {
		return nil, err
	}
	t := &task{conn: c, text: text, base: source.RequestID(ctx), form: form, out: make(chan arrow.RecordBatch)}
	reader := &rows{task: t}
	reader.refs.Store(1)
	t.report.Status = "running"
	ctx, reader.cancel = context.WithCancelCause(ctx)
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

// Schema is that of the statement's columns.
func (r *rows) Schema() *arrow.Schema { return r.task.form.schema }

// Next advances to the next batch, which is valid until the next call.
func (r *rows) Next() bool {
	r.drop()
	if r.err != nil {
		return false
	}
	batch, ok := <-r.task.out
	if !ok {
		r.done.Wait()
		r.end()
		return false
	}
	r.current = batch
	r.task.note(func() { r.task.report.Rows += batch.NumRows() })
	return true
}

// end notes how the read ended, and what is left of the organisation's requests.
func (r *rows) end() {
	status := "ok"
	if r.failed != nil {
		r.err = pgerr.From(r.failed)
		status = pgerr.Code(r.err)
	}
	_, base := r.task.conn.current()
	if used := r.task.conn.system.allowances.text(base.Host); used != "" {
		status += ", " + used
	}
	r.task.note(func() { r.task.report.Status = status })
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

// Report tells what Salesforce has said so far.
func (r *rows) Report() source.Report {
	r.task.mu.Lock()
	defer r.task.mu.Unlock()
	report := r.task.report
	report.Requests = slices.Clone(report.Requests)
	return report
}
