package databricks

import (
	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/planner/plan"
	"github.com/waggle-sql/waggle/source/coerce"
)

// column is one column of a result.
type column struct{ coerce.Column }

func newColumn(source string, want plan.Col, f arrow.Field) column {
	c := column{coerce.Column{Source: source, Name: want.Name, Want: want.Type, To: plan.ArrowType(want.Type), Kind: f.Type.String()}}
	if sql, ok := f.Metadata.GetValue("Spark:DataType:SqlName"); ok {
		c.Kind = sql
	}
	if d, ok := f.Type.(*arrow.Decimal128Type); ok {
		c.Scale = d.Scale
	}
	return c
}

var (
	whole    = []arrow.Type{arrow.INT8, arrow.INT16, arrow.INT32, arrow.INT64, arrow.DECIMAL128}
	texts    = []arrow.Type{arrow.STRING}
	instants = []arrow.Type{arrow.TIMESTAMP}
)

// forms are the Arrow types that may stand for a type of ours.
var forms = map[uint32][]arrow.Type{
	pgcat.Int2: whole, pgcat.Int4: whole, pgcat.Int8: whole, pgcat.Numeric: whole,
	pgcat.Float4: {arrow.FLOAT32, arrow.FLOAT64}, pgcat.Float8: {arrow.FLOAT64}, pgcat.Bool: {arrow.BOOL}, pgcat.Bytea: {arrow.BINARY},
	pgcat.Text: texts, pgcat.Varchar: texts, pgcat.Bpchar: texts, pgcat.Name: texts, pgcat.JSON: texts, pgcat.JSONB: texts,
	pgcat.Date: {arrow.DATE32}, pgcat.Timestamp: instants, pgcat.TimestampTZ: instants,
}

// check holds Databricks's type to the plan's: 42804 where they contradict.
func (c *column) check(t arrow.DataType) error {
	if t.ID() == arrow.NULL {
		return nil // a constant NULL has no type
	}
	if c.Want.OID == pgcat.Numeric && c.To.ID() == arrow.STRING && t.ID() == arrow.STRING {
		return nil // each value has a scale of its own
	}
	for _, form := range forms[c.Want.OID] {
		if stamp, ok := t.(*arrow.TimestampType); ok && (stamp.TimeZone != "") != (c.Want.OID == pgcat.TimestampTZ) {
			continue
		}
		if form == t.ID() && c.Scale >= 0 && c.Scale <= 38 {
			return nil
		}
	}
	return c.Contradicts()
}

// convert makes an array of the plan's type. Where both types have one layout the values are not copied. The caller releases
// the result.
func (c *column) convert(a arrow.Array) (arrow.Array, error) {
	if err := array.Validate(a); err != nil {
		return nil, c.Malformed(err)
	}
	if a.DataType().ID() == arrow.NULL {
		return array.MakeArrayOfNull(memory.DefaultAllocator, c.To, a.Len()), nil
	}
	if c.Want.OID == pgcat.Timestamp || c.Want.OID == pgcat.TimestampTZ {
		return c.timestamp(a)
	}
	return c.Convert(a)
}

// timestamp makes timestamp and timestamptz of microseconds.
func (c *column) timestamp(a arrow.Array) (arrow.Array, error) {
	from, ok := a.(*array.Timestamp)
	if !ok || from.DataType().(*arrow.TimestampType).Unit != arrow.Microsecond {
		return nil, c.Physical(a)
	}
	for i, v := range from.TimestampValues() {
		if (int64(v) < coerce.FirstMicro || int64(v) > coerce.LastMicro) && a.IsValid(i) {
			return nil, c.OutOfRange()
		}
	}
	return c.As(a), nil
}
