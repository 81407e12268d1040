package rules

import (
	"slices"

	"github.com/waggle-sql/waggle/planner/plan"
)

// partial is a subtree and the inputs that are in it.
type partial struct {
	node  plan.Node
	there []int
}

// build joins the inputs of each group, then the groups: each next one is the first that a term joins to what is there, if
// possible of another source than the last.
func (a *assembly) build() plan.Node {
	var left []int
	for g := 1; g < len(a.groups); g++ {
		left = append(left, g)
	}
	n := a.complete(a.subtree(a.groups[0]), nil)
	last := 0
	for len(left) > 0 {
		at := a.next(left, n.there, last)
		last = left[at]
		left = slices.Delete(left, at, at+1)
		n = a.complete(a.join(n, a.subtree(a.groups[last])), nil)
	}
	return a.rest(n)
}

// next chooses among the groups that are left: one that an equality joins, else one that any term joins.
func (a *assembly) next(left, there []int, last int) int {
	best, at := 0, 0
	for i, g := range left {
		rank := a.connected(there, a.groups[g])
		if rank > 0 && a.env.connection(a.inputs[a.groups[g][0]]) != a.env.connection(a.inputs[a.groups[last][0]]) {
			rank++
		}
		if rank > best {
			best, at = rank, i
		}
	}
	return at
}

// connected ranks how terms that read both lists of inputs, and nothing else, join them: 3 by an equality, 1 by anything else, 0
// not at all.
func (a *assembly) connected(x, y []int) int {
	rank := 0
	for _, t := range a.terms {
		inX, inY := 0, 0
		for _, i := range t.reads {
			switch {
			case slices.Contains(x, i):
				inX++
			case slices.Contains(y, i):
				inY++
			}
		}
		if inX == 0 || inY == 0 || inX+inY < len(t.reads) {
			continue
		}
		if c, ok := t.expr.(*plan.Call); ok && c.Op == "=" {
			return 3
		}
		rank = 1
	}
	return rank
}

// subtree joins the inputs of one group, each with the joins of their own source.
func (a *assembly) subtree(members []int) partial {
	k := a.env.connection(a.inputs[members[0]])
	n := a.complete(a.single(members[0]), &k)
	for _, i := range members[1:] {
		n = a.complete(a.join(n, a.complete(a.single(i), &k)), &k)
	}
	return n
}

// single is an input under the terms that read it alone.
func (a *assembly) single(i int) partial {
	there := []int{i}
	return partial{filter(a.inputs[i], a.take(there, func(*term) bool { return true })), there}
}

// join joins by the terms that are complete now; those with subqueries filter above.
func (a *assembly) join(left, right partial) partial {
	there := append(slices.Clone(left.there), right.there...)
	terms := a.take(there, func(t *term) bool { return !hasSubquery(t.expr) })
	j := &plan.Join{Kind: plan.Inner, Left: left.node, Right: right.node, Cond: Conjunction(terms)}
	return partial{filter(j, a.take(there, func(*term) bool { return true })), there}
}

// take returns the terms that are complete with these inputs.
func (a *assembly) take(there []int, yes func(*term) bool) []plan.Expr {
	var out []plan.Expr
	for _, t := range a.terms {
		if !t.done && len(t.reads) > 0 && within(t.reads, there) && yes(t) {
			t.done = true
			out = append(out, t.expr)
		}
	}
	return out
}

func within(reads, there []int) bool {
	return !slices.ContainsFunc(reads, func(i int) bool { return !slices.Contains(there, i) })
}

// complete puts above n the waiting joins that have what they read, those with source k alone when it is given, and the terms
// that are complete then.
func (a *assembly) complete(n partial, k *connection) partial {
	for _, w := range a.waiting {
		if w.done || len(w.reads) == 0 || !within(w.reads, n.there) || k != nil && w.from != *k {
			continue
		}
		n = a.put(w, n)
	}
	return n
}

func (a *assembly) put(w *waiting, n partial) partial {
	w.done = true
	j := *w.join
	j.Left = n.node
	n.node = &j
	if w.gives != none {
		n.there = append(slices.Clone(n.there), w.gives)
		n.node = filter(n.node, a.take(n.there, func(*term) bool { return true }))
	}
	return n
}

// rest puts above what reads no input: conditions on outer columns, and joins whose condition does not read what is there.
func (a *assembly) rest(n partial) plan.Node {
	for again := true; again; {
		again = false
		for _, w := range a.waiting {
			if !w.done && within(w.reads, n.there) {
				n, again = a.put(w, n), true
			}
		}
	}
	var terms []plan.Expr
	for _, t := range a.terms {
		if !t.done {
			terms = append(terms, t.expr)
		}
	}
	return filter(n.node, terms)
}
