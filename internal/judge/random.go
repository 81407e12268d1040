package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
)

// generator makes random statements from what Waggle has been seen to answer.
type generator struct {
	byResult map[uint32][]routine
	r        *rand.Rand
	columns  []source // columns in scope
	calm     bool     // only routines that cannot fail
	narrow   bool     // tables have only the types that every source has
	nulls    bool     // literals may be NULL: not where PostgreSQL would fold a strict call and skip what fails beside it
}

// source is a column that expressions may use.
type source struct {
	name string
	oid  uint32
}

// newGenerator probes each routine once on both servers; what Waggle refuses is counted and left out of the random statements.
func (j *judge) newGenerator(ctx context.Context) (*generator, error) {
	g := &generator{byResult: map[uint32][]routine{}, r: rand.New(rand.NewPCG(1, 1))}
	for _, x := range routines() {
		n := g.call(&x, 0)
		for _, sql := range []string{"SELECT " + n.String(), "SELECT " + n.String() + " FROM (VALUES (1)) t(x)"} {
			before := j.verdicts[refused]
			if _, err := j.found(ctx, n, func(n *node) string { return "SELECT " + n.String() }, sql); err != nil {
				return nil, err
			}
			if j.verdicts[refused] > before {
				x.weight = 0
			}
		}
		for range x.weight {
			g.byResult[x.result] = append(g.byResult[x.result], x)
		}
	}
	return g, nil
}

// call makes a node of a routine with random arguments.
func (g *generator) call(x *routine, depth int) *node {
	kids := make([]*node, len(x.args))
	for i, a := range x.args {
		kids[i] = g.expression(a, depth-1)
	}
	n := pattern(x.result, x.text, kids...)
	return n
}

// expression makes a random expression of a type.
func (g *generator) expression(oid uint32, depth int) *node {
	if depth > 0 && g.r.IntN(8) > 0 {
		if from := g.routines(oid); len(from) > 0 {
			x := pick(g.r, from)
			return g.call(&x, depth)
		}
	}
	if c := g.column(oid); c != "" && g.r.IntN(3) > 0 {
		return leaf(oid, c)
	}
	return g.literal(oid)
}

func (g *generator) routines(oid uint32) []routine {
	if g.calm {
		return calm[oid]
	}
	return g.byResult[oid]
}

func (g *generator) column(oid uint32) string {
	var names []string
	for _, c := range g.columns {
		if c.oid == oid {
			names = append(names, c.name)
		}
	}
	if len(names) == 0 {
		return ""
	}
	return pick(g.r, names)
}

func (g *generator) literal(oid uint32) *node {
	for _, k := range kinds {
		if k.oid != oid {
			continue
		}
		if g.nulls && g.r.IntN(8) == 0 {
			return leaf(oid, "NULL::"+k.name)
		}
		values := k.values
		if g.calm && len(values) > 4 {
			values = values[:4]
		}
		return leaf(oid, "'"+strings.ReplaceAll(pick(g.r, values), "'", "''")+"'::"+k.name)
	}
	return leaf(oid, "NULL")
}

// seeded returns the generator at the start of a seed's own sequence.
func (g *generator) seeded(seed int) *generator {
	c := *g
	c.r = rand.New(rand.NewPCG(uint64(seed), 0x7761))
	c.columns = nil
	return &c
}

// randomExpression is SELECT of one expression: alone, where datum computes it, or over rows, where the workspace does.
func randomExpression(g *generator) *node {
	oid := pick(g.r, kinds).oid
	if g.r.IntN(2) == 0 {
		depth := 1 + g.r.IntN(3)
		g.nulls = depth == 1
		return pattern(0, "SELECT # AS e", g.expression(oid, depth))
	}
	var rows [3][]*node
	var names []string
	for i, k := range kinds {
		name := fmt.Sprintf("c%d", i)
		names, g.columns = append(names, name), append(g.columns, source{name, k.oid})
	}
	var lines []*node
	for i := range rows {
		for _, k := range kinds {
			g := *g
			g.columns, g.nulls = nil, true
			rows[i] = append(rows[i], g.literal(k.oid))
		}
		cells := &node{parts: []string{"("}}
		for c, k := range rows[i] {
			cells.kids, cells.parts = append(cells.kids, k), append(cells.parts, ", ")
			cells.parts[c+1] = ", "
		}
		cells.parts[len(cells.parts)-1] = ")"
		lines = append(lines, cells)
	}
	return pattern(0, "SELECT # AS e FROM (VALUES #) t("+strings.Join(names, ", ")+")", g.expression(oid, 1+g.r.IntN(3)), list(", ", lines...))
}

// judgeRandom judges count statements from a seed on, and shrinks what differs.
func (j *judge) judgeRandom(ctx context.Context, from, count int, make func(*generator) *node) error {
	if count == 0 {
		return nil
	}
	g, err := j.newGenerator(ctx)
	if err != nil {
		return err
	}
	printed := map[string]int{}
	for seed := from; seed < from+count && ctx.Err() == nil; seed++ {
		n := make(g.seeded(seed))
		small, err := j.found(ctx, n, (*node).String, n.String())
		if err != nil {
			return fmt.Errorf("seed %d: %w", seed, err)
		}
		if small != "" && printed[small] == 0 {
			printed[small]++
			fmt.Fprintf(j.out, "   seed %d\n", seed)
		}
	}
	return ctx.Err()
}

// found judges one statement, keeps the score, and prints the smallest form of one that differs. It returns that form.
func (j *judge) found(ctx context.Context, n *node, text func(*node) string, sql string) (string, error) {
	v, note, err := j.judgeOne(ctx, &statement{sql: sql})
	if err != nil {
		return "", err
	}
	if v == different && eitherMayRaise(note) {
		v, note = equal, ""
	}
	j.add(v, note)
	if v != different && (v != worded || !j.words) {
		return "", nil
	}
	small := sql
	if text(n) == sql {
		small = text(shrink(n, 60, func(n *node) bool {
			w, note, err := j.judgeOne(ctx, &statement{sql: text(n)})
			return err == nil && w == v && !eitherMayRaise(note)
		}))
	}
	_, note, err = j.judgeOne(ctx, &statement{sql: small})
	fmt.Fprintf(j.out, "== random %s: %s\n%s\n\n", map[verdict]string{worded: "worded", different: "DIFFERENT"}[v], small, note)
	return small, err
}

// eitherMayRaise reports whether both sides raise an error of the data, though not the same one: evaluation has no fixed order.
func eitherMayRaise(note string) bool {
	i, k := strings.Index(note, "-- waggle --\nerror 22"), strings.Index(note, "-- postgresql --\nerror 22")
	return i >= 0 && k >= 0
}
