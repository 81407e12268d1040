package main

import (
	"context"
	"errors"
	"fmt"
	"io"
)

// routed compares statements over stored tables on each route with PostgreSQL over all of them.
type routed struct {
	oracle *session
	ways   []*session // of routes
	out    io.Writer
	scores []score // of routes
}

func newRouted(w *world, out io.Writer) *routed {
	j := &routed{oracle: &session{dsn: w.dsn("whole"), prepare: readOnly}, out: out, scores: make([]score, len(routes))}
	for i := range routes {
		j.ways = append(j.ways, &session{dsn: w.waggle.DSN("disable"), prepare: routes[i].prepare()})
	}
	return j
}

func (j *routed) close() {
	j.oracle.close()
	for _, s := range j.ways {
		s.close()
	}
}

// judgeSeeds judges count random shapes from a seed on, and shrinks what differs.
func (j *routed) judgeSeeds(ctx context.Context, from, count int) error {
	g := &generator{}
	for seed := from; seed < from+count && ctx.Err() == nil; seed++ {
		n := storedShape(g.seeded(seed))
		if err := j.judgeNode(ctx, n, seed); err != nil {
			return fmt.Errorf("seed %d: %w", seed, err)
		}
	}
	return ctx.Err()
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
	for i := range routes {
		v, note, err := j.judgeOne(ctx, i, sql, want)
		if err != nil {
			return err
		}
		j.scores[i].add(v, note)
		if v == different {
			j.report(ctx, i, n, seed)
		}
	}
	return nil
}

// judgeOne runs a statement on a route.
func (j *routed) judgeOne(ctx context.Context, way int, sql string, want *answer) (verdict, string, error) {
	got, err := j.ways[way].simple(ctx, sql)
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
func (j *routed) report(ctx context.Context, way int, n *node, seed int) {
	judge := func(n *node) (verdict, string) {
		want, err := j.oracle.simple(ctx, n.String())
		if err != nil {
			return equal, ""
		}
		v, note, err := j.judgeOne(ctx, way, n.String(), want)
		return v, errors.Join(err, errors.New(note)).Error()
	}
	small := shrink(n, 80, func(n *node) bool {
		v, _ := judge(n)
		return v == different
	})
	_, note := judge(small)
	fmt.Fprintf(j.out, "== seed %d, %s: DIFFERENT\n%s\n%s\n\n", seed, routes[way].name, small, note)
}
