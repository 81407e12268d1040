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
	"github.com/waggle-sql/waggle/source/sourcetest"
)

// formats are columns of a stream: how they come, what is wanted of them, and two values as JSON.
var formats = []struct {
	comes  arrow.DataType
	want   plan.Type
	values string
}{
	{arrow.PrimitiveTypes.Int32, sourcetest.Plain(pgcat.Int4), "[1, -2]"},
	{arrow.PrimitiveTypes.Int8, sourcetest.Plain(pgcat.Int2), "[7, null]"},
	{&arrow.Decimal128Type{Precision: 12, Scale: 2}, sourcetest.Numeric(12, 2), `["1.50", "-2.25"]`},
	{&arrow.Decimal128Type{Precision: 20, Scale: 1}, sourcetest.Plain(pgcat.Numeric), `["1.5", "-2.5"]`},
	{arrow.BinaryTypes.String, sourcetest.Plain(pgcat.Text), `["café", ""]`},
	{arrow.BinaryTypes.String, sourcetest.Plain(pgcat.JSONB), `["[]", "{}"]`},
	{&arrow.TimestampType{Unit: arrow.Microsecond}, sourcetest.Plain(pgcat.Timestamp), `["1969-07-20 20:17:40", null]`},
	{&arrow.TimestampType{Unit: arrow.Microsecond, TimeZone: "UTC"}, sourcetest.Plain(pgcat.TimestampTZ), `["1969-07-20T20:17:40Z", null]`},
	{arrow.FixedWidthTypes.Date32, sourcetest.Plain(pgcat.Date), `["1969-07-20", null]`},
	{arrow.FixedWidthTypes.Boolean, sourcetest.Plain(pgcat.Bool), "[true, false]"},
	{arrow.Null, sourcetest.Plain(pgcat.Int8), "[null, null]"},
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

// FuzzStream: whatever a stream holds, it is read or refused.
func FuzzStream(f *testing.F) {
	whole, columns := streamOf(f)
	sourcetest.FuzzStream(f, whole, func(i int, field arrow.Field, a arrow.Array) (arrow.Array, plan.Type, bool) {
		if i >= len(columns) {
			return nil, plan.Type{}, false
		}
		c := newColumn("lake", plan.Col{Name: "x", Type: columns[i].Want}, field)
		if c.check(field.Type) != nil {
			return nil, plan.Type{}, false
		}
		if a.DataType().ID() == arrow.NULL && a.Len() > 1<<20 {
			return nil, plan.Type{}, false // coerce.Table bounds them
		}
		out, err := c.convert(a)
		return out, c.Want, err == nil
	})
}
