package coerce

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

// Strings checks that an array holds UTF-8 in each of its values and no zero byte, which PostgreSQL's text has no place for.
func (c *Column) Strings(a arrow.Array) (*array.String, error) {
	from, ok := a.(*array.String)
	if !ok {
		return nil, c.Physical(a)
	}
	if from.Len() == 0 {
		return from, nil
	}
	offsets := from.ValueOffsets()
	if offsets[0] < 0 {
		return nil, c.Malformed(errors.New("an offset is negative"))
	}
	for i := 1; i < len(offsets); i++ {
		if offsets[i] < offsets[i-1] {
			return nil, c.Malformed(errors.New("offsets decrease"))
		}
	}
	data := from.ValueBytes()
	if bytes.IndexByte(data, 0) >= 0 {
		return nil, pgerr.New(pgerr.CharacterNotInRepertoire, `invalid byte sequence for encoding "UTF8": 0x00`).WithDetail("Column %q of the source %s.", c.Name, c.Source)
	}
	whole := utf8.Valid(data)
	for _, o := range offsets {
		at := int(o - offsets[0])
		whole = whole && (at >= len(data) || utf8.RuneStart(data[at]))
	}
	if !whole {
		return nil, c.Malformed(errors.New("a value is not UTF-8"))
	}
	return from, nil
}

// Text makes text and its like. char(n) is kept without its blanks.
func (c *Column) Text(a arrow.Array) (arrow.Array, error) {
	from, err := c.Strings(a)
	if err != nil {
		return nil, err
	}
	if c.Want.OID != pgcat.Bpchar || c.Want.Mod < 0 {
		return c.As(from), nil
	}
	return rebuilt(from, func(v []byte) ([]byte, error) { return bytes.TrimRight(v, " "), nil })
}

// JSON makes json verbatim, and jsonb in PostgreSQL's form.
func (c *Column) JSON(a arrow.Array) (arrow.Array, error) {
	from, err := c.Strings(a)
	if err != nil {
		return nil, err
	}
	return rebuilt(from, func(v []byte) ([]byte, error) {
		j, err := datum.In(c.Want.OID, -1, string(v), nil)
		if err != nil {
			return nil, pgerr.New(pgerr.Code(err), "column %q of the source %s holds a value that is no JSON", c.Name, c.Source)
		}
		return datum.AppendText(nil, c.Want.OID, j, nil), nil
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
