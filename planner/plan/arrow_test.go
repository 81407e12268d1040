package plan

import (
	"math"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/internal/pgerr"
)

// transport is a value of each type, and the Arrow type that carries it.
var transport = []struct {
	oid   uint32
	mod   int32
	text  string
	arrow string
}{
	{pgcat.Bool, -1, "t", "bool"}, {pgcat.Char, -1, `\377`, "int8"}, {pgcat.Int2, -1, "-32768", "int16"}, {pgcat.Int4, -1, "7", "int32"},
	{pgcat.Int8, -1, "-9223372036854775808", "int64"}, {pgcat.OID, -1, "4294967295", "uint32"}, {pgcat.XID, -1, "1", "uint32"},
	{pgcat.Regtype, -1, "integer", "uint32"}, {pgcat.Float4, -1, "0.1", "float32"}, {pgcat.Float8, -1, "-Infinity", "float64"},
	{pgcat.Numeric, -1, "1.50", "utf8"}, {pgcat.Numeric, datum.MakeNumericMod(38, 10), "-9999999999999999999999999999.9999999999", "decimal(38, 10)"},
	{pgcat.Numeric, datum.MakeNumericMod(39, 1), "1.5", "utf8"}, {pgcat.Numeric, datum.MakeNumericMod(3, -2), "12300", "utf8"},
	{pgcat.Numeric, datum.MakeNumericMod(2, 4), "0.0012", "decimal(4, 4)"}, {pgcat.Numeric, datum.MakeNumericMod(12, 2), "-0.05", "decimal(12, 2)"},
	{pgcat.Text, -1, "é", "utf8"}, {pgcat.Bpchar, 7, "ab", "utf8"}, {pgcat.Name, -1, "n", "utf8"}, {pgcat.JSON, -1, "[1 ]", "utf8"},
	{pgcat.JSONB, -1, "[1]", "utf8"}, {pgcat.Bytea, -1, `\x00`, "binary"}, {pgcat.UUID, -1, "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", "fixed_size_binary[16]"},
	{pgcat.Date, -1, "infinity", "date32"}, {pgcat.Date, -1, "0001-01-01 BC", "date32"}, {pgcat.Time, -1, "24:00:00", "time64[us]"},
	{pgcat.TimeTZ, -1, "10:00:00.5-03:30", "struct<time: time64[us] nullable, offset: int32 nullable>"}, {pgcat.Timestamp, -1, "-infinity", "timestamp[us]"},
	{pgcat.TimestampTZ, -1, "2024-02-29 00:00:00+00", "timestamp[us, tz=UTC]"}, {pgcat.Interval, -1, "1 mon -2 days +03:00:00.000001", "month_day_nano_interval"},
	{pgcat.Interval, -1, "infinity", "month_day_nano_interval"}, {pgcat.Int4Array, -1, "{1,NULL}", "list<item: int32, nullable>"},
	{pgcat.Int4Array, -1, "{}", "list<item: int32, nullable>"}, {pgcat.Int2Vector, -1, "1 2", "list<item: int16, nullable>"},
	{pgcat.NumericArray, datum.MakeNumericMod(5, 1), "{1.0,2.5}", "list<item: decimal(5, 1), nullable>"}, {pgcat.Aclitem, -1, "=r/x", "utf8"},
	{pgcat.TimeTZArray, -1, "{10:00:00+01}", "list<item: struct<time: time64[us] nullable, offset: int32 nullable>, nullable>"},
}

func TestArrowRoundTrip(t *testing.T) {
	env := &datum.Env{ExtraFloatDigits: 1}
	for _, c := range transport {
		ty := Type{OID: c.oid, Mod: c.mod}
		at := ArrowType(ty)
		if at.String() != c.arrow {
			t.Errorf("%s: %s, want %s", datum.FormatType(c.oid, c.mod), at, c.arrow)
		}
		v, err := datum.In(c.oid, c.mod, c.text, nil)
		if err != nil {
			t.Fatal(err)
		}
		b := array.NewBuilder(memory.DefaultAllocator, at)
		for _, item := range []datum.Value{nil, v} {
			if err := AppendArrow(b, ty, item); err != nil {
				t.Fatalf("%s: %v", c.text, err)
			}
		}
		a := b.NewArray()
		if ArrowValue(a, 0, ty) != nil {
			t.Errorf("%s: NULL became a value", c.text)
		}
		back := ArrowValue(array.NewSlice(a, 1, 2), 0, ty)
		if got := string(datum.AppendText(nil, c.oid, back, env)); got != c.text || datum.Compare(c.oid, v, back) != 0 {
			t.Errorf("%s came back as %s", c.text, got)
		}
		a.Release()
		b.Release()
	}
}

func TestArrowRefusals(t *testing.T) {
	numeric := Type{OID: pgcat.Numeric, Mod: datum.MakeNumericMod(4, 2)}
	cases := []struct {
		ty   Type
		v    datum.Value
		code string
	}{
		{numeric, datum.NumericNaN(), pgerr.NumericOutOfRange},
		{numeric, datum.NewNumeric(10000, 2), pgerr.NumericOutOfRange},
		{numeric, datum.Int(1), pgerr.Internal},
		{Type{OID: pgcat.Interval, Mod: -1}, datum.Interval{Micros: math.MaxInt64 / 999}, pgerr.DatetimeOverflow},
		{Type{OID: pgcat.Int4, Mod: -1}, datum.Float(1), pgerr.Internal},
		{Type{OID: pgcat.Int4Array, Mod: -1}, &datum.Array{Elem: pgcat.Int4, Dims: []datum.Dim{{Len: 1, Lower: 0}}, Items: []datum.Value{nil}}, pgerr.FeatureNotSupported},
	}
	for _, c := range cases {
		b := array.NewBuilder(memory.DefaultAllocator, ArrowType(c.ty))
		if err := AppendArrow(b, c.ty, c.v); pgerr.Code(err) != c.code {
			t.Errorf("%v in %s: %v", c.v, ArrowType(c.ty), err)
		}
		b.Release()
	}
	if ArrowType(Type{OID: pgcat.Record}) != arrow.BinaryTypes.String {
		t.Error("a record does not travel as text")
	}
}
