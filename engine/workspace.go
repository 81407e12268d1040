package engine

import (
	"context"
	"strconv"
	"time"

	"github.com/apache/arrow-go/v18/arrow/array"

	"github.com/waggle-sql/waggle/audit"
	"github.com/waggle-sql/waggle/internal/pgerr"
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
