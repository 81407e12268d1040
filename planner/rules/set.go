package rules

import "github.com/waggle-sql/waggle/planner/plan"

// set is a set of columns: one bit each, since identities are small and dense.
type set []uint64

func (s *set) add(id plan.ColID) {
	if id < 0 {
		return
	}
	for int(id/64) >= len(*s) {
		*s = append(*s, 0)
	}
	(*s)[id/64] |= 1 << (id % 64)
}

func (s set) has(id plan.ColID) bool {
	return id >= 0 && int(id/64) < len(s) && s[id/64]>>(id%64)&1 == 1
}

func (s set) hasAll(cols []plan.Col) bool {
	for _, c := range cols {
		if !s.has(c.ID) {
			return false
		}
	}
	return true
}

// join adds the columns of o.
func (s *set) join(o set) {
	for len(*s) < len(o) {
		*s = append(*s, 0)
	}
	for i, w := range o {
		(*s)[i] |= w
	}
}

// minus removes the columns of o.
func (s set) minus(o set) {
	for i := range min(len(s), len(o)) {
		s[i] &^= o[i]
	}
}

func (s set) meets(o set) bool {
	for i := range min(len(s), len(o)) {
		if s[i]&o[i] != 0 {
			return true
		}
	}
	return false
}

func (s set) inside(o set) bool {
	for i, w := range s {
		if i >= len(o) && w != 0 || i < len(o) && w&^o[i] != 0 {
			return false
		}
	}
	return true
}

func (s set) empty() bool {
	for _, w := range s {
		if w != 0 {
			return false
		}
	}
	return true
}

// cols is the set of a node's columns. Nodes are immutable, so that each is looked at once.
func (env *Env) cols(n plan.Node) set {
	if s, ok := env.columns[n]; ok {
		return s
	}
	var s set
	switch n := n.(type) {
	case *plan.Filter:
		return env.cols(n.Input)
	case *plan.Join:
		s = append(s, env.cols(n.Left)...)
		if n.Kind != plan.Semi && n.Kind != plan.Anti {
			s.join(env.cols(n.Right))
		}
	default:
		for _, c := range n.Cols() {
			s.add(c.ID)
		}
	}
	if env.columns == nil {
		env.columns = map[plan.Node]set{}
	}
	env.columns[n] = s
	return s
}

// refs is the columns that an expression refers to, outer ones of its subqueries included and the subqueries' own excluded.
func (env *Env) refs(e plan.Expr) set {
	var s set
	env.addRefs(e, &s)
	return s
}

func (env *Env) addRefs(e plan.Expr, s *set) {
	if r, ok := e.(*plan.Ref); ok {
		s.add(r.ID)
		return
	}
	if e == nil {
		return
	}
	plan.Children(e, func(c plan.Expr) {
		if _, leaf := c.(*plan.Const); !leaf {
			env.addRefs(c, s)
		}
	}, func(n plan.Node) { s.join(env.free(n)) })
}

// free is the columns that a plan refers to and does not produce itself.
func (env *Env) free(n plan.Node) set {
	if s, ok := env.outer[n]; ok {
		return s
	}
	var read, own set
	env.gather(n, &read, &own)
	read.minus(own)
	if env.outer == nil {
		env.outer = map[plan.Node]set{}
	}
	env.outer[n] = read
	return read
}

func (env *Env) gather(n plan.Node, read, own *set) {
	own.join(env.cols(n))
	plan.MapOwn(n, func(e plan.Expr) plan.Expr { env.addRefs(e, read); return e })
	for _, in := range n.Inputs() {
		env.gather(in, read, own)
	}
	if r, ok := n.(*plan.Remote); ok {
		env.gather(r.Plan, read, own)
	}
}
