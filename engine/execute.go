package engine

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/apache/arrow-go/v18/arrow/array"

	"github.com/waggle-sql/waggle/audit"
	"github.com/waggle-sql/waggle/identity"
	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/planner"
)

// run is one execution of a Prepared: what is open for it, and what the audit log will say of it.
type run struct {
	engine *Engine
	who    *identity.Session
	plan   *planner.Prepared
	args   Args
	ctx    context.Context
	cancel context.CancelCauseFunc
	audit  audit.ID
	draft  *audit.Draft // in place of audit on path local
	began  time.Time
	worker *audit.Workspace
	memory func() int64 // bytes that the worker uses; nil without one
	filled time.Time    // when the last row was in the worker

	mu      sync.Mutex // fragments open in parallel
	closers []func()   // in the order of opening
	calls   []*call
	asked   map[int]*question // by fragment, on paths with a worker
}

// Execute runs a plan for a person. The Result owns everything that is open: releasing it closes it, on success, error and
// cancellation alike. Errors before the first row: 28000 with the connect URL, 58030 when the audit log cannot be written
// (nothing has been called then), 53300 when no memory comes free, and those of the sources.
func (e *Engine) Execute(ctx context.Context, who *identity.Session, p *planner.Prepared, args Args) (*Result, error) {
	r := &run{engine: e, who: who, args: args, began: time.Now(), ctx: ctx, cancel: func(error) {}, asked: map[int]*question{}}
	var rows array.RecordReader
	err := pgerr.Contained(func() (err error) { rows, err = r.start(p); return err })
	if err != nil {
		r.finish(0, 0, err)
		return nil, err
	}
	return newResult(r, rows), nil
}

func (r *run) start(p *planner.Prepared) (array.RecordReader, error) {
	if err := r.engine.config.Standing.Alive(r.ctx, r.who); err != nil {
		return nil, err
	}
	var err error
	if r.plan, err = r.engine.current(p, r.args); err != nil {
		return nil, err
	}
	if err := r.refuse(); err != nil {
		return nil, err
	}
	if persons := r.persons(); len(persons) > 1 || len(r.plan.Fragments) == 0 { // a single dead one says so itself when its token is asked for
		if err := r.engine.config.Tokens.Check(r.ctx, r.who, persons); err != nil {
			_ = r.begin() // the refusal is what counts
			return nil, err
		}
	}
	if err := r.begin(); err != nil {
		return nil, err
	}
	if r.plan.Path == planner.Local { // computed before Execute returns: there is nothing to cancel
		return r.local()
	}
	r.ctx, r.cancel = context.WithCancelCause(r.ctx)
	switch r.plan.Path {
	case planner.Direct:
		return r.direct()
	}
	return r.workspace()
}

// refuse holds a statement to SET waggle.pushdown = strict.
func (r *run) refuse() error {
	if r.plan.Input.Settings.Pushdown != "strict" || r.plan.Path < planner.Extract {
		return nil
	}
	e := pgerr.New(pgerr.FeatureNotSupported, "the statement would be computed outside of its source").
		WithHint("SET waggle.pushdown = auto allows it; EXPLAIN shows what stays.")
	if len(r.plan.Notes) > 0 {
		e = e.WithDetail("%s: %s.", r.plan.Notes[0].Expression, r.plan.Notes[0].Reason)
	}
	return e
}

// persons are the connections that need a token, each once; also those that are named and not asked, since no row of theirs is needed.
func (r *run) persons() []string {
	return slices.DeleteFunc(slices.Clone(r.plan.Named), func(c string) bool { return c == Catalog })
}

// begin writes the audit record of the statement: with the next group commit, and together with its end when all is computed
// here and now. It is durable before anything is called, since the record of each call is waited for and comes after it.
func (r *run) begin() error {
	b := audit.Begin{Session: r.who, Statement: r.plan.Template, Literals: r.plan.Literals, Parameters: r.parameters(),
		Model: r.plan.Input.View.ID(), Path: r.plan.Path.String()}
	for _, u := range r.plan.Entities {
		b.Entities = append(b.Entities, audit.Entity{Name: u.Name, Columns: u.Columns, FilterColumns: u.FilterColumns})
	}
	var err error
	if r.plan.Path == planner.Local {
		r.draft, err = r.engine.config.Audit.Draft(r.ctx, b)
	} else {
		r.audit, err = r.engine.config.Audit.BeginLater(r.ctx, b)
	}
	return err
}

func (r *run) parameters() []string {
	var out []string
	for i, v := range r.args.Values {
		if v == nil || i >= len(r.plan.Params) {
			out = append(out, "")
			continue
		}
		out = append(out, string(datum.AppendText(nil, r.plan.Params[i].OID, v, r.args.Env)))
	}
	return out
}

// onClose registers what must be closed when the run is over; the last opened is closed first.
func (r *run) onClose(f func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.closers = append(r.closers, f)
}

// finish closes everything and writes the audit record's end. It is called once.
func (r *run) finish(rows, bytes int64, err error) {
	err = r.because(err)
	r.cancel(err)
	for i := len(r.closers) - 1; i >= 0; i-- {
		if closed := pgerr.Contained(func() error { r.closers[i](); return nil }); err == nil {
			err = closed
		}
	}
	if r.audit == "" && r.draft == nil {
		return
	}
	end := audit.End{Rows: rows, Bytes: bytes, Duration: float64(time.Since(r.began).Microseconds()) / 1000,
		SQLState: pgerr.Code(err), Outcome: outcome(err), Workspace: r.worker}
	for _, c := range r.calls {
		end.Calls = append(end.Calls, c.report())
	}
	// A failing record is kept by the log and written when the disk answers again.
	if r.draft != nil {
		_ = r.engine.config.Audit.Done(r.ctx, r.draft, end)
		return
	}
	_ = r.engine.config.Audit.End(r.audit, end)
}

// because prefers why the caller has ended the statement to what followed from that.
func (r *run) because(err error) error {
	var cause *pgerr.Error
	if err != nil && r.ctx.Err() != nil && errors.As(context.Cause(r.ctx), &cause) {
		return cause
	}
	return err
}

func outcome(err error) audit.Outcome {
	switch pgerr.Code(err) {
	case "00000":
		return audit.OK
	case pgerr.InsufficientPrivilege, pgerr.InvalidAuthorization:
		return audit.Denied
	case pgerr.QueryCanceled:
		if errors.Is(err, context.DeadlineExceeded) {
			return audit.TimedOut
		}
		return audit.Cancelled
	}
	return audit.Failed
}
