package semantic

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/waggle-sql/waggle/internal/golden"
	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/internal/strictyaml"
	"github.com/waggle-sql/waggle/planner/plan"
)

const sample = "../testdata/model/company"

// TestModels loads the models of testdata/*.test, written as txtar archives, and prints them or their problems.
func TestModels(t *testing.T) {
	golden.Run(t, "testdata/*.test", func(t *testing.T, c *golden.Case) string {
		var files []File
		for _, f := range txtar.Parse([]byte(c.Input + "\n")).Files {
			files = append(files, File{Name: f.Name, Data: f.Data})
		}
		m, err := LoadFiles(files, LoadOptions{Connections: []string{"crm", "gong"}})
		if err != nil {
			return err.Error()
		}
		return describe(m)
	})
}

func describe(m *Model) string {
	var b strings.Builder
	fmt.Fprintf(&b, "model %s %+v\n", m.Name, m.Calendar)
	for _, e := range m.Entities {
		fmt.Fprintf(&b, "entity %s from %s/%s key %v time %q\n", e.Name, e.Connection, e.Object, e.Key, e.Time)
		for _, p := range e.Properties {
			fmt.Fprintf(&b, "  %d %s %s%s%s\n", p.Num, p.Name, FormatType(p.Type), map[bool]string{true: " not null"}[p.NotNull], exprText(p.Expr))
		}
		for _, f := range e.Filters {
			fmt.Fprintf(&b, "  filter %s%s\n", f.Name, exprText(f.Where))
		}
		for _, x := range e.Metrics {
			fmt.Fprintf(&b, "  %d metric %s%s\n", x.Num, x.Name, exprText(x.Expr))
		}
	}
	for _, r := range m.Relationships {
		fmt.Fprintf(&b, "relationship %s: %s%v to %s%v %v\n", r.Name, r.From, r.FromKey, r.To, r.ToKey, r.KeysFlow)
	}
	return b.String()
}

func exprText(x *Expression) string {
	if x == nil {
		return ""
	}
	return fmt.Sprintf(" = %q at %d:%d", x.Text, x.At.Line, x.At.Column)
}

// TestExpressionPlaces demands that each expression of the sample really stands where its place says.
func TestExpressionPlaces(t *testing.T) {
	m, err := Load(sample, LoadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	count := 0
	check := func(x *Expression) {
		count++
		data, err := os.ReadFile(x.At.File)
		if err != nil {
			t.Fatal(err)
		}
		line := strings.Split(string(data), "\n")[x.At.Line-1]
		if first, _, _ := strings.Cut(x.Text, "\n"); !strings.HasPrefix(line[x.At.Column-1:], first) {
			t.Errorf("%s:%d:%d: %q does not stand there", x.At.File, x.At.Line, x.At.Column, first)
		}
	}
	for _, e := range m.Entities {
		for _, p := range e.Properties {
			if p.Expr != nil {
				check(p.Expr)
			}
		}
		for _, x := range e.Metrics {
			check(x.Expr)
		}
		for _, f := range e.Filters {
			check(f.Where)
		}
	}
	if count < 20 {
		t.Errorf("only %d expressions were checked", count)
	}
}

func TestParseType(t *testing.T) {
	for text, want := range map[string]string{
		"numeric(18,2)": "numeric(18,2)", "numeric(5)": "numeric(5,0)", "numeric(3,-2)": "numeric(3,-2)", "decimal": "numeric",
		"varchar(20)": "character varying(20)", "char": "character(1)", "char(3)": "character(3)", "bpchar": "bpchar",
		"timestamptz": "timestamp with time zone", "timestamp(3)": "timestamp(3) without time zone",
		"TIMESTAMP (3)  with time zone": "timestamp(3) with time zone", "text[]": "text[]", "numeric(9,1)[]": "numeric(9,1)[]",
		"int": "integer", "double precision": "double precision", "interval(0)": "interval(0)", "bool": "boolean",
	} {
		got, err := ParseType(text)
		if err != nil || FormatType(got) != want {
			t.Errorf("%s: got %s (%v), want %s", text, FormatType(got), err, want)
		}
	}
	for _, text := range []string{"", "money", "numeric(0)", "numeric(1,2,3)", "varchar(0)", "text(3)", "timestamp(7)", "varchar(", "[]",
		"varchar()", "int4(1)", "text[][]"} {
		if got, err := ParseType(text); err == nil {
			t.Errorf("%q is accepted as %s", text, FormatType(got))
		}
	}
	if got, _ := ParseType("numeric(18,2)"); got != (plan.Type{OID: pgcat.Numeric, Mod: 1179654}) {
		t.Errorf("numeric(18,2) is %+v", got)
	}
}

// BenchmarkLarge loads 1,000 entities of 50 properties and makes a view of them; the load is to stay under 2 s.
func BenchmarkLarge(b *testing.B) {
	files := []File{{Name: "model.yaml", Data: []byte("name: big\n")}}
	for i := range 1000 {
		var text strings.Builder
		fmt.Fprintf(&text, "e%d:\n  source: {connection: gong, object: o%d}\n  key: p0\n  properties:\n", i, i)
		for k := range 50 {
			fmt.Fprintf(&text, "    p%d: {column: C%d, type: \"numeric(18,2)\", description: Property %d, synonyms: [a%d, b%d]}\n", k, k, k, k, k)
		}
		files = append(files, File{Name: fmt.Sprintf("e%d.yaml", i), Data: []byte(text.String())})
	}
	var model *Model
	b.Run("load", func(b *testing.B) {
		for b.Loop() {
			m, err := LoadFiles(files, LoadOptions{})
			if err != nil {
				b.Fatal(err)
			}
			model = m
		}
	})
	b.Run("view", func(b *testing.B) {
		for b.Loop() {
			if v := NewView([]*Model{model}, nil, map[string]State{"big.e7.p3": Hidden}); !v.HasSchema("big") {
				b.Fatal("no schema")
			}
		}
	})
}

func FuzzLoad(f *testing.F) {
	f.Add([]byte("deals:\n  source: {connection: crm, object: O}\n  properties:\n    id: {column: Id, type: text}\n"), []byte("name: m\n"))
	f.Add([]byte("a: [[{b: *c}]]\n"), []byte("&x !!y ? - |\n  z"))
	f.Fuzz(func(t *testing.T, entity, model []byte) {
		m, err := LoadFiles([]File{{"e.yaml", entity}, {"model.yaml", model}, {"facts.yaml", entity}}, LoadOptions{})
		if errs, ok := err.(strictyaml.Errors); err != nil && (!ok || len(errs) == 0) {
			t.Fatalf("%T", err)
		}
		if err == nil {
			NewView([]*Model{m}, nil, nil)
		}
	})
}
