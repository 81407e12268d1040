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
// inferred joins two tables only by a declared key. A left join of another source moves above what it stood between.
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
	groups  [][]int // inputs that become one subtree each, in the order in which they are joined
	of      []int   // group of each input, outside for the right sides of left joins
	terms   []*term
	waiting []*waiting
	class   *classes
}

const (
	none    = -1
	outside = -2
)

// term is a conjunct that waits for the inputs that it reads.
type term struct {
	expr  plan.Expr
	reads []int
	done  bool
}

// waiting is a semi, anti or left join that waits for the inputs that it reads.
type waiting struct {
	join  *plan.Join
	reads []int
	gives int // the input that it brings, or none
	from  connection
	done  bool
}

func (c *cluster) assembly() *assembly {
	a := &assembly{cluster: c, class: newClasses(), of: make([]int, len(c.inputs))}
	for _, t := range c.terms {
		a.terms = append(a.terms, &term{expr: t, reads: c.reads(t)})
		a.class.add(t)
	}
	for i := range c.inputs {
		if j := c.outer[i]; j != nil {
			reads := slices.DeleteFunc(c.reads(j.Cond), func(k int) bool { return k == i })
			a.waiting = append(a.waiting, &waiting{join: j, reads: reads, gives: i, from: c.env.connection(j.Right)})
		}
	}
	for _, s := range c.semis {
		s = a.nearer(s)
		a.waiting = append(a.waiting, &waiting{join: s, reads: c.reads(s.Cond), gives: none, from: c.env.connection(s.Right)})
	}
	a.group()
	return a
}

// nearer lets a semi or anti join compare columns of its right side's own source instead of others that equal them in every row.
func (a *assembly) nearer(s *plan.Join) *plan.Join {
	from := a.env.connection(s.Right)
	reads := a.reads(s.Cond)
	if from.several || !a.env.speaks(from.name) || len(reads) != 1 || a.env.connection(a.inputs[reads[0]]) == from {
		return s
	}
	by, target := map[plan.ColID]plan.Expr{}, none
	for _, t := range Conjuncts(s.Cond) {
		x, y, ok := equality(t)
		if !ok {
			return s
		}
		if _, mine := a.owner[x.ID]; !mine {
			x = y
		}
		r, ok := a.partner(x.ID, func(i int) bool {
			return a.env.connection(a.inputs[i]) == from && a.outer[i] == nil && (target == none || target == i)
		})
		if !ok {
			return s
		}
		by[x.ID], target = r, a.owner[r.ID]
	}
	n := *s
	n.Cond = substitute(s.Cond, by)
	return &n
}

// moves reports whether anything comes together that is not: tables of one group, or a join with its table's source.
func (a *assembly) moves() bool {
	if len(a.groups)+len(a.outer) < len(a.inputs) {
		return true
	}
	return slices.ContainsFunc(a.waiting, func(w *waiting) bool {
		return len(w.reads) == 1 && !w.from.several && a.env.speaks(w.from.name) && a.env.connection(a.inputs[w.reads[0]]) == w.from
	})
}

// group forms the groups, each grown from its first input by what is joined to it without multiplying rows.
func (a *assembly) group() {
	for i := range a.of {
		a.of[i] = none
		if a.outer[i] != nil {
			a.of[i] = outside
		}
	}
	for i, in := range a.inputs {
		if a.of[i] != none {
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
			if a.of[j] != none || a.env.connection(a.inputs[j]) != k {
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
	byKey, known := a.covers(g, j, j)
	if byKey && a.makeTerms(g, j) {
		return grain, true
	}
	if !a.written(g, j) {
		return grain, false
	}
	grainKey, grainKnown := a.covers(g, j, grain)
	return j, grainKey || !known || !grainKnown
}

// written reports whether an equality of the statement reads input j and the group alone.
func (a *assembly) written(g, j int) bool {
	return slices.ContainsFunc(a.terms, func(t *term) bool {
		c, ok := t.expr.(*plan.Call)
		if !ok || c.Op != "=" || len(t.reads) < 2 || !slices.Contains(t.reads, j) || hasSubquery(c) {
			return false
		}
		return !slices.ContainsFunc(t.reads, func(i int) bool { return i != j && a.of[i] != g })
	})
}

// covers reports whether equalities between group g and input j reach every column of the declared key of input of, which is j or
// one of the group; known is false when it declares none.
func (a *assembly) covers(g, j, of int) (yes, known bool) {
	key := a.env.declaredKey(a.inputs[of])
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

// makeTerms writes the equalities by which the key of input j joins the group where they were only inferred; false when one has no
// operator.
func (a *assembly) makeTerms(g, j int) bool {
	var made []*term
	inGroup := func(i int) bool { return i >= 0 && a.of[i] == g }
	for _, id := range a.env.declaredKey(a.inputs[j]) {
		if slices.ContainsFunc(a.terms, func(t *term) bool {
			x, y, ok := equality(t.expr)
			return ok && (x.ID == id && inGroup(a.input(y.ID)) || y.ID == id && inGroup(a.input(x.ID)))
		}) {
			continue
		}
		other, ok := a.partner(id, inGroup)
		if !ok {
			return false
		}
		e, ok := equal(a.class.refs[id], other)
		if !ok {
			return false
		}
		made = append(made, &term{expr: e, reads: a.reads(e)})
	}
	a.terms = append(a.terms, made...)
	return true
}

// input is the input that shows a column, or none.
func (a *assembly) input(id plan.ColID) int {
	if i, ok := a.owner[id]; ok {
		return i
	}
	return none
}
