package workspace

import (
	"github.com/apache/arrow-go/v18/arrow"

	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/planner/plan"
)

func unavailable() error {
	return pgerr.New(pgerr.FeatureNotSupported, "this conversion is not supported yet")
}

func datumIn(uint32, int32, string, *datum.Env) (datum.Value, error)     { return nil, unavailable() }
func datumText(dst []byte, _ uint32, _ datum.Value, _ *datum.Env) []byte { return dst }
func datumCast(datum.Value, uint32, uint32, int32, bool, *datum.Env) (datum.Value, error) {
	return nil, unavailable()
}
func datumAgg(datum.Func, [][]datum.Value, *datum.Env) (datum.Value, error) {
	return nil, unavailable()
}
func sortKey(datum.Value, uint32) (datum.Value, error) { return nil, unavailable() }

func arrowType(t plan.Type) arrow.DataType {
	switch t.OID {
	case pgcat.Bool:
		return arrow.FixedWidthTypes.Boolean
	case pgcat.Int2:
		return arrow.PrimitiveTypes.Int16
	case pgcat.Int4:
		return arrow.PrimitiveTypes.Int32
	case pgcat.Int8:
		return arrow.PrimitiveTypes.Int64
	case pgcat.Char:
		return arrow.PrimitiveTypes.Int8
	case pgcat.OID:
		return arrow.PrimitiveTypes.Uint32
	case pgcat.Float4:
		return arrow.PrimitiveTypes.Float32
	case pgcat.Float8:
		return arrow.PrimitiveTypes.Float64
	case pgcat.Bytea:
		return arrow.BinaryTypes.Binary
	case pgcat.UUID:
		return &arrow.FixedSizeBinaryType{ByteWidth: 16}
	case pgcat.Date:
		return arrow.FixedWidthTypes.Date32
	case pgcat.Time:
		return arrow.FixedWidthTypes.Time64us
	case pgcat.Timestamp:
		return &arrow.TimestampType{Unit: arrow.Microsecond}
	case pgcat.TimestampTZ:
		return &arrow.TimestampType{Unit: arrow.Microsecond, TimeZone: "UTC"}
	case pgcat.Interval:
		return arrow.FixedWidthTypes.MonthDayNanoInterval
	case pgcat.Numeric:
		if t.Mod >= 4 {
			m := t.Mod - 4
			if p := m >> 16; p <= 38 {
				return &arrow.Decimal128Type{Precision: p, Scale: m & 0x7ff}
			}
		}
	}
	if e, ok := elementOf(t.OID); ok {
		return arrow.ListOf(arrowType(plan.Type{OID: e, Mod: t.Mod}))
	}
	return arrow.BinaryTypes.String
}
