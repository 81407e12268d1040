package rules

import (
	"slices"

	"github.com/waggle-sql/waggle/planner/plan"
)

// SimplifyOuterJoin makes an inner join of an outer one when a condition above drops the rows that it fills with NULLs.
//
//	filter b.y > 1                 filter b.y > 1
//	  left join on a.k = b.k   →     inner join on a.k = b.k
//	    a                              a
//	    b                              b
//
// It would be wrong for a condition that is true of NULLs: b.y is null, coalesce(b.y, 2) > 1.
var SimplifyOuterJoin = Rule{"SimplifyOuterJoin", func(env *Env, n plan.Node) (plan.Node, bool) {
	var m plan.Node
	switch n := n.(type) {
	case *plan.Filter:
		m = mapInputs(n, func(in plan.Node) plan.Node { return env.reduce(in, Conjuncts(n.Cond)) })
	case *plan.Join:
		m = env.reduceSides(n, Conjuncts(n.Cond))
	default:
		return n, false
	}
	return m, m != n
}}

// reduce simplifies the joins of n, above which terms hold.
func (env *Env) reduce(n plan.Node, terms []plan.Expr) plan.Node {
	j, ok := n.(*plan.Join)
	if count := env.outerJoins(n); !ok || j.Lateral || count == 0 || count > maxOuter {
		return n
	}
	j = env.reduceKind(j, terms)
	if keepsLeft(j.Kind) {
		j = withSides(j, env.reduce(j.Left, terms), j.Right)
	}
	if keepsRight(j.Kind) {
		j = withSides(j, j.Left, env.reduce(j.Right, terms))
	}
	return j
}

// reduceKind simplifies one join.
func (env *Env) reduceKind(j *plan.Join, terms []plan.Expr) *plan.Join {
	if j.Kind != plan.Left && j.Kind != plan.Right && j.Kind != plan.Full {
		return j
	}
	noLeft, noRight := env.rejected(j.Left, terms), env.rejected(j.Right, terms)
	c := *j
	switch {
	case j.Kind == plan.Left && noRight, j.Kind == plan.Right && noLeft, j.Kind == plan.Full && noLeft && noRight:
		c.Kind = plan.Inner
	case j.Kind == plan.Full && noRight:
		c.Kind = plan.Right
	case j.Kind == plan.Full && noLeft:
		c.Kind = plan.Left
	default:
		return j
	}
	return &c
}

// maxOuter bounds the work: a tree with more outer joins stays as it is.
const maxOuter = 100

// outerJoins counts the outer joins of a tree of joins.
func (env *Env) outerJoins(n plan.Node) int {
	j, ok := n.(*plan.Join)
	if !ok {
		return 0
	}
	if count, known := env.outerCount[j]; known {
		return count
	}
	count := env.outerJoins(j.Left) + env.outerJoins(j.Right)
	if j.Kind == plan.Left || j.Kind == plan.Right || j.Kind == plan.Full {
		count++
	}
	if env.outerCount == nil {
		env.outerCount = map[*plan.Join]int{}
	}
	env.outerCount[j] = count
	return count
}

// reduceSides simplifies the joins below j by j's own condition, on the sides whose rows j drops when it is not true.
func (env *Env) reduceSides(j *plan.Join, terms []plan.Expr) *plan.Join {
	if len(terms) == 0 || j.Lateral {
		return j
	}
	if j.Kind == plan.Inner || j.Kind == plan.Right || j.Kind == plan.Semi {
		j = withSides(j, env.reduce(j.Left, terms), j.Right)
	}
	if j.Kind != plan.Right && j.Kind != plan.Full {
		j = withSides(j, j.Left, env.reduce(j.Right, terms))
	}
	return j
}

// rejected reports whether the terms drop every row in which the columns of a side are NULL.
func (env *Env) rejected(side plan.Node, terms []plan.Expr) bool {
	cols := env.cols(side)
	return slices.ContainsFunc(terms, func(t plan.Expr) bool { return rejects(t, cols) })
}

func withSides(j *plan.Join, left, right plan.Node) *plan.Join {
	if left == j.Left && right == j.Right {
		return j
	}
	c := *j
	c.Left, c.Right = left, right
	return &c
}
