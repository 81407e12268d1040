package snowflake

import (
	"context"
	"fmt"

	"github.com/apache/arrow-go/v18/arrow"
	sf "github.com/snowflakedb/gosnowflake/v2"

	"github.com/waggle-sql/waggle/source/coerce"
)

// chunk is a part of a result. Its batches come through out, in order; err is set before out is closed.
type chunk struct {
	rows  *rows
	batch *sf.ArrowStreamBatch
	table *coerce.Table
	out   chan arrow.RecordBatch
	err   error
}

// read downloads the chunk, and converts its rows while the reader takes them.
func (c *chunk) read(ctx context.Context) error {
	batches, err := c.batches(ctx)
	defer func() {
		for _, b := range batches {
			b.Release()
		}
	}()
	if err != nil {
		return err
	}
	for len(batches) > 0 {
		if err := c.table.Each(batches[0], func(b arrow.RecordBatch) error { return c.hand(ctx, b) }); err != nil {
			return c.rows.conn.system.unreadable(err)
		}
		batches[0].Release()
		batches = batches[1:]
	}
	return nil
}

func (c *chunk) hand(ctx context.Context, b arrow.RecordBatch) error {
	select {
	case c.out <- b:
		return nil
	case <-ctx.Done():
		b.Release()
		return ctx.Err()
	}
}

// batches decodes the chunk whole, so that nothing of its compressed form, which the driver would keep until the result's end, is left
// while the reader takes its rows. A chunk with another number of rows than Snowflake has announced is an error. The caller
// releases the batches, also those that come with an error.
func (c *chunk) batches(ctx context.Context) (out []arrow.RecordBatch, err error) {
	due := c.batch.NumRows()
	defer func() { *c.batch = sf.ArrowStreamBatch{} }()
	stream, err := c.batch.GetStream(ctx)
	if err != nil {
		return nil, err
	}
	defer stream.Close()
	reader, err := coerce.NewReader(stream)
	if err != nil {
		return nil, c.rows.conn.system.malformed(err)
	}
	defer reader.Release()
	var seen int64
	for reader.Next() {
		b := reader.RecordBatch()
		b.Retain()
		out = append(out, b)
		seen += b.NumRows()
	}
	switch {
	case reader.Err() != nil && ctx.Err() != nil:
		return out, ctx.Err()
	case reader.Err() != nil:
		return out, c.rows.conn.system.unreadable(reader.Err())
	case seen != due:
		return out, c.rows.conn.system.malformed(fmt.Errorf("a chunk has %d rows where %d are due", seen, due))
	}
	return out, nil
}
