package engine

import (
	"context"
	"errors"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/apache/arrow-go/v18/arrow/array"
	"golang.org/x/sync/errgroup"

	"github.com/waggle-sql/waggle/audit"
	"github.com/waggle-sql/waggle/engine/workspace"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/planner"
)

// direct passes the rows of the one fragment on.
func (r *run) direct() (array.RecordReader, error) {
	return r.call(r.ctx, &question{Fragment: r.plan.Fragments[0]})
}

// workspace loads the fragments into a worker in parallel and computes the remainder there.
func (r *run) workspace() (array.RecordReader, error) {
	statement, err := remainder(r.plan, r.args)
	if err != nil {
		return nil, err
	}
	if err := r.admit(); err != nil {
		return nil, err
	}
	w, err := r.engine.config.Pool.Acquire(r.ctx)
	if err != nil {
		return nil, err
	}
	r.worker, r.memory = &audit.Workspace{PID: w.PID()}, w.Memory
	r.onClose(func() {
		r.worker.PeakBytes = w.Memory()
		w.Close()
	})
	if err := r.load(w); err != nil {
		return nil, err
	}
	r.filled = time.Now()
	return w.Query(r.ctx, statement, r.remaining())
}

func tableName(fragment int) string { return "f" + strconv.Itoa(fragment) }

// admit draws a worker's budget from the memory of all; it waits in line, not longer than the queue's limit.
func (r *run) admit() error {
	budget := r.engine.config.Pool.Budget()
	ctx, cancel := context.WithTimeout(r.ctx, r.engine.config.Limits.Queue)
	defer cancel()
	if err := r.engine.memory.Acquire(ctx, budget); err != nil {
		if r.ctx.Err() != nil {
			return pgerr.From(context.Cause(r.ctx))
		}
		return pgerr.New(pgerr.TooManyConnections, "too many statements are using the workspace").
			WithHint("Try again in a moment, or ask the administrator to raise limits.memory.")
	}
	r.onClose(func() { r.engine.memory.Release(budget) })
	return nil
}

// load asks for every fragment, at once but for those that wait for keys, and puts the rows into the worker's tables; the first
// error stops the others.
func (r *run) load(w *workspace.Worker) error {
	g, ctx := errgroup.WithContext(r.ctx)
	l := &loads{stages: newStages(r.plan), worker: w}
	for _, f := range r.plan.Fragments {
		g.Go(func() error {
			return pgerr.Contained(func() error { return r.loadOne(ctx, f, l) })
		})
	}
	err := g.Wait()
	if err != nil && r.ctx.Err() != nil && !errors.Is(context.Cause(r.ctx), context.Canceled) {
		return pgerr.From(context.Cause(r.ctx))
	}
	return err
}

// loads is what the fragments of one statement share while they are loaded.
type loads struct {
	*stages
	worker *workspace.Worker
	rows   atomic.Int64
}

func (r *run) loadOne(ctx context.Context, f planner.Fragment, l *loads) error {
	q, err := l.question(ctx, f)
	if err != nil {
		return err
	}
	r.asking(q)
	rows, err := r.ask(ctx, q)
	if err != nil {
		return err
	}
	defer rows.Release()
	to := l.loaded[f.ID]
	if err := l.worker.Load(ctx, tableName(f.ID), f.Plan.Cols(), &budgeted{RecordReader: rows, run: r, question: q, loads: l, sets: to.sets}); err != nil {
		return err
	}
	close(to.done)
	return nil
}

// asking keeps what a fragment's source is asked, for EXPLAIN ANALYZE.
func (r *run) asking(q *question) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.asked[q.ID] = q
}

// ask calls the fragment's source, unless no row can match.
func (r *run) ask(ctx context.Context, q *question) (array.RecordReader, error) {
	if q.hopeless() {
		return nothing(q.Plan.Cols())
	}
	return r.call(ctx, q)
}

// budgeted counts the rows that a statement loads, ends the stream above the budget, and collects keys for other fragments.
type budgeted struct {
	array.RecordReader
	run      *run
	question *question
	loads    *loads
	sets     []*keySet
	err      error
}

// Next moves to the next batch unless the budget is spent.
func (b *budgeted) Next() bool {
	if b.err != nil || !b.RecordReader.Next() {
		return false
	}
	limit := b.run.engine.config.Limits.ExtractRows
	if n := b.loads.rows.Add(b.RecordBatch().NumRows()); limit > 0 && n > limit && b.question.Connection != Catalog {
		b.err = tooManyRows(limit, b.question)
		return false
	}
	for _, s := range b.sets {
		s.add(b.RecordBatch())
	}
	return true
}

// Err is the budget's error, or the source's.
func (b *budgeted) Err() error {
	if b.err != nil {
		return b.err
	}
	return b.RecordReader.Err()
}
