package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/waggle-sql/waggle/internal/pgcat"
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

// newGenerator judges each routine alone and over a row; what Waggle refuses is left out of the random statements.
func (j *judge) newGenerator(ctx context.Context) (*generator, error) {
	g, all := &generator{byResult: map[uint32][]routine{}}, routines()
	var without sync.Map
	packs := (len(all) + packSize - 1) / packSize
	err := j.inParallel(ctx, 0, 2*packs, func(ctx context.Context, j *judge, number int) error {
		p, at := &pack{from: map[int]string{1: " FROM (VALUES (1)) t(x)"}[number%2]}, map[*node]int{}
		for i := number / 2 * packSize; i < min(len(all), (number/2+1)*packSize); i++ {
			n := g.seeded(i).call(&all[i], 0)
			p.items, at[n] = append(p.items, n), i
		}
		j.refused = func(n *node) { without.Store(at[n], true) }
		return j.judgePack(ctx, p, 1, false)
	})
	for i, x := range all {
		if _, is := without.Load(i); !is {
			g.byResult[x.result] = append(g.byResult[x.result], slices.Repeat([]routine{x}, x.weight)...)
		}
	}
	return g, err
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
			return &node{oid: oid, parts: []string{"NULL::" + k.name}, value: true}
		}
		values := k.values
		if g.calm && len(values) > 4 {
			values = values[:4]
		}
		return &node{oid: oid, parts: []string{"'" + strings.ReplaceAll(pick(g.r, values), "'", "''") + "'::" + k.name}, value: true}
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

// judgeShapes judges count random query shapes from a seed on, and shrinks what differs.
func (j *judge) judgeShapes(ctx context.Context, from, count int) error {
	g := &generator{}
	return j.inParallel(ctx, from, count, func(ctx context.Context, j *judge, seed int) error {
		n := randomShape(g.seeded(seed))
		small, err := j.found(ctx, n, (*node).String)
		if small != "" {
			fmt.Fprintf(j.out, "   seed %d\n", seed)
		}
		return err
	})
}

// found judges one statement, keeps the score, and prints the smallest form of one that differs. It returns that form.
func (j *judge) found(ctx context.Context, n *node, text func(*node) string) (string, error) {
	v, note, err := j.verdict(ctx, n, text)
	if err != nil {
		return "", err
	}
	j.add(v, note)
	if v == refused && j.refused != nil {
		j.refused(n)
	}
	if v != different && (v != worded || !j.words) {
		return "", nil
	}
	n = shrink(n, 60, func(n *node) bool {
		w, _, err := j.verdict(ctx, n, text)
		return err == nil && w == v
	})
	_, note, err = j.verdict(ctx, n, text)
	fmt.Fprintf(j.out, "== random %s: %s\n%s\n\n", map[verdict]string{worded: "worded", different: "DIFFERENT"}[v], text(n), note)
	return text(n), err
}

// verdict judges one statement. Where only one side raises an error of the data it is equal by DECISIONS 24 when PostgreSQL too raises it, or
// does not, without computing constants while it plans, or when a part of the expression alone raises it on both sides: what is not
// needed may be computed or not.
func (j *judge) verdict(ctx context.Context, n *node, text func(*node) string) (verdict, string, error) {
	v, note, err := j.judgeOne(ctx, &statement{sql: text(n)})
	if err != nil || v != different {
		return v, note, err
	}
	if eitherMayRaise(note) {
		return equal, "", nil
	}
	if !strings.Contains(note, "--\nerror 22") {
		return v, note, nil
	}
	want, err := j.oracle.simple(ctx, text(leaf(n.oid, n.unfolded())))
	if err != nil {
		return v, note, err
	}
	got, err := j.waggle.simple(ctx, text(n))
	if err != nil {
		return v, note, err
	}
	switch again, _ := compare("", want, got, false); {
	case again != different || want.ofData() && got.ofData():
		return equal, "", nil
	case got.ofData() && want.beyond(got.failure.code):
		return refused, "a value that is listed as beyond what travels: " + got.failure.message, nil
	case j.partRaises(ctx, n, text, got, want):
		return equal, "", nil
	}
	return v, note, nil
}

// partRaises reports whether a part of an expression raises, on the side that has answered the whole, the error that the other has raised.
func (j *judge) partRaises(ctx context.Context, n *node, text func(*node) string, got, want *answer) bool {
	side, code := j.oracle, ""
	switch {
	case got.ofData():
		code = got.failure.code
	case want.ofData():
		side, code = j.waggle, want.failure.code
	default:
		return false
	}
	raised := false
	n.visit(func(part *node) bool {
		if part != n && part.oid != 0 && len(part.kids) > 0 {
			a, err := side.simple(ctx, text(part))
			raised = err == nil && a.failure != nil && (a.failure.code == code || a.refused())
		}
		return !raised
	})
	return raised
}

var hours = regexp.MustCompile(`-?(\d{7,}):\d\d:\d\d`)

// beyond reports whether the answer holds what Waggle refuses with a code and lists as a difference (DECISIONS 2 and 3): NaN in a numeric
// of a declared scale, an interval of more than 292 years of hours.
func (a *answer) beyond(code string) bool {
	for _, r := range a.rows {
		for i, c := range r {
			switch col := a.columns[i]; {
			case code == "22003" && col.oid == pgcat.Numeric && string(c) == "NaN":
				return true
			case code == "22008" && col.oid == pgcat.Interval && hours.Match(c):
				return true
			}
		}
	}
	return false
}

// ofData reports whether the answer is an error of the data.
func (a *answer) ofData() bool { return a.failure != nil && strings.HasPrefix(a.failure.code, "22") }

// eitherMayRaise reports whether both sides raise an error of the data, though not the same one: evaluation has no fixed order.
func eitherMayRaise(note string) bool {
	i, k := strings.Index(note, "-- waggle --\nerror 22"), strings.Index(note, "-- postgresql --\nerror 22")
	return i >= 0 && k >= 0
}
