package source

import (
	"context"
	"time"

	"github.com/waggle-sql/waggle/internal/pgerr"
)

// Login runs a login for an Opener. One whose request has ended goes on for longer, since the system may have opened the session
// already: only who knows its answer can end it. The request does not wait for that; Close does.
func (p *Pool[S]) Login(ctx context.Context, longer time.Duration, login func(ctx context.Context) (S, error)) (S, error) {
	type outcome struct {
		session S
		err     error
	}
	var none S
	done := make(chan outcome)
	started := p.start(func() {
		detached, stop := lasting(ctx, longer)
		defer stop()
		var o outcome
		o.err = pgerr.Contained(func() (err error) {
			o.session, err = login(detached)
			return err
		})
		select {
		case done <- o:
		case <-ctx.Done():
			if o.err == nil {
				_ = o.session.Close()
			}
		}
	})
	if !started {
		return none, pgerr.New(pgerr.AdminShutdown, "the server is shutting down")
	}
	select {
	case o := <-done:
		return o.session, o.err
	case <-ctx.Done():
		return none, context.Cause(ctx)
	}
}

// start runs f on a goroutine that Close waits for, unless the pool is closed.
func (p *Pool[S]) start(f func()) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.closed {
		p.ending.Go(f)
	}
	return !p.closed
}

// lasting returns a context with ctx's values that ends some time after it, or by its stop.
func lasting(ctx context.Context, longer time.Duration) (context.Context, func()) {
	out, cancel := context.WithCancel(context.WithoutCancel(ctx))
	clock := make(chan struct{})
	unhook := context.AfterFunc(ctx, func() {
		defer cancel()
		wait := time.NewTimer(longer)
		defer wait.Stop()
		select {
		case <-wait.C:
		case <-clock:
		}
	})
	return out, func() {
		unhook()
		close(clock)
		cancel()
	}
}
