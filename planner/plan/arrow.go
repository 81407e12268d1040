package plan

import (
	"github.com/apache/arrow-go/v18/arrow"

	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/pgcat"
)

// timetz is the struct that carries a time with its zone's offset in seconds east of UTC.
var timetz = arrow.StructOf(
	arrow.Field{Name: "time", Type: arrow.FixedWidthTypes.Time64us, Nullable: true},
	arrow.Field{Name: "offset", Type: arrow.PrimitiveTypes.Int32, Nullable: true},
)

// ArrowType is the one table from PostgreSQL's types to Arrow's (DECISIONS 1 to 3). A type that is not in it travels as the
// utf8 of PostgreSQL's text.
func ArrowType(t Type) arrow.DataType {
	t = underDomain(t)
	switch t.OID {
	case pgcat.Bool:
		return arrow.FixedWidthTypes.Boolean
	case pgcat.Char:
		return arrow.PrimitiveTypes.Int8
	case pgcat.Int2:
		return arrow.PrimitiveTypes.Int16
	case pgcat.Int4:
		return arrow.PrimitiveTypes.Int32
	case pgcat.Int8:
		return arrow.PrimitiveTypes.Int64
	case pgcat.Float4:
		return arrow.PrimitiveTypes.Float32
	case pgcat.Float8:
		return arrow.PrimitiveTypes.Float64
	case pgcat.Numeric:
		return numericType(t.Mod)
	case pgcat.Bytea:
		return arrow.BinaryTypes.Binary
	case pgcat.UUID:
		return &arrow.FixedSizeBinaryType{ByteWidth: 16}
	case pgcat.Date:
		return arrow.FixedWidthTypes.Date32
	case pgcat.Time:
		return arrow.FixedWidthTypes.Time64us
	case pgcat.TimeTZ:
		return timetz
	case pgcat.Timestamp:
		return &arrow.TimestampType{Unit: arrow.Microsecond}
	case pgcat.TimestampTZ:
		return arrow.FixedWidthTypes.Timestamp_us
	case pgcat.Interval:
		return arrow.FixedWidthTypes.MonthDayNanoInterval
	}
	if isNumber(t.OID) {
		return arrow.PrimitiveTypes.Uint32
	}
	if elem, ok := elementType(t); ok {
		return arrow.ListOf(ArrowType(elem))
	}
	return arrow.BinaryTypes.String
}

// isNumber reports whether a type is an object identifier or another unsigned 32-bit number.
func isNumber(oid uint32) bool {
	switch oid {
	case pgcat.OID, pgcat.XID, pgcat.CID, pgcat.Regproc, pgcat.Regprocedure, pgcat.Regoper, pgcat.Regoperator, pgcat.Regclass,
		pgcat.Regtype, pgcat.Regconfig, pgcat.Regdictionary, pgcat.Regnamespace, pgcat.Regrole, pgcat.Regcollation:
		return true
	}
	return false
}

// numericType is decimal128 for a declared precision and scale that it can hold, else text.
func numericType(mod int32) arrow.DataType {
	precision, scale, ok := datum.NumericPrecision(mod)
	if !ok || precision > 38 || scale < 0 || scale > 38 {
		return arrow.BinaryTypes.String
	}
	return &arrow.Decimal128Type{Precision: max(precision, scale), Scale: scale}
}

// elementType returns the element of an array type, of int2vector and of oidvector.
func elementType(t Type) (Type, bool) {
	switch t.OID {
	case pgcat.Int2Vector:
		return Type{OID: pgcat.Int2, Mod: -1}, true
	case pgcat.OIDVector:
		return Type{OID: pgcat.OID, Mod: -1}, true
	}
	c, ok := pgcat.TypeByOID(t.OID)
	if !ok || !c.IsArray() {
		return Type{}, false
	}
	return Type{OID: c.Elem, Mod: t.Mod}, true
}

// underDomain returns the type that a domain restricts, and other types unchanged.
func underDomain(t Type) Type {
	for t.OID >= 10000 { // no domain is among the types of pg_catalog
		c, ok := pgcat.TypeByOID(t.OID)
		if !ok || c.Kind != 'd' {
			break
		}
		t = Type{OID: c.BaseType, Mod: c.TypMod}
	}
	return t
}
