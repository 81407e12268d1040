package rules

import "github.com/waggle-sql/waggle/planner/plan"

// InferJoinFilter says of the right side of a left, semi or anti join what the left side's rows demand of their partners, and of
// the left side of a semi join what its partners demand.
//
//	left join on a.k = b.k           left join on a.k = b.k
//	  filter a.k = 7            →      filter a.k = 7
//	    a                                a
//	  b                                filter b.k = 7
//	                                     b
//
// Rows of b without b.k = 7 have no partner. It would be wrong the other way round: rows of a without a partner are kept by a left
// join, and are the result of an anti join.
var InferJoinFilter = Rule{"InferJoinFilter", func(env *Env, n plan.Node) (plan.Node, bool) {
	m := plan.Transform(n, func(m plan.Node) plan.Node {
		if j, ok := m.(*plan.Join); ok && !j.Lateral && j.Cond != nil {
			return env.inferSides(j)
		}
		return m
	})
	return m, m != n
}}

func (env *Env) inferSides(j *plan.Join) plan.Node {
	if j.Kind != plan.Left && j.Kind != plan.Semi && j.Kind != plan.Anti {
		return j
	}
	left, right := env.knows(j.Left), env.knows(j.Right)
	k := &knowledge{classes: newClasses()}
	k.gather(j.Left)
	if j.Kind == plan.Semi {
		k.gather(j.Right)
	}
	if len(k.terms) == 0 {
		return j
	}
	for _, t := range Conjuncts(j.Cond) {
		k.classes.add(t)
	}
	toLeft, toRight := []plan.Expr{}, []plan.Expr{}
	for _, t := range k.classes.implied(k.terms) {
		switch {
		case right.lacks(t) && env.asks(j.Right, t):
			toRight = append(toRight, t)
		case j.Kind == plan.Semi && left.lacks(t) && env.asks(j.Left, t):
			toLeft = append(toLeft, t)
		}
	}
	return withSides(j, filter(j.Left, toLeft), filter(j.Right, toRight))
}

// side is what one side of a join shows, and the bounds on it that hold already, under any name of their columns.
type side struct {
	cols  set
	names *classes
	known map[boundKey]bool
}

func (env *Env) knows(n plan.Node) *side {
	k := &knowledge{classes: newClasses(), names: newClasses()}
	k.gather(n)
	s := &side{cols: env.cols(n), names: k.names, known: map[boundKey]bool{}}
	for _, t := range k.terms {
		s.known[keyOf(t, s.names.find(bound(t).ID))] = true
	}
	return s
}

// lacks reports whether a bound is on a column of the side, and new.
func (s *side) lacks(t plan.Expr) bool {
	id := bound(t).ID
	return s.cols.has(id) && !s.known[keyOf(t, s.names.find(id))]
}

// knowledge is what holds in every row of a plan: bounds on columns, and columns that are equal.
type knowledge struct {
	classes *classes
	names   *classes // when given: columns that are names of one
	terms   []plan.Expr
}

// gather goes through what passes rows on. Identities are unique, so that a column that is not shown does no harm.
func (k *knowledge) gather(n plan.Node) {
	if len(k.terms) >= maxImplied {
		return
	}
	switch n := n.(type) {
	case *plan.Filter:
		k.add(n.Cond)
		k.gather(n.Input)
	case *plan.Project:
		for i, e := range n.Exprs {
			k.same(n.Out[i], e)
		}
		k.gather(n.Input)
	case *plan.Sort, *plan.Limit, *plan.Unique, *plan.Window:
		k.gather(n.Inputs()[0])
	case *plan.Join:
		if n.Kind == plan.Inner || n.Kind == plan.Semi {
			k.add(n.Cond)
		}
		if keepsLeft(n.Kind) {
			k.gather(n.Left)
		}
		if n.Kind == plan.Inner {
			k.gather(n.Right)
		}
	}
}

func (k *knowledge) add(cond plan.Expr) {
	for _, t := range Conjuncts(cond) {
		k.classes.add(t)
		if bound(t) != nil {
			k.terms = append(k.terms, t)
		}
	}
}

// same notes that a column shows another.
func (k *knowledge) same(c plan.Col, e plan.Expr) {
	r, ok := e.(*plan.Ref)
	if !ok || r.ID == c.ID {
		return
	}
	k.classes.unite(refTo(c), r)
	if k.names != nil {
		k.names.unite(refTo(c), r)
	}
}
