package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
)

// route is a way to the same tables: a model says which source each is in, a setting whether anything is pushed down.
type route struct {
	name string
	*session
	score
	raised int // statements that end in the same error on both sides
	direct int // expressions that the source itself computes
}

// String is the route's score.
func (r *route) String() string {
	return fmt.Sprintf("%s: %s (%d are errors on both sides)", r.name, &r.score, r.raised)
}

func newRoute(name, dsn, model, pushdown string) *route {
	return &route{name: name, session: &session{dsn: dsn, prepare: "SET search_path = " + model + "; SET waggle.pushdown = " + pushdown}}
}

// grounds are where statements over stored tables are judged.
type grounds struct {
	oracle *session
	narrow bool // the tables have only the columns that every source can serve
	routes []*route
}

// routed compares statements over stored tables on each route with PostgreSQL over all of them.
type routed struct {
	grounds
	out io.Writer
}

func (j *routed) close() {
	j.oracle.close()
	for _, r := range j.routes {
		r.session.close()
	}
}

// judgeSeeds judges count random shapes from a seed on, several at once, and shrinks what differs.
func (j *routed) judgeSeeds(ctx context.Context, from, count int) error {
	g := &generator{narrow: j.narrow}
	return j.inParallel(ctx, from, count, func(ctx context.Context, j *routed, seed int) error {
		return j.judgeNode(ctx, storedShape(g.seeded(seed)), seed)
	})
}

// inParallel calls do for count numbers from one on, each time with connections of its own, and adds up the routes' scores.
func (j *routed) inParallel(ctx context.Context, from, count int, do func(context.Context, *routed, int) error) error {
	var lock sync.Mutex
	return numbers(ctx, from, count, func(ctx context.Context, next func() (int, bool)) error {
		one := j.another()
		defer one.close()
		defer func() {
			lock.Lock()
			defer lock.Unlock()
			for i, r := range j.routes {
				r.merge(&one.routes[i].score)
				r.raised += one.routes[i].raised
				r.direct += one.routes[i].direct
			}
		}()
		for n, ok := next(); ok; n, ok = next() {
			if err := do(ctx, one, n); err != nil {
				return fmt.Errorf("number %d: %w", n, err)
			}
		}
		return nil
	})
}

// another has the same routes by connections of their own, and no scores.
func (j *routed) another() *routed {
	one := &routed{grounds{oracle: j.oracle.another(), narrow: j.narrow}, j.out}
	for _, r := range j.routes {
		one.routes = append(one.routes, &route{name: r.name, session: r.session.another()})
	}
	return one
}

// judgeCorpus judges every statement of a corpus.
func (j *routed) judgeCorpus(ctx context.Context, files [][]statement) error {
	for _, file := range files {
		for i := range file {
			if err := j.judgeNode(ctx, leaf(0, file[i].sql), 0); err != nil {
				return fmt.Errorf("%s:%d: %w", file[i].file, file[i].line, err)
			}
		}
	}
	return nil
}

func (j *routed) judgeNode(ctx context.Context, n *node, seed int) error {
	sql := n.String()
	want, err := j.oracle.simple(ctx, sql)
	if err != nil {
		return err
	}
	for _, r := range j.routes {
		v, note, err := r.judge(ctx, sql, want)
		if err != nil {
			return err
		}
		r.add(v, note)
		if v == equal && want.failure != nil {
			r.raised++
		}
		if v == different {
			j.report(ctx, r, n, seed)
		}
	}
	return nil
}

// judge runs a statement on a route.
func (r *route) judge(ctx context.Context, sql string, want *answer) (verdict, string, error) {
	got, err := r.simple(ctx, sql)
	if err != nil {
		return different, "", err
	}
	v, note := compare(sql, want, got, false)
	if v == different {
		note = fmt.Sprintf("%s\n-- waggle --\n%s\n-- postgresql --\n%s", note, got, want)
		if eitherMayRaise(note) {
			return equal, "", nil
		}
	}
	return v, note, nil
}

// report prints the smallest form of a statement that differs on a route.
func (j *routed) report(ctx context.Context, r *route, n *node, seed int) {
	judge := func(n *node) (verdict, string) {
		want, err := j.oracle.simple(ctx, n.String())
		if err != nil {
			return equal, ""
		}
		v, note, err := r.judge(ctx, n.String(), want)
		return v, errors.Join(err, errors.New(note)).Error()
	}
	small := shrink(n, 80, func(n *node) bool {
		v, _ := judge(n)
		return v == different
	})
	_, note := judge(small)
	fmt.Fprintf(j.out, "== seed %d, %s: DIFFERENT\n%s\n%s\n\n", seed, r.name, small, note)
}
