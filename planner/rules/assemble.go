package rules

import (
	"slices"

	"github.com/waggle-sql/waggle/planner/plan"
)

// build joins the inputs of each group, then the groups: each next one is the first that a term joins to what is there, if
// possible of another source than the last.
func (a *assembly) build() plan.Node {
	parts := make([]plan.Node, len(a.groups))
	for g, members := range a.groups {
		parts[g] = a.subtree(members)
	}
	there, left := a.groups[0], make([]int, 0, len(parts))
	for g := 1; g < len(parts); g++ {
		left = append(left, g)
	}
	n := a.finish(parts[0], there)
	last := 0
	for len(left) > 0 {
		at := a.next(left, there, last)
		last = left[at]
		left = slices.Delete(left, at, at+1)
		there = append(slices.Clone(there), a.groups[last]...)
		n = a.finish(a.join(n, parts[last], there), there)
	}
	return a.rest(n)
}

// next chooses among the groups that are left.
func (a *assembly) next(left, there []int, last int) int {
	joined := -1
	for i, g := range left {
		if !a.connected(there, a.groups[g]) {
			continue
		}
		if a.env.connection(a.inputs[a.groups[g][0]]) != a.env.connection(a.inputs[a.groups[last][0]]) {
			return i
		}
		if joined < 0 {
			joined = i
		}
	}
	return max(joined, 0)
}

// connected reports whether a term reads both lists of inputs and nothing else.
func (a *assembly) connected(x, y []int) bool {
	return slices.ContainsFunc(a.terms, func(t *term) bool {
		inX, inY := 0, 0
		for _, i := range t.reads {
			switch {
			case slices.Contains(x, i):
				inX++
			case slices.Contains(y, i):
				inY++
			}
		}
		return inX > 0 && inY > 0 && inX+inY == len(t.reads)
	})
}

// subtree joins the inputs of one group.
func (a *assembly) subtree(members []int) plan.Node {
	there := members[:1]
	n := a.single(members[0])
	for _, i := range members[1:] {
		there = append(slices.Clone(there), i)
		n = a.beside(a.join(n, a.single(i), there), there)
	}
	return n
}

// single is an input under the terms that read it alone and the semi joins with its own source.
func (a *assembly) single(i int) plan.Node {
	only := []int{i}
	return a.beside(filter(a.inputs[i], a.take(only, func(*term) bool { return true })), only)
}

// join joins by the terms that are complete now; those with subqueries filter above.
func (a *assembly) join(left, right plan.Node, there []int) plan.Node {
	terms := a.take(there, func(t *term) bool { return !hasSubquery(t.expr) })
	j := &plan.Join{Kind: plan.Inner, Left: left, Right: right, Cond: Conjunction(terms)}
	return filter(j, a.take(there, func(*term) bool { return true }))
}

// take returns the terms that are complete with these inputs.
func (a *assembly) take(there []int, yes func(*term) bool) []plan.Expr {
	var out []plan.Expr
	for _, t := range a.terms {
		if !t.done && len(t.reads) > 0 && complete(t.reads, there) && yes(t) {
			t.done = true
			out = append(out, t.expr)
		}
	}
	return out
}

func complete(reads, there []int) bool {
	return !slices.ContainsFunc(reads, func(i int) bool { return !slices.Contains(there, i) })
}

// beside puts semi joins with the inputs' own source above them.
func (a *assembly) beside(n plan.Node, there []int) plan.Node {
	k := a.env.connection(a.inputs[there[0]])
	return a.semi(n, there, func(p *pending) bool { return p.from == k })
}

// finish puts all semi joins that are complete above.
func (a *assembly) finish(n plan.Node, there []int) plan.Node {
	return a.semi(n, there, func(*pending) bool { return true })
}

func (a *assembly) semi(n plan.Node, there []int, yes func(*pending) bool) plan.Node {
	for _, s := range a.semis {
		if !s.done && len(s.reads) > 0 && complete(s.reads, there) && yes(s) {
			s.done = true
			j := *s.join
			j.Left = n
			n = &j
		}
	}
	return n
}

// rest puts above what reads no input: conditions on outer columns, and semi joins that ask only whether there is a row.
func (a *assembly) rest(n plan.Node) plan.Node {
	for _, s := range a.semis {
		if !s.done {
			j := *s.join
			j.Left = n
			n = &j
		}
	}
	var terms []plan.Expr
	for _, t := range a.terms {
		if !t.done {
			terms = append(terms, t.expr)
		}
	}
	return filter(n, terms)
}
