package databricks

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"sync"
	"sync/atomic"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"

	"github.com/waggle-sql/waggle/dialect"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/planner/plan"
	"github.com/waggle-sql/waggle/source"
	"github.com/waggle-sql/waggle/source/coerce"
)

// errReleased ends a read that nobody wants any more.
var errReleased = errors.New("the reader was released")

// rows is a running statement. It is the reader's; the statement runs beside it, a batch ahead.
type rows struct {
	refs    atomic.Int64
	conn    *conn
	text    dialect.Text
	rec     *recorder
	schema  *arrow.Schema
	out     chan arrow.RecordBatch
	done    sync.WaitGroup
	failed  error // of the statement, once out is closed
	current arrow.RecordBatch
	err     error
}

var _ source.Rows = (*rows)(nil)

func (c *conn) start(ctx context.Context, text dialect.Text) *rows {
	r := &rows{conn: c, text: text, schema: schemaOf(text.Columns), out: make(chan arrow.RecordBatch, 1)}
	r.refs.Store(1)
	ctx, r.rec = recording(ctx, c.next)
	r.rec.report.Status = "running"
	r.done.Go(func() {
		defer close(r.out)
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

// run asks the statement and hands its rows on. The session goes back to the pool when all was read and the statement is closed.
func (r *rows) run(ctx context.Context) error {
	l, result, err := r.conn.query(ctx, r.rec, r.text.Text)
	if l == nil {
		return err
	}
	if err != nil {
		l.Destroy()
		return err
	}
	err = pgerr.Contained(func() error { return r.read(ctx, result) })
	closing := pgerr.Contained(result.Close)
	if failing, refused := r.rec.outcome(); err == nil && closing == nil && failing == nil && refused == nil {
		l.Return()
	} else {
		l.Destroy()
	}
	return err
}

// read reads the result's streams in turn. The driver ends them silently when it could not get the next one; what was announced
// tells.
func (r *rows) read(ctx context.Context, result answer) error {
	streams, err := result.GetArrowIPCStreams(ctx)
	if err != nil {
		return err
	}
	defer streams.Close()
	for n := 0; ; n++ {
		in, err := streams.Next()
		switch {
		case errors.Is(err, io.EOF) && ctx.Err() != nil:
			return ctx.Err()
		case errors.Is(err, io.EOF) && !r.rec.whole():
			return r.conn.system.malformed(errors.New("the result breaks off"))
		case errors.Is(err, io.EOF) && n == 0:
			return r.nothing(streams.SchemaBytes())
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		}
		due, ok := r.rec.next()
		if !ok {
			return r.conn.system.malformed(errors.New("the result has more parts than announced"))
		}
		if err := r.stream(ctx, in, due); err != nil {
			return err
		}
	}
}

// nothing holds the columns of a result without rows to what is wanted of them, where they are told.
func (r *rows) nothing(schema []byte, err error) error {
	if err != nil || len(schema) == 0 {
		return err
	}
	reader, err := coerce.NewReader(bytes.NewReader(schema))
	if err != nil {
		return r.conn.system.malformed(err)
	}
	defer reader.Release()
	_, err = r.columns(reader.Schema())
	return err
}

// stream converts the batches of one stream. A file may hold more rows than announced, which are none of the result's; any other
// difference is an error.
func (r *rows) stream(ctx context.Context, in io.Reader, due stream) error {
	reader, err := coerce.NewReader(in)
	if err != nil {
		return r.conn.system.malformed(err)
	}
	defer reader.Release()
	columns, err := r.columns(reader.Schema())
	if err != nil {
		return err
	}
	left := due.rows
	for (left > 0 || !due.linked) && reader.Next() {
		batch := reader.RecordBatch()
		if batch.NumRows() > left && !due.linked {
			return r.conn.system.malformed(fmt.Errorf("a part has more than the %d rows that were announced", due.rows))
		}
		n := min(batch.NumRows(), left)
		left -= n
		if n == 0 {
			continue
		}
		if err := r.hand(ctx, batch, n, columns); err != nil {
			return err
		}
	}
	if err := reader.Err(); err != nil && left > 0 {
		return r.conn.system.malformed(err)
	}
	if left > 0 {
		return r.conn.system.malformed(fmt.Errorf("a part lacks %d of %d rows", left, due.rows))
	}
	return nil
}

// hand converts the first n rows of a batch and waits until the reader takes them.
func (r *rows) hand(ctx context.Context, in arrow.RecordBatch, n int64, columns []column) error {
	if n < in.NumRows() {
		in = in.NewSlice(0, n)
		defer in.Release()
	}
	if len(columns) > int(in.NumCols()) {
		return r.conn.system.malformed(errors.New("a part lacks columns"))
	}
	arrays := make([]arrow.Array, 0, len(columns))
	defer func() {
		for _, a := range arrays {
			a.Release()
		}
	}()
	for i := range columns {
		a, err := columns[i].convert(in.Column(i))
		if err != nil {
			return err
		}
		arrays = append(arrays, a)
	}
	batch := array.NewRecordBatch(r.schema, arrays, n)
	select {
	case r.out <- batch:
		return nil
	case <-ctx.Done():
		batch.Release()
		return ctx.Err()
	}
}

// columns holds what a stream's schema says to the plan's columns. A statement of which no column is wanted has one that is not
// read.
func (r *rows) columns(schema *arrow.Schema) ([]column, error) {
	name, fields := r.conn.system.config.Name, schema.Fields()
	if len(fields) != len(r.text.Columns) && (len(r.text.Columns) > 0 || len(fields) != 1) {
		return nil, pgerr.New(pgerr.DatatypeMismatch, "the source %s answers with %d columns where %d are due", name, len(fields), len(r.text.Columns))
	}
	var out []column
	for i, want := range r.text.Columns {
		c := newColumn(name, want, fields[i])
		if err := c.check(fields[i].Type); err != nil {
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
	for batch := range r.out {
		batch.Release()
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
	if r.err != nil {
		return false
	}
	batch, ok := <-r.out
	if ok {
		r.current = batch
		r.rec.note(func(s *source.Report) { s.Rows += batch.NumRows() })
		return true
	}
	r.done.Wait()
	r.err = r.failed
	r.rec.note(func(s *source.Report) {
		s.Status = "ok"
		if r.err != nil {
			s.Status = pgerr.Code(r.err)
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

// Report tells what Databricks has said so far.
func (r *rows) Report() source.Report {
	var out source.Report
	r.rec.note(func(s *source.Report) {
		out = *s
		out.Requests = append([]string(nil), s.Requests...)
	})
	return out
}
