package salesforce

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

// Run starts a dialect.Text with Records. It returns at once; what Salesforce answers, a refusal too, comes from the reader.
func (c *conn) Run(ctx context.Context, r dialect.Request) (source.Rows, error) {
	text, ok := r.(dialect.Text)
	if !ok || text.Records == nil || len(text.Records.Values) != len(text.Columns) {
		return nil, pgerr.New(pgerr.Internal, "a Salesforce source takes SOQL alone")
	}
	form, err := newForm(c.system.config.Name, text)
	if err != nil {
		return nil, err
	}
	t := &task{conn: c, text: text, base: source.RequestID(ctx), form: form}
	t.report.Status = "running"
	return &rows{task: t, Stream: source.NewStream(ctx, source.StreamOptions{
		Schema: form.schema, Limit: -1, Ended: t.ended,
		Read: func(n int64) { t.note(func() { t.report.Rows += n }) },
		Run: func(ctx context.Context, emit source.Emit) error {
			t.emit = emit
			return t.run(ctx)
		},
	})}, nil
}

// ended notes how the read ended, and what is left of the organisation's requests.
func (t *task) ended(err error) {
	status := "ok"
	if err != nil {
		status = pgerr.Code(err)
	}
	if base, err := t.conn.system.instance(t.conn.bearer.Bearer()); err == nil {
		if used := t.conn.system.allowances.text(base.Host); used != "" {
			status += ", " + used
		}
	}
	t.note(func() { t.report.Status = status })
}

// Report tells what Salesforce has said so far.
func (r *rows) Report() source.Report {
	r.task.mu.Lock()
	defer r.task.mu.Unlock()
	report := r.task.report
	report.Requests = slices.Clone(report.Requests)
	return report
}
