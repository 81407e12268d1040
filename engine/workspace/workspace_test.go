package workspace

import (
	"context"
	"os"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"go.uber.org/goleak"

	"github.com/waggle-sql/waggle/dialect"
	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/planner/plan"
)

// TestMain is the worker's entry when a test's pool executes this binary again.
func TestMain(m *testing.M) {
	switch {
	case len(os.Args) == 2 && os.Args[1] == "worker":
		Main()
	case len(os.Args) == 2 && os.Args[1] == "parent":
		parent()
	case len(os.Args) == 3 && os.Args[1] == "probe":
		probe()
	}
	goleak.VerifyTestMain(m)
}

func testPool(t testing.TB, c Config) *Pool {
	t.Helper()
	p, err := NewPool(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	return p
}

func testWorker(t testing.TB, p *Pool) *Worker {
	t.Helper()
	w, err := p.Acquire(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.Close)
	return w
}

func statement(sql string, oids ...uint32) dialect.Statement {
	s := dialect.Statement{SQL: sql}
	for _, o := range oids {
		s.Types = append(s.Types, plan.Type{OID: o, Mod: -1})
	}
	return s
}

// drain reads a result and counts its rows.
func drain(w *Worker, s dialect.Statement, timeout time.Duration) (int64, error) {
	r, err := w.Query(context.Background(), s, timeout)
	if err != nil {
		return 0, err
	}
	defer r.Release()
	var n int64
	for r.Next() {
		n += r.RecordBatch().NumRows()
	}
	return n, r.Err()
}

func TestQuery(t *testing.T) {
	w := testWorker(t, testPool(t, Config{Size: 1}))
	r, err := w.Query(t.Context(), statement("SELECT 42::INTEGER AS c0, 'x' AS c1", pgcat.Int4, pgcat.Text), time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Release()
	if !r.Next() || r.RecordBatch().NumRows() != 1 {
		t.Fatal(r.Err())
	}
	if got := r.RecordBatch().Column(0).(*array.Int32).Value(0); got != 42 {
		t.Fatal(got)
	}
	if r.Next() || r.Err() != nil {
		t.Fatal("more than one batch", r.Err())
	}
}

func numbers(n int) array.RecordReader {
	schema := arrow.NewSchema([]arrow.Field{{Name: "a", Type: arrow.PrimitiveTypes.Int32}, {Name: "b", Type: arrow.BinaryTypes.String}}, nil)
	b := array.NewRecordBuilder(memory.DefaultAllocator, schema)
	defer b.Release()
	var batches []arrow.RecordBatch
	for i := range n {
		b.Field(0).(*array.Int32Builder).Append(int32(i))
		b.Field(1).(*array.StringBuilder).Append("row")
		if i%1000 == 999 {
			batches = append(batches, b.NewRecordBatch())
		}
	}
	batches = append(batches, b.NewRecordBatch())
	r, err := array.NewRecordReader(schema, batches)
	if err != nil {
		panic(err)
	}
	return r
}

func TestLoad(t *testing.T) {
	w := testWorker(t, testPool(t, Config{Size: 1}))
	cols := []plan.Col{{ID: 1, Type: plan.Type{OID: pgcat.Int4, Mod: -1}}, {ID: 2, Type: plan.Type{OID: pgcat.Text, Mod: -1}}}
	done := make(chan error)
	for _, table := range []string{"r0", "r1"} {
		go func() { done <- w.Load(context.Background(), table, cols, numbers(100_000)) }()
	}
	for range 2 {
		if err := <-done; err != nil {
			t.Fatal(err)
		}
	}
	n, err := drain(w, statement("SELECT r0.c1 FROM r0, r1 WHERE r0.c1 = r1.c1", pgcat.Int4), time.Minute)
	if err != nil || n != 100_000 {
		t.Fatal(n, err)
	}
}

func TestErrorsHaveTheirCode(t *testing.T) {
	w := testWorker(t, testPool(t, Config{Size: 1}))
	for sql, code := range map[string]string{
		`SELECT CASE WHEN i=0 THEN error('waggle:{"c":"22012","m":"division by zero","p":8}') ELSE 1//i END FROM range(2) t(i)`: "22012",
		`SELECT 'x'::INTEGER`: "22P02",
		`SELECT 2147483647::INTEGER + i::INTEGER FROM range(2) t(i)`: "22003",
		`SELECT (SELECT i FROM range(2) t(i))`:                       "21000",
	} {
		if _, err := drain(w, statement(sql, pgcat.Int4), time.Minute); pgerr.Code(err) != code {
			t.Errorf("%s: %s %v", sql, pgerr.Code(err), err)
		}
	}
}
