package snowflake

import (
	"context"
	"errors"
	"fmt"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/ipc"
	sf "github.com/snowflakedb/gosnowflake/v2"

	"github.com/waggle-sql/waggle/source/coerce"
)

// chunk is a part of a result. Its batches come through out, in order; err is set before out is closed.
type chunk struct {
	rows    *rows
	batch   *sf.ArrowStreamBatch
	columns []column
	out     chan arrow.RecordBatch
	err     error
}

// read downloads the chunk and converts its batches while the reader takes them. A chunk with another number of rows than
// Snowflake has announced is an error.
func (c *chunk) read(ctx context.Context) error {
	stream, err := c.batch.GetStream(ctx)
	if err != nil {
		return err
	}
	defer stream.Close()
	reader, err := coerce.NewReader(stream)
	if err != nil {
		return c.rows.conn.system.malformed(err)
	}
	defer reader.Release()
	var seen int64
	for {
		batch, err := c.next(ctx, reader)
		if err != nil {
			return err
		}
		if batch == nil {
			break
		}
		seen += batch.NumRows()
		select {
		case c.out <- batch:
		case <-ctx.Done():
			batch.Release()
			return ctx.Err()
		}
	}
	if seen != c.batch.NumRows() {
		return c.rows.conn.system.malformed(fmt.Errorf("a chunk has %d rows where %d are due", seen, c.batch.NumRows()))
	}
	return nil
}

// next decodes and converts a batch, with one other chunk at the same time at most; nil at the end.
func (c *chunk) next(ctx context.Context, reader *ipc.Reader) (arrow.RecordBatch, error) {
	select {
	case c.rows.decode <- struct{}{}:
		defer func() { <-c.rows.decode }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	for reader.Next() {
		in := reader.RecordBatch()
		if in.NumRows() == 0 {
			continue
		}
		return c.convert(in)
	}
	if err := reader.Err(); err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, c.rows.conn.system.malformed(err)
	}
	return nil, nil
}

// convert makes a batch of the plan's types.
func (c *chunk) convert(in arrow.RecordBatch) (arrow.RecordBatch, error) {
	if len(c.columns) > int(in.NumCols()) {
		return nil, c.rows.conn.system.malformed(errors.New("a chunk lacks columns"))
	}
	out := make([]arrow.Array, 0, len(c.columns))
	defer func() {
		for _, a := range out {
			a.Release()
		}
	}()
	for i := range c.columns {
		a, err := c.columns[i].convert(in.Column(i))
		if err != nil {
			return nil, err
		}
		out = append(out, a)
	}
	return array.NewRecordBatch(c.rows.schema, out, in.NumRows()), nil
}
