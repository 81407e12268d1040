package result

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/ipc"
	"go.uber.org/goleak"

	"github.com/waggle-sql/waggle/internal/sandbox/databricks/dbsql"
	"github.com/waggle-sql/waggle/internal/sandbox/databricks/tcli"
	"github.com/waggle-sql/waggle/internal/sandbox/sandboxtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// encode runs a statement on DuckDB and returns its parts as whole streams.
func encode(t *testing.T, text string, e *Encoder) ([]arrow.RecordBatch, []Part, error) {
	t.Helper()
	db := sandboxtest.Database(t, "SET GLOBAL TimeZone = 'UTC'")
	var parts []Part
	e.emit = func(p Part) error { parts = append(parts, p); return nil }
	defer e.Drop()
	err := db.Query(t.Context(), text, e.Add)
	if err == nil {
		err = e.Close()
	}
	if err != nil {
		return nil, nil, err
	}
	head, err := e.Head()
	if err != nil {
		t.Fatal(err)
	}
	var out []arrow.RecordBatch
	for _, p := range parts {
		r, err := ipc.NewReader(bytes.NewReader(bytes.Join([][]byte{head, p.Data, End()}, nil)))
		if err != nil {
			t.Fatal(err)
		}
		for r.Next() {
			b := r.RecordBatch()
			b.Retain()
			out = append(out, b)
		}
		if r.Err() != nil {
			t.Fatal(r.Err())
		}
		r.Release()
	}
	return out, parts, nil
}

// types is a column of every kind, as DuckDB has its value.
func types() (columns []Column, text string) {
	items := []string{}
	add := func(name string, kind dbsql.Type, sql string) {
		columns = append(columns, Column{name, kind})
		items = append(items, sql)
	}
	add("bool", dbsql.Type{Kind: dbsql.Boolean}, "true")
	add("tiny", dbsql.Type{Kind: dbsql.Tinyint}, "(-1)::TINYINT")
	add("small", dbsql.Type{Kind: dbsql.Smallint}, "2::SMALLINT")
	add("int", dbsql.Type{Kind: dbsql.Int}, "3::INTEGER")
	add("big", dbsql.Type{Kind: dbsql.Bigint}, "4::BIGINT")
	add("float", dbsql.Type{Kind: dbsql.Float}, "0.5::FLOAT")
	add("double", dbsql.Type{Kind: dbsql.Double}, "0.25::DOUBLE")
	add("dec", dbsql.Type{Kind: dbsql.Decimal, Precision: 38, Scale: 2}, "123456789012345678901234567890.12::DECIMAL(38,2)")
	add("str", dbsql.Type{Kind: dbsql.String}, "'x'")
	add("bin", dbsql.Type{Kind: dbsql.Binary}, "'\\x00\\xFF'::BLOB")
	add("date", dbsql.Type{Kind: dbsql.Date}, "DATE '0001-01-01'")
	add("ts", dbsql.Type{Kind: dbsql.Timestamp}, "TIMESTAMPTZ '2026-07-01 12:00:00.000001+00'")
	add("ntz", dbsql.Type{Kind: dbsql.TimestampNTZ}, "TIMESTAMP '9999-12-31 23:59:59.999999'")
	add("void", dbsql.Type{}, "NULL::INTEGER")
	return columns, "SELECT " + strings.Join(items, ", ")
}

func TestEveryTypeTravels(t *testing.T) {
	columns, text := types()
	batches, _, err := encode(t, text, NewEncoder(columns, Form{Decimals: true, Timestamps: true, Zone: "Asia/Tokyo"}, nil))
	if err != nil {
		t.Fatal(err)
	}
	got := ""
	for i, c := range batches[0].Columns() {
		got += fmt.Sprintf("%s %s %s\n", columns[i].Name, c.DataType(), c.ValueStr(0))
	}
	want := `bool bool true
tiny int8 -1
small int16 2
int int32 3
big int64 4
float float32 0.5
double float64 0.25
dec decimal(38, 2) 123456789012345678901234567890.12
str utf8 x
bin binary AP8=
date date32 0001-01-01
ts timestamp[us, tz=Asia/Tokyo] 2026-07-01T21:00:00.000001+09:00
ntz timestamp[us] 9999-12-31T23:59:59.999999
void null (null)
`
	if got != want {
		t.Errorf("got\n%s", got)
	}
	batches, _, err = encode(t, text, NewEncoder(columns, Form{Zone: "Asia/Tokyo"}, nil))
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range map[int]string{7: "123456789012345678901234567890.12", 11: "2026-07-01 21:00:00.000001", 12: "9999-12-31 23:59:59.999999"} {
		if c := batches[0].Column(i); c.DataType().ID() != arrow.STRING || c.ValueStr(0) != want {
			t.Errorf("%s as text: %s", columns[i].Name, c.ValueStr(0))
		}
	}
}

func TestSchemaInThrift(t *testing.T) {
	columns, _ := types()
	var got []string
	for i, c := range Schema(columns).Columns {
		p := c.Type.Types[0].Primitive
		if c.Position != int32(i+1) || c.Name != columns[i].Name {
			t.Errorf("column %d: %+v", i, c)
		}
		if (p.Qualifiers != nil) != (p.Type == tcli.Decimal) {
			t.Errorf("qualifiers of %s: %+v", c.Name, p.Qualifiers)
		}
		got = append(got, fmt.Sprint(p.Type))
	}
	if want := "0 1 2 3 4 5 6 15 7 9 17 8 8 16"; strings.Join(got, " ") != want {
		t.Errorf("got %v", got)
	}
	interval := Schema([]Column{{"i", dbsql.Type{Kind: dbsql.Interval}}})
	if interval.Columns[0].Type.Types[0].Primitive.Type != tcli.String {
		t.Error("an interval is no text")
	}
}

func TestParts(t *testing.T) {
	columns := []Column{{"n", dbsql.Type{Kind: dbsql.Bigint}}, {"s", dbsql.Type{Kind: dbsql.String}}}
	const text = "SELECT i::BIGINT, CASE WHEN i % 3 = 0 THEN NULL ELSE repeat('x', 20) END FROM range(400000) AS r(i)"
	batches, parts, err := encode(t, text, NewEncoder(columns, Form{}, nil))
	if err != nil {
		t.Fatal(err)
	}
	var rows, next int64
	for i, p := range parts {
		if rows += p.Rows; p.Rows > maxRows || len(p.Data) > 2*largestSize {
			t.Errorf("part %d: %d rows, %d bytes", i, p.Rows, len(p.Data))
		}
	}
	for _, b := range batches {
		if first := b.Column(0).ValueStr(0); first != fmt.Sprint(next) {
			t.Fatalf("a batch begins with %s, not %d", first, next)
		}
		next += b.NumRows()
	}
	if rows != 400_000 || next != rows || len(parts) < 4 {
		t.Errorf("%d rows in %d parts", rows, len(parts))
	}
	padded := NewEncoder(columns, Form{}, nil)
	padded.Pad = 7
	batches, parts, err = encode(t, text, padded)
	if err != nil || int64(len(batches)) != 2*int64(len(parts)) || batches[1].NumRows() != 7 {
		t.Errorf("padded: %d batches in %d parts (%v)", len(batches), len(parts), err)
	}
	none, parts, err := encode(t, "SELECT 1::BIGINT, '' WHERE false", NewEncoder(columns, Form{}, nil))
	if err != nil || len(none) != 0 || len(parts) != 0 {
		t.Errorf("no rows: %v %v %v", none, parts, err)
	}
}

func TestContradictions(t *testing.T) {
	columns := []Column{{"n", dbsql.Type{Kind: dbsql.Bigint}}}
	if _, _, err := encode(t, "SELECT 'x'", NewEncoder(columns, Form{}, nil)); err == nil {
		t.Error("a text is sent as a number")
	}
	if _, _, err := encode(t, "SELECT 1, 2", NewEncoder(columns, Form{}, nil)); err == nil {
		t.Error("a column too many is sent")
	}
	wrong := NewEncoder(columns, Form{}, nil)
	wrong.Contradict = []bool{true}
	batches, _, err := encode(t, "SELECT 1::BIGINT", wrong)
	if err != nil || batches[0].Column(0).ValueStr(0) != "unexpected" {
		t.Errorf("%v %v", batches, err)
	}
	full := NewEncoder(columns, Form{}, func(Part) error { return errors.New("no place") })
	b := batches[0]
	full.columns[0].Type = dbsql.Type{Kind: dbsql.String}
	if err := full.Add(b); err != nil {
		t.Fatal(err)
	}
	if err := full.Close(); err == nil || err.Error() != "no place" {
		t.Error(err)
	}
}
