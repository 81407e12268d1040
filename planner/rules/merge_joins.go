package rules

import (
	"slices"

	"github.com/waggle-sql/waggle/planner/plan"
)

// MergeSameSource puts the tables of one SQL source side by side in a tree of inner joins, so that one fragment joins them, and
// semi joins with that source beside them.
//
//	inner join on c.k = b.k            inner join on a.j = b.j and c.k = b.k… as far as both are there
//	  inner join on a.j = b.j    →       b
//	    a (source 1)                     inner join on …
//	    b (source 2)                       a (source 1)
//	  c (source 1)                         c (source 1)
//
// Only tables that a term joins come together: it would be wrong to make a cross product that was none. And only where the join
// cannot multiply rows, as far as declared keys tell: two tables that share a country have far more pairs than rows. What is
// inferred joins two tables only by a declared key.
var MergeSameSource = Rule{"MergeSameSource", func(env *Env, n plan.Node) (plan.Node, bool) {
	m := clusters(env, n, func(n plan.Node, c *cluster) plan.Node {
		if !c.worthwhile() {
			return n
		}
		a := c.assembly()
		if !a.moves() {
			return n
		}
		return c.show(a.build(), n.Cols())
	})
	return m, m != n
}}

// worthwhile reports whether there is an order to choose: inputs of several places, two of one SQL source.
func (c *cluster) worthwhile() bool {
	if len(c.inputs) > maxJoined {
		return false
	}
	count := map[string]int{}
	several := false
	first := c.env.connection(c.inputs[0])
	for _, in := range c.inputs {
		k := c.env.connection(in)
		several = several || k != first
		if !k.several && c.env.speaks(k.name) {
			count[k.name]++
		}
	}
	for _, s := range c.semis {
		k := c.env.connection(s.Right)
		several = several || k != first
		if count[k.name] > 0 && !k.several {
			count[k.name]++
		}
	}
	if !several {
		return false
	}
	for _, n := range count {
		if n > 1 {
			return true
		}
	}
	return false
}

// maxJoined bounds the work: a tree of more inputs stays as it is written.
const maxJoined = 100

// assembly puts a cluster together again.
type assembly struct {
	*cluster
	groups [][]int // inputs that become one subtree each, in the order in which they are joined
	terms  []*term
	semis  []*pending
	of     []int // group of each input
	class  *classes
}

// term is a conjunct that waits for the inputs that it reads.
type term struct {
	expr  plan.Expr
	reads []int
	done  bool
}

// pending is a semi or anti join that waits for the inputs that it reads.
type pending struct {
	join  *plan.Join
	reads []int
	from  connection
	done  bool
}

func (c *cluster) assembly() *assembly {
	a := &assembly{cluster: c, class: newClasses(), of: make([]int, len(c.inputs))}
	for _, t := range c.terms {
		a.terms = append(a.terms, &term{expr: t, reads: c.reads(t)})
		a.class.add(t)
	}
	for _, s := range c.semis {
		a.semis = append(a.semis, &pending{join: s, reads: c.reads(s.Cond), from: c.env.connection(s.Right)})
	}
	a.group()
	return a
}

// moves reports whether anything comes together that is not: tables of one group, or a semi join with its table's source.
func (a *assembly) moves() bool {
	if len(a.groups) < len(a.inputs) {
		return true
	}
	return slices.ContainsFunc(a.semis, func(p *pending) bool {
		return len(p.reads) == 1 && !p.from.several && a.env.speaks(p.from.name) && a.env.connection(a.inputs[p.reads[0]]) == p.from
	})
}

// group forms the groups, each grown from its first input by what is joined to it without multiplying rows.
func (a *assembly) group() {
	for i := range a.of {
		a.of[i] = -1
	}
	for i, in := range a.inputs {
		if a.of[i] >= 0 {
			continue
		}
		g := len(a.groups)
		a.groups, a.of[i] = append(a.groups, []int{i}), g
		if k := a.env.connection(in); !k.several && a.env.speaks(k.name) {
			a.grow(g, k)
		}
	}
}

func (a *assembly) grow(g int, k connection) {
	grain := a.groups[g][0]
	for again := true; again; {
		again = false
		for j := a.groups[g][0] + 1; j < len(a.inputs); j++ {
			if a.of[j] >= 0 || a.env.connection(a.inputs[j]) != k {
				continue
			}
			next, ok := a.joins(g, grain, j)
			if !ok {
				continue
			}
			grain, again = next, true
			a.of[j] = g
			a.groups[g] = append(a.groups[g], j)
		}
	}
}

// joins reports whether input j may come into group g, and which input's key is then a key of the group's rows.
func (a *assembly) joins(g, grain, j int) (int, bool) {
	written := a.written(g, j)
	byKey, known := a.covers(g, j, j)
	if byKey {
		a.makeTerms(g, j, written)
		return grain, true
	}
	if !written {
		return grain, false
	}
	grainKey, grainKnown := a.covers(g, j, grain)
	return j, grainKey || !known || !grainKnown
}

// written reports whether a term of the statement reads input j and the group alone.
func (a *assembly) written(g, j int) bool {
	return slices.ContainsFunc(a.terms, func(t *term) bool {
		return len(t.reads) > 1 && slices.Contains(t.reads, j) && !hasSubquery(t.expr) &&
			!slices.ContainsFunc(t.reads, func(i int) bool { return i != j && a.of[i] != g })
	})
}

// covers reports whether equalities between group g and input j reach every column of the declared key of input of, which is j or
// one of the group; known is false when it declares none.
func (a *assembly) covers(g, j, of int) (yes, known bool) {
	key := declaredKey(a.inputs[of])
	if len(key) == 0 {
		return false, false
	}
	for _, id := range key {
		if _, ok := a.partner(id, func(i int) bool { return of == j && a.of[i] == g || of != j && i == j }); !ok {
			return false, true
		}
	}
	return true, true
}

// partner finds a column that equals another and is of an input that is wanted.
func (a *assembly) partner(id plan.ColID, wanted func(int) bool) (*plan.Ref, bool) {
	root := a.class.find(id)
	for _, other := range a.class.order {
		if other == id || a.class.find(other) != root {
			continue
		}
		if i, ok := a.owner[other]; ok && wanted(i) {
			return a.class.refs[other], true
		}
	}
	return nil, false
}

// makeTerms writes the equalities by which input j joins the group when they were only inferred.
func (a *assembly) makeTerms(g, j int, written bool) {
	if written {
		return
	}
	for _, id := range declaredKey(a.inputs[j]) {
		other, ok := a.partner(id, func(i int) bool { return a.of[i] == g })
		if !ok {
			continue
		}
		if e, ok := equal(a.class.refs[id], other); ok {
			a.terms = append(a.terms, &term{expr: e, reads: a.reads(e)})
		}
	}
}

// declaredKey is the columns of the key that an input's table declares; nil when it has none or they are not all there.
func declaredKey(n plan.Node) []plan.ColID {
	switch n := n.(type) {
	case *plan.Filter:
		return declaredKey(n.Input)
	case *plan.Join:
		if n.Kind == plan.Semi || n.Kind == plan.Anti {
			return declaredKey(n.Left)
		}
	case *plan.Scan:
		var key []plan.ColID
		for _, k := range n.Table.Key {
			i := slices.Index(n.Fields, k)
			if i < 0 {
				return nil
			}
			key = append(key, n.Out[i].ID)
		}
		return key
	case *plan.Aggregate:
		if n.Sets != nil {
			return nil
		}
		var key []plan.ColID
		for _, c := range n.Out[:len(n.Groups)] {
			key = append(key, c.ID)
		}
		return key
	}
	return nil
}
