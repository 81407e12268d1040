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
	// What holds on the right already is not said again, and says nothing of the left.
	right := &knowledge{classes: newClasses()}
	right.gather(j.Right)
	left, mine := env.cols(j.Left), env.cols(j.Right)
	var toLeft, toRight []plan.Expr
	for _, t := range k.classes.implied(append(right.terms[:len(right.terms):len(right.terms)], k.terms...)) {
		switch r := bound(t); {
		case mine.has(r.ID) && env.asks(j.Right, t):
			toRight = append(toRight, t)
		case left.has(r.ID) && j.Kind == plan.Semi && env.asks(j.Left, t):
			toLeft = append(toLeft, t)
		}
	}
	return withSides(j, filter(j.Left, toLeft), filter(j.Right, toRight))
}

// knowledge is what holds in every row of a plan: bounds on columns, and columns that are equal.
type knowledge struct {
	classes *classes
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
	a := refTo(c)
	k.classes.see(a)
	k.classes.see(r)
	k.classes.parent[k.classes.find(a.ID)] = k.classes.find(r.ID)
}
