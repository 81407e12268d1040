// Package datum holds PostgreSQL values: input and output (text and binary), comparison, casts, arithmetic and functions.
// It is the one implementation behind the plan's constants, the binder's folding, rows without FROM, finishing in rowenc
// and the workspace's user-defined functions. Types are plain OIDs and typmods.
package datum

import (
	"github.com/cockroachdb/apd/v3"
)

// Value is one value of a PostgreSQL type; nil is NULL. The set is closed:
//
//	bool                                              Bool
//	int2, int4, int8, oid, reg*, xid, "char"          Int
//	float4, float8                                    Float (float4 holds the exactly widened float32)
//	numeric                                           *Numeric
//	text, varchar, bpchar, name, json, jsonb, unknown Text (bpchar without its padding, jsonb in canonical form)
//	bit, varbit                                       Text of its digits
//	bytea                                             Bytes
//	date                                              Date
//	time                                              Time
//	timetz                                            TimeTZ
//	timestamp, timestamptz                            Timestamp
//	interval                                          Interval
//	uuid                                              UUID
//	arrays of these, int2vector, oidvector            *Array
//	record                                            Record
type Value interface{ value() }

type (
	// Bool is a boolean.
	Bool bool
	// Int is an integer of any width, or an object identifier.
	Int int64
	// Float is a float8, or a float4 that holds its exactly widened value.
	Float float64
	// Text is any character string, JSON included.
	Text string
	// Bytes is a bytea; the holder does not change it.
	Bytes []byte
	// Date is days since 1970-01-01; MinDate and MaxDate are -infinity and infinity.
	Date int32
	// Time is microseconds since midnight, 0 to 86,400,000,000.
	Time int64
	// TimeTZ is a time of day with its zone's offset in seconds east of UTC.
	TimeTZ struct {
		Time   Time
		Offset int32
	}
	// Timestamp is microseconds since 1970-01-01 00:00 (UTC for timestamptz); MinTimestamp and MaxTimestamp are the infinities.
	Timestamp int64
	// Interval is PostgreSQL's three fields; all at their minimum (maximum) is -infinity (infinity).
	Interval struct {
		Months, Days int32
		Micros       int64
	}
	// UUID is sixteen bytes.
	UUID [16]byte
	// Numeric is a decimal, NaN or an infinity. Dec.Exponent is minus the display scale.
	Numeric struct{ Dec apd.Decimal }
	// Array is an array of any number of dimensions in row-major order; no dimension means the empty array.
	Array struct {
		Elem  uint32 // OID of the element type
		Dims  []Dim
		Items []Value
	}
	// Dim is one dimension of an array.
	Dim struct{ Len, Lower int32 }
	// Record is a row value.
	Record []Value
)

func (Bool) value()      {}
func (Int) value()       {}
func (Float) value()     {}
func (Text) value()      {}
func (Bytes) value()     {}
func (Date) value()      {}
func (Time) value()      {}
func (TimeTZ) value()    {}
func (Timestamp) value() {}
func (Interval) value()  {}
func (UUID) value()      {}
func (*Numeric) value()  {}
func (*Array) value()    {}
func (Record) value()    {}

// The infinities of date and timestamp are DuckDB's sentinels, so that they cross the workspace unchanged.
const (
	MaxDate      = Date(2147483647)
	MinDate      = Date(-2147483647)
	MaxTimestamp = Timestamp(9223372036854775807)
	MinTimestamp = Timestamp(-9223372036854775807)
)
