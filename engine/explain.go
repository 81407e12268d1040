package engine

import (
	"context"
	"fmt"
	"time"

	"github.com/waggle-sql/waggle/identity"
	"github.com/waggle-sql/waggle/planner"
	"github.com/waggle-sql/waggle/planner/plan"
)

// Explain plans a query and describes the plan in the words of the planner; it calls no source. With Analyze it runs the
// query too, as Execute does, discards its rows, and adds what each request and the workspace took.
func (e *Engine) Explain(ctx context.Context, who *identity.Session, set plan.Settings, x plan.Explain, args Args) ([]string, error) {
	p, err := e.Prepare(ctx, who, set, x.Query, nil)
	if err != nil {
		return nil, err
	}
	lines := planner.Explain(p, e.capabilities, x.Verbose)
	if !x.Analyze {
		return lines, nil
	}
	seen, err := e.analyze(ctx, who, p, args)
	return append(lines, seen...), err
}

// analyze runs a plan for its figures.
func (e *Engine) analyze(ctx context.Context, who *identity.Session, p *planner.Prepared, args Args) ([]string, error) {
	began := time.Now()
	r, err := e.Execute(ctx, who, p, args)
	if err != nil {
		return nil, err
	}
	defer r.Release()
	var rows int64
	for r.Next() {
		rows += r.RecordBatch().NumRows()
	}
	if err := r.Err(); err != nil {
		return nil, err
	}
	lines := []string{fmt.Sprintf("Ran: %d rows in %s", rows, since(began))}
	for _, c := range r.run.calls {
		s := c.report()
		lines = append(lines, fmt.Sprintf("  Fragment %s: %d rows, %d bytes, %d pages, %d retries, %s", c.id, s.Rows, s.Bytes, s.Pages, s.Retries, s.Status))
	}
	if m := r.run.memory; m != nil {
		lines = append(lines, fmt.Sprintf("  Workspace: %.1f MiB", float64(m())/(1<<20)))
	}
	return lines, nil
}

func since(began time.Time) time.Duration { return time.Since(began).Round(10 * time.Microsecond) }
