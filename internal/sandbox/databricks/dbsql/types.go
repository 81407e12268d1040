package dbsql

import (
	"fmt"
	"strings"
)

// Kind is a family of Databricks's data types (sql-ref-datatypes).
type Kind uint8

// The kinds. Void is the type of a bare NULL.
const (
	Void Kind = iota
	Boolean
	Tinyint
	Smallint
	Int
	Bigint
	Float
	Double
	Decimal
	String
	Binary
	Date
	Timestamp
	TimestampNTZ
	Interval
	Array
)

// Type is a Databricks data type. Precision and Scale are of Decimal. Array's elements are of kind Elem. An Interval of months has
// Scale 0, one of days and seconds Scale 1.
type Type struct {
	Kind             Kind
	Precision, Scale int
	Elem             Kind
}

const maxPrecision = 38

func of(k Kind) Type { return Type{Kind: k} }

func decimal(p, s int) Type { return Type{Kind: Decimal, Precision: p, Scale: s} }

var kindNames = [...]string{"void", "boolean", "tinyint", "smallint", "int", "bigint", "float", "double", "decimal", "string",
	"binary", "date", "timestamp", "timestamp_ntz", "interval", "array"}

var duckNames = [...]string{"INTEGER", "BOOLEAN", "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "FLOAT", "DOUBLE", "DECIMAL", "VARCHAR",
	"BLOB", "DATE", "TIMESTAMPTZ", "TIMESTAMP", "INTERVAL", "VARCHAR"}

// String returns the type as DESCRIBE TABLE writes it.
func (t Type) String() string {
	switch t.Kind {
	case Decimal:
		return fmt.Sprintf("decimal(%d,%d)", t.Precision, t.Scale)
	case Array:
		return "array<" + t.Elem.String() + ">"
	case Interval:
		return map[int]string{0: "interval year to month", 1: "interval day to second"}[t.Scale]
	}
	return t.Kind.String()
}

// String returns the kind as Databricks writes it.
func (k Kind) String() string { return kindNames[k] }

// upper is the type as error messages write it.
func (t Type) upper() string { return strings.ToUpper(t.String()) }

// DuckDB returns the DuckDB type that holds values of t while they are computed and in results; an array or interval leaves a result
// as VARCHAR (see Query).
func (t Type) DuckDB() string {
	switch t.Kind {
	case Decimal:
		return fmt.Sprintf("DECIMAL(%d,%d)", t.Precision, t.Scale)
	case Array, Interval:
		return "VARCHAR"
	}
	return duckNames[t.Kind]
}

// inner is the DuckDB type inside of a query.
func (t Type) inner() string {
	switch t.Kind {
	case Array:
		return duckNames[t.Elem] + "[]"
	case Interval:
		return "INTERVAL"
	}
	return t.DuckDB()
}

func (t Type) isInteger() bool   { return t.Kind >= Tinyint && t.Kind <= Bigint }
func (t Type) isExact() bool     { return t.isInteger() || t.Kind == Decimal }
func (t Type) isFloat() bool     { return t.Kind == Float || t.Kind == Double }
func (t Type) isNumeric() bool   { return t.isExact() || t.isFloat() }
func (t Type) isTimestamp() bool { return t.Kind == Timestamp || t.Kind == TimestampNTZ }
func (t Type) isDateLike() bool  { return t.Kind == Date || t.isTimestamp() }
func (t Type) leading() int      { return t.Precision - t.Scale }

// exact is the DECIMAL that holds every value of an integer type, or a DECIMAL itself (sql-ref-datatype-rules).
func (t Type) exact() Type {
	switch t.Kind {
	case Tinyint:
		return decimal(3, 0)
	case Smallint:
		return decimal(5, 0)
	case Int:
		return decimal(10, 0)
	case Bigint:
		return decimal(20, 0)
	}
	return t
}

// adjusted fits a precision beyond 38 by giving up fractional digits, of which at least six stay (Spark's adjustPrecisionScale,
// sql-ref-operators and data-types/decimal-type).
func adjusted(p, s int) Type {
	if p <= maxPrecision {
		return decimal(p, s)
	}
	return decimal(maxPrecision, max(maxPrecision-(p-s), min(s, 6)))
}

// result is the type of an arithmetic operator over DECIMALs (functions/plussign, -minussign, -asterisksign, -slashsign, -percentsign).
func result(op string, a, b Type) Type {
	s := max(a.Scale, b.Scale)
	switch op {
	case "+", "-":
		return adjusted(max(a.leading(), b.leading())+s+1, s)
	case "*":
		return adjusted(a.Precision+b.Precision+1, a.Scale+b.Scale)
	case "/":
		s = max(6, a.Scale+b.Precision+1)
		return adjusted(a.leading()+b.Scale+s, s)
	}
	return adjusted(min(a.leading(), b.leading())+s, s)
}

// least is the least common type of a and b (sql-ref-datatype-rules), or false. A string meets another type only where that type is
// not a string's: coerced says how.
func least(a, b Type) (Type, bool) {
	switch {
	case a == b, b.Kind == Void:
		return a, true
	case a.Kind == Void:
		return b, true
	case a.isInteger() && b.isInteger():
		return of(max(a.Kind, b.Kind)), true
	case a.isExact() && b.isExact():
		return wider(a.exact(), b.exact()), true
	case a.isFloat() && b.isFloat():
		return of(Double), true
	case a.isNumeric() && b.isNumeric():
		return of(Double), true
	case a.Kind == Date && b.isTimestamp():
		return b, true
	case b.Kind == Date && a.isTimestamp():
		return a, true
	case a.isTimestamp() && b.isTimestamp():
		return of(Timestamp), true
	}
	return Type{}, false
}

// wider holds every value of two DECIMALs; beyond 38 digits it gives up fractional ones.
func wider(a, b Type) Type {
	s := max(a.Scale, b.Scale)
	l := max(a.leading(), b.leading())
	if l+s > maxPrecision {
		return decimal(maxPrecision, max(maxPrecision-l, 0))
	}
	return decimal(l+s, s)
}

// coerced is the type in which values of a and b meet: their least common type, or, of a string and another type, by
// sql-ref-datatype-rules#crosscasting: BIGINT for integers, DOUBLE for other numbers, else the other type.
func coerced(a, b Type) (Type, bool) {
	if t, ok := least(a, b); ok {
		return t, true
	}
	if a.Kind == String {
		a, b = b, a
	}
	if b.Kind != String {
		return Type{}, false
	}
	switch {
	case a.isInteger():
		return of(Bigint), true
	case a.isNumeric():
		return of(Double), true
	case a.Kind == Boolean, a.Kind == Binary, a.isDateLike():
		return a, true
	}
	return Type{}, false
}
