package engine

import (
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/planner/plan"
)

func columnOf(t *testing.T, ty plan.Type, values ...datum.Value) arrow.RecordBatch {
	t.Helper()
	schema := arrow.NewSchema([]arrow.Field{{Name: "k", Type: plan.ArrowType(ty), Nullable: true}}, nil)
	b := array.NewRecordBuilder(memory.DefaultAllocator, schema)
	defer b.Release()
	for _, v := range values {
		if err := plan.AppendArrow(b.Field(0), ty, v); err != nil {
			t.Fatal(err)
		}
	}
	return b.NewRecordBatch()
}

// TestKeySet: distinct values without NULL, in the receiver's type and order; none above the limit.
func TestKeySet(t *testing.T) {
	ty := func(oid uint32) plan.Type { return plan.Type{OID: oid, Mod: -1} }
	col := func(oid uint32) plan.Col { return plan.Col{ID: 1, Type: ty(oid)} }
	numeric := plan.Type{OID: pgcat.Numeric, Mod: datum.MakeNumericMod(10, 2)}
	for name, c := range map[string]struct {
		from, to plan.Type
		values   []datum.Value
		want     []string
	}{
		"ints":    {ty(pgcat.Int8), ty(pgcat.Int8), []datum.Value{datum.Int(9), nil, datum.Int(-1), datum.Int(9)}, []string{"-1", "9"}},
		"narrow":  {ty(pgcat.Int8), ty(pgcat.Int2), []datum.Value{datum.Int(40000), datum.Int(7)}, []string{"7"}},
		"texts":   {ty(pgcat.Varchar), ty(pgcat.Text), []datum.Value{datum.Text("b"), datum.Text("a "), nil, datum.Text("b")}, []string{"a ", "b"}},
		"dates":   {ty(pgcat.Date), ty(pgcat.Date), []datum.Value{datum.Date(1), datum.Date(0), datum.Date(1)}, []string{"1970-01-01", "1970-01-02"}},
		"numbers": {numeric, numeric, []datum.Value{datum.NewNumeric(150, 2), datum.NewNumeric(150, 2)}, []string{"1.50"}},
	} {
		set := newKeySet(plan.Keyed{From: plan.Col{ID: 1, Type: c.from}, To: plan.Col{ID: 2, Type: c.to}, MaxKeys: 10, MaxBytes: 1000}, []plan.Col{{ID: 1, Type: c.from}})
		set.add(columnOf(t, c.from, c.values...))
		var got []string
		for _, v := range set.keys() {
			got = append(got, string(datum.AppendText(nil, c.to.OID, v, nil)))
		}
		if len(got) != len(c.want) {
			t.Errorf("%s: %v", name, got)
			continue
		}
		for i := range got {
			if got[i] != c.want[i] {
				t.Errorf("%s: %v", name, got)
			}
		}
	}
	full := newKeySet(plan.Keyed{From: col(pgcat.Int4), To: plan.Col{ID: 2, Type: ty(pgcat.Int4)}, MaxKeys: 2, MaxBytes: 1000}, []plan.Col{col(pgcat.Int4)})
	full.add(columnOf(t, ty(pgcat.Int4), datum.Int(1), datum.Int(2)))
	if full.over {
		t.Error("two keys are too many for two")
	}
	full.add(columnOf(t, ty(pgcat.Int4), datum.Int(3)))
	full.add(columnOf(t, ty(pgcat.Int4), datum.Int(4)))
	if q := (&question{sent: []sentKeys{{keys: full.keys(), over: full.over}}}); !full.over || len(full.keys()) != 0 || q.hopeless() {
		t.Error("three keys were sent, or none taken for no rows")
	}
}

func TestSizeOf(t *testing.T) {
	text := columnOf(t, plan.Type{OID: pgcat.Text, Mod: -1}, datum.Text("12345"), nil, datum.Text("6"))
	if n := sizeOf(text); n != 30 {
		t.Error(n)
	}
	if n := sizeOf(text.NewSlice(2, 3)); n != 9 {
		t.Error(n)
	}
	if n := sizeOf(columnOf(t, plan.Type{OID: pgcat.Int8, Mod: -1}, datum.Int(1), datum.Int(2))); n != 16 {
		t.Error(n)
	}
}
