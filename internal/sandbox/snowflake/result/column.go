// Package result writes results as Snowflake's service sends them to its drivers: the description of the columns (rowtype), and
// the rows as Arrow IPC streams in the service's physical forms, cut into chunks that grow. The forms are those that the vendor's
// own Go driver decodes (github.com/snowflakedb/gosnowflake, converter.go).
package result

import (
	"strconv"

	"github.com/apache/arrow-go/v18/arrow"
)

// The types of rowtype and of the fields' logicalType, in the wire's lower case.
const (
	Fixed        = "fixed"
	Real         = "real"
	Text         = "text"
	Boolean      = "boolean"
	Binary       = "binary"
	Date         = "date"
	Time         = "time"
	TimestampNTZ = "timestamp_ntz"
	TimestampLTZ = "timestamp_ltz"
	TimestampTZ  = "timestamp_tz"
	Variant      = "variant"
	Object       = "object"
	Array        = "array"
)

// Column describes a result's column. Precision and Scale are a number's; Scale is also the number of fractional digits of a
// time or timestamp; Length is a text's in characters or a binary's in bytes.
type Column struct {
	Name      string
	Type      string
	Precision int
	Scale     int
	Length    int64
	Nullable  bool
}

// RowType is the column's entry in the answer's rowtype.
func (c Column) RowType() map[string]any {
	out := map[string]any{
		"name": c.Name, "database": "", "schema": "", "table": "", "nullable": c.Nullable, "type": c.Type,
		"length": nil, "byteLength": nil, "precision": nil, "scale": nil, "collation": nil,
	}
	switch c.Type {
	case Fixed:
		out["precision"], out["scale"] = c.Precision, c.Scale
	case Text:
		out["length"], out["byteLength"] = c.Length, min(4*c.Length, maxText)
	case Binary:
		out["length"], out["byteLength"] = c.Length, c.Length
	case Time, TimestampNTZ, TimestampLTZ, TimestampTZ:
		out["precision"], out["scale"] = 0, c.Scale
	}
	return out
}

// maxText is the longest text in bytes (https://docs.snowflake.com/en/sql-reference/data-types-text).
const maxText = 16777216

// field is the Arrow field of a physical type, with the metadata that the service gives.
func (c Column) field(physical arrow.DataType) arrow.Field {
	keys := []string{"logicalType", "precision", "scale", "charLength", "byteLength", "nullable"}
	values := []string{
		upper(c.Type), strconv.Itoa(c.Precision), strconv.Itoa(c.Scale), strconv.FormatInt(c.Length, 10),
		strconv.Itoa(width(physical)), strconv.FormatBool(c.Nullable),
	}
	return arrow.Field{Name: c.Name, Type: physical, Nullable: c.Nullable, Metadata: arrow.NewMetadata(keys, values)}
}

// width is the physical size of a value in bytes, 0 where it varies.
func width(t arrow.DataType) int {
	switch t := t.(type) {
	case arrow.FixedWidthDataType:
		return t.BitWidth() / 8
	case *arrow.StructType:
		return 16
	}
	return 0
}

func upper(s string) string {
	out := []byte(s)
	for i, c := range out {
		if c >= 'a' && c <= 'z' {
			out[i] = c - 'a' + 'A'
		}
	}
	return string(out)
}
