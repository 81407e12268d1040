package databricks

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/waggle-sql/waggle/dialect"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/source"
	"github.com/waggle-sql/waggle/source/coerce"
)

// rows is a running statement.
type rows struct {
	*source.Stream
	conn   *conn
	text   dialect.Text
	rec    *recorder
	schema *arrow.Schema
	emit   source.Emit
}

var _ source.Rows = (*rows)(nil)

func (c *conn) start(ctx context.Context, text dialect.Text) *rows {
	r := &rows{conn: c, text: text, rec: newRecorder(c.tokens), schema: source.SchemaOf(text.Columns)}
	r.Stream = source.NewStream(ctx, source.StreamOptions{Schema: r.schema, Limit: -1, Read: r.rec.Read, Ended: r.rec.Ended,
		Run: func(ctx context.Context, emit source.Emit) error {
			r.emit = emit
			ctx = r.rec.bind(ctx)
			err := pgerr.Contained(func() error { return r.run(ctx) })
			return c.system.failure(ctx, r.rec, err)
		}})
	return r
}

// Report tells what Databricks has said so far.
func (r *rows) Report() source.Report { return r.rec.Report() }

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
	if refused, failing := r.rec.outcome(); err == nil && closing == nil && failing == nil && refused == nil {
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
	_, err = r.table(reader.Schema())
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
	table, err := r.table(reader.Schema())
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
		if err := r.hand(ctx, batch, n, table); err != nil {
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
func (r *rows) hand(ctx context.Context, in arrow.RecordBatch, n int64, table *coerce.Table) error {
	if n < in.NumRows() {
		in = in.NewSlice(0, n)
		defer in.Release()
	}
	err := table.Each(in, func(b arrow.RecordBatch) error { return r.emit(ctx, b) })
	if errors.Is(err, coerce.ErrColumns) {
		return r.conn.system.malformed(err)
	}
	return err
}

// table holds what a stream's schema says to the plan's columns, and is their conversion. A statement of which no column is wanted has
// one that is not read.
func (r *rows) table(schema *arrow.Schema) (*coerce.Table, error) {
	name, fields := r.conn.system.config.Name, schema.Fields()
	if len(fields) != len(r.text.Columns) && (len(r.text.Columns) > 0 || len(fields) != 1) {
		return nil, pgerr.New(pgerr.DatatypeMismatch, "the source %s answers with %d columns where %d are due", name, len(fields), len(r.text.Columns))
	}
	out := &coerce.Table{Schema: r.schema}
	for i, want := range r.text.Columns {
		c := newColumn(name, want, fields[i])
		if err := c.check(fields[i].Type); err != nil {
			return nil, err
		}
		out.Columns = append(out.Columns, c.convert)
	}
	return out, nil
}
