package audit

import (
	"context"
	"sort"
	"sync"
	"testing"
	"time"

	"github.com/waggle-sql/waggle/identity"
)

func benchmarkAppend(b *testing.B, writers int) {
	l := openLog(b, testOptions(b))
	s := session("acme", "ana", identity.Viewer)
	text := "SELECT c.id, c.title, c.started, sum(c.duration) FROM calls c JOIN meetings m ON m.call_id = c.id WHERE c.title = $1 GROUP BY 1, 2, 3"
	took := make([]time.Duration, b.N)
	var wait sync.WaitGroup
	b.ResetTimer()
	for w := range writers {
		wait.Go(func() {
			for i := w; i < b.N; i += writers {
				start := time.Now()
				if _, err := l.Begin(context.Background(), statement(s, text, "Kick-off")); err != nil {
					b.Error(explain(err))
					return
				}
				took[i] = time.Since(start)
			}
		})
	}
	wait.Wait()
	b.StopTimer()
	sort.Slice(took, func(i, j int) bool { return took[i] < took[j] })
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "records/s")
	b.ReportMetric(float64(took[b.N/2].Microseconds()), "p50-µs")
	b.ReportMetric(float64(took[b.N*99/100].Microseconds()), "p99-µs")
}

func BenchmarkAppend1Writer(b *testing.B)   { benchmarkAppend(b, 1) }
func BenchmarkAppend64Writers(b *testing.B) { benchmarkAppend(b, 64) }

func BenchmarkReopen(b *testing.B) {
	opt := testOptions(b)
	l := openLog(b, opt)
	s := session("acme", "ana", identity.Viewer)
	for i := range 200_000 {
		id, err := l.BeginLater(context.Background(), statement(s, "SELECT $1", "x"))
		if err == nil && i%10 != 0 {
			err = l.End(id, End{Outcome: OK})
		}
		if err != nil {
			b.Fatal(explain(err))
		}
	}
	closeLog(b, l)
	for b.Loop() {
		l := openLog(b, opt)
		closeLog(b, l)
	}
}

func BenchmarkRead(b *testing.B) {
	l := openLog(b, testOptions(b))
	ctx, ana, ed := context.Background(), session("acme", "ana", identity.Viewer), session("acme", "ed", identity.Viewer)
	for i := range 100_000 {
		s := ana
		if i%10 != 0 {
			s = ed
		}
		id, err := l.BeginLater(ctx, statement(s, "SELECT $1", "x"))
		if err == nil {
			err = l.End(id, End{Outcome: OK})
		}
		if err != nil {
			b.Fatal(explain(err))
		}
	}
	for b.Loop() {
		for _, err := range l.Entries(ctx, ana, Filter{}) {
			if err != nil {
				b.Fatal(explain(err))
			}
		}
	}
	b.ReportMetric(200_000*float64(b.N)/b.Elapsed().Seconds(), "records/s")
}
