package proxy

import (
	"context"
	"sync"
	"time"

	"github.com/waggle-sql/waggle/internal/pgerr"
)

// watchAfter is how long a statement runs before its connection is watched; shorter ones never pay for it.
const watchAfter = 2 * time.Millisecond

// The causes that end a statement.
var (
	errCanceled = pgerr.New(pgerr.QueryCanceled, "canceling statement due to user request")
	errTimeout  = pgerr.New(pgerr.QueryCanceled, "canceling statement due to statement timeout").Because(context.DeadlineExceeded)
	errShutdown = pgerr.New(pgerr.AdminShutdown, "terminating connection due to administrator command")
	errGone     = pgerr.New(pgerr.ConnectionFailure, "the client has disconnected")
)

// task is one piece of work that can be cancelled: a statement's, or an open portal's over several messages.
type task struct {
	ctx    context.Context
	cancel context.CancelCauseFunc
}

func newTask(parent context.Context) *task {
	ctx, cancel := context.WithCancelCause(parent)
	return &task{ctx, cancel}
}

// runner holds what is running on a connection now, so that a cancel request can never reach the next statement.
type runner struct {
	mu       sync.Mutex
	running  *task
	draining bool
	watcher  watcher // not under mu
}

// cancelRunning cancels the running task, if any.
func (r *runner) cancelRunning(cause error) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.running == nil {
		return false
	}
	r.running.cancel(cause)
	return true
}

func (r *runner) set(t *task) (previous *task) {
	r.mu.Lock()
	defer r.mu.Unlock()
	previous, r.running = r.running, t
	return previous
}

// during runs f as t under the session's statement_timeout, cancelled also by a cancel request and by the client's going.
// Calls nest: the inner task takes the outer's place.
func (s *session) during(t *task, f func(ctx context.Context) error) error {
	previous := s.runner.set(t)
	defer s.runner.set(previous)
	if previous == nil {
		s.watch(t)
		defer s.unwatch()
	} else {
		link := context.AfterFunc(previous.ctx, func() { t.cancel(context.Cause(previous.ctx)) })
		defer link()
	}
	err := f(t.ctx)
	if err != nil && t.ctx.Err() != nil { // whatever it says, it comes from that
		return context.Cause(t.ctx)
	}
	return err
}

// once is during with a task of its own.
func (s *session) once(f func(ctx context.Context) error) error {
	t := newTask(s.ctx)
	defer t.cancel(context.Canceled)
	return s.during(t, f)
}

// watcher notices that a client has gone while its statement runs, and that the statement has run for too long. It belongs to
// the session's goroutine; its timer is made once.
type watcher struct {
	timer *time.Timer
	task  *task         // that is watched
	limit time.Duration // of the task, 0 for none
	clock *time.Timer   // that ends the task at its limit, once it runs
	ended chan struct{} // capacity 1: the timer's goroutine is done
}

// watch starts, when the statement takes longer than a moment, its clock and a goroutine that reads ahead to notice that the
// client is gone. unwatch ends both and waits for them.
func (s *session) watch(t *task) {
	w := &s.runner.watcher
	w.task, w.limit = t, s.statementTimeout()
	if w.limit <= watchAfter {
		w.startClock(w.limit)
	}
	if w.timer != nil {
		w.timer.Reset(watchAfter)
		return
	}
	w.ended = make(chan struct{}, 1)
	w.timer = time.AfterFunc(watchAfter, func() {
		if w.limit > watchAfter {
			w.startClock(w.limit - watchAfter)
		}
		if s.in.ahead() != nil {
			w.task.cancel(errGone)
			s.wire.endWrites(time.Unix(1, 0))
		}
		w.ended <- struct{}{}
	})
}

func (w *watcher) startClock(left time.Duration) {
	if t := w.task; left > 0 {
		w.clock = time.AfterFunc(left, func() { t.cancel(errTimeout) })
	}
}

func (s *session) unwatch() {
	w := &s.runner.watcher
	if !w.timer.Stop() {
		s.interruptRead()
		<-w.ended
		_ = s.conn.SetReadDeadline(time.Time{})
	}
	if w.clock != nil {
		w.clock.Stop()
		w.clock = nil
	}
	w.task = nil
}

// interruptRead ends a blocked read, once.
func (s *session) interruptRead() { _ = s.conn.SetReadDeadline(time.Unix(1, 0)) }

// terminate ends the session: now when it is idle, else by cancelling what it runs.
func (s *session) terminate() {
	s.drain()
	s.runner.cancelRunning(errShutdown)
}

// drain ends the session when it is idle, or once what it runs has ended.
func (s *session) drain() {
	s.runner.mu.Lock()
	defer s.runner.mu.Unlock()
	s.runner.draining = true
	if s.runner.running == nil {
		s.interruptRead()
	}
}
