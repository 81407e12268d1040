package snowflake

import (
	"bytes"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/ipc"

	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/planner/plan"
	"github.com/waggle-sql/waggle/source/coerce"
)

// samples are columns of several forms and what is wanted of them.
func samples() ([]column, []arrow.Array) {
	var columns []column
	var arrays []arrow.Array
	add := func(kind string, scale int32, want plan.Type, a arrow.Array) {
		columns = append(columns, column{coerce.Column{Source: "sf", Name: "x", Want: want, To: plan.ArrowType(want), Kind: kind, Scale: scale}})
		arrays = append(arrays, a)
	}
	add("fixed", 0, plain(pgcat.Int4), int16s(1, -2))
	add("fixed", 2, numeric(12, 2), decimals(2, "1.50", "-2.25"))
	add("fixed", 1, plain(pgcat.Numeric), int64s(15, -25))
	add("text", 0, plain(pgcat.Text), texts("caf\u00e9", ""))
	add("variant", 0, plain(pgcat.JSONB), texts(`{"a":1}`, "[]"))
	add("timestamp_ntz", 9, plain(pgcat.Timestamp), moments([]int64{1, 5}, []int64{-1, 7}))
	add("date", 0, plain(pgcat.Date), days(0, 1))
	return columns, arrays
}

func stream(f *testing.F, arrays []arrow.Array) []byte {
	fields := make([]arrow.Field, len(arrays))
	for i, a := range arrays {
		fields[i] = arrow.Field{Name: "c", Type: a.DataType(), Nullable: true}
	}
	schema := arrow.NewSchema(fields, nil)
	var out bytes.Buffer
	w := ipc.NewWriter(&out, ipc.WithSchema(schema))
	if err := w.Write(array.NewRecordBatch(schema, arrays, int64(arrays[0].Len()))); err != nil {
		f.Fatal(err)
	}
	if err := w.Close(); err != nil {
		f.Fatal(err)
	}
	return out.Bytes()
}

// FuzzChunk: whatever a chunk holds, it is read or refused, and what is read can be looked at.
func FuzzChunk(f *testing.F) {
	columns, arrays := samples()
	whole := stream(f, arrays)
	f.Add(whole)
	for n := 0; n < len(whole); n += 97 {
		f.Add(whole[:n])
		broken := bytes.Clone(whole)
		broken[n] ^= 0x55
		f.Add(broken)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		_ = pgerr.Contained(func() error {
			r, err := coerce.NewReader(bytes.NewReader(data))
			if err != nil {
				return err
			}
			defer r.Release()
			for r.Next() {
				b := r.RecordBatch()
				for i := range min(len(columns), int(b.NumCols())) {
					out, err := columns[i].convert(b.Column(i))
					if err != nil {
						continue
					}
					if out.Len() != b.Column(i).Len() || !arrow.TypeEqual(out.DataType(), columns[i].To) {
						t.Errorf("%s of %d", out.DataType(), out.Len())
					}
					for k := range out.Len() {
						look(t, out, k, columns[i].Want)
					}
					out.Release()
				}
			}
			return r.Err()
		})
	})
}

// look reads a value; a panic there would be the encoder's.
func look(t *testing.T, a arrow.Array, k int, want plan.Type) {
	defer func() {
		if p := recover(); p != nil {
			t.Fatalf("value %d of a converted column cannot be read: %v", k, p)
		}
	}()
	plan.ArrowValue(a, k, want)
}
