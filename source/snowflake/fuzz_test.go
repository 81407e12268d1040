package snowflake

import (
	"bytes"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/ipc"

	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/planner/plan"
	"github.com/waggle-sql/waggle/source/coerce"
	"github.com/waggle-sql/waggle/source/sourcetest"
)

// samples are columns of several forms and what is wanted of them.
func samples() ([]column, []arrow.Array) {
	var columns []column
	var arrays []arrow.Array
	add := func(kind string, scale int32, want plan.Type, a arrow.Array) {
		columns = append(columns, column{coerce.Column{Source: "sf", Name: "x", Want: want, To: plan.ArrowType(want), Kind: kind, Scale: scale}})
		arrays = append(arrays, a)
	}
	add("fixed", 0, sourcetest.Plain(pgcat.Int4), int16s(1, -2))
	add("fixed", 2, sourcetest.Numeric(12, 2), decimals(2, "1.50", "-2.25"))
	add("fixed", 1, sourcetest.Plain(pgcat.Numeric), int64s(15, -25))
	add("text", 0, sourcetest.Plain(pgcat.Text), texts("caf\u00e9", ""))
	add("variant", 0, sourcetest.Plain(pgcat.JSONB), texts(`{"a":1}`, "[]"))
	add("timestamp_ntz", 9, sourcetest.Plain(pgcat.Timestamp), moments([]int64{1, 5}, []int64{-1, 7}))
	add("date", 0, sourcetest.Plain(pgcat.Date), days(0, 1))
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

// FuzzChunk: whatever a chunk holds, it is read or refused.
func FuzzChunk(f *testing.F) {
	columns, arrays := samples()
	sourcetest.FuzzStream(f, stream(f, arrays), func(i int, _ arrow.Field, a arrow.Array) (arrow.Array, plan.Type, bool) {
		if i >= len(columns) {
			return nil, plan.Type{}, false
		}
		out, err := columns[i].convert(a)
		return out, columns[i].Want, err == nil
	})
}
