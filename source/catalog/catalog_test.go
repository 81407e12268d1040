package catalog

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/waggle-sql/waggle/dialect"
	"github.com/waggle-sql/waggle/internal/golden"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/semantic"
	"github.com/waggle-sql/waggle/source"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

type oneView struct{ view *semantic.View }

func (o oneView) View(id string) (*semantic.View, bool) { return o.view, id == o.view.ID() }

// fakeProvider has one statement and one connection; endless makes it yield statements until the context ends.
type fakeProvider struct{ endless bool }

func (f fakeProvider) AuditLog(ctx context.Context, who source.Inside) iter.Seq2[AuditEntry, error] {
	return func(yield func(AuditEntry, error) bool) {
		entry := AuditEntry{ID: "s1", Time: time.Unix(1e9, 0), Organisation: who.Organisation, Login: who.Person, Statement: "SELECT $1",
			Path: "direct", Entities: []string{"company.calls"}, SourceCalls: `[{"source":"gong", "rows":3}]`, Rows: 3, Bytes: 99,
			Duration: 1500 * time.Microsecond, SQLState: "00000", Outcome: "ok"}
		for yield(entry, nil) && f.endless {
			if ctx.Err() != nil {
				yield(AuditEntry{}, ctx.Err())
				return
			}
		}
	}
}

func (fakeProvider) Connections(context.Context, source.Inside) iter.Seq2[Connected, error] {
	return func(yield func(Connected, error) bool) {
		_ = yield(Connected{Source: "cal", Kind: "rest", Status: "connected", Scopes: []string{"calendar.readonly"}, Since: time.Unix(1e9, 0)}, nil) &&
			yield(Connected{}, pgerr.New(pgerr.SystemError, "the store is closed"))
	}
}

// open connects to the sample company; states hide what they name.
func open(t *testing.T, states map[string]semantic.State) *conn {
	t.Helper()
	m, err := semantic.Load("../../testdata/model/company", semantic.LoadOptions{Organisation: "acme"})
	if err != nil {
		t.Fatal(err)
	}
	view := semantic.NewView([]*semantic.Model{m}, Tables(), states)
	c, err := New(oneView{view}, fakeProvider{}).Open(context.Background(), source.Inside{Organisation: "acme", Person: "ann", View: view.ID()})
	if err != nil {
		t.Fatal(err)
	}
	return c.(*conn)
}

// read returns a relation's rows, one line each with fields between bars. skip leaves out PostgreSQL's own.
func read(t *testing.T, c *conn, name string, columns []string, skip bool) ([]string, error) {
	t.Helper()
	schema, relation, _ := strings.Cut(name, ".")
	r, err := c.Run(context.Background(), dialect.Read{Schema: schema, Relation: relation, Columns: columns})
	if err != nil {
		return nil, err
	}
	defer r.Release()
	static, err := c.source.relations[name].static()
	if err != nil {
		t.Fatal(err)
	}
	first := static.NumRows() > 0 && skip
	var lines []string
	for r.Next() {
		if first {
			first = false
			continue
		}
		batch := r.RecordBatch()
		for i := range int(batch.NumRows()) {
			fields := make([]string, batch.NumCols())
			for k := range fields {
				fields[k] = strings.ReplaceAll(batch.Column(k).ValueStr(i), "\n", " ")
			}
			lines = append(lines, strings.Join(fields, " | "))
		}
	}
	return lines, r.Err()
}

// TestGolden reads relations of the sample company. The command is a relation, its argument own leaves PostgreSQL's own
// rows out, has=x keeps lines with x, hide=x hides a property; the input names the columns.
func TestGolden(t *testing.T) {
	golden.Run(t, "testdata/*.test", func(t *testing.T, c *golden.Case) string {
		var states map[string]semantic.State
		if hide := c.Arg("hide"); hide != "" {
			states = map[string]semantic.State{hide: semantic.Hidden}
		}
		lines, err := read(t, open(t, states), c.Command, strings.Fields(c.Input), len(c.Args) > 0 && c.Args[0] == "own")
		if err != nil {
			lines = append(lines, pgerr.Code(err)+": "+err.Error())
		}
		var kept []string
		for _, line := range lines {
			if strings.Contains(line, c.Arg("has")) {
				kept = append(kept, line)
			}
		}
		return strings.Join(kept, "\n")
	})
}

// TestEveryRelation reads every column of every relation; none that is declared NOT NULL may be NULL.
func TestEveryRelation(t *testing.T) {
	c := open(t, nil)
	for name, r := range c.source.relations {
		if r.own != nil && r.own.live {
			continue
		}
		columns := make([]string, len(r.table.Columns))
		for i, col := range r.table.Columns {
			columns[i] = col.Name
		}
		rows, err := c.Run(context.Background(), dialect.Read{Schema: r.table.Schema, Relation: r.table.Name, Columns: columns})
		if err != nil {
			t.Errorf("%s: %v: %v", name, err, errors.Unwrap(err))
			continue
		}
		for rows.Next() {
			for i, col := range r.table.Columns {
				if n := rows.RecordBatch().Column(i).NullN(); col.NotNull && n > 0 {
					t.Errorf("%s.%s has %d NULLs", name, col.Name, n)
				}
			}
		}
		rows.Release()
	}
	for name := range c.source.contents {
		if c.source.relations[name] == nil {
			t.Errorf("%s has content and is no relation", name)
		}
	}
}

// TestUnique demands that nothing has the number of something else of its class.
func TestUnique(t *testing.T) {
	c := open(t, nil)
	for _, name := range []string{"pg_class", "pg_type", "pg_namespace", "pg_constraint", "pg_attrdef", "pg_authid", "pg_database"} {
		lines, err := read(t, c, "pg_catalog."+name, []string{"oid"}, false)
		if err != nil {
			t.Fatal(err)
		}
		seen := make(map[string]bool)
		for _, l := range lines {
			if seen[l] {
				t.Errorf("%s has two rows with oid %s", name, l)
			}
			seen[l] = true
		}
	}
}

// TestLive streams without end until the context is cancelled.
func TestLive(t *testing.T) {
	c := open(t, nil)
	c.source.provider = fakeProvider{endless: true}
	ctx, cancel := context.WithCancel(context.Background())
	r, err := c.Run(ctx, dialect.Read{Schema: "waggle", Relation: "audit_log", Columns: []string{"statement"}})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Release()
	if !r.Next() || r.RecordBatch().NumRows() != liveBatch {
		t.Fatal("no first batch")
	}
	cancel()
	if r.Next() || pgerr.Code(r.Err()) != pgerr.QueryCanceled {
		t.Errorf("after cancel: %v", r.Err())
	}
}

// TestAbandoned releases a stream that was not read to its end; goleak sees what it would leave.
func TestAbandoned(t *testing.T) {
	c := open(t, nil)
	c.source.provider = fakeProvider{endless: true}
	r, err := c.Run(context.Background(), dialect.Read{Schema: "waggle", Relation: "audit_log", Columns: []string{"id"}})
	if err != nil {
		t.Fatal(err)
	}
	r.Next()
	r.Release()
}

func TestShared(t *testing.T) {
	for name, want := range map[string]bool{"pg_catalog.pg_class": true, "pg_catalog.pg_roles": false, "waggle.audit_log": false,
		"waggle.metrics": true, "information_schema.columns": true, "company.calls": false, "pg_catalog.waggle_indexdef": true} {
		schema, relation, _ := strings.Cut(name, ".")
		if got := Shared(schema, relation); got != want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func BenchmarkLargeView(b *testing.B) {
	files := []semantic.File{{Name: "model.yaml", Data: []byte("name: big\n")}}
	for i := range 1000 {
		var text strings.Builder
		fmt.Fprintf(&text, "e%d:\n  source: {connection: gong, object: o%d}\n  key: p0\n  properties:\n", i, i)
		for k := range 50 {
			fmt.Fprintf(&text, "    p%d: {column: C%d, type: text}\n", k, k)
		}
		files = append(files, semantic.File{Name: fmt.Sprintf("e%d.yaml", i), Data: []byte(text.String())})
	}
	m, err := semantic.LoadFiles(files, semantic.LoadOptions{})
	if err != nil {
		b.Fatal(err)
	}
	view := semantic.NewView([]*semantic.Model{m}, Tables(), nil)
	for b.Loop() {
		c, err := New(oneView{view}, fakeProvider{}).Open(context.Background(), source.Inside{View: view.ID()})
		if err != nil {
			b.Fatal(err)
		}
		r, err := c.Run(context.Background(), dialect.Read{Schema: "pg_catalog", Relation: "pg_attribute", Columns: []string{"attname"}})
		if err != nil {
			b.Fatal(err)
		}
		r.Release()
	}
}
