package engine

import (
	"sync/atomic"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"

	"github.com/waggle-sql/waggle/internal/pgerr"
)

// Result streams the rows of an execution. Its Columns are those of the Prepared. Reading is pulling: while nobody reads,
// the sources wait. It is used by one goroutine.
type Result struct {
	refs  atomic.Int64
	run   *run
	rows  array.RecordReader
	read  int64
	err   error
	sent  int64
	bytes int64
}

func newResult(r *run, rows array.RecordReader) *Result {
	out := &Result{run: r, rows: rows}
	out.refs.Store(1)
	return out
}

// Sent tells what reached the client, for the audit record.
func (r *Result) Sent(rows, bytes int64) { r.sent, r.bytes = r.sent+rows, r.bytes+bytes }

// Fail tells why the client will not get the rest, for the audit record; the first error counts.
func (r *Result) Fail(err error) {
	if r.err == nil {
		r.err = err
	}
}

// Retain adds a reference.
func (r *Result) Retain() { r.refs.Add(1) }

// Release drops a reference; the last one closes everything that the execution opened and ends its audit record.
func (r *Result) Release() {
	if r.refs.Add(-1) != 0 {
		return
	}
	r.Fail(pgerr.Contained(func() error { r.rows.Release(); return nil }))
	r.run.finish(r.sent, r.bytes, r.err)
}

// Schema is the batches' schema.
func (r *Result) Schema() *arrow.Schema { return r.rows.Schema() }

// Next moves to the next batch.
func (r *Result) Next() bool {
	if r.err != nil {
		return false
	}
	var more bool
	err := pgerr.Contained(func() error {
		if more = r.rows.Next(); more {
			return nil
		}
		return r.rows.Err()
	})
	if !more {
		r.err = pgerrOrNil(err)
		return false
	}
	r.read += r.rows.RecordBatch().NumRows()
	if limit := r.run.engine.config.Limits.Rows; limit > 0 && r.read > limit {
		r.err = pgerr.New(pgerr.ProgramLimitExceeded, "the result has more than %d rows", limit).
			WithHint("Aggregate or filter, or ask the administrator to raise limits.rows.")
		return false
	}
	return true
}

// RecordBatch is the current batch, valid until Next.
func (r *Result) RecordBatch() arrow.RecordBatch { return r.rows.RecordBatch() }

// Record is the former name of RecordBatch.
func (r *Result) Record() arrow.RecordBatch { return r.rows.RecordBatch() }

// Err is why the rows ended early, nil at their end.
func (r *Result) Err() error { return r.err }

func pgerrOrNil(err error) error {
	if err == nil {
		return nil
	}
	return pgerr.From(err)
}
