package datum_test

import (
	"testing"

	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/pgcat"
)

var fuzzTypes = []uint32{pgcat.Bool, pgcat.Int2, pgcat.Int4, pgcat.Int8, pgcat.OID, pgcat.Float4, pgcat.Float8, pgcat.Numeric, pgcat.Char,
	pgcat.Name, pgcat.Text, pgcat.Varchar, pgcat.Bpchar, pgcat.Bytea, pgcat.UUID, pgcat.JSON, pgcat.JSONB, pgcat.Date, pgcat.Time, pgcat.TimeTZ,
	pgcat.Timestamp, pgcat.TimestampTZ, pgcat.Interval, pgcat.Regtype, pgcat.Regproc, pgcat.Regprocedure, pgcat.Regclass, pgcat.Int2Vector,
	pgcat.OIDVector, pgcat.Int4Array, pgcat.TextArray, pgcat.NumericArray, pgcat.TimestampArray, pgcat.JSONBArray, pgcat.IntervalArray}

// FuzzIn demands that no input panics, that a value's text reads back as a value with the same text, and that Compare finds
// the two equal.
func FuzzIn(f *testing.F) {
	for i, s := range []string{"1", "-1.5e3", "2024-01-05 10:11:12.5+02", "1 year -2 days 03:04:05", "{1,NULL,{2}}", `{"a":[1,"\u00e9"]}`,
		"P1Y2M3DT4H5M6S", "infinity", "[0:1]={a,b}", `\x00ff`, "J2460315.5", "Jan 5, 99 BC", "int4[]", "0x_1F"} {
		f.Add(uint8(i), s)
	}
	f.Fuzz(func(t *testing.T, which uint8, text string) {
		oid := fuzzTypes[int(which)%len(fuzzTypes)]
		v, err := datum.In(oid, -1, text, nil)
		if err != nil {
			return
		}
		env := &datum.Env{ExtraFloatDigits: 1}
		out := string(datum.AppendText(nil, oid, v, env))
		back, err := datum.In(oid, -1, out, env)
		if err != nil {
			t.Fatalf("type %d: %q gives %q: %v", oid, text, out, err)
		}
		if again := string(datum.AppendText(nil, oid, back, env)); again != out {
			t.Fatalf("type %d: %q gives %q gives %q", oid, text, out, again)
		}
		if datum.Compare(oid, v, back) != 0 {
			t.Fatalf("type %d: %q differs from itself", oid, text)
		}
	})
}

// FuzzRecv demands that no data panics, and that what is read can be written and read again.
func FuzzRecv(f *testing.F) {
	for i, oid := range fuzzTypes {
		f.Add(uint8(i), []byte{0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, byte(oid), 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 5})
		f.Add(uint8(i), []byte{0, 1, 0, 0, 0, 0, 0, 2, 0, 7})
	}
	f.Fuzz(func(t *testing.T, which uint8, data []byte) {
		oid := fuzzTypes[int(which)%len(fuzzTypes)]
		v, err := datum.Recv(oid, -1, data)
		if err != nil || v == nil {
			return
		}
		wire := datum.AppendBinary(nil, oid, v)
		back, err := datum.Recv(oid, -1, wire)
		if err != nil {
			t.Fatalf("type %d: %x gives %x: %v", oid, data, wire, err)
		}
		if again := datum.AppendBinary(nil, oid, back); string(again) != string(wire) {
			t.Fatalf("type %d: %x gives %x gives %x", oid, data, wire, again)
		}
	})
}
