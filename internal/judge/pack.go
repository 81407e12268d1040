package main

import (
	"context"
	"fmt"
	"strings"
)

// packSize is how many expressions one statement computes.
const packSize = 100

// sparing is of how many expressions that PostgreSQL refuses one is judged where a statement takes a worker: each ends a statement of its own.
const sparing = 20

// pack is expressions over the same rows.
type pack struct {
	from  string // what follows the select list
	items []*node
}

func (p *pack) sql(items ...*node) string {
	var b strings.Builder
	for i, n := range items {
		b.WriteString(map[bool]string{true: "SELECT ", false: ", "}[i == 0])
		n.write(&b)
		b.WriteString(" AS e")
	}
	return b.String() + p.from
}

// one is the statement of a single expression.
func (p *pack) one(n *node) string { return p.sql(n) }

// randomPack are the expressions of some of a pack's seeds. Even packs have no rows, where datum computes; odd ones compute over rows, in a
// worker.
func (g *generator) randomPack(number, from, to int) *pack {
	p := &pack{}
	rows := g.seeded(-1 - number)
	if number%2 == 1 {
		p.from = rows.valuesOfAllTypes()
	}
	for seed := from; seed < to; seed++ {
		one := g.seeded(seed)
		one.columns = rows.columns
		oid, depth := pick(one.r, kinds).oid, 1+one.r.IntN(3)
		one.nulls = p.from == "" && depth == 1
		p.items = append(p.items, one.expression(oid, depth))
	}
	return p
}

// valuesOfAllTypes is FROM with three rows of literals, whose columns it puts in scope.
func (g *generator) valuesOfAllTypes() string {
	literals := *g
	literals.nulls = true
	var names, lines []string
	var columns []source
	for i, k := range kinds {
		names = append(names, fmt.Sprintf("c%d", i))
		columns = append(columns, source{names[i], k.oid})
	}
	for range 3 {
		var cells []string
		for _, k := range kinds {
			cells = append(cells, literals.literal(k.oid).String())
		}
		lines = append(lines, "("+strings.Join(cells, ", ")+")")
	}
	g.columns = columns
	return " FROM (VALUES " + strings.Join(lines, ", ") + ") t(" + strings.Join(names, ", ") + ")"
}

// judgeExpressions judges each routine, and count random expressions from a seed on. Half of the packs are compared as text, the others in
// binary. The generator is kept for expressions over stored tables.
func (j *judge) judgeExpressions(ctx context.Context, r *results) error {
	from, count := r.options.seed, r.options.expressions
	if count == 0 && r.options.columns == 0 {
		return nil
	}
	g, err := j.newGenerator(ctx)
	if r.generator = g; err != nil || count == 0 {
		return err
	}
	first, last := from/packSize, (from+count-1)/packSize
	return j.inParallel(ctx, first, last-first+1, func(ctx context.Context, j *judge, number int) error {
		p := g.randomPack(number, max(from, number*packSize), min(from+count, (number+1)*packSize))
		return j.judgePack(ctx, p, map[bool]int{true: 1, false: sparing}[p.from == ""], number/2%2 == 1)
	})
}

// judgePack judges a pack: one in every of what PostgreSQL refuses, and all the rest, in text or in binary.
func (j *judge) judgePack(ctx context.Context, p *pack, every int, binary bool) error {
	good, bad, err := j.sorted(ctx, p)
	if err != nil {
		return err
	}
	if err := j.refusals(ctx, p, bad, every); err != nil {
		return err
	}
	return j.answers(ctx, p, good, binary)
}

// refusal is an expression that PostgreSQL refuses, and how.
type refusal struct {
	*node
	want *answer
}

// sorted parts the expressions that PostgreSQL answers from those that it refuses.
func (j *judge) sorted(ctx context.Context, p *pack) (good []*node, bad []refusal, err error) {
	for _, n := range p.items {
		a, err := j.oracle.simple(ctx, p.one(n))
		switch {
		case err != nil:
			return nil, nil, err
		case a.failure != nil:
			bad = append(bad, refusal{n, a})
		default:
			good = append(good, n)
		}
	}
	return good, bad, nil
}

// refusals judges one in every of the expressions that PostgreSQL refuses; the rest are counted as left out.
func (j *judge) refusals(ctx context.Context, p *pack, bad []refusal, every int) error {
	for _, n := range bad {
		if j.errors++; j.errors%every != 0 {
			j.left++
			continue
		}
		got, err := j.waggle.simple(ctx, p.one(n.node))
		if err != nil {
			return err
		}
		if v, note := compare(p.one(n.node), n.want, got, false); v == equal {
			j.add(v, note)
		} else if _, err := j.found(ctx, n.node, p.one); err != nil {
			return err
		}
	}
	return nil
}

// answers judges expressions that PostgreSQL answers: all in one statement, halves of it where Waggle does not answer, and alone what differs.
func (j *judge) answers(ctx context.Context, p *pack, items []*node, binary bool) error {
	if len(items) == 0 {
		return nil
	}
	want, got, err := j.both(ctx, &statement{sql: p.sql(items...), text: !binary})
	switch {
	case err != nil:
		return err
	case len(items) == 1 && (want.failure != nil || got.failure != nil):
		_, err := j.found(ctx, items[0], p.one)
		return err
	case want.failure != nil || got.failure != nil || len(want.columns) != len(got.columns):
		half := len(items) / 2
		if err := j.answers(ctx, p, items[:half], binary); err != nil {
			return err
		}
		return j.answers(ctx, p, items[half:], binary)
	}
	for i, n := range items {
		if v, _ := compare("", want.column(i), got.column(i), binary); v == equal {
			j.add(equal, "")
		} else if _, err := j.found(ctx, n, p.one); err != nil {
			return err
		}
	}
	return nil
}

// both runs a statement on both servers, by the protocol that its results need.
func (j *judge) both(ctx context.Context, q *statement) (want, got *answer, err error) {
	if q.text {
		return j.text(ctx, q)
	}
	if want, _, err = j.oracle.extended(ctx, q); err != nil {
		return nil, nil, err
	}
	got, _, err = j.waggle.extended(ctx, q)
	return want, got, err
}
