package rest

import (
	"context"
	"slices"

	"github.com/waggle-sql/waggle/dialect"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/source"
)

// rows is a running read. It is the reader's; the requests run beside it.
type rows struct {
	*source.Stream
	task *task
}

var _ source.Rows = (*rows)(nil)

// Run starts a read of an object: a dialect.Calls. 42P01 and 42703 for an object or column that the definition does not
// have; what the system answers comes from the reader. An empty request asks nothing.
func (c *conn) Run(ctx context.Context, r dialect.Request) (source.Rows, error) {
	calls, ok := r.(dialect.Calls)
	if !ok {
		return nil, pgerr.New(pgerr.Internal, "a REST source takes calls alone")
	}
	o := c.system.config.Definition.object(calls.Object)
	if o == nil {
		return nil, c.unknown(calls.Object)
	}
	columns, err := o.pick(calls.Columns)
	if err != nil {
		return nil, err
	}
	t := &task{conn: c, object: o, want: calls, base: source.RequestID(ctx)}
	return &rows{task: t, Stream: source.NewStream(ctx, source.StreamOptions{
		Schema: schemaOf(columns), Limit: calls.Limit, Ended: func(error) {},
		Read: func(n int64) { t.count(func() { t.report.Rows += n }) },
		Run: func(ctx context.Context, emit source.Emit) error {
			if calls.Empty || calls.Limit == 0 {
				return nil
			}
			t.emit = emit
			return t.run(ctx)
		},
	})}, nil
}

// Report tells what the system has said so far.
func (r *rows) Report() source.Report {
	r.task.mu.Lock()
	defer r.task.mu.Unlock()
	report := r.task.report
	report.Requests = slices.Clone(report.Requests)
	return report
}
