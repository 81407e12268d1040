package coerce

import (
	"errors"
	"fmt"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/planner/plan"
)

const tableRows = 2*partRows + 5

// numbered are columns whose row n holds n in some form, or NULL in each seventh row; and what they become.
func numbered() (arrow.RecordBatch, *Table, []func(int) string) {
	ints, floats, texts := array.NewInt64Builder(memory.DefaultAllocator), array.NewFloat64Builder(memory.DefaultAllocator), array.NewStringBuilder(memory.DefaultAllocator)
	for n := range tableRows {
		if n%7 == 0 {
			ints.AppendNull()
			floats.AppendNull()
			texts.AppendNull()
			continue
		}
		ints.Append(int64(n))
		floats.Append(float64(n) / 2)
		texts.Append(fmt.Sprint("row ", n))
	}
	in := []arrow.Array{ints.NewArray(), floats.NewArray(), texts.NewArray()}
	arrays := []arrow.Array{in[0], in[0], in[0], in[1], in[2]}
	wants := []plan.Type{{OID: pgcat.Int4, Mod: -1}, {OID: pgcat.Numeric, Mod: 12<<16 | 2 + 4}, {OID: pgcat.Numeric, Mod: -1}, {OID: pgcat.Float4, Mod: -1}, {OID: pgcat.Text, Mod: -1}}
	out := &Table{}
	var from, to []arrow.Field
	for i, t := range wants {
		c := &Column{Source: "s", Name: "c", Want: t, To: plan.ArrowType(t)}
		out.Columns = append(out.Columns, c.Convert)
		from, to = append(from, arrow.Field{Name: "c", Type: arrays[i].DataType(), Nullable: true}), append(to, arrow.Field{Name: "c", Type: c.To, Nullable: true})
	}
	out.Schema = arrow.NewSchema(to, nil)
	whole := func(n int) string { return fmt.Sprint(n) }
	texted := []func(int) string{whole, whole, whole, func(n int) string { return fmt.Sprint(float32(n) / 2) }, func(n int) string { return fmt.Sprint("row ", n) }}
	return array.NewRecordBatch(arrow.NewSchema(from, nil), arrays, tableRows), out, texted
}

// TestEach: the parts of a batch hold its rows, NULLs among them, wherever it begins in its buffers.
func TestEach(t *testing.T) {
	in, table, texts := numbered()
	for _, first := range []int{0, 3, 8, partRows + 1, tableRows} {
		batch, at, parts := in.NewSlice(int64(first), tableRows), first, 0
		err := table.Each(batch, func(b arrow.RecordBatch) error {
			defer b.Release()
			parts++
			for i := range int(b.NumRows()) {
				for c, text := range texts {
					want := text(at)
					if at%7 == 0 {
						want = array.NullValueStr
					}
					if got := b.Column(c).ValueStr(i); got != want {
						t.Fatalf("from %d, row %d, column %d: %s, wanted %s", first, at, c, got, want)
					}
				}
				at++
			}
			return nil
		})
		if err != nil || at != tableRows || parts != (tableRows-first+partRows-1)/partRows {
			t.Errorf("from %d: %d rows in %d parts, %v", first, at-first, parts, err)
		}
	}
}

func TestEachEnds(t *testing.T) {
	in, table, _ := numbered()
	enough := errors.New("enough")
	if err := table.Each(in, func(b arrow.RecordBatch) error { b.Release(); return enough }); err != enough {
		t.Error(err)
	}
	table.Columns = append(table.Columns, table.Columns...)
	if err := table.Each(in, nil); err != ErrColumns {
		t.Error(err)
	}
}

// TestEachOfNothing: rows without data are as many as may be.
func TestEachOfNothing(t *testing.T) {
	for rows, parts := range map[int]int{maxNulls: maxNulls / partRows, maxNulls + 1: 0} {
		nulls, emitted := array.NewNull(rows), 0
		schema := arrow.NewSchema([]arrow.Field{{Name: "c", Type: arrow.Null, Nullable: true}}, nil)
		table := &Table{Schema: schema, Columns: []Conversion{func(a arrow.Array) (arrow.Array, error) { a.Retain(); return a, nil }}}
		err := table.Each(array.NewRecordBatch(schema, []arrow.Array{nulls}, int64(rows)), func(b arrow.RecordBatch) error {
			emitted++
			b.Release()
			return nil
		})
		if emitted != parts || (err == nil) != (parts > 0) {
			t.Errorf("%d rows: %d parts, %v", rows, emitted, err)
		}
	}
}
