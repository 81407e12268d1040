package databricks

import (
	"bytes"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/ipc"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/planner/plan"
	"github.com/waggle-sql/waggle/source/coerce"
)

// formats are columns of a stream: how they come, what is wanted of them, and two values as JSON.
var formats = []struct {
	comes  arrow.DataType
	want   plan.Type
	values string
}{
	{arrow.PrimitiveTypes.Int32, plain(pgcat.Int4), "[1, -2]"},
	{arrow.PrimitiveTypes.Int8, plain(pgcat.Int2), "[7, null]"},
	{&arrow.Decimal128Type{Precision: 12, Scale: 2}, numeric(12, 2), `["1.50", "-2.25"]`},
	{&arrow.Decimal128Type{Precision: 20, Scale: 1}, plain(pgcat.Numeric), `["1.5", "-2.5"]`},
	{arrow.BinaryTypes.String, plain(pgcat.Text), `["café", ""]`},
	{arrow.BinaryTypes.String, plain(pgcat.JSONB), `["[]", "{}"]`},
	{&arrow.TimestampType{Unit: arrow.Microsecond}, plain(pgcat.Timestamp), `["1969-07-20 20:17:40", null]`},
	{&arrow.TimestampType{Unit: arrow.Microsecond, TimeZone: "UTC"}, plain(pgcat.TimestampTZ), `["1969-07-20T20:17:40Z", null]`},
	{arrow.FixedWidthTypes.Date32, plain(pgcat.Date), `["1969-07-20", null]`},
	{arrow.FixedWidthTypes.Boolean, plain(pgcat.Bool), "[true, false]"},
	{arrow.Null, plain(pgcat.Int8), "[null, null]"},
}

func streamOf(t testing.TB) ([]byte, []column) {
	var fields []arrow.Field
	var arrays []arrow.Array
	var columns []column
	for _, f := range formats {
		a, _, err := array.FromJSON(memory.DefaultAllocator, f.comes, strings.NewReader(f.values))
		if err != nil {
			t.Fatal(f.comes, err)
		}
		fields, arrays = append(fields, arrow.Field{Name: "c", Type: f.comes, Nullable: true}), append(arrays, a)
		columns = append(columns, newColumn("lake", plan.Col{Name: "x", Type: f.want}, fields[len(fields)-1]))
	}
	schema := arrow.NewSchema(fields, nil)
	var out bytes.Buffer
	w := ipc.NewWriter(&out, ipc.WithSchema(schema))
	if err := w.Write(array.NewRecordBatch(schema, arrays, 2)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes(), columns
}

// TestForms: each type is what it may be, and nothing else.
func TestForms(t *testing.T) {
	_, columns := streamOf(t)
	for i, c := range columns {
		for k, f := range formats {
			c := newColumn("lake", plan.Col{Name: "x", Type: c.Want}, arrow.Field{Type: f.comes})
			number := func(t plan.Type) bool {
				return t.OID == pgcat.Int4 || t.OID == pgcat.Int2 || t.OID == pgcat.Int8 || t.OID == pgcat.Numeric
			}
			text := func(t plan.Type) bool { return t.OID == pgcat.Text || t.OID == pgcat.JSONB }
			undeclared := c.Want.OID == pgcat.Numeric && c.Want.Mod < 0 // such a number may come as a text
			ok := i == k || f.comes == arrow.Null || number(c.Want) && number(f.want) || text(c.Want) && text(f.want) || undeclared && text(f.want)
			if err := c.check(f.comes); ok != (err == nil) || err != nil && pgerr.Code(err) != pgerr.DatatypeMismatch {
				t.Errorf("%s as %v: %v", f.comes, c.Want, err)
			}
		}
	}
}

// FuzzStream: whatever a stream holds, it is read or refused, and what is read can be looked at.
func FuzzStream(f *testing.F) {
	whole, columns := streamOf(f)
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
					c := newColumn("lake", plan.Col{Name: "x", Type: columns[i].Want}, r.Schema().Field(i))
					if c.check(r.Schema().Field(i).Type) != nil {
						continue
					}
					out, err := c.convert(b.Column(i))
					if err != nil {
						continue
					}
					if out.Len() != b.Column(i).Len() || !arrow.TypeEqual(out.DataType(), c.To) {
						t.Errorf("%s of %d", out.DataType(), out.Len())
					}
					for k := range out.Len() {
						look(t, out, k, c.Want)
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
