package brought

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// Type is a column's type.
type Type uint8

// The types: what Parquet and CSV files have that every source can serve. Integers have their size in bits as Precision.
const (
	Integer Type = iota
	Decimal
	Double
	Text
	Binary
	Boolean
	Date
	Time
	Timestamp
	TimestampTZ
)

var decimalType = regexp.MustCompile(`^DECIMAL\((\d+),(\d+)\)$`)

// column reads the name of a DuckDB type.
func column(name string) (Column, bool) {
	if m := decimalType.FindStringSubmatch(name); m != nil {
		p, _ := strconv.Atoi(m[1])
		s, _ := strconv.Atoi(m[2])
		return Column{Type: Decimal, Precision: p, Scale: s}, true
	}
	switch name {
	case "TINYINT", "SMALLINT", "UTINYINT":
		return Column{Type: Integer, Precision: 16}, true
	case "INTEGER", "USMALLINT":
		return Column{Type: Integer, Precision: 32}, true
	case "BIGINT", "UINTEGER":
		return Column{Type: Integer, Precision: 64}, true
	case "UBIGINT":
		return Column{Type: Decimal, Precision: 20}, true
	case "HUGEINT", "UHUGEINT":
		return Column{Type: Decimal, Precision: 38}, true
	case "FLOAT", "DOUBLE":
		return Column{Type: Double}, true
	case "VARCHAR", "JSON", "UUID":
		return Column{Type: Text}, true
	case "BLOB":
		return Column{Type: Binary}, true
	case "BOOLEAN":
		return Column{Type: Boolean}, true
	case "DATE":
		return Column{Type: Date}, true
	case "TIME":
		return Column{Type: Time}, true
	case "TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS":
		return Column{Type: Timestamp}, true
	case "TIMESTAMP WITH TIME ZONE":
		return Column{Type: TimestampTZ}, true
	}
	return Column{Type: Text}, strings.HasPrefix(name, "ENUM(")
}

// digits is how many decimal digits an integer of a size needs.
func digits(bits int) int {
	switch bits {
	case 16:
		return 5
	case 32:
		return 10
	}
	return 19
}

// Number returns the precision and scale of an Integer or a Decimal.
func (c Column) Number() (precision, scale int) {
	switch {
	case c.Narrow:
		return 18, 0
	case c.Type == Integer:
		return digits(c.Precision), 0
	}
	return c.Precision, c.Scale
}

// DuckDB is the type under which the sandbox keeps a table's column: an integer is a decimal at Snowflake, and Databricks has no
// time of day.
func (t Table) DuckDB(c Column) string {
	switch k := t.Kind(); {
	case c.Type == Integer && (k == Databricks || k == Salesforce):
		return map[int]string{16: "SMALLINT", 32: "INTEGER", 64: "BIGINT"}[c.Precision]
	case c.Type == Time && k == Databricks:
		return "VARCHAR"
	}
	return c.DuckDB()
}

// Postgres is the type that a model declares for a table's column.
func (t Table) Postgres(c Column) string {
	if c.Type == Time && t.Kind() == Databricks {
		return "text"
	}
	if c.Type == Timestamp && t.Kind() == Salesforce {
		return "timestamptz" // every datetime there is one
	}
	return c.Postgres()
}

// DuckDB is the type under which the sandbox keeps a column where all numbers are decimals.
func (c Column) DuckDB() string {
	switch c.Type {
	case Integer, Decimal:
		p, s := c.Number()
		return fmt.Sprintf("DECIMAL(%d,%d)", p, s)
	case Double:
		return "DOUBLE"
	case Binary:
		return "BLOB"
	case Boolean:
		return "BOOLEAN"
	case Date:
		return "DATE"
	case Time:
		return "TIME"
	case Timestamp:
		return "TIMESTAMP"
	case TimestampTZ:
		return "TIMESTAMPTZ"
	}
	return "VARCHAR"
}

// Postgres is PostgreSQL's type of a column, which is also the one that a model declares.
func (c Column) Postgres() string {
	switch c.Type {
	case Integer:
		return map[int]string{16: "smallint", 32: "integer", 64: "bigint"}[c.Precision]
	case Decimal:
		return fmt.Sprintf("numeric(%d,%d)", c.Precision, c.Scale)
	case Double:
		return "double precision"
	case Binary:
		return "bytea"
	case Boolean:
		return "boolean"
	case Date:
		return "date"
	case Time:
		return "time"
	case Timestamp:
		return "timestamp"
	case TimestampTZ:
		return "timestamptz"
	}
	return "text"
}
