package engine

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"golang.org/x/sync/errgroup"

	"github.com/waggle-sql/waggle/engine/workspace"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/planner"
)

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
	bytes  atomic.Int64
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
		if pgerr.Code(err) == pgerr.OutOfMemory {
			return tooMuch(pgerr.From(err), q, "limits.workspace_memory")
		}
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
	if b.err = b.spend(b.RecordBatch()); b.err != nil {
		return false
	}
	for _, s := range b.sets {
		s.add(b.RecordBatch())
	}
	return true
}

// spend counts a batch against the statement's rows and the worker's memory.
func (b *budgeted) spend(batch arrow.RecordBatch) error {
	limit, memory := b.run.engine.config.Limits.ExtractRows, b.run.engine.config.Pool.Budget()
	rows, bytes := b.loads.rows.Add(batch.NumRows()), b.loads.bytes.Add(sizeOf(batch))
	switch {
	case b.question.Connection == Catalog:
	case limit > 0 && rows > limit:
		return tooMuch(pgerr.New(pgerr.ProgramLimitExceeded, "the statement needs more than %d rows of its sources in the workspace", limit),
			b.question, "limits.extract_rows")
	case memory > 0 && bytes > memory:
		return tooMuch(pgerr.New(pgerr.OutOfMemory, "the statement needs more than %s of its sources' data in the workspace", planner.Bytes(memory)),
			b.question, "limits.workspace_memory")
	}
	return nil
}

// tooMuch names the fragment that exceeds a budget of path extract and federate, and what to do about it.
func tooMuch(e *pgerr.Error, q *question, setting string) error {
	hint := "Filter on properties that the source can filter by (EXPLAIN shows which), or ask the administrator to raise " + setting + "."
	for _, s := range q.sent {
		if s.over {
			hint = fmt.Sprintf("There are more join keys than the %d that %s takes, so that none restricted it. ", s.edge.MaxKeys, q.Connection) + hint
		}
	}
	return e.WithDetail("The limit was reached while %s.%s was read from %s.", q.Table.Schema, q.Table.Name, q.Connection).WithHint("%s", hint)
}

// sizeOf is about what a batch's rows take in the workspace.
func sizeOf(b arrow.RecordBatch) int64 {
	var n int64
	for _, a := range b.Columns() {
		rows := int64(a.Len())
		switch a := a.(type) {
		case *array.String:
			n += 8*rows + int64(len(a.ValueBytes()))
		case *array.Binary:
			n += 8*rows + int64(len(a.ValueBytes()))
		default:
			width := int64(16)
			if f, ok := a.DataType().(arrow.FixedWidthDataType); ok {
				width = int64(f.BitWidth()+7) / 8
			}
			n += width * rows
		}
	}
	return n
}

// Err is the budget's error, or the source's.
func (b *budgeted) Err() error {
	if b.err != nil {
		return b.err
	}
	return b.RecordReader.Err()
}
