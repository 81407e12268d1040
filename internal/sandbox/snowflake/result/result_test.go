package result

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"math"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/decimal128"
	"github.com/apache/arrow-go/v18/arrow/ipc"
	"github.com/apache/arrow-go/v18/arrow/memory"
)

func TestRowType(t *testing.T) {
	for _, c := range []struct {
		column Column
		want   string
	}{
		{Column{Name: "N", Type: Fixed, Precision: 12, Scale: 2}, `{"byteLength":null,"collation":null,"database":"","length":null,"name":"N","nullable":false,"precision":12,"scale":2,"schema":"","table":"","type":"fixed"}`},
		{Column{Name: "s", Type: Text, Length: 16777216, Nullable: true}, `{"byteLength":16777216,"collation":null,"database":"","length":16777216,"name":"s","nullable":true,"precision":null,"scale":null,"schema":"","table":"","type":"text"}`},
		{Column{Name: "t", Type: TimestampTZ, Scale: 9}, `{"byteLength":null,"collation":null,"database":"","length":null,"name":"t","nullable":false,"precision":0,"scale":9,"schema":"","table":"","type":"timestamp_tz"}`},
		{Column{Name: "d", Type: Date}, `{"byteLength":null,"collation":null,"database":"","length":null,"name":"d","nullable":false,"precision":null,"scale":null,"schema":"","table":"","type":"date"}`},
	} {
		if got, _ := json.Marshal(c.column.RowType()); string(got) != c.want {
			t.Errorf("got %s", got)
		}
	}
}

func numbers(values ...any) arrow.Array {
	b := array.NewDecimal128Builder(memory.DefaultAllocator, &arrow.Decimal128Type{Precision: 38})
	defer b.Release()
	for _, v := range values {
		switch v := v.(type) {
		case nil:
			b.AppendNull()
		case int:
			b.Append(decimal128.FromI64(int64(v)))
		case decimal128.Num:
			b.Append(v)
		}
	}
	return b.NewArray()
}

func TestNumbersTakeTheSmallestForm(t *testing.T) {
	for _, c := range []struct {
		values []any
		want   string
	}{
		{[]any{nil}, "int8 [(null)]"},
		{[]any{-128, 127}, "int8 [-128 127]"},
		{[]any{128, nil}, "int16 [128 (null)]"},
		{[]any{-32769}, "int32 [-32769]"},
		{[]any{math.MaxInt32 + 1}, "int64 [2147483648]"},
		{[]any{math.MinInt64, math.MaxInt64}, "int64 [-9223372036854775808 9223372036854775807]"},
		{[]any{1, nil, decimal128.GetMaxValue(38), -1}, "decimal(38, 0) [1 (null) 99999999999999999999999999999999999999 -1]"},
		{[]any{decimal128.FromU64(math.MaxInt64 + 1)}, "decimal(38, 0) [9223372036854775808]"},
	} {
		f := &fixed{column: Column{Type: Fixed, Precision: 38}}
		if err := f.add(numbers(c.values...)); err != nil {
			t.Fatal(err)
		}
		a, form := f.take()
		got := form.String() + " ["
		for i := range a.Len() {
			if i > 0 {
				got += " "
			}
			got += a.ValueStr(i)
		}
		if got += "]"; got != c.want {
			t.Errorf("got %s, want %s", got, c.want)
		}
		if f.size() != 0 {
			t.Error("something is left")
		}
	}
}

func TestContradictionsAreErrors(t *testing.T) {
	for _, kind := range []string{Fixed, Real, Boolean, Date, Time, TimestampNTZ, TimestampTZ, Binary} {
		g, err := newGatherer(Column{Name: "c", Type: kind})
		if err != nil {
			t.Fatal(err)
		}
		if err := g.add(texts("x")); err == nil {
			t.Errorf("text is taken for %s", kind)
		}
	}
	if _, err := newGatherer(Column{Type: "geography"}); err == nil {
		t.Error("geography is known")
	}
	if err := (&fixed{column: Column{Type: Fixed, Scale: 2}}).add(ints(1)); err == nil {
		t.Error("integers are taken for a scaled number")
	}
}

func texts(values ...string) arrow.Array {
	b := array.NewStringBuilder(memory.DefaultAllocator)
	defer b.Release()
	b.AppendValues(values, nil)
	return b.NewArray()
}

func ints(values ...int64) arrow.Array { return int64s(values) }

func TestChunks(t *testing.T) {
	var chunks []Chunk
	e, err := NewEncoder([]Column{{Name: "i", Type: Fixed, Precision: 19}}, func(c Chunk) error { chunks = append(chunks, c); return nil })
	if err != nil {
		t.Fatal(err)
	}
	values := make([]int64, 2048)
	for n := range 200 {
		for i := range values {
			values[i] = int64(n*len(values)+i) << 20
		}
		batch := array.NewRecordBatch(arrow.NewSchema([]arrow.Field{{Name: "i", Type: arrow.PrimitiveTypes.Int64}}, nil), []arrow.Array{ints(values...)}, int64(len(values)))
		if err := e.Add(batch); err != nil {
			t.Fatal(err)
		}
	}
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	next := int64(0)
	for i, c := range chunks {
		data := c.Data
		if i > 0 {
			z, err := gzip.NewReader(bytes.NewReader(data))
			if err != nil {
				t.Fatal(err)
			}
			data, _ = io.ReadAll(z)
			if i+1 < len(chunks) && c.Size < chunks[i-1].Size {
				t.Errorf("chunk %d is smaller than the one before", i)
			}
		}
		if int64(len(data)) != c.Size {
			t.Errorf("chunk %d has %d bytes, not %d", i, len(data), c.Size)
		}
		r, err := ipc.NewReader(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		for r.Next() {
			for k := range int(r.RecordBatch().NumRows()) {
				if got := r.RecordBatch().Column(0).(interface{ ValueStr(int) string }).ValueStr(k); got != array.NewInt64Data(ints(next<<20).Data()).ValueStr(0) {
					t.Fatalf("row %d is %s", next, got)
				}
				next++
			}
		}
	}
	if next != 200*2048 || len(chunks) < 4 {
		t.Errorf("%d rows in %d chunks", next, len(chunks))
	}
}
