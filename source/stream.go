package source

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/waggle-sql/waggle/internal/pgerr"
)

// errReleased ends a read that nobody wants any more.
var errReleased = errors.New("the reader was released")

// StreamOptions are what a Stream is made of.
type StreamOptions struct {
	Schema *arrow.Schema
	Limit  int64 // rows that are handed on at most; negative for all
	// Run makes the batches and gives each to emit. It has returned before Release does.
	Run   func(ctx context.Context, emit Emit) error
	Read  func(rows int64) // is told of each batch that is handed on
	Ended func(err error)  // is told once how the read has ended, before Next returns false; nil at its regular end
}

// Emit takes a batch over and hands it on; its error, when ctx is over or nothing more is wanted, ends the read.
type Emit func(ctx context.Context, b arrow.RecordBatch) error

// Stream is a running read: its requests run beside its reader, one batch ahead. It is an array.RecordReader, for one goroutine.
type Stream struct {
	options StreamOptions
	refs    atomic.Int64
	left    int64
	out     chan arrow.RecordBatch
	current arrow.RecordBatch
	cancel  context.CancelCauseFunc
	done    sync.WaitGroup
	failed  error // of Run, once out is closed
	ended   bool
	err     error
}

// NewStream starts a read.
func NewStream(ctx context.Context, o StreamOptions) *Stream {
	s := &Stream{options: o, left: o.Limit, out: make(chan arrow.RecordBatch)}
	s.refs.Store(1)
	ctx, s.cancel = context.WithCancelCause(ctx)
	s.done.Go(func() {
		defer close(s.out)
		s.failed = pgerr.Contained(func() error { return o.Run(ctx, s.emit) })
	})
	return s
}

func (s *Stream) emit(ctx context.Context, b arrow.RecordBatch) error {
	select {
	case s.out <- b:
		return nil
	case <-ctx.Done():
		b.Release()
		return context.Cause(ctx)
	}
}

// Retain adds a reference.
func (s *Stream) Retain() { s.refs.Add(1) }

// Release drops a reference; the last one stops the requests and waits for their end.
func (s *Stream) Release() {
	if s.refs.Add(-1) != 0 {
		return
	}
	s.drop()
	s.cancel(errReleased)
	for batch := range s.out {
		batch.Release()
	}
	s.done.Wait()
}

// Schema is that of the batches.
func (s *Stream) Schema() *arrow.Schema { return s.options.Schema }

// Next advances to the next batch, which is valid until the next call.
func (s *Stream) Next() bool {
	s.drop()
	if s.ended {
		return false
	}
	if s.left == 0 {
		return s.end(nil)
	}
	batch, ok := <-s.out
	if !ok {
		s.done.Wait()
		return s.end(s.failed)
	}
	if s.left > 0 {
		batch = s.cut(batch)
	}
	s.current = batch
	s.options.Read(batch.NumRows())
	return true
}

// cut keeps no more rows than are wanted.
func (s *Stream) cut(batch arrow.RecordBatch) arrow.RecordBatch {
	if batch.NumRows() > s.left {
		whole := batch
		batch = whole.NewSlice(0, s.left)
		whole.Release()
	}
	s.left -= batch.NumRows()
	return batch
}

func (s *Stream) end(err error) bool {
	if s.ended = true; err != nil {
		s.err = pgerr.From(err)
	}
	s.options.Ended(s.err)
	return false
}

func (s *Stream) drop() {
	if s.current != nil {
		s.current.Release()
		s.current = nil
	}
}

// RecordBatch returns the present batch.
func (s *Stream) RecordBatch() arrow.RecordBatch { return s.current }

// Record returns the present batch.
func (s *Stream) Record() arrow.RecordBatch { return s.current }

// Err returns what ended the read, nil at its end.
func (s *Stream) Err() error { return s.err }
