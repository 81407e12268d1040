package main

import (
	"context"
	"strings"
)

// judgeColumns judges count random expressions over the columns of the stored table t from a seed on, on each route. Those that a source
// computes itself are asked in statements of their own, so that the others do not keep them here.
func (j *routed) judgeColumns(ctx context.Context, g *generator, from, count int) error {
	first, last := from/packSize, (from+count-1)/packSize
	return j.inParallel(ctx, first, last-first+1, func(ctx context.Context, j *routed, number int) error {
		p := g.columnPack(j.narrow, max(from, number*packSize), min(from+count, (number+1)*packSize))
		sorter := &judge{oracle: j.oracle}
		good, bad, err := sorter.sorted(ctx, p)
		if err != nil {
			return err
		}
		for _, r := range j.routes {
			one := &judge{oracle: j.oracle, waggle: r.session, out: j.out}
			err := r.judgeColumns(ctx, one, p, good)
			if err == nil {
				err = one.refusals(ctx, p, bad, sparing)
			}
			if r.merge(&one.score); err != nil {
				return err
			}
		}
		return nil
	})
}

// columnPack are expressions over the columns of t, one for each seed.
func (g *generator) columnPack(narrow bool, from, to int) *pack {
	p := &pack{from: " FROM t"}
	for seed := from; seed < to; seed++ {
		one := g.seeded(seed)
		one.narrow = narrow
		one.columns = one.t()
		p.items = append(p.items, one.expression(pick(one.r, kinds).oid, 1+one.r.IntN(3)))
	}
	return p
}

// judgeColumns judges expressions that PostgreSQL answers: as text where the source computes them, else in binary.
func (r *route) judgeColumns(ctx context.Context, one *judge, p *pack, items []*node) error {
	direct, here, err := r.parted(ctx, p, items)
	if err != nil {
		return err
	}
	r.direct += len(direct)
	if err := one.answers(ctx, p, direct, false); err != nil {
		return err
	}
	return one.answers(ctx, p, here, true)
}

// parted separates the expressions that the source computes itself.
func (r *route) parted(ctx context.Context, p *pack, items []*node) (direct, here []*node, err error) {
	for _, n := range items {
		a, err := r.simple(ctx, "EXPLAIN "+p.one(n))
		switch {
		case err != nil:
			return nil, nil, err
		case a.failure == nil && len(a.rows) > 0 && strings.HasPrefix(string(a.rows[0][0]), "Path: direct"):
			direct = append(direct, n)
		default:
			here = append(here, n)
		}
	}
	return direct, here, nil
}
