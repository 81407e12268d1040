package main

import (
	"context"
	"errors"
	"testing"
)

// TestTake: a part that fails leaves the others; an interrupt ends the run, and is no part's fault.
func TestTake(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	broken, ran := errors.New("broken"), ""
	all := []part{
		{"a", func(context.Context, *bench) error { ran += "a"; return broken }},
		{"b", func(context.Context, *bench) error { ran += "b"; return nil }},
		{"c", func(ctx context.Context, _ *bench) error { ran += "c"; stop(); return ctx.Err() }},
		{"d", func(context.Context, *bench) error { ran += "d"; return nil }},
	}
	b := &bench{}
	if err := b.take(ctx, all, []string{"a", "b"}); !errors.Is(err, broken) || ran != "ab" || len(b.figures) != 1 {
		t.Error(err, ran, b.figures)
	}
	b, ran = &bench{}, ""
	if err := b.take(ctx, all, nil); !errors.Is(err, context.Canceled) || ran != "abc" || len(b.figures) != 1 {
		t.Error(err, ran, b.figures)
	}
}
