package rules

import (
	"slices"

	"github.com/waggle-sql/waggle/planner/plan"
)

// Flow is a declared permission: values of a property of one entity may be sent as keys of a property of another (invariant
// 13). Entities are schema.name.
type Flow struct{ From, FromProperty, To, ToProperty string }

// Permit is the relationship that declares a Flow. Up says that the values go from its to-one side to the other, Across that they may
// leave the region.
type Permit struct {
	Relationship string
	Up           bool
	Across       bool
}

// Transfer finds for a placed plan, its Remotes numbered, which fragments' key values may restrict which others. The plan
// itself stays as it is: the edges say in which order the fragments are asked, and with what.
//
//	inner join on a.k = b.k            fragment 0 first; its distinct values of k,
//	  remote 0 [k] a, x = 1      →     sent along with fragment 1: b.k in (…)
//	  remote 1 [k] b
//
// It would be wrong for the side that an outer join keeps: over `a left join b`, rows of a whose k is not in b are part of the
// result. It would be of no use from a fragment that is read whole. flows says what the model declares; between fragments of one
// source any values may travel, which never leave it.
//
// Which side goes first is decided without statistics: the fragment with the strictest filters, the to-one side of a relationship
// rather before the other, then those that they restrict.
func Transfer(env *Env, root plan.Node, flows map[Flow]Permit) []plan.Keyed {
	t := &transfer{env: env, flows: flows, remotes: map[int]*plan.Remote{}, ctes: map[int]plan.CTE{}, up: map[[2]int]bool{}}
	var joins []*plan.Join
	plan.Transform(root, func(n plan.Node) plan.Node {
		switch n := n.(type) {
		case *plan.Remote:
			t.remotes[n.ID] = n
		case *plan.With:
			for _, c := range n.CTEs {
				t.ctes[c.ID] = c
			}
		case *plan.Join:
			joins = append(joins, n)
		}
		return n
	})
	for _, j := range joins {
		t.join(j)
	}
	if env.Off || len(t.edges) == 0 {
		return nil
	}
	return t.choose()
}

type transfer struct {
	env     *Env
	flows   map[Flow]Permit
	remotes map[int]*plan.Remote
	ctes    map[int]plan.CTE
	up      map[[2]int]bool // pairs of fragments, the first with the to-one side of a relationship between them
	edges   []plan.Keyed    // all that are allowed, in both directions
}

// sends says which side of a join may restrict the other: the left the right, and the right the left.
func sends(k plan.JoinKind) (toRight, toLeft bool) {
	switch k {
	case plan.Inner, plan.Semi:
		return true, true
	case plan.Left, plan.Anti:
		return true, false
	case plan.Right:
		return false, true
	}
	return false, false
}

// join collects the edges that one join's equalities allow.
func (t *transfer) join(j *plan.Join) {
	toRight, toLeft := sends(j.Kind)
	if j.Lateral || !toRight && !toLeft {
		return
	}
	for _, c := range Conjuncts(j.Cond) {
		a, b, ok := equated(c)
		if !ok || t.env.cols(j.Left).has(a.ID) == t.env.cols(j.Left).has(b.ID) {
			continue
		}
		if t.env.cols(j.Left).has(b.ID) {
			a, b = b, a
		}
		for _, a := range t.same(j.Left, a) {
			for _, b := range t.same(j.Right, b) {
				if toRight {
					t.edge(j.Left, a, j.Right, b)
				}
				if toLeft {
					t.edge(j.Right, b, j.Left, a)
				}
			}
		}
	}
}

// same returns the column and those that inner joins below hold equal to it, of which a relationship may be declared where none is
// of the column itself.
func (t *transfer) same(n plan.Node, r *plan.Ref) []*plan.Ref {
	out := []*plan.Ref{r}
	pairs := t.equalities(n, nil)
	for i := 0; i < len(out); i++ {
		for _, p := range pairs {
			for k := range p {
				if p[k].ID == out[i].ID && !slices.ContainsFunc(out, func(o *plan.Ref) bool { return o.ID == p[1-k].ID }) {
					out = append(out, p[1-k])
				}
			}
		}
	}
	return out
}

// equalities adds the pairs of columns that inner joins hold equal in every row of n, both of which n shows.
func (t *transfer) equalities(n plan.Node, pairs [][2]*plan.Ref) [][2]*plan.Ref {
	switch n := n.(type) {
	case *plan.Filter:
		return t.equalities(n.Input, pairs)
	case *plan.Join:
		if n.Kind != plan.Inner || n.Lateral {
			return pairs
		}
		for _, c := range Conjuncts(n.Cond) {
			if a, b, ok := equated(c); ok {
				pairs = append(pairs, [2]*plan.Ref{a, b})
			}
		}
		return t.equalities(n.Right, t.equalities(n.Left, pairs))
	}
	return pairs
}

// equated reads a term as the equality of two columns that compare alike everywhere.
func equated(e plan.Expr) (a, b *plan.Ref, ok bool) {
	c, isCall := e.(*plan.Call)
	if !isCall || c.Op != "=" || len(c.Args) != 2 {
		return nil, nil, false
	}
	a, b = plainColumn(c.Args[0]), plainColumn(c.Args[1])
	return a, b, a != nil && b != nil && keyKind(a.T) != noKey && keyKind(a.T) == keyKind(b.T)
}

// plainColumn reads an expression as a column, through casts that change no value.
func plainColumn(e plan.Expr) *plan.Ref {
	if c, ok := e.(*plan.Cast); ok && c.Method == plan.Relabel && keyKind(c.T) == keyKind(c.Arg.Type()) {
		e = c.Arg
	}
	r, _ := e.(*plan.Ref)
	return r
}

// edge adds the transfer from one side's column to the other's when both lead to fragments, the model allows it, and the
// receiver can be asked so.
func (t *transfer) edge(from plan.Node, a *plan.Ref, to plan.Node, b *plan.Ref) {
	build, col, ok := t.origin(from, a.ID)
	if !ok {
		return
	}
	probe, id, ok := t.target(to, b.ID)
	if !ok || probe == build {
		return
	}
	k := plan.Keyed{Build: build.ID, Probe: probe.ID, From: colOf(build, col), To: colOf(probe, id)}
	if keyKind(k.From.Type) != keyKind(k.To.Type) || t.has(k) {
		return
	}
	permit, ok := t.allowed(build, k.From.ID, probe, k.To.ID)
	if !ok {
		return
	}
	k.Why = permit.Relationship
	if t.receives(probe, &k) {
		t.edges = append(t.edges, k)
		if permit.Up {
			t.up[[2]int{build.ID, probe.ID}] = true
		}
	}
}

func (t *transfer) has(k plan.Keyed) bool {
	for _, e := range t.edges {
		if e.From.ID == k.From.ID && e.To.ID == k.To.ID && e.Build == k.Build && e.Probe == k.Probe {
			return true
		}
	}
	return false
}

func colOf(n plan.Node, id plan.ColID) plan.Col {
	for _, c := range n.Cols() {
		if c.ID == id {
			return c
		}
	}
	return plan.Col{ID: id}
}

// allowed says whether invariant 13 lets the values pass, and why.
func (t *transfer) allowed(build *plan.Remote, from plan.ColID, probe *plan.Remote, to plan.ColID) (Permit, bool) {
	permit, ok := t.declared(build, from, probe, to)
	if build.Connection == probe.Connection {
		return Permit{Relationship: "the same source", Up: permit.Up}, true
	}
	same := t.env.Sources[build.Connection].Region == t.env.Sources[probe.Connection].Region
	return permit, ok && (same || permit.Across)
}

// declared finds the relationship that lets the values pass between sources.
func (t *transfer) declared(build *plan.Remote, from plan.ColID, probe *plan.Remote, to plan.ColID) (Permit, bool) {
	a, ac, ok := t.base(build.Plan, from)
	if !ok {
		return Permit{}, false
	}
	b, bc, ok := t.base(probe.Plan, to)
	if !ok || personal(ac) || personal(bc) {
		return Permit{}, false
	}
	permit, ok := t.flows[Flow{a.Schema + "." + a.Name, ac.Name, b.Schema + "." + b.Name, bc.Name}]
	return permit, ok
}

// personal: values that never leave their source.
func personal(c plan.Column) bool {
	return slices.Contains(c.Tags, "pii") || slices.Contains(c.Tags, "phi")
}
