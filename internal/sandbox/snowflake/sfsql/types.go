package sfsql

import "fmt"

// The widest types, which Snowflake gives where nothing narrower is declared (sql-reference/data-types-text, -numeric).
const (
	maxLength    = 16777216
	maxBytes     = 8388608
	maxPrecision = 38
)

func number(p, s int) Type { return Type{Kind: Number, Precision: min(p, maxPrecision), Scale: s} }
func varchar(n int) Type   { return Type{Kind: Varchar, Length: min(n, maxLength)} }
func of(k Kind) Type {
	switch k {
	case Number:
		return number(maxPrecision, 0)
	case Varchar:
		return varchar(maxLength)
	case Binary:
		return Type{Kind: Binary, Length: maxBytes}
	case Time, TimestampNTZ, TimestampLTZ, TimestampTZ:
		return Type{Kind: k, Scale: 9}
	}
	return Type{Kind: k}
}

// leading is the number of digits before the decimal point.
func (t Type) leading() int { return t.Precision - t.Scale }

// String returns the type as Snowflake writes it.
func (t Type) String() string {
	switch t.Kind {
	case Number:
		return fmt.Sprintf("NUMBER(%d,%d)", t.Precision, t.Scale)
	case Varchar:
		return fmt.Sprintf("VARCHAR(%d)", t.Length)
	case Binary:
		return fmt.Sprintf("BINARY(%d)", t.Length)
	case Time, TimestampNTZ, TimestampLTZ, TimestampTZ:
		return fmt.Sprintf("%s(%d)", t.Kind, t.Scale)
	}
	return t.Kind.String()
}

var kindNames = [...]string{"NULL", "NUMBER", "FLOAT", "VARCHAR", "BOOLEAN", "DATE", "TIME", "TIMESTAMP_NTZ", "TIMESTAMP_LTZ",
	"TIMESTAMP_TZ", "BINARY", "VARIANT", "ARRAY", "OBJECT"}

// String returns the kind as Snowflake writes it.
func (k Kind) String() string { return kindNames[k] }

// DuckDB returns the DuckDB type that holds values of t. Timestamps have microseconds. A TIMESTAMP_TZ is its instant in UTC
// and its offset in minutes; VARIANT, ARRAY and OBJECT are JSON.
func (t Type) DuckDB() string {
	switch t.Kind {
	case Number:
		return fmt.Sprintf("DECIMAL(%d,%d)", t.Precision, t.Scale)
	case Float:
		return "DOUBLE"
	case Boolean:
		return "BOOLEAN"
	case Date:
		return "DATE"
	case Time:
		return "TIME"
	case TimestampNTZ:
		return "TIMESTAMP"
	case TimestampLTZ:
		return "TIMESTAMPTZ"
	case TimestampTZ:
		return "STRUCT(u TIMESTAMP, o INTEGER)"
	case Binary:
		return "BLOB"
	case Variant, Array, Object:
		return "JSON"
	}
	return "VARCHAR"
}

func (t Type) isTimestamp() bool {
	return t.Kind == TimestampNTZ || t.Kind == TimestampLTZ || t.Kind == TimestampTZ
}
func (t Type) isNumeric() bool { return t.Kind == Number || t.Kind == Float }
func (t Type) isSemi() bool    { return t.Kind == Variant || t.Kind == Array || t.Kind == Object }
func (t Type) isInteger() bool { return t.Kind == Number && t.Scale == 0 }
func (t Type) isDateLike() bool {
	return t.Kind == Date || t.isTimestamp()
}

// sumType, productType, quotientType and remainderType are the result rules of sql-reference/operators-arithmetic.
func sumType(a, b Type) Type {
	s := max(a.Scale, b.Scale)
	return number(max(a.leading(), b.leading())+1+s, s)
}

func productType(a, b Type) Type {
	s := min(a.Scale+b.Scale, max(a.Scale, b.Scale, 12))
	return number(a.leading()+b.leading()+s, s)
}

func quotientType(a, b Type) Type {
	s := max(a.Scale, min(a.Scale+6, 12))
	return number(a.leading()+b.Scale+s, s)
}

func remainderType(a, b Type) Type {
	s := max(a.Scale, b.Scale)
	return number(max(a.leading(), b.leading())+s, s)
}

// union returns the type that holds values of both a and b without loss, or false where Snowflake's documentation names no
// such type (sql-reference/data-type-conversion).
func union(a, b Type) (Type, bool) {
	switch {
	case a == b, b.Kind == Null:
		return a, true
	case a.Kind == Null:
		return b, true
	case a.Kind == Number && b.Kind == Number:
		s := max(a.Scale, b.Scale)
		return number(max(a.leading(), b.leading())+s, s), true
	case a.isNumeric() && b.isNumeric():
		return of(Float), true
	case a.Kind == b.Kind && a.Kind == Varchar:
		return varchar(max(a.Length, b.Length)), true
	case a.Kind == b.Kind && a.Kind == Binary:
		return Type{Kind: Binary, Length: max(a.Length, b.Length)}, true
	case a.Kind == b.Kind:
		return Type{Kind: a.Kind, Scale: max(a.Scale, b.Scale)}, true
	case a.Kind == Date && b.isTimestamp() && b.Kind != TimestampTZ:
		return b, true
	case b.Kind == Date && a.isTimestamp() && a.Kind != TimestampTZ:
		return a, true
	case a.isSemi() && b.isSemi():
		return of(Variant), true
	}
	return Type{}, false
}
