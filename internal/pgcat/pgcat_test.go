package pgcat

import (
	"strings"
	"testing"
)

func TestTypes(t *testing.T) {
	ty, ok := TypeByOID(Timestamp)
	if !ok || ty.Name != "timestamp" || ty.Len != 8 || !ty.ByVal || ty.Kind != 'b' || ty.Category != 'D' || ty.Array != TimestampArray || ty.Align != 'd' {
		t.Fatalf("timestamp: %+v", ty)
	}
	a, ok := TypesByName("_numeric")
	if !ok || a.Elem != Numeric || !a.IsArray() || a.Delim != ',' {
		t.Fatalf("numeric[]: %+v", a)
	}
	if v, _ := TypeByOID(Int2Vector); v.IsArray() {
		t.Fatal("int2vector is no true array")
	}
	if _, ok := TypesByName("integer"); ok {
		t.Fatal("integer is no typname")
	}
	if r, ok := RangeByType(Int4range); !ok || r.Subtype != Int4 {
		t.Fatalf("int4range: %+v", r)
	}
}

func TestCasts(t *testing.T) {
	c, ok := CastFor(Int4, Int8)
	if !ok || c.Context != 'i' || c.Method != 'f' || c.Func != 481 {
		t.Fatalf("int4 to int8: %+v", c)
	}
	if c, ok := CastFor(Text, Varchar); !ok || c.Method != 'b' || c.Func != 0 {
		t.Fatalf("text to varchar: %+v", c)
	}
	if _, ok := CastFor(Text, Int4); ok {
		t.Fatal("text to int4 is no declared cast")
	}
}

func TestOperatorsAndProcs(t *testing.T) {
	var found bool
	for _, o := range OperatorsByName("=") {
		if o.Left == Int4 && o.Right == Int4 {
			p, ok := ProcByOID(o.Code)
			found = ok && p.Name == "int4eq" && p.Strict && p.Volatile == 'i' && len(p.Args) == 2 && p.Result == Bool
		}
	}
	if !found {
		t.Fatal("int4 = int4 is missing")
	}
	p := ProcsByName("make_interval")
	if len(p) != 1 || p[0].Defaults != 7 || p[0].Names[0] != "years" || len(p[0].Args) != 7 {
		t.Fatalf("make_interval: %+v", p)
	}
	p = ProcsByName("json_each")
	if len(p) != 1 || !p[0].RetSet || string(p[0].Modes) != "ioo" || len(p[0].AllArgs) != 3 {
		t.Fatalf("json_each: %+v", p)
	}
	if p := ProcsByName("concat_ws"); len(p) != 1 || p[0].Variadic != Any || p[0].Strict {
		t.Fatalf("concat_ws: %+v", p)
	}
	a, ok := AggregateByProc(ProcsByName("percentile_cont")[0].OID)
	if !ok || a.Kind != 'o' || a.DirectArgs != 1 {
		t.Fatalf("percentile_cont: %+v", a)
	}
}

func TestRelations(t *testing.T) {
	r, ok := RelationByName("pg_catalog", "pg_class")
	if !ok || r.OID != 1259 || r.Kind != 'r' || len(r.Columns) != 33 || r.Columns[1].Name != "relname" || r.Columns[1].Type != Name {
		t.Fatalf("pg_class: %+v", r)
	}
	views := 0
	for _, r := range Relations() {
		if len(r.Columns) == 0 {
			t.Errorf("%s.%s has no column", r.Schema, r.Name)
		}
		if r.Kind == 'v' {
			views++
		}
		for _, row := range r.Rows() {
			if len(row) != len(r.Columns) {
				t.Fatalf("%s: %d fields for %d columns", r.Name, len(row), len(r.Columns))
			}
		}
	}
	if views < 120 {
		t.Errorf("%d views", views)
	}
	for name, least := range map[string]int{"pg_proc": 3300, "pg_type": 600, "pg_operator": 790, "pg_cast": 220, "pg_settings": 370,
		"pg_description": 3800, "pg_attribute": 2600, "pg_timezone_names": 590, "pg_opclass": 170, "pg_namespace": 4, "pg_index": 100} {
		r, ok := RelationByName("pg_catalog", name)
		if n := len(r.Rows()); !ok || n < least {
			t.Errorf("%s has %d rows", name, n)
		}
	}
}

func TestWords(t *testing.T) {
	if k := Keywords(); len(k) < 480 || k[0].Word == "" || k[0].Category == 0 {
		t.Errorf("%d key words", len(k))
	}
	if a, ok := TimezoneAbbreviationByName("EST"); !ok || a.Offset != -18000 || a.DST {
		t.Errorf("EST: %+v", a)
	}
	if a, ok := TimezoneAbbreviationByName("MSK"); !ok || a.Zone != "Europe/Moscow" {
		t.Errorf("MSK: %+v", a)
	}
	rules := map[string]bool{}
	for _, z := range Timezones() {
		rules[z.Name] = strings.HasPrefix(z.File, "TZif")
	}
	for _, n := range TimezoneNames() {
		if !rules[n] {
			t.Errorf("%s has no rules", n)
		}
	}
	if a, _ := TimezoneAbbreviationByName("CEST"); a.Offset != 7200 || !a.DST {
		t.Errorf("CEST: %+v", a)
	}
}

func TestLookupsAllocateNothing(t *testing.T) {
	TypesByName("int4")
	ProcsByName("lower")
	n := testing.AllocsPerRun(100, func() {
		TypeByOID(Int4)
		TypesByName("text")
		CastFor(Int4, Int8)
		ProcsByName("lower")
	})
	if n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkDecodeProcs(b *testing.B) {
	for b.Loop() {
		open("pg_proc")
	}
}
