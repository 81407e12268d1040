package rules

import (
	mathbits "math/bits"
	"slices"

	"github.com/waggle-sql/waggle/planner/plan"
)

// cluster is a tree of joins taken apart: what is joined, by which terms, and the semi and anti joins over it, which filter and
// so may stand anywhere above the columns that they read. The right side of a left join is an input too, which may be joined
// anywhere above what its condition reads, and below the terms that read it. Projections inside that only rename are looked
// through.
type cluster struct {
	env    *Env
	inputs []plan.Node
	outer  map[int]*plan.Join // the left joins of those inputs that are their right sides; their Left is meaningless
	terms  []plan.Expr
	semis  []*plan.Join // their Left is meaningless
	by     map[plan.ColID]plan.Expr
	mixed  bool // something was renamed: the columns that the tree showed must be made again
	owner  map[plan.ColID]int
}

// clusterOf takes apart the tree below n; false when nothing is joined in it.
func (env *Env) clusterOf(n plan.Node) (*cluster, bool) {
	c := &cluster{env: env, outer: map[int]*plan.Join{}, by: map[plan.ColID]plan.Expr{}, owner: map[plan.ColID]int{}}
	c.add(n)
	if len(c.inputs) < 2 {
		return nil, false
	}
	for i, in := range c.inputs {
		for _, col := range in.Cols() {
			c.owner[col.ID] = i
		}
	}
	if c.mixed {
		for i, t := range c.terms {
			c.terms[i] = substitute(t, c.by)
		}
		for i, s := range c.semis {
			c.semis[i] = c.renamed(s)
		}
		for i, j := range c.outer {
			c.outer[i] = c.renamed(j)
		}
	}
	return c, true
}

func (c *cluster) renamed(j *plan.Join) *plan.Join {
	r := *j
	r.Cond = substitute(j.Cond, c.by)
	return &r
}

func (c *cluster) add(n plan.Node) {
	switch n := n.(type) {
	case *plan.Filter:
		if !volatile(n.Cond) {
			c.add(n.Input)
			c.terms = append(c.terms, Conjuncts(n.Cond)...)
			return
		}
	case *plan.Join:
		if c.join(n) {
			return
		}
	case *plan.Project:
		if c.project(n) {
			return
		}
	}
	c.inputs = append(c.inputs, n)
}

func (c *cluster) join(j *plan.Join) bool {
	if j.Lateral || volatile(j.Cond) {
		return false
	}
	switch j.Kind {
	case plan.Inner:
		c.add(j.Left)
		c.add(j.Right)
		c.terms = append(c.terms, Conjuncts(j.Cond)...)
		return true
	case plan.Left:
		c.add(j.Left)
		c.outer[len(c.inputs)] = j
		c.inputs = append(c.inputs, j.Right)
		return true
	case plan.Semi, plan.Anti:
		c.add(j.Left)
		c.semis = append(c.semis, j)
		return true
	}
	return false
}

// project looks through a projection of references over a join; the columns that it gives new identities are substituted.
func (c *cluster) project(p *plan.Project) bool {
	if !overJoin(p.Input) {
		return false
	}
	for _, e := range p.Exprs {
		if _, ok := e.(*plan.Ref); !ok {
			return false
		}
	}
	c.add(p.Input)
	c.mixed = true
	for i, e := range p.Exprs {
		if e.(*plan.Ref).ID != p.Out[i].ID {
			c.by[p.Out[i].ID] = substitute(e, c.by)
		}
	}
	return true
}

func overJoin(n plan.Node) bool {
	switch n := n.(type) {
	case *plan.Filter:
		return overJoin(n.Input)
	case *plan.Project:
		return overJoin(n.Input)
	case *plan.Join:
		return !n.Lateral && (n.Kind != plan.Right && n.Kind != plan.Full)
	}
	return false
}

// show projects n to the columns of the tree that was taken apart.
func (c *cluster) show(n plan.Node, out []plan.Col) plan.Node {
	if !c.mixed {
		return n
	}
	p := &plan.Project{Input: n, Out: out}
	for _, col := range out {
		p.Exprs = append(p.Exprs, substitute(refTo(col), c.by))
	}
	return p
}

// reads lists the inputs whose columns an expression reads, in order.
func (c *cluster) reads(e plan.Expr) []int {
	var out []int
	for w, bits := range c.env.refs(e) {
		for ; bits != 0; bits &= bits - 1 {
			i, ok := c.owner[plan.ColID(w*64+mathbits.TrailingZeros64(bits))]
			if ok && !slices.Contains(out, i) {
				out = append(out, i)
			}
		}
	}
	slices.Sort(out)
	return out
}

// replace rebuilds the tree that was taken apart over other inputs; those that by does not name stay.
func replace(n plan.Node, by map[plan.Node]plan.Node) plan.Node {
	if m, ok := by[n]; ok {
		return m
	}
	switch n := n.(type) {
	case *plan.Filter, *plan.Project, *plan.Join:
		return mapInputs(n, func(in plan.Node) plan.Node { return replace(in, by) })
	}
	return n
}

// clusters applies f to each largest tree of inner joins below n, inner ones first. f returns its first argument when nothing
// changed.
func clusters(env *Env, n plan.Node, f func(plan.Node, *cluster) plan.Node) plan.Node {
	c, ok := env.clusterOf(n)
	if !ok {
		return mapInputs(n, func(in plan.Node) plan.Node { return clusters(env, in, f) })
	}
	by := map[plan.Node]plan.Node{}
	for i, in := range c.inputs {
		by[in] = clusters(env, in, f)
		c.inputs[i] = by[in]
	}
	for i, j := range c.outer {
		outer := *j
		outer.Right = c.inputs[i]
		c.outer[i] = &outer
	}
	for i, s := range c.semis {
		semi := *s
		semi.Right = clusters(env, s.Right, f)
		by[s.Right] = semi.Right
		c.semis[i] = &semi
	}
	return f(replace(n, by), c)
}

// onInputs puts terms that read one input each above that input.
func (c *cluster) onInputs(n plan.Node, terms []plan.Expr) plan.Node {
	mine := map[plan.Node][]plan.Expr{}
	for _, t := range terms {
		if r := c.reads(t); len(r) == 1 && c.outer[r[0]] == nil {
			mine[c.inputs[r[0]]] = append(mine[c.inputs[r[0]]], t)
		}
	}
	if len(mine) == 0 {
		return n
	}
	by := map[plan.Node]plan.Node{}
	for in, t := range mine {
		by[in] = filter(in, t)
	}
	return replace(n, by)
}
