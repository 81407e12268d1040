// Package coerce makes the Arrow arrays that a source sends into arrays of the plan's types: without copying where the layouts are
// one, exactly where they are not, and with an error where a value cannot be kept.
package coerce

import (
	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/planner/plan"
)

// Column is one column of a result: what the source says of it, and what the plan wants. Its conversions return arrays that the
// caller releases; their errors name the source and the column.
type Column struct {
	Source string // the connection
	Name   string
	Want   plan.Type
	To     arrow.DataType // of Want
	Kind   string         // the source's own word for the type
	Scale  int32          // digits behind the point that integers and decimals stand for
}

// Convert makes an array of the plan's type, where that depends on the array alone: numbers, texts, JSON, dates, booleans and bytes.
// The array has been validated (array.Validate).
func (c *Column) Convert(a arrow.Array) (arrow.Array, error) {
	switch c.Want.OID {
	case pgcat.Int2:
		return Integers[int16](c, a)
	case pgcat.Int4:
		return Integers[int32](c, a)
	case pgcat.Int8:
		return Integers[int64](c, a)
	case pgcat.Numeric:
		switch {
		case c.To.ID() == arrow.STRING && a.DataType().ID() == arrow.STRING:
			return c.DecimalText(a)
		case c.To.ID() == arrow.STRING:
			return c.NumericText(a)
		}
		return c.Decimal(a)
	case pgcat.Float4:
		if a.DataType().ID() == arrow.FLOAT32 {
			return c.Same(a)
		}
		return c.Float4(a)
	case pgcat.Float8, pgcat.Bool, pgcat.Bytea:
		return c.Same(a)
	case pgcat.Date:
		return c.Date(a)
	case pgcat.JSON, pgcat.JSONB:
		return c.JSON(a)
	}
	return c.Text(a)
}

// Same hands on an array that is already as wanted.
func (c *Column) Same(a arrow.Array) (arrow.Array, error) {
	if a.DataType().ID() != c.To.ID() {
		return nil, c.Physical(a)
	}
	if b, ok := a.(*array.Binary); ok {
		if err := b.ValidateFull(); err != nil {
			return nil, c.Malformed(err)
		}
	}
	return c.As(a), nil
}

// As is a under the wanted type, whose layout is the same.
func (c *Column) As(a arrow.Array) arrow.Array {
	d := a.Data()
	data := array.NewData(c.To, d.Len(), d.Buffers(), nil, d.NullN(), d.Offset())
	defer data.Release()
	return array.MakeFromData(data)
}

// Filled is an array of new values in place of a's, with a's NULLs; values are those of Room.
func Filled[T arrow.FixedWidthType](c *Column, a arrow.Array, values []T) arrow.Array {
	d := a.Data()
	nulls := d.Buffers()[0]
	if skipped := d.Offset() / 8; nulls != nil && skipped > 0 {
		nulls = memory.SliceBuffer(nulls, skipped, nulls.Len()-skipped)
		defer nulls.Release()
	}
	data := array.NewData(c.To, d.Len(), []*memory.Buffer{nulls, memory.NewBufferBytes(arrow.GetBytes(values))}, nil, d.NullN(), d.Offset()%8)
	defer data.Release()
	return array.MakeFromData(data)
}

// Room is new values for Filled, and the part of them that stands for a's rows: they begin in the middle of a byte of a's bitmap where a
// does.
func Room[T any](a arrow.Array) (all, rows []T) {
	ahead := a.Data().Offset() % 8
	all = make([]T, ahead+a.Len())
	return all, all[ahead:]
}

// Contradicts is the error of a column that the source has as another type than the model: 42804.
func (c *Column) Contradicts() error {
	return pgerr.New(pgerr.DatatypeMismatch, "column %q of the source %s is %s, the model says %s", c.Name, c.Source, c.Kind, datum.FormatType(c.Want.OID, c.Want.Mod))
}

// Malformed is the error of data that breaks Arrow's or the source's own rules.
func (c *Column) Malformed(err error) error {
	return pgerr.New(pgerr.ProtocolViolation, "column %q of the source %s cannot be read", c.Name, c.Source).Because(err)
}

// Physical is the error of an Arrow type in which the source does not send such a column.
func (c *Column) Physical(a arrow.Array) error {
	return pgerr.New(pgerr.DatatypeMismatch, "column %q of the source %s comes as %s, which is no form of %s", c.Name, c.Source, a.DataType(), c.Kind)
}

// OutOfRange is the error of a value that the wanted type cannot hold.
func (c *Column) OutOfRange() error {
	code := pgerr.NumericOutOfRange
	if c.Want.OID == pgcat.Date || c.Want.OID == pgcat.Time || c.Want.OID == pgcat.Timestamp || c.Want.OID == pgcat.TimestampTZ {
		code = pgerr.DatetimeOverflow
	}
	return pgerr.New(code, "%s out of range", datum.FormatType(c.Want.OID, c.Want.Mod)).WithDetail("Column %q of the source %s.", c.Name, c.Source)
}

// Lossy is the error of a value that the wanted type can only round.
func (c *Column) Lossy() error {
	return pgerr.New(pgerr.DatatypeMismatch, "column %q of the source %s has values that %s does not hold exactly", c.Name, c.Source, datum.FormatType(c.Want.OID, c.Want.Mod)).
		WithHint("let the model declare the column as the source has it; waggle model diff shows it")
}
