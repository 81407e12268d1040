// Package result encodes results as Databricks SQL warehouses send them: the types of Thrift and of Arrow, and Arrow IPC streams in
// parts that travel inline or behind addresses of their own.
package result

import (
	"strconv"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/waggle-sql/waggle/internal/sandbox/databricks/dbsql"
	"github.com/waggle-sql/waggle/internal/sandbox/databricks/tcli"
)

// Column is a column of a result.
type Column struct {
	Name string
	Type dbsql.Type
}

// Columns are those of a compiled query.
func Columns(in []dbsql.Column) []Column {
	out := make([]Column, len(in))
	for i, c := range in {
		out[i] = Column{Name: c.Name, Type: c.Type}
	}
	return out
}

// Form says how a client reads what Arrow has types for, and by which name it knows the session's time zone. What is not native is text.
type Form struct {
	Decimals, Timestamps bool
	Zone                 string
}

// thriftTypes are the types' numbers; what is not here travels as text. TIMESTAMP_NTZ is told from TIMESTAMP in the Arrow schema.
func thriftTypes() map[dbsql.Kind]int32 {
	return map[dbsql.Kind]int32{
		dbsql.Boolean: tcli.Boolean, dbsql.Tinyint: tcli.Tinyint, dbsql.Smallint: tcli.Smallint, dbsql.Int: tcli.Int, dbsql.Bigint: tcli.Bigint,
		dbsql.Float: tcli.Float, dbsql.Double: tcli.Double, dbsql.Decimal: tcli.Decimal, dbsql.String: tcli.String, dbsql.Binary: tcli.Binary,
		dbsql.Date: tcli.Date, dbsql.Timestamp: tcli.Timestamp, dbsql.TimestampNTZ: tcli.Timestamp, dbsql.Void: tcli.Null, dbsql.Array: tcli.Array,
	}
}

// Schema describes columns in Thrift.
func Schema(columns []Column) *tcli.TableSchema {
	types := thriftTypes()
	out := &tcli.TableSchema{Columns: []*tcli.ColumnDesc{}}
	for i, c := range columns {
		kind, known := types[c.Type.Kind]
		if !known {
			kind = tcli.String
		}
		entry := &tcli.PrimitiveType{Type: kind}
		if c.Type.Kind == dbsql.Decimal {
			p, s := int32(c.Type.Precision), int32(c.Type.Scale)
			entry.Qualifiers = &tcli.Qualifiers{Values: map[string]*tcli.QualifierValue{"precision": {Int: &p}, "scale": {Int: &s}}}
		}
		comment := ""
		out.Columns = append(out.Columns, &tcli.ColumnDesc{
			Name: c.Name, Type: &tcli.TypeDesc{Types: []*tcli.TypeEntry{{Primitive: entry}}}, Position: int32(i + 1), Comment: &comment,
		})
	}
	return out
}

// arrow is a column's Arrow type.
func (f Form) arrow(t dbsql.Type) arrow.DataType {
	switch t.Kind {
	case dbsql.Boolean:
		return arrow.FixedWidthTypes.Boolean
	case dbsql.Tinyint:
		return arrow.PrimitiveTypes.Int8
	case dbsql.Smallint:
		return arrow.PrimitiveTypes.Int16
	case dbsql.Int:
		return arrow.PrimitiveTypes.Int32
	case dbsql.Bigint:
		return arrow.PrimitiveTypes.Int64
	case dbsql.Float:
		return arrow.PrimitiveTypes.Float32
	case dbsql.Double:
		return arrow.PrimitiveTypes.Float64
	case dbsql.Binary:
		return arrow.BinaryTypes.Binary
	case dbsql.Date:
		return arrow.FixedWidthTypes.Date32
	case dbsql.Void:
		return arrow.Null
	}
	return f.optional(t)
}

// optional is the type of what a client may want as text.
func (f Form) optional(t dbsql.Type) arrow.DataType {
	switch {
	case t.Kind == dbsql.Decimal && f.Decimals:
		return &arrow.Decimal128Type{Precision: int32(t.Precision), Scale: int32(t.Scale)}
	case t.Kind == dbsql.Timestamp && f.Timestamps:
		return &arrow.TimestampType{Unit: arrow.Microsecond, TimeZone: f.Zone}
	case t.Kind == dbsql.TimestampNTZ && f.Timestamps:
		return &arrow.TimestampType{Unit: arrow.Microsecond}
	}
	return arrow.BinaryTypes.String
}

// arrowSchema describes columns in Arrow, with the names of their types beside.
func (f Form) arrowSchema(columns []Column) *arrow.Schema {
	fields := make([]arrow.Field, len(columns))
	for i, c := range columns {
		name := c.Type.String()
		fields[i] = arrow.Field{Name: c.Name, Type: f.arrow(c.Type), Nullable: true, Metadata: arrow.NewMetadata(
			[]string{"Spark:DataType:SqlName", "Spark:DataType:JsonType"}, []string{strings.ToUpper(name), strconv.Quote(name)})}
	}
	return arrow.NewSchema(fields, nil)
}
