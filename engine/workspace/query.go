package workspace

import (
	"context"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/ipc"

	"github.com/waggle-sql/waggle/dialect"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/planner/plan"
)

// grace is what a statement gets beyond its timeout before its worker is killed.
const grace = 250 * time.Millisecond

// Query runs a printed statement and streams its rows; not reading holds the worker. The reader's errors are *pgerr.Error
// with PostgreSQL's SQLSTATE: 57014 for ctx and for timeout (0 means none), 53200 for the budget, 58000 when the process
// died. The reader must be released; the worker is closed by its holder.
func (w *Worker) Query(ctx context.Context, s dialect.Statement, timeout time.Duration) (array.RecordReader, error) {
	id, box, err := w.open()
	if err != nil {
		return nil, err
	}
	q := &reader{worker: w, box: box}
	q.refs.Store(1)
	q.stop = context.AfterFunc(ctx, func() { w.kill(pgerr.From(context.Cause(ctx))) })
	if timeout > 0 {
		q.timer = time.AfterFunc(timeout+grace, func() {
			w.kill(pgerr.New(pgerr.QueryCanceled, "canceling statement due to statement timeout").Because(context.DeadlineExceeded))
		})
		limitCPU(w.PID(), timeout+grace, w.pool.config.Threads)
	}
	o := queryOrder{SQL: s.SQL, Types: s.Types, Funcs: s.Funcs, Env: settingsOf(s.Env).withValues(s.Env, s.Funcs)}
	if err := w.frames.control(frameQuery, id, o); err != nil {
		q.Release()
		return nil, w.after(err)
	}
	q.ipc, err = ipc.NewReader(box, ipc.WithDelayReadSchema(false))
	if err != nil {
		q.Release()
		return nil, w.explain(box, err)
	}
	return q, nil
}

// explain prefers the stream's own end to what the decoder made of it.
func (w *Worker) explain(box *inbox, err error) error {
	if e := pgerr.From(err); e.Code != pgerr.Internal || e.Unwrap() == nil {
		return e
	}
	select {
	case _, ok := <-box.frames:
		if !ok && box.err != nil {
			return box.err
		}
	case <-time.After(5 * time.Second):
	}
	return pgerr.New(pgerr.Internal, "the workspace sent a malformed stream").Because(err)
}

// reader streams one result.
type reader struct {
	refs   atomic.Int64
	worker *Worker
	box    *inbox
	ipc    *ipc.Reader
	stop   func() bool
	timer  *time.Timer
	err    error
}

// Retain adds a reference.
func (q *reader) Retain() { q.refs.Add(1) }

// Release drops a reference; the last one stops the timers and kills a worker that is still answering.
func (q *reader) Release() {
	if q.refs.Add(-1) != 0 {
		return
	}
	q.stop()
	if q.timer != nil {
		q.timer.Stop()
	}
	q.box.leave()
	if q.ipc != nil {
		q.ipc.Release()
	}
}

// Schema returns the columns in plan.ArrowType's types.
func (q *reader) Schema() *arrow.Schema { return q.ipc.Schema() }

// Next moves to the next batch.
func (q *reader) Next() bool {
	if q.err != nil {
		return false
	}
	if q.ipc.Next() {
		return true
	}
	if err := q.ipc.Err(); err != nil {
		q.err = q.worker.explain(q.box, err)
	}
	return false
}

// RecordBatch returns the current batch, valid until Next.
func (q *reader) RecordBatch() arrow.RecordBatch { return q.ipc.RecordBatch() }

// Record is the former name of RecordBatch.
func (q *reader) Record() arrow.RecordBatch { return q.ipc.RecordBatch() }

// Err returns why the stream ended early.
func (q *reader) Err() error { return q.err }

// columnName is a column's name in the workspace.
func columnName(id plan.ColID) string { return "c" + strconv.Itoa(int(id)) }
