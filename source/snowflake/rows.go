package snowflake

import (
	"context"
	"errors"
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

// ahead is how many chunks are read while the present one is handed on.
const ahead = 1

// rows is a running statement; its chunks run beside each other.
type rows struct {
	*source.Stream
	conn   *conn
	text   dialect.Text
	rec    *recorder
	schema *arrow.Schema
	line   chan *chunk // in the order of the result
}

var _ source.Rows = (*rows)(nil)

func (c *conn) start(ctx context.Context, text dialect.Text) *rows {
	r := &rows{conn: c, text: text, schema: source.SchemaOf(text.Columns), line: make(chan *chunk, ahead)}
	ctx, r.rec = recording(ctx)
	r.Stream = source.NewStream(ctx, source.StreamOptions{Schema: r.schema, Limit: -1, Read: r.rec.Read, Ended: r.rec.Ended, Run: r.merge})
	return r
}

// Report tells what Snowflake has said so far.
func (r *rows) Report() source.Report { return r.rec.Report() }

// merge hands the chunks' batches on in order. What fails stops the others.
func (r *rows) merge(ctx context.Context, emit source.Emit) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var failed error // of the statement
	var done sync.WaitGroup
	done.Go(func() {
		defer close(r.line)
		err := pgerr.Contained(func() error { return r.run(ctx) })
		failed = r.conn.system.failure(ctx, r.rec, err)
	})
	var err error
	for c := range r.line {
		for batch := range c.out {
			if err != nil {
				batch.Release()
			} else if err = emit(ctx, batch); err != nil {
				cancel()
			}
		}
		if err == nil && c.err != nil {
			err = c.err
			cancel()
		}
	}
	done.Wait()
	if err != nil {
		return err
	}
	return failed
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
			l.Discard() // a cancelled statement has been aborted by now
		}
	}()
	if err != nil {
		return err
	}
	table, err := r.table(loader)
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
	if whole = r.chunks(ctx, batches, table); !whole {
		return ctx.Err() // chunks that were not read for a cancel are no end of the result; a broken chunk has its own error
	}
	return nil
}

// chunks reads the chunks, a few ahead of the reader, and reports whether all were read whole.
func (r *rows) chunks(ctx context.Context, batches []sf.ArrowStreamBatch, table *coerce.Table) bool {
	var all sync.WaitGroup
	var broken atomic.Bool
	for i := range batches {
		c := &chunk{rows: r, batch: &batches[i], table: table, out: make(chan arrow.RecordBatch, 1)}
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

// table holds what Snowflake says of its result to the plan's columns, and is their conversion. A statement of which no column is wanted
// has one that is not read.
func (r *rows) table(loader sf.ArrowStreamLoader) (*coerce.Table, error) {
	s := r.conn.system
	if p, ok := loader.(sf.QueryResultFormatProvider); ok && p.QueryResultFormat() != "arrow" {
		return nil, s.malformed(errors.New("the result is not in the Arrow format"))
	}
	types := loader.RowTypes()
	if len(types) != len(r.text.Columns) && (len(r.text.Columns) > 0 || len(types) != 1) {
		return nil, pgerr.New(pgerr.DatatypeMismatch, "the source %s answers with %d columns where %d are due", s.config.Name, len(types), len(r.text.Columns))
	}
	out := &coerce.Table{Schema: r.schema}
	for i, want := range r.text.Columns {
		c := column{coerce.Column{Source: s.config.Name, Name: want.Name, Want: want.Type, To: plan.ArrowType(want.Type), Kind: types[i].Type, Scale: int32(types[i].Scale)}}
		if err := c.check(); err != nil {
			return nil, err
		}
		out.Columns = append(out.Columns, c.convert)
	}
	return out, nil
}
