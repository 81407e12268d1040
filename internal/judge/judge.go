package main

import (
	"context"
	"fmt"
	"io"
	"regexp"
	"slices"
	"sort"
)

// judge runs statements on PostgreSQL and on Waggle and keeps the score.
type judge struct {
	oracle, waggle *session
	out            io.Writer // differences are printed here as they are found
	words          bool      // also print those of message and position alone
	refused        func(*node)
	score
}

// score counts statements by their verdict.
type score struct {
	total     int
	verdicts  [4]int
	left      int            // refused by PostgreSQL and left out
	errors    int            // refused by PostgreSQL
	refusedBy map[string]int // what is refused, and how often
}

func (s *score) add(v verdict, note string) {
	s.total++
	s.verdicts[v]++
	if v != refused {
		return
	}
	if s.refusedBy == nil {
		s.refusedBy = map[string]int{}
	}
	s.refusedBy[note]++
}

func (s *score) merge(o *score) {
	for v, n := range o.verdicts {
		s.verdicts[v] += n
	}
	s.total, s.left, s.errors = s.total+o.total, s.left+o.left, s.errors+o.errors
	if s.refusedBy == nil {
		s.refusedBy = map[string]int{}
	}
	for k, n := range o.refusedBy {
		s.refusedBy[k] += n
	}
}

// refusals are the reasons of refusals, the most frequent first.
func (s *score) refusals() []string {
	var out []string
	for k := range s.refusedBy {
		out = append(out, k)
	}
	sort.Slice(out, func(i, j int) bool {
		a, b := s.refusedBy[out[i]], s.refusedBy[out[j]]
		return a > b || a == b && out[i] < out[j]
	})
	for i, k := range out {
		out[i] = fmt.Sprintf("%d × %s", s.refusedBy[k], k)
	}
	return out
}

func (s *score) String() string {
	v := s.verdicts
	return fmt.Sprintf("%d statements: %d equal, %d refused, %d other words or position, %d different", s.total, v[equal], v[refused], v[worded], v[different])
}

// fresh puts both servers' sessions back to their defaults.
func (j *judge) fresh() {
	j.oracle.close()
	j.waggle.close()
}

// state is a statement that changes settings: it runs once per server, not once per protocol.
var state = regexp.MustCompile(`(?i)^\s*(set|reset|begin|commit|rollback|savepoint|release|start|declare|fetch|move|close|discard|prepare|deallocate)\b`)

// judgeOne runs a statement by both protocols and returns the worst verdict with a note.
func (j *judge) judgeOne(ctx context.Context, q *statement) (verdict, string, error) {
	want, got, err := j.text(ctx, q)
	if err != nil {
		return different, "", err
	}
	v, note := compare(q.sql, want, got, false)
	if v == different || v == refused || state.MatchString(q.sql) {
		return v, j.note(v, note, want, got), nil
	}
	wantB, wantTypes, err := j.oracle.extended(ctx, q)
	if err != nil {
		return different, "", err
	}
	gotB, gotTypes, err := j.waggle.extended(ctx, q)
	if err != nil {
		return different, "", err
	}
	vb, noteB := compare(q.sql, wantB, gotB, !q.text)
	switch {
	case vb == different:
		return vb, "extended protocol: " + j.note(vb, noteB, wantB, gotB), nil
	case gotB.failure == nil && wantB.failure == nil && !slices.Equal(wantTypes, gotTypes):
		return different, fmt.Sprintf("parameter types %v, not %v", gotTypes, wantTypes), nil
	}
	return v, j.note(v, note, want, got), nil
}

func (j *judge) note(v verdict, note string, want, got *answer) string {
	if v == equal || v == refused {
		return note
	}
	return fmt.Sprintf("%s\n-- waggle --\n%s\n-- postgresql --\n%s", note, got, want)
}

// text runs a statement with results as text: in a Query message, or by the extended protocol when it has parameters.
func (j *judge) text(ctx context.Context, q *statement) (want, got *answer, err error) {
	if want, err = textOn(ctx, j.oracle, q); err != nil {
		return nil, nil, err
	}
	got, err = textOn(ctx, j.waggle, q)
	return want, got, err
}

func textOn(ctx context.Context, s *session, q *statement) (*answer, error) {
	if len(q.args) == 0 {
		return s.simple(ctx, q.sql)
	}
	t := *q
	t.text = true
	a, _, err := s.extended(ctx, &t)
	return a, err
}

// judgeCorpus judges every statement of the corpus; each file is a session of its own.
func (j *judge) judgeCorpus(ctx context.Context, files [][]statement) error {
	for _, file := range files {
		j.fresh()
		for i := range file {
			q := &file[i]
			v, note, err := j.judgeOne(ctx, q)
			if err != nil {
				return fmt.Errorf("%s:%d: %w", q.file, q.line, err)
			}
			j.add(v, note)
			if v == different || v == worded {
				fmt.Fprintf(j.out, "== %s:%d %s: %s\n%s\n\n", q.file, q.line, [...]string{"", "", "worded", "DIFFERENT"}[v], q.sql, note)
			}
			if v == refused {
				fmt.Fprintf(j.out, "-- %s:%d refused: %s\n", q.file, q.line, note)
			}
		}
	}
	return nil
}
