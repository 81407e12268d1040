package workspace

import (
	"context"
	"testing"
	"time"

	"github.com/waggle-sql/waggle/dialect"
	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/planner/plan"
)

// BenchmarkWorker reports what the pool adds to a statement when a worker is ready (acquire), one worker from fork to ready
// (spawn), and kill and reap (close).
func BenchmarkWorker(b *testing.B) {
	p := testPool(b, Config{Size: 1})
	var acquire, spawn, end time.Duration
	n := 0
	for b.Loop() {
		n++
		start := time.Now()
		w, err := p.start()
		if err != nil {
			b.Fatal(err)
		}
		spawn += time.Since(start)
		for len(p.idle) == 0 {
			time.Sleep(time.Millisecond)
		}
		start = time.Now()
		ready, err := p.Acquire(context.Background())
		if err != nil {
			b.Fatal(err)
		}
		acquire += time.Since(start)
		ready.Close()
		start = time.Now()
		w.Close()
		end += time.Since(start)
	}
	for name, d := range map[string]time.Duration{"spawn": spawn, "acquire": acquire, "close": end} {
		b.ReportMetric(float64(d.Microseconds())/float64(n), name+"-µs")
	}
}

// BenchmarkOneRow is a query's round trip in a worker that is already acquired.
func BenchmarkOneRow(b *testing.B) {
	w := testWorker(b, testPool(b, Config{Size: 1}))
	for b.Loop() {
		if n, err := drain(w, statement("SELECT 42::INTEGER", pgcat.Int4), time.Minute); err != nil || n != 1 {
			b.Fatal(n, err)
		}
	}
}

// BenchmarkMixedRows generates 2,000,000 rows of seven mixed columns in the worker and reads them as Arrow here.
func BenchmarkMixedRows(b *testing.B) {
	w := testWorker(b, testPool(b, Config{Size: 1}))
	const rows = 2_000_000
	s := dialect.Statement{SQL: `SELECT i::INTEGER, (i*7)::BIGINT, (i*0.5::DOUBLE), CAST(i AS DECIMAL(12,2)), 'customer ' || (i % 1000),
		DATE '2020-01-01' + (i % 1500)::INTEGER, make_timestamp(1600000000000000 + i * 1000000) FROM range(2000000) t(i)`}
	for _, o := range []uint32{pgcat.Int4, pgcat.Int8, pgcat.Float8, pgcat.Numeric, pgcat.Text, pgcat.Date, pgcat.Timestamp} {
		t := plan.Type{OID: o, Mod: -1}
		if o == pgcat.Numeric {
			t.Mod = datum.MakeNumericMod(12, 2)
		}
		s.Types = append(s.Types, t)
	}
	for b.Loop() {
		if n, err := drain(w, s, time.Minute); err != nil || n != rows {
			b.Fatal(n, err)
		}
	}
	b.ReportMetric(rows*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}

// BenchmarkFunction is a scalar function over datum, a million calls.
func BenchmarkFunction(b *testing.B) {
	w := testWorker(b, testPool(b, Config{Size: 1}))
	proc, _ := pgcat.ProcBySignature("numeric_add(numeric,numeric)")
	s := statement("SELECT max(f(i::VARCHAR, '1.5')) FROM range(1000000) t(i)", pgcat.Text)
	s.Funcs = []dialect.Func{{Name: "f", Proc: proc.OID, Args: []uint32{pgcat.Numeric, pgcat.Numeric}, Result: pgcat.Numeric, Mod: -1}}
	for b.Loop() {
		if _, err := drain(w, s, time.Minute); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(1e6*float64(b.N)/b.Elapsed().Seconds(), "calls/s")
}
