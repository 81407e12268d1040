package workspace

import (
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow/array"

	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/planner/plan"
)

// TestThreads: a statement over few rows has one thread; one over many, or that makes its rows itself, has all.
func TestThreads(t *testing.T) {
	p := testPool(t, Config{Size: 1, Threads: 2})
	cols := []plan.Col{{ID: 1, Type: plan.Type{OID: pgcat.Int4, Mod: -1}}, {ID: 2, Type: plan.Type{OID: pgcat.Text, Mod: -1}}}
	for _, c := range []struct {
		rows int
		want int64
	}{{0, 2}, {10, 1}, {fewRows + 1000, 2}} {
		w := testWorker(t, p)
		if c.rows > 0 {
			if err := w.Load(t.Context(), "r0", cols, numbers(c.rows)); err != nil {
				t.Fatal(err)
			}
		}
		for range 2 { // the second is locked already
			r, err := w.Query(t.Context(), statement("SELECT current_setting('threads')::BIGINT", pgcat.Int8), time.Minute)
			if err != nil {
				t.Fatal(err)
			}
			if !r.Next() || r.RecordBatch().Column(0).(*array.Int64).Value(0) != c.want {
				t.Errorf("%d rows: %v, want %d threads", c.rows, r.RecordBatch(), c.want)
			}
			r.Release()
		}
	}
}
