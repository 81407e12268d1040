package sfsql

import (
	"strconv"
)

func itoa(n int) string { return strconv.Itoa(n) }

func atoi(s string) (int, bool) {
	n, err := strconv.Atoi(s)
	return n, err == nil
}

// grouped prints n with commas between thousands.
func grouped(n int) string {
	s := itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// named is a type's name: its kind, and for names like CHAR the length without arguments; fixed names take no arguments.
type named struct {
	kind   Kind
	length int
	fixed  bool
}

var typeNames = map[string]named{
	"NUMBER": {kind: Number}, "DECIMAL": {kind: Number}, "DEC": {kind: Number}, "NUMERIC": {kind: Number},
	"INT": {kind: Number, fixed: true}, "INTEGER": {kind: Number, fixed: true}, "BIGINT": {kind: Number, fixed: true},
	"SMALLINT": {kind: Number, fixed: true}, "TINYINT": {kind: Number, fixed: true}, "BYTEINT": {kind: Number, fixed: true},
	"FLOAT": {kind: Float, fixed: true}, "FLOAT4": {kind: Float, fixed: true}, "FLOAT8": {kind: Float, fixed: true},
	"DOUBLE": {kind: Float, fixed: true}, "REAL": {kind: Float, fixed: true}, "DOUBLE PRECISION": {kind: Float, fixed: true},
	"VARCHAR": {kind: Varchar}, "STRING": {kind: Varchar}, "TEXT": {kind: Varchar}, "NVARCHAR": {kind: Varchar},
	"CHAR": {kind: Varchar, length: 1}, "CHARACTER": {kind: Varchar, length: 1}, "NCHAR": {kind: Varchar, length: 1},
	"BOOLEAN": {kind: Boolean, fixed: true}, "DATE": {kind: Date, fixed: true}, "TIME": {kind: Time},
	"DATETIME": {kind: TimestampNTZ}, "TIMESTAMP": {kind: TimestampNTZ}, "TIMESTAMP_NTZ": {kind: TimestampNTZ},
	"TIMESTAMPNTZ": {kind: TimestampNTZ}, "TIMESTAMP_LTZ": {kind: TimestampLTZ}, "TIMESTAMPLTZ": {kind: TimestampLTZ},
	"TIMESTAMP_TZ": {kind: TimestampTZ}, "TIMESTAMPTZ": {kind: TimestampTZ},
	"BINARY": {kind: Binary}, "VARBINARY": {kind: Binary},
	"VARIANT": {kind: Variant, fixed: true}, "OBJECT": {kind: Object, fixed: true}, "ARRAY": {kind: Array, fixed: true},
}

// with returns the type that the name means with arguments.
func (n named) with(args []int, fail func(string, ...any) *Error) (Type, *Error) {
	t := of(n.kind)
	if n.length > 0 {
		t.Length = n.length
	}
	switch {
	case len(args) == 0:
		return t, nil
	case n.kind == Number && len(args) <= 2 && !n.fixed:
		t.Precision = args[0]
		if len(args) == 2 {
			t.Scale = args[1]
		}
		if t.Precision < 1 || t.Precision > maxPrecision || t.Scale < 0 || t.Scale > min(t.Precision, 37) {
			return t, fail("invalid precision or scale for type NUMBER: (%d,%d)", t.Precision, t.Scale)
		}
		return t, nil
	case len(args) == 1 && !n.fixed && (n.kind == Varchar || n.kind == Binary):
		if args[0] < 1 || args[0] > t.Length && n.length == 0 {
			return t, fail("invalid length for type %s: %d", n.kind, args[0])
		}
		t.Length = args[0]
		return t, nil
	case len(args) == 1 && !n.fixed && args[0] >= 0 && args[0] <= 9:
		t.Scale = args[0]
		return t, nil
	}
	return t, fail("invalid arguments for type %s", n.kind)
}
