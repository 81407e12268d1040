package main

import (
	"context"
	"fmt"
	"io"
	"sync"
	"sync/atomic"

	"golang.org/x/sync/errgroup"
)

// atOnce is how many statements are judged at once.
const atOnce = 4

// inParallel calls do for count numbers from one on, each time with a judge that has connections of its own, and adds up their scores.
func (j *judge) inParallel(ctx context.Context, from, count int, do func(context.Context, *judge, int) error) error {
	var lock sync.Mutex
	return numbers(ctx, from, count, func(ctx context.Context, next func() (int, bool)) error {
		one := &judge{oracle: j.oracle.another(), waggle: j.waggle.another(), out: j.out, words: j.words}
		defer one.fresh()
		defer func() {
			lock.Lock()
			defer lock.Unlock()
			j.merge(&one.score)
		}()
		for n, ok := next(); ok; n, ok = next() {
			if err := do(ctx, one, n); err != nil {
				return fmt.Errorf("number %d: %w", n, err)
			}
		}
		return nil
	})
}

// numbers hands out numbers to several goroutines until they are used up or ctx ends.
func numbers(ctx context.Context, from, count int, work func(context.Context, func() (int, bool)) error) error {
	var given atomic.Int64
	g, inner := errgroup.WithContext(ctx)
	next := func() (int, bool) {
		n := int(given.Add(1)) - 1
		return from + n, n < count && inner.Err() == nil
	}
	for range min(atOnce, count) {
		g.Go(func() error { return work(inner, next) })
	}
	if err := g.Wait(); err != nil {
		return err
	}
	return ctx.Err()
}

// another is a connection like this one, not open yet.
func (s *session) another() *session { return &session{dsn: s.dsn, prepare: s.prepare} }

// lines is a writer whose lines several goroutines write.
type lines struct {
	mu sync.Mutex
	to io.Writer
}

// Write writes all of b at once.
func (l *lines) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.to.Write(b)
}
