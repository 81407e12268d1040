package snowflake

import (
	"context"
	"errors"
	"strconv"
	"sync"
	"sync/atomic"

	"github.com/apache/arrow-go/v18/arrow"
	sf "github.com/snowflakedb/gosnowflake/v2"

	"github.com/waggle-sql/waggle/dialect"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/planner/plan"
	"github.com/waggle-sql/waggle/source"
	"github.com/waggle-sql/waggle/source/coerce"
)

// errReleased ends a read that nobody wants any more.
var errReleased = errors.New("the reader was released")

// ahead is how many chunks are read while the present one is handed on.
const ahead = 2

// rows is a running statement. It is the reader's; the statement and its chunks run beside it.
type rows struct {
	refs    atomic.Int64
	conn    *conn
	text    dialect.Text
	rec     *recorder
	schema  *arrow.Schema
	line    chan *chunk // in the order of the result
	chunk   *chunk      // being handed on
	decode  chan struct{}
	done    sync.WaitGroup
	failed  error // of the statement, once line is closed
	current arrow.RecordBatch
	err     error
}

var _ source.Rows = (*rows)(nil)

func (c *conn) start(ctx context.Context, text dialect.Text) *rows {
	r := &rows{conn: c, text: text, schema: schemaOf(text.Columns), line: make(chan *chunk, ahead-1), decode: make(chan struct{}, 2)}
	r.refs.Store(1)
	ctx, r.rec = recording(ctx)
	r.rec.report.Status = "running"
	r.done.Go(func() {
		defer close(r.line)
		err := pgerr.Contained(func() error { return r.run(ctx) })
		r.failed = c.system.failure(ctx, r.rec, err)
	})
	return r
}

func schemaOf(columns []plan.Col) *arrow.Schema {
	fields := make([]arrow.Field, len(columns))
	for i, c := range columns {
		fields[i] = arrow.Field{Name: "c" + strconv.Itoa(int(c.ID)), Type: plan.ArrowType(c.Type), Nullable: true}
	}
	return arrow.NewSchema(fields, nil)
}

// run asks the statement and hands its chunks on. The session goes back to the pool when all was read.
func (r *rows) run(ctx context.Context) error {
	l, loader, err := r.conn.query(ctx, r.text.Text)
	if l == nil {
		return err
	}
	whole := false
	defer func() {
		if whole {
			l.Return()
		} else {
			l.Destroy()
		}
	}()
	if err != nil {
		return err
	}
	columns, err := r.columns(loader)
	if err != nil {
		return err
	}
	batches, err := loader.GetBatches()
	if err != nil {
		return r.conn.system.malformed(err)
	}
	if len(batches) == 0 && loader.TotalRows() > 0 {
		return r.conn.system.malformed(errors.New("there are rows and no chunks"))
	}
	if whole = r.chunks(ctx, batches, columns); !whole {
		return ctx.Err() // chunks that were not read for a cancel are no end of the result; a broken chunk has its own error
	}
	return nil
}

// chunks reads the chunks, a few ahead of the reader, and reports whether all were read whole.
func (r *rows) chunks(ctx context.Context, batches []sf.ArrowStreamBatch, columns []column) bool {
	var all sync.WaitGroup
	var broken atomic.Bool
	for i := range batches {
		c := &chunk{rows: r, batch: &batches[i], columns: columns, out: make(chan arrow.RecordBatch, 1)}
		select {
		case r.line <- c:
		case <-ctx.Done():
			all.Wait()
			return false
		}
		all.Go(func() {
			defer close(c.out)
			if err := pgerr.Contained(func() error { return c.read(ctx) }); err != nil {
				c.err = r.conn.system.failure(ctx, r.rec, err)
				broken.Store(true)
			}
		})
	}
	all.Wait()
	return !broken.Load()
}

// columns holds what Snowflake says of its result to the plan's columns. A statement of which no column is wanted has one
// that is not read.
func (r *rows) columns(loader sf.ArrowStreamLoader) ([]column, error) {
	s := r.conn.system
	if p, ok := loader.(sf.QueryResultFormatProvider); ok && p.QueryResultFormat() != "arrow" {
		return nil, s.malformed(errors.New("the result is not in the Arrow format"))
	}
	types := loader.RowTypes()
	if len(types) != len(r.text.Columns) && (len(r.text.Columns) > 0 || len(types) != 1) {
		return nil, pgerr.New(pgerr.DatatypeMismatch, "the source %s answers with %d columns where %d are due", s.config.Name, len(types), len(r.text.Columns))
	}
	var out []column
	for i, want := range r.text.Columns {
		c := column{coerce.Column{Source: s.config.Name, Name: want.Name, Want: want.Type, To: plan.ArrowType(want.Type), Kind: types[i].Type, Scale: int32(types[i].Scale)}}
		if err := c.check(); err != nil {
			return nil, err
		}
		out = append(out, c)
	}
	return out, nil
}

// Schema is that of the statement's columns.
func (r *rows) Schema() *arrow.Schema { return r.schema }

// Retain adds a reference.
func (r *rows) Retain() { r.refs.Add(1) }

// Release drops a reference; the last one stops the statement and waits for its end.
func (r *rows) Release() {
	if r.refs.Add(-1) != 0 {
		return
	}
	r.drop()
	r.rec.stop(errReleased)
	if r.chunk != nil {
		r.chunk.drain()
	}
	for c := range r.line {
		c.drain()
	}
	r.done.Wait()
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
	for r.err == nil {
		if r.chunk == nil {
			next, ok := <-r.line
			if !ok {
				r.done.Wait()
				return r.end(r.failed)
			}
			r.chunk = next
		}
		batch, ok := <-r.chunk.out
		if ok {
			r.current = batch
			r.rec.note(func(s *source.Report) { s.Rows += batch.NumRows() })
			return true
		}
		if err := r.chunk.err; err != nil {
			return r.end(err)
		}
		r.chunk = nil
	}
	return false
}

// end notes how the statement ended; there is no next batch.
func (r *rows) end(err error) bool {
	r.err = err
	r.rec.note(func(s *source.Report) {
		s.Status = "ok"
		if err != nil {
			s.Status = pgerr.Code(err)
		}
	})
	return false
}

// RecordBatch returns the present batch.
func (r *rows) RecordBatch() arrow.RecordBatch { return r.current }

// Record returns the present batch.
func (r *rows) Record() arrow.RecordBatch { return r.current }

// Err returns what ended the read, nil at its end.
func (r *rows) Err() error { return r.err }

// Report tells what Snowflake has said so far.
func (r *rows) Report() source.Report {
	var out source.Report
	r.rec.note(func(s *source.Report) {
		out = *s
		out.Requests = append([]string(nil), s.Requests...)
	})
	return out
}
