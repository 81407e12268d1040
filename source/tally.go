package source

import (
	"slices"
	"sync"

	"github.com/waggle-sql/waggle/internal/pgerr"
)

// Tally keeps a request's report while several goroutines add to it. The zero value is that of a request that runs.
type Tally struct {
	mu     sync.Mutex
	report Report
}

// Note changes the report.
func (t *Tally) Note(f func(*Report)) {
	t.mu.Lock()
	defer t.mu.Unlock()
	f(&t.report)
}

// Read counts rows that are handed on.
func (t *Tally) Read(n int64) { t.Note(func(r *Report) { r.Rows += n }) }

// Ended notes how the request has ended.
func (t *Tally) Ended(err error) {
	t.Note(func(r *Report) {
		r.Status = "ok"
		if err != nil {
			r.Status = pgerr.Code(err)
		}
	})
}

// Report is what is known so far.
func (t *Tally) Report() Report {
	t.mu.Lock()
	defer t.mu.Unlock()
	out := t.report
	out.Requests = slices.Clone(out.Requests)
	if out.Status == "" {
		out.Status = "running"
	}
	return out
}
