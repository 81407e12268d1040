package catalog

import (
	"sync/atomic"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"

	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/source"
)

// batches reads a relation's batches, cut down to the columns asked for.
type batches struct {
	refs    atomic.Int64
	schema  *arrow.Schema
	fields  []int
	next    func() (arrow.RecordBatch, error) // nil, nil at the end; the batch is of the whole relation
	stop    func()
	current arrow.RecordBatch
	err     error
	rows    int64
}

var _ source.Rows = (*batches)(nil)

func newReader(r *relation, fields []int, next func() (arrow.RecordBatch, error), stop func()) *batches {
	all := r.schema()
	picked := make([]arrow.Field, len(fields))
	for i, f := range fields {
		picked[i] = all.Field(f)
	}
	b := &batches{schema: arrow.NewSchema(picked, nil), fields: fields, next: next, stop: stop}
	b.refs.Store(1)
	return b
}

// newBatches reads batches that are in memory; nil ones are skipped.
func newBatches(r *relation, fields []int, list ...arrow.RecordBatch) *batches {
	next := func() (arrow.RecordBatch, error) {
		for len(list) > 0 {
			batch := list[0]
			list = list[1:]
			if batch != nil && batch.NumRows() > 0 {
				return batch, nil
			}
		}
		return nil, nil
	}
	return newReader(r, fields, next, func() {})
}

// Next advances to the next batch.
func (b *batches) Next() bool {
	b.drop()
	if b.err != nil {
		return false
	}
	batch, err := b.next()
	if err != nil {
		b.err = pgerr.From(err)
	}
	if batch == nil || err != nil {
		return false
	}
	columns := make([]arrow.Array, len(b.fields))
	for i, f := range b.fields {
		columns[i] = batch.Column(f)
	}
	b.current = array.NewRecordBatch(b.schema, columns, batch.NumRows())
	b.rows += batch.NumRows()
	return true
}

func (b *batches) drop() {
	if b.current != nil {
		b.current.Release()
		b.current = nil
	}
}

// RecordBatch returns the current batch, valid until the next call of Next.
func (b *batches) RecordBatch() arrow.RecordBatch { return b.current }

// Record returns the current batch.
func (b *batches) Record() arrow.RecordBatch { return b.current }

// Schema is that of the columns asked for, in their order.
func (b *batches) Schema() *arrow.Schema { return b.schema }

// Err returns what ended the stream early.
func (b *batches) Err() error { return b.err }

// Retain adds a holder.
func (b *batches) Retain() { b.refs.Add(1) }

// Release ends the stream when its last holder releases it.
func (b *batches) Release() {
	if b.refs.Add(-1) == 0 {
		b.drop()
		b.stop()
	}
}

// Report counts the rows; the catalog has no ids of its own.
func (b *batches) Report() source.Report { return source.Report{Rows: b.rows, Status: "ok"} }
