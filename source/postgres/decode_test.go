package postgres

import (
	"encoding/binary"
	"testing"

	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/planner/plan"
)

// decoded is a value after its way through Arrow.
func decoded(t plan.Type, v []byte, slow bool) (string, error) {
	b := array.NewBuilder(memory.DefaultAllocator, plan.ArrowType(t))
	defer b.Release()
	decode := decoderFor(b, t, true)
	if slow {
		decode = func(v []byte) error { return appendBinary(b, t, v) }
	}
	if err := decode(v); err != nil {
		return "", err
	}
	a := b.NewArray()
	defer a.Release()
	return string(datum.AppendText(nil, t.OID, plan.ArrowValue(a, 0, t), nil)), nil
}

// fastTypes are those with a way of their own to Arrow.
var fastTypes = []plan.Type{{OID: pgcat.Numeric, Mod: -1}, {OID: pgcat.Numeric, Mod: datum.MakeNumericMod(12, 2)}, {OID: pgcat.Numeric, Mod: datum.MakeNumericMod(38, 0)},
	{OID: pgcat.Numeric, Mod: datum.MakeNumericMod(38, 20)}, {OID: pgcat.Date, Mod: -1}, {OID: pgcat.Timestamp, Mod: -1}, {OID: pgcat.TimestampTZ, Mod: -1},
	{OID: pgcat.UUID, Mod: -1}, {OID: pgcat.Int4, Mod: -1}, {OID: pgcat.Float8, Mod: -1}, {OID: pgcat.Bool, Mod: -1}}

// FuzzDecode holds each fast way to the way through datum, on any bytes.
func FuzzDecode(f *testing.F) {
	for i := range fastTypes {
		f.Add(i, binary.BigEndian.AppendUint64(nil, 1<<63-1))
		f.Add(i, []byte{0, 2, 0, 0, 0x40, 0, 0, 2, 0, 12, 0x13, 0x88})
		f.Add(i, []byte{0, 1, 0xff, 0xfe, 0, 0, 0, 12, 0x0d, 0x80})
		f.Add(i, []byte{0, 0, 0, 0, 0xc0, 0, 0, 0})
		f.Add(i, []byte{0x80, 0, 0, 0})
	}
	f.Fuzz(func(t *testing.T, i int, v []byte) {
		typ := fastTypes[uint(i)%uint(len(fastTypes))]
		got, err := decoded(typ, v, false)
		want, wantErr := decoded(typ, v, true)
		if err == nil && wantErr == nil && got != want {
			t.Fatalf("%s %x: %q, wanted %q", datum.FormatType(typ.OID, typ.Mod), v, got, want)
		}
		// The fast way may refuse in words of its own, and refuses what the other one rounds.
		if err == nil && wantErr != nil || err != nil && wantErr == nil && pgerr.Code(err) != pgerr.DatatypeMismatch {
			t.Fatalf("%s %x: %v, wanted %v", datum.FormatType(typ.OID, typ.Mod), v, err, wantErr)
		}
	})
}

// TestNumerics sends numbers through the server's own binary form and holds their text to its own.
func TestNumerics(t *testing.T) {
	_, c := rig(t)
	for _, number := range []string{"0", "0.00", "1", "-1", "10000", "9999.9999", "0.0001", "0.00010000", "-0.5", "123456789012345678901234567890.123", "1e30", "1e-30",
		"100000000", "99999999999999999999999999999999999999", "-12345678.90", "NaN", "Infinity", "-Infinity", "1e400", "1e-400"} {
		for _, typ := range []plan.Type{{OID: pgcat.Numeric, Mod: -1}, {OID: pgcat.Numeric, Mod: datum.MakeNumericMod(38, 10)}} {
			name := datum.FormatType(typ.OID, typ.Mod)
			want, _, wantErr := ask(t.Context(), c, "SELECT '"+number+"'::"+name+"::text")
			got, err := one(t, c, "SELECT '"+number+"'::"+name, typ)
			if typ.Mod >= 0 && number == "NaN" {
				if pgerr.Code(err) != pgerr.NumericOutOfRange {
					t.Error(number, err)
				}
				continue
			}
			if pgerr.Code(err) != pgerr.Code(wantErr) || err == nil && got != want {
				t.Errorf("%s of %s: %q, wanted %q: %v %v", name, number, got, want, err, wantErr)
			}
		}
	}
	if _, err := one(t, c, "SELECT 1.234", plan.Type{OID: pgcat.Numeric, Mod: datum.MakeNumericMod(12, 2)}); pgerr.Code(err) != pgerr.DatatypeMismatch {
		t.Error("a number is rounded to what the model says:", err)
	}
}
