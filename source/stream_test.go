package source

import (
	"context"
	"errors"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/waggle-sql/waggle/internal/pgerr"
)

var streamSchema = arrow.NewSchema([]arrow.Field{{Name: "c1", Type: arrow.PrimitiveTypes.Int64}}, nil)

func streamBatch(n int) arrow.RecordBatch {
	b := array.NewRecordBuilder(memory.DefaultAllocator, streamSchema)
	defer b.Release()
	for i := range n {
		b.Field(0).(*array.Int64Builder).Append(int64(i))
	}
	return b.NewRecordBatch()
}

// TestStream: batches come in order, no more rows than wanted, and the end is told once.
func TestStream(t *testing.T) {
	broken := pgerr.New(pgerr.ConnectionFailure, "broken")
	for name, c := range map[string]struct {
		limit, rows int64
		err         error
	}{"all": {-1, 9, nil}, "some": {4, 4, nil}, "none": {0, 0, nil}, "error": {-1, 9, broken}} {
		t.Run(name, func(t *testing.T) {
			var rows int64
			var ends []error
			s := NewStream(t.Context(), StreamOptions{Schema: streamSchema, Limit: c.limit, Read: func(n int64) { rows += n }, Ended: func(err error) { ends = append(ends, err) },
				Run: func(ctx context.Context, emit Emit) error {
					for range 3 {
						if err := emit(ctx, streamBatch(3)); err != nil {
							return err
						}
					}
					return c.err
				}})
			defer s.Release()
			for s.Next() {
				if s.RecordBatch().NumRows() == 0 {
					t.Error("an empty batch")
				}
			}
			if rows != c.rows || s.Next() || len(ends) != 1 || !errors.Is(ends[0], c.err) || !errors.Is(s.Err(), c.err) {
				t.Errorf("%d rows, %v, %v", rows, ends, s.Err())
			}
		})
	}
}

// TestStreamRelease: a reader that goes away ends the requests, and waits for them.
func TestStreamRelease(t *testing.T) {
	over := false
	s := NewStream(t.Context(), StreamOptions{Schema: streamSchema, Limit: -1, Read: func(int64) {}, Ended: func(error) {},
		Run: func(ctx context.Context, emit Emit) error {
			defer func() { over = true }()
			for {
				if err := emit(ctx, streamBatch(1)); err != nil {
					return err
				}
			}
		}})
	s.Next()
	s.Release()
	if !over {
		t.Error("the requests go on")
	}
	p := NewStream(t.Context(), StreamOptions{Schema: streamSchema, Limit: -1, Read: func(int64) {}, Ended: func(error) {},
		Run: func(context.Context, Emit) error { panic("x") }})
	defer p.Release()
	if p.Next() || pgerr.Code(p.Err()) != pgerr.Internal {
		t.Error(p.Err())
	}
}
