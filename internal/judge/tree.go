package main

import (
	"math/rand/v2"
	"strings"
)

// node is a piece of generated SQL: parts[0] kids[0] parts[1] kids[1] … parts[n].
type node struct {
	oid   uint32 // the type of an expression; 0 for a clause
	parts []string
	kids  []*node
	plain string // a simpler text of the same type; shrinking tries it
	loose bool   // the whole piece may go
	value bool   // a literal
}

func leaf(oid uint32, text string) *node { return &node{oid: oid, parts: []string{text}} }

// pattern makes a node from a text in which each # stands for the next kid.
func pattern(oid uint32, text string, kids ...*node) *node {
	return &node{oid: oid, parts: strings.Split(text, "#"), kids: kids}
}

// list makes a clause of kids with a separator; all but the first may go.
func list(separator string, kids ...*node) *node {
	n := &node{parts: []string{""}}
	for i, k := range kids {
		if i > 0 {
			k = &node{parts: []string{separator, ""}, kids: []*node{k}, loose: true}
		}
		n.kids = append(n.kids, k)
		n.parts = append(n.parts, "")
	}
	return n
}

// optional makes a clause that shrinking may drop.
func optional(n *node) *node {
	return &node{parts: []string{"", ""}, kids: []*node{n}, loose: true}
}

func (n *node) String() string {
	var b strings.Builder
	n.write(&b)
	return b.String()
}

// unfolded is the text with each literal as a subquery, which PostgreSQL does not compute while it plans.
func (n *node) unfolded() string {
	c := n.mapped(func(n *node) *node {
		if n.value {
			return leaf(n.oid, "(SELECT "+n.parts[0]+")")
		}
		return n
	})
	return c.String()
}

// mapped is a copy of the tree with each piece replaced by f's.
func (n *node) mapped(f func(*node) *node) *node {
	c := *n
	c.kids = make([]*node, len(n.kids))
	for i, k := range n.kids {
		c.kids[i] = k.mapped(f)
	}
	return f(&c)
}

func (n *node) write(b *strings.Builder) {
	for i, p := range n.parts {
		b.WriteString(p)
		if i < len(n.kids) {
			n.kids[i].write(b)
		}
	}
}

// shrink replaces pieces of a tree by simpler ones as long as fails holds, at most budget times, and returns the smallest tree.
func shrink(root *node, budget int, fails func(*node) bool) *node {
	for again := true; again && budget > 0; {
		again = false
		root.visit(func(n *node) bool {
			for _, simpler := range n.simpler() {
				if budget--; budget < 0 {
					return false
				}
				old := *n
				*n = *simpler
				if fails(root) {
					again = true
					return true
				}
				*n = old
			}
			return true
		})
	}
	return root
}

// visit calls f for each piece from the root down, until f says stop.
func (n *node) visit(f func(*node) bool) bool {
	if !f(n) {
		return false
	}
	for _, k := range n.kids {
		if !k.visit(f) {
			return false
		}
	}
	return true
}

func (n *node) simpler() []*node {
	var out []*node
	if n.loose && len(n.parts) > 1 {
		out = append(out, &node{parts: []string{""}, loose: true})
	}
	if n.oid == 0 {
		return out
	}
	for _, k := range n.kids {
		k.visit(func(d *node) bool {
			if d.oid == n.oid {
				c := *d
				out = append(out, &c)
			}
			return len(out) < 8
		})
	}
	if n.plain != "" && len(n.kids) > 0 {
		out = append(out, leaf(n.oid, n.plain))
	}
	return out
}

func pick[T any](r *rand.Rand, from []T) T { return from[r.IntN(len(from))] }
