package snowflake

import (
	"bytes"
	"errors"
	"unicode/utf8"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/internal/pgerr"
)

// strings checks that an array holds UTF-8 in each of its values and no zero byte, which PostgreSQL's text has no place for.
func (c *column) strings(a arrow.Array) (*array.String, error) {
	from, ok := a.(*array.String)
	if !ok {
		return nil, c.physical(a)
	}
	if from.Len() == 0 {
		return from, nil
	}
	offsets := from.ValueOffsets()
	if offsets[0] < 0 {
		return nil, c.malformed(errors.New("an offset is negative"))
	}
	for i := 1; i < len(offsets); i++ {
		if offsets[i] < offsets[i-1] {
			return nil, c.malformed(errors.New("offsets decrease"))
		}
	}
	data := from.ValueBytes()
	if bytes.IndexByte(data, 0) >= 0 {
		return nil, pgerr.New(pgerr.CharacterNotInRepertoire, `invalid byte sequence for encoding "UTF8": 0x00`).WithDetail("Column %q of the source %s.", c.name, c.source)
	}
	whole := utf8.Valid(data)
	for _, o := range offsets {
		at := int(o - offsets[0])
		whole = whole && (at >= len(data) || utf8.RuneStart(data[at]))
	}
	if !whole {
		return nil, c.malformed(errors.New("a value is not UTF-8"))
	}
	return from, nil
}

// text makes text and its like. char(n) is kept without its blanks.
func (c *column) text(a arrow.Array) (arrow.Array, error) {
	from, err := c.strings(a)
	if err != nil {
		return nil, err
	}
	if c.want.OID != pgcat.Bpchar || c.want.Mod < 0 {
		return c.as(from), nil
	}
	return rebuilt(from, func(v []byte) ([]byte, error) { return bytes.TrimRight(v, " "), nil })
}

// json makes json verbatim, and jsonb in PostgreSQL's form.
func (c *column) json(a arrow.Array) (arrow.Array, error) {
	from, err := c.strings(a)
	if err != nil {
		return nil, err
	}
	return rebuilt(from, func(v []byte) ([]byte, error) {
		j, err := datum.In(c.want.OID, -1, string(v), nil)
		if err != nil {
			return nil, pgerr.New(pgerr.Code(err), "column %q of the source %s holds a value that is no JSON", c.name, c.source)
		}
		return datum.AppendText(nil, c.want.OID, j, nil), nil
	})
}

// rebuilt maps each value that is not NULL.
func rebuilt(from *array.String, value func([]byte) ([]byte, error)) (arrow.Array, error) {
	b := array.NewStringBuilder(memory.DefaultAllocator)
	defer b.Release()
	b.Reserve(from.Len())
	for i := range from.Len() {
		if from.IsNull(i) {
			b.AppendNull()
			continue
		}
		v, err := value([]byte(from.Value(i)))
		if err != nil {
			return nil, err
		}
		b.BinaryBuilder.Append(v)
	}
	return b.NewArray(), nil
}
