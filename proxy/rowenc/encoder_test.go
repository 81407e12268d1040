package rowenc

import (
	"encoding/binary"
	"fmt"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/planner/plan"
)

// batch builds a batch with one column per type from rows of values.
func batch(t testing.TB, types []plan.Type, rows ...[]datum.Value) arrow.RecordBatch {
	t.Helper()
	var fields []arrow.Field
	for i, ty := range types {
		fields = append(fields, arrow.Field{Name: fmt.Sprint(i), Type: plan.ArrowType(ty), Nullable: true})
	}
	b := array.NewRecordBuilder(memory.DefaultAllocator, arrow.NewSchema(fields, nil))
	defer b.Release()
	for _, row := range rows {
		for i, v := range row {
			if err := plan.AppendArrow(b.Field(i), types[i], v); err != nil {
				t.Fatal(err)
			}
		}
	}
	return b.NewRecordBatch()
}

// fields splits a DataRow; a NULL is nil.
func fields(t testing.TB, msg []byte) [][]byte {
	t.Helper()
	if msg[0] != 'D' || int(binary.BigEndian.Uint32(msg[1:])) != len(msg)-1 {
		t.Fatalf("bad frame % x", msg)
	}
	var out [][]byte
	rest := msg[7:]
	for range binary.BigEndian.Uint16(msg[5:]) {
		n := int(int32(binary.BigEndian.Uint32(rest)))
		rest = rest[4:]
		if n < 0 {
			out = append(out, nil)
			continue
		}
		out = append(out, rest[:n:n])
		rest = rest[n:]
	}
	if len(rest) != 0 {
		t.Fatalf("%d bytes too many", len(rest))
	}
	return out
}

// sample is values of every type, by their text.
var sample = []struct {
	oid  uint32
	mod  int32
	text string
}{
	{pgcat.Bool, -1, "t"}, {pgcat.Int2, -1, "-32768"}, {pgcat.Int4, -1, "2147483647"}, {pgcat.Int8, -1, "-9223372036854775808"},
	{pgcat.Float4, -1, "1.5e+09"}, {pgcat.Float8, -1, "0.1"}, {pgcat.Numeric, -1, "123456789012345678901234567890123456789012345.0600"},
	{pgcat.Numeric, datum.MakeNumericMod(12, 2), "-1234567890.05"}, {pgcat.Numeric, datum.MakeNumericMod(38, 10), "1234567890123456789012345678.0000000001"},
	{pgcat.Numeric, datum.MakeNumericMod(38, 0), "-99999999999999999999999999999999999999"}, {pgcat.Numeric, datum.MakeNumericMod(5, 5), "0.00001"},
	{pgcat.Numeric, -1, "NaN"}, {pgcat.Text, -1, "Bärenhöhle"}, {pgcat.Varchar, 24, "v"}, {pgcat.Name, -1, "n"},
	{pgcat.JSON, -1, `{"a" : 1}`}, {pgcat.JSONB, -1, `{"a": 1}`}, {pgcat.Bytea, -1, `\x00ff`},
	{pgcat.UUID, -1, "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"}, {pgcat.Date, -1, "2024-02-29"}, {pgcat.Date, -1, "-infinity"},
	{pgcat.Time, -1, "24:00:00"}, {pgcat.TimeTZ, -1, "12:34:56.789-03:30"}, {pgcat.Timestamp, -1, "0044-03-15 12:00:00 BC"},
	{pgcat.TimestampTZ, -1, "2024-07-01 00:00:00.000001+00"}, {pgcat.TimestampTZ, -1, "infinity"},
	{pgcat.Interval, -1, "10 mons 3 days -04:05:06.7"}, {pgcat.Interval, -1, "-infinity"}, {pgcat.OID, -1, "4294967295"},
	{pgcat.Regtype, -1, "timestamp with time zone"}, {pgcat.Regclass, -1, "pg_class"}, {pgcat.Char, -1, "x"}, {pgcat.Char, -1, `\377`},
	{pgcat.Int4Array, -1, "{1,NULL,-3}"}, {pgcat.TextArray, -1, `{a,"b c","\"q\"",NULL,"null",""}`}, {pgcat.Int4Array, -1, "{}"},
	{pgcat.Int2Vector, -1, "1 2 3"}, {pgcat.OIDVector, -1, ""}, {pgcat.NumericArray, datum.MakeNumericMod(8, 2), "{1.00,2.50}"},
	{pgcat.TimestampTZArray, -1, `{"2024-01-01 00:00:00+00"}`}, {pgcat.XID, -1, "7"},
}

func TestEveryTypeBothFormats(t *testing.T) {
	for _, s := range sample {
		ty := plan.Type{OID: s.oid, Mod: s.mod}
		v, err := datum.In(s.oid, s.mod, s.text, nil)
		if err != nil {
			t.Fatalf("%s: %v", s.text, err)
		}
		b := batch(t, []plan.Type{ty}, []datum.Value{nil}, []datum.Value{v})
		e, err := New([]Column{{Type: ty}, {Type: ty, Format: 1}}, &datum.Env{ExtraFloatDigits: 1})
		if err != nil {
			t.Fatal(err)
		}
		msg, err := e.AppendRow(nil, b, 0)
		if err != nil {
			t.Fatalf("%s: %v", datum.FormatType(s.oid, s.mod), err)
		}
		if f := fields(t, msg); f[0] != nil || f[1] != nil {
			t.Errorf("%s: NULL arrived as %q", s.text, f)
		}
		if msg, err = e.AppendRow(nil, b, 1); err != nil {
			t.Fatal(err)
		}
		f := fields(t, msg)
		if string(f[0]) != s.text {
			t.Errorf("%s: text %q", s.text, f[0])
		}
		if want := datum.AppendBinary(nil, s.oid, v); string(f[1]) != string(want) {
			t.Errorf("%s: binary %x, want %x", s.text, f[1], want)
		}
		if back, err := datum.Recv(s.oid, s.mod, f[1]); err != nil || string(datum.AppendText(nil, s.oid, back, &datum.Env{ExtraFloatDigits: 1})) != s.text {
			t.Errorf("%s: binary does not read back: %v", s.text, err)
		}
		b.Release()
	}
}

func TestPadding(t *testing.T) {
	ty := plan.Type{OID: pgcat.Bpchar, Mod: 4 + 5}
	b := batch(t, []plan.Type{ty}, []datum.Value{datum.Text("äb")}, []datum.Value{datum.Text("abcde")})
	for _, format := range []int16{0, 1} {
		e, _ := New([]Column{{Type: ty, Format: format}}, nil)
		for row, want := range []string{"äb   ", "abcde"} {
			msg, err := e.AppendRow(nil, b, row)
			if err != nil || string(fields(t, msg)[0]) != want {
				t.Errorf("%q, %v", msg, err)
			}
		}
	}
}

func TestSlicedBatch(t *testing.T) {
	ty := plan.Type{OID: pgcat.Int4Array, Mod: -1}
	text := plan.Type{OID: pgcat.Text, Mod: -1}
	one := &datum.Array{Elem: pgcat.Int4, Dims: []datum.Dim{{Len: 1, Lower: 1}}, Items: []datum.Value{datum.Int(7)}}
	whole := batch(t, []plan.Type{ty, text}, []datum.Value{nil, nil}, []datum.Value{one, datum.Text("x")}, []datum.Value{nil, datum.Text("y")})
	e, _ := New([]Column{{Type: ty, Index: 0}, {Type: text, Index: 1}}, nil)
	msg, err := e.AppendRow(nil, whole.NewSlice(1, 3), 0)
	if f := fields(t, msg); err != nil || string(f[0]) != "{7}" || string(f[1]) != "x" {
		t.Errorf("%q, %v", f, err)
	}
	msg, _ = e.AppendRow(nil, whole.NewSlice(2, 3), 0)
	if f := fields(t, msg); f[0] != nil || string(f[1]) != "y" {
		t.Errorf("%q", f)
	}
}

func TestQuotient(t *testing.T) {
	num, count := plan.Type{OID: pgcat.Numeric, Mod: datum.MakeNumericMod(38, 2)}, plan.Type{OID: pgcat.Int8, Mod: -1}
	free := plan.Type{OID: pgcat.Numeric, Mod: -1}
	n := func(s string) datum.Value { v, _ := datum.In(pgcat.Numeric, -1, s, nil); return v }
	cases := []struct {
		ty   plan.Type
		a    datum.Value
		b    datum.Value
		want string
	}{
		{num, n("10.00"), datum.Int(3), "3.3333333333333333"}, {num, n("-1.00"), datum.Int(8), "-0.12500000000000000000"},
		{count, datum.Int(7), datum.Int(2), "3.5000000000000000"}, {count, datum.Int(1000000000), datum.Int(3), "333333333.33333333"},
		{free, n("NaN"), datum.Int(2), "NaN"}, {free, n("1e30"), datum.Int(3), "333333333333333333333333333333"},
		{num, nil, datum.Int(0), "NULL"}, {num, n("0.00"), datum.Int(0), "NULL"}, {count, datum.Int(1), nil, "NULL"},
	}
	for _, c := range cases {
		b := batch(t, []plan.Type{c.ty, count}, []datum.Value{c.a, c.b})
		e, _ := New([]Column{{Type: free, Quotient: true, Divisor: 1}, {Type: free, Quotient: true, Divisor: 1, Format: 1}}, nil)
		msg, err := e.AppendRow(nil, b, 0)
		if err != nil {
			t.Fatal(err)
		}
		f := fields(t, msg)
		got := string(f[0])
		if f[0] == nil {
			got = "NULL"
		} else if v, err := datum.Recv(pgcat.Numeric, -1, f[1]); err != nil || string(datum.AppendText(nil, pgcat.Numeric, v, nil)) != got {
			t.Errorf("binary of %s: %x", got, f[1])
		}
		if got != c.want {
			t.Errorf("%v / %v = %s, want %s", c.a, c.b, got, c.want)
		}
	}
}

// TestDivision: unlike an average, a division by zero raises where both sides are there.
func TestDivision(t *testing.T) {
	num, free := plan.Type{OID: pgcat.Numeric, Mod: datum.MakeNumericMod(38, 2)}, plan.Type{OID: pgcat.Numeric, Mod: -1}
	n := func(s string) datum.Value { v, _ := datum.In(pgcat.Numeric, -1, s, nil); return v }
	for _, c := range []struct {
		a, b datum.Value
		code string
	}{{n("1"), n("0"), pgerr.DivisionByZero}, {nil, n("0.00"), "00000"}, {n("1"), nil, "00000"}, {n("0"), n("2"), "00000"}, {n("NaN"), n("0"), "00000"}} {
		e, _ := New([]Column{{Type: free, Index: 1, Divisor: 0, Quotient: true, Strict: true}}, nil)
		if _, err := e.AppendRow(nil, batch(t, []plan.Type{num, free}, []datum.Value{c.b, c.a}), 0); pgerr.Code(err) != c.code {
			t.Errorf("%v / %v: %v", c.a, c.b, err)
		}
	}
}

func TestRefusals(t *testing.T) {
	if _, err := New([]Column{{Type: plan.Type{OID: pgcat.Aclitem}, Format: 1}}, nil); pgerr.Code(err) != pgerr.UndefinedFunction {
		t.Errorf("aclitem: %v", err)
	}
	if _, err := New([]Column{{Format: 2}}, nil); pgerr.Code(err) != pgerr.InvalidParameterValue {
		t.Errorf("format 2: %v", err)
	}
	date := plan.Type{OID: pgcat.Date, Mod: -1}
	b := batch(t, []plan.Type{date}, []datum.Value{datum.Date(1)})
	e, _ := New([]Column{{Type: date, Index: 1}}, nil)
	if _, err := e.AppendRow(nil, b, 0); pgerr.Code(err) != pgerr.Internal || !strings.Contains(err.Error(), "batch of 1") {
		t.Errorf("missing column: %v", err)
	}
}

// mixed is a batch of n rows of int4, int8, text, numeric(12,2), timestamptz, bool and float8.
func mixed(t testing.TB, n int) ([]plan.Type, arrow.RecordBatch) {
	types := []plan.Type{{OID: pgcat.Int4, Mod: -1}, {OID: pgcat.Int8, Mod: -1}, {OID: pgcat.Text, Mod: -1},
		{OID: pgcat.Numeric, Mod: datum.MakeNumericMod(12, 2)}, {OID: pgcat.TimestampTZ, Mod: -1}, {OID: pgcat.Bool, Mod: -1}, {OID: pgcat.Float8, Mod: -1}}
	rows := make([][]datum.Value, n)
	for i := range rows {
		k := int64(i) * 2654435761 % 1000000007
		rows[i] = []datum.Value{datum.Int(int32(k)), datum.Int(k * 9973), datum.Text(fmt.Sprintf("customer %d", k%5000)),
			datum.NewNumeric(k*7%100000000, 2), datum.Timestamp(1700000000000000 + k*1000), datum.Bool(k%3 == 0), datum.Float(float64(k) / 1024)}
	}
	return types, batch(t, types, rows...)
}

// BenchmarkRowenc writes 2,000,000 rows of seven columns per iteration, as 1,000 batches' worth of one batch of 2,000.
func BenchmarkRowenc(b *testing.B) {
	const rows, passes = 2000, 1000
	types, rec := mixed(b, rows)
	for format, name := range []string{"text", "binary"} {
		b.Run(name, func(b *testing.B) {
			cols := make([]Column, len(types))
			for i := range cols {
				cols[i] = Column{Type: types[i], Index: i, Format: int16(format)}
			}
			e, err := New(cols, &datum.Env{ExtraFloatDigits: 1})
			if err != nil {
				b.Fatal(err)
			}
			buf := make([]byte, 0, 1<<20)
			b.ReportAllocs()
			for b.Loop() {
				for range passes {
					buf = buf[:0]
					for row := range rows {
						if buf, err = e.AppendRow(buf, rec, row); err != nil {
							b.Fatal(err)
						}
					}
				}
			}
			b.ReportMetric(float64(b.N)*rows*passes*float64(len(types))/b.Elapsed().Seconds()/1e6, "Mvalues/s")
		})
	}
}

func TestNoAllocation(t *testing.T) {
	types, rec := mixed(t, 100)
	for format := range 2 {
		cols := make([]Column, len(types))
		for i := range cols {
			cols[i] = Column{Type: types[i], Index: i, Format: int16(format)}
		}
		e, _ := New(cols, nil)
		buf := make([]byte, 0, 1<<16)
		n := testing.AllocsPerRun(10, func() {
			buf = buf[:0]
			for row := range 100 {
				buf, _ = e.AppendRow(buf, rec, row)
			}
		})
		if n != 0 {
			t.Errorf("format %d: %v allocations per 100 rows", format, n)
		}
	}
}
