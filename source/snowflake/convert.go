package snowflake

import (
	"strings"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/planner/plan"
)

// column is one column of a result: what Snowflake says of it, and what the plan wants.
type column struct {
	source string // the connection
	name   string
	want   plan.Type
	to     arrow.DataType // of want
	kind   string         // Snowflake's logical type: fixed, real, text, …
	scale  int32
}

// kinds are the logical types that may stand for a type of ours.
var kinds = map[uint32][]string{
	pgcat.Int2: {"fixed"}, pgcat.Int4: {"fixed"}, pgcat.Int8: {"fixed"}, pgcat.Numeric: {"fixed", "text"}, // text where each value has a scale of its own
	pgcat.Float4: {"real"}, pgcat.Float8: {"real"}, pgcat.Bool: {"boolean"}, pgcat.Bytea: {"binary"},
	pgcat.Text: {"text"}, pgcat.Varchar: {"text"}, pgcat.Bpchar: {"text"}, pgcat.Name: {"text"},
	pgcat.JSON: {"variant", "object", "array"}, pgcat.JSONB: {"variant", "object", "array"},
	pgcat.Date: {"date"}, pgcat.Time: {"time"}, pgcat.Timestamp: {"timestamp_ntz"}, pgcat.TimestampTZ: {"timestamp_ltz", "timestamp_tz"},
}

// check holds Snowflake's type to the plan's: 42804 where they contradict.
func (c *column) check() error {
	c.kind = strings.ToLower(c.kind)
	for _, k := range kinds[c.want.OID] {
		if k == "text" && c.want.OID == pgcat.Numeric && c.to.ID() != arrow.STRING {
			continue
		}
		if k == c.kind && c.scale >= 0 && c.scale <= 38 {
			return nil
		}
	}
	return pgerr.New(pgerr.DatatypeMismatch, "column %q of the source %s is %s, the model says %s", c.name, c.source, c.kind, datum.FormatType(c.want.OID, c.want.Mod))
}

// convert makes an array of the plan's type. Where both types have one layout the values are not copied. The caller releases
// the result.
func (c *column) convert(a arrow.Array) (arrow.Array, error) {
	if err := array.Validate(a); err != nil {
		return nil, c.malformed(err)
	}
	switch c.want.OID {
	case pgcat.Int2:
		return integers[int16](c, a)
	case pgcat.Int4:
		return integers[int32](c, a)
	case pgcat.Int8:
		return integers[int64](c, a)
	case pgcat.Numeric:
		switch {
		case c.kind == "text":
			return c.decimalText(a)
		case c.to.ID() == arrow.STRING:
			return c.numericText(a)
		}
		return c.decimal(a)
	case pgcat.Float4:
		return c.float4(a)
	case pgcat.Float8, pgcat.Bool, pgcat.Bytea:
		return c.same(a)
	case pgcat.Date:
		return c.date(a)
	case pgcat.Time:
		return c.time(a)
	case pgcat.Timestamp, pgcat.TimestampTZ:
		return c.timestamp(a)
	case pgcat.JSON, pgcat.JSONB:
		return c.json(a)
	}
	return c.text(a)
}

// same hands on an array that is already as wanted.
func (c *column) same(a arrow.Array) (arrow.Array, error) {
	if a.DataType().ID() != c.to.ID() {
		return nil, c.physical(a)
	}
	if b, ok := a.(*array.Binary); ok {
		if err := b.ValidateFull(); err != nil {
			return nil, c.malformed(err)
		}
	}
	return c.as(a), nil
}

// as is a under the wanted type, whose layout is the same.
func (c *column) as(a arrow.Array) arrow.Array {
	d := a.Data()
	data := array.NewData(c.to, d.Len(), d.Buffers(), nil, d.NullN(), d.Offset())
	defer data.Release()
	return array.MakeFromData(data)
}

// filled is an array of new values in place of a's, with a's NULLs. values begin where a's buffers do, so that a's offset is theirs too.
func filled[T arrow.FixedWidthType](c *column, a arrow.Array, values []T) arrow.Array {
	d := a.Data()
	buffers := []*memory.Buffer{d.Buffers()[0], memory.NewBufferBytes(arrow.GetBytes(values))}
	data := array.NewData(c.to, d.Len(), buffers, nil, d.NullN(), d.Offset())
	defer data.Release()
	return array.MakeFromData(data)
}

// room is new values for filled, and the part of them that stands for a's rows.
func room[T any](a arrow.Array) (all, rows []T) {
	all = make([]T, a.Data().Offset()+a.Len())
	return all, all[a.Data().Offset():]
}

// malformed is the error of data that breaks Arrow's or Snowflake's own rules.
func (c *column) malformed(err error) error {
	return pgerr.New(pgerr.ProtocolViolation, "column %q of the source %s cannot be read", c.name, c.source).Because(err)
}

// physical is the error of an Arrow type in which Snowflake does not send such a column.
func (c *column) physical(a arrow.Array) error {
	return pgerr.New(pgerr.DatatypeMismatch, "column %q of the source %s comes as %s, which is no form of %s", c.name, c.source, a.DataType(), c.kind)
}

// outOfRange is the error of a value that the wanted type cannot hold.
func (c *column) outOfRange() error {
	code := pgerr.NumericOutOfRange
	if c.want.OID == pgcat.Date || c.want.OID == pgcat.Time || c.want.OID == pgcat.Timestamp || c.want.OID == pgcat.TimestampTZ {
		code = pgerr.DatetimeOverflow
	}
	return pgerr.New(code, "%s out of range", datum.FormatType(c.want.OID, c.want.Mod)).WithDetail("Column %q of the source %s.", c.name, c.source)
}

// lossy is the error of a value that the wanted type can only round.
func (c *column) lossy() error {
	return pgerr.New(pgerr.DatatypeMismatch, "column %q of the source %s has values that %s does not hold exactly", c.name, c.source, datum.FormatType(c.want.OID, c.want.Mod)).
		WithHint("let the model declare the column as the source has it; waggle model diff shows it")
}
