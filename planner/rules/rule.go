// Package rules rewrites logical plans: pure functions, one rule a file. A rule's comment shows the tree before and after
// and the case in which it would be wrong.
package rules

import (
	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/planner/plan"
	"github.com/waggle-sql/waggle/source"
)

// Env is what rules may know besides the plan, and the identities of the columns that they add.
type Env struct {
	Sources map[string]source.Capabilities // by connection
	Off     bool                           // SET waggle.pushdown = off: sources are only scanned
	Ask     bool                           // sources are asked also where no row can be
	Next    plan.ColID                     // the first identity that no column has
	// Check, when given, sees every step of a rule: the node before and after.
	Check func(rule string, before, after plan.Node)

	columns     map[plan.Node]set // of nodes that were asked for
	outer       map[plan.Node]set // columns that they read and do not produce
	connections map[plan.Node]connection
	outerCount  map[*plan.Join]int
}

// column makes a column with an identity of its own.
func (env *Env) column(name string, t plan.Type) plan.Col {
	env.Next++
	return plan.Col{ID: env.Next - 1, Name: name, Type: t}
}

// Rule rewrites one node. It is pure and cannot fail; it reports whether it changed anything, and returns n itself when it
// did not.
type Rule struct {
	Name  string
	Apply func(env *Env, n plan.Node) (plan.Node, bool)
}

// Batch is rules that run together, to a fixpoint or once.
type Batch struct {
	Name  string
	Order Order
	Apart bool // only for plans that no single source answers: a source knows its own statistics and indexes
	Rules []Rule
}

// Order is how a batch goes through a plan.
type Order uint8

// Up: inputs before the nodes above them, until nothing changes. Down: the other way round. Root: each rule sees the root of
// the plan and the root of each subquery once, and goes through the nodes itself.
const (
	Up Order = iota
	Down
	Root
)

// Default is the batches in the order in which they run. Pruning follows in Rewrite.
func Default() []Batch {
	push := Batch{Name: "push", Order: Down, Rules: []Rule{MergeFilters, PushFilterIntoProject, SimplifyOuterJoin, PushFilterIntoJoin,
		PushJoinCondition,
		PushFilterIntoSetOp, PushFilterIntoAggregate, PushFilterIntoWindow, PushFilterThrough}}
	return []Batch{
		{Name: "simplify", Rules: []Rule{InlineCTE, MergeFilters, MergeProjects, SimplifyExpressions, ExtractCommonConjuncts,
			RemoveDistinct}},
		{Name: "unnest", Apart: true, Rules: []Rule{UnnestExists, UnnestScalar, UnnestLateral, InlineCTE, MergeFilters, MergeProjects,
			RemoveEmpty}},
		push,
		{Name: "infer", Order: Root, Apart: true, Rules: []Rule{InferFromDisjunction, InferEqualities, InferJoinFilter}},
		{Name: "merge", Order: Root, Apart: true, Rules: []Rule{MergeSameSource}},
		{Name: "push again", Order: Down, Apart: true, Rules: push.Rules},
		{Name: "aggregate", Order: Up, Apart: true, Rules: []Rule{SplitAverage, PartialAggregate, DistinctBelowSemiJoin, MergeProjects}},
		{Name: "limit", Order: Down, Apart: true, Rules: []Rule{PushLimitIntoProject, PushLimitIntoLeftJoin, PushLimitIntoUnion}},
	}
}

// maxRounds ends a batch that does not settle; the plan is right after every round.
const maxRounds = 50

// Rewrite applies the default batches and prunes columns that nobody reads; Place follows. out is the columns that the
// statement returns.
func Rewrite(env *Env, n plan.Node, out []plan.ColID) plan.Node {
	if !env.Off {
		asked, whole := false, false
		for _, b := range Default() {
			if b.Apart && !asked {
				asked, whole = true, env.answers(n)
			}
			if !b.Apart || !whole {
				n = Run(env, b, n)
			}
		}
	}
	return Prune(n, out)
}

// Run applies one batch to a plan and to the plans of its subqueries.
func Run(env *Env, b Batch, n plan.Node) plan.Node {
	r := &runner{env: env, batch: b}
	for range maxRounds {
		r.changed = false
		n = r.round(n)
		if !r.changed || b.Order == Root {
			break
		}
	}
	return n
}

type runner struct {
	env     *Env
	batch   Batch
	changed bool
}

func (r *runner) round(n plan.Node) plan.Node {
	switch r.batch.Order {
	case Up:
		return plan.Transform(n, func(m plan.Node) plan.Node { return r.apply(inSubqueries(m, r.round)) })
	case Down:
		n = inSubqueries(r.settle(n), r.round)
		return mapInputs(n, r.round)
	}
	n = r.apply(n)
	return plan.Transform(n, func(m plan.Node) plan.Node { return inSubqueries(m, r.round) })
}

// settle applies the rules to a node until none changes it.
func (r *runner) settle(n plan.Node) plan.Node {
	for range maxRounds {
		m := r.apply(n)
		if m == n {
			break
		}
		n = m
	}
	return n
}

func (r *runner) apply(n plan.Node) plan.Node {
	for _, rule := range r.batch.Rules {
		m, changed := rule.Apply(r.env, n)
		if !changed {
			continue
		}
		if r.env.Check != nil {
			r.env.Check(rule.Name, n, m)
		}
		n, r.changed = m, true
	}
	return n
}

// mapInputs returns n over f's answers for its inputs; n itself when nothing changed.
func mapInputs(n plan.Node, f func(plan.Node) plan.Node) plan.Node {
	in := n.Inputs()
	changed := false
	for i, c := range in {
		in[i] = f(c)
		changed = changed || in[i] != c
	}
	if !changed {
		return n
	}
	return n.WithInputs(in)
}

// inSubqueries applies f to the plan of each subquery that stands in an expression of n itself.
func inSubqueries(n plan.Node, f func(plan.Node) plan.Node) plan.Node {
	return plan.MapOwn(n, func(e plan.Expr) plan.Expr {
		return plan.MapExprSubqueries(e, func(s *plan.Subquery) plan.Node { return f(s.Plan) })
	})
}

// Conjuncts returns the terms of a conjunction.
func Conjuncts(e plan.Expr) []plan.Expr {
	if e == nil {
		return nil
	}
	and, ok := e.(*plan.And)
	if !ok {
		return []plan.Expr{e}
	}
	var out []plan.Expr
	for _, a := range and.Args {
		out = append(out, Conjuncts(a)...)
	}
	return out
}

// Conjunction is the inverse of Conjuncts; nil for none.
func Conjunction(terms []plan.Expr) plan.Expr {
	switch len(terms) {
	case 0:
		return nil
	case 1:
		return terms[0]
	}
	return &plan.And{Base: plan.Base{T: plan.Type{OID: pgcat.Bool, Mod: -1}, At: terms[0].Pos()}, Args: terms}
}

// filter puts terms above n, or returns n when there are none.
func filter(n plan.Node, terms []plan.Expr) plan.Node {
	if len(terms) == 0 {
		return n
	}
	return &plan.Filter{Input: n, Cond: Conjunction(terms)}
}

// contains reports whether f holds for e or anything in it, the plans of subqueries included.
func contains(e plan.Expr, f func(plan.Expr) bool) bool {
	if e == nil || f(e) {
		return e != nil
	}
	found := false
	plan.Children(e, func(c plan.Expr) { found = found || contains(c, f) }, func(n plan.Node) { found = found || nodeContains(n, f) })
	return found
}

// nodeContains is contains for the expressions of a plan.
func nodeContains(n plan.Node, f func(plan.Expr) bool) bool {
	found := false
	plan.MapOwn(n, func(e plan.Expr) plan.Expr { found = found || contains(e, f); return e })
	for _, in := range n.Inputs() {
		found = found || nodeContains(in, f)
	}
	return found
}

// volatile reports whether evaluating e elsewhere, or another number of times, could change a result.
func volatile(e plan.Expr) bool { return contains(e, volatileCall) }

func volatileCall(e plan.Expr) bool {
	c, ok := e.(*plan.Call)
	if !ok {
		return false
	}
	p, known := pgcat.ProcByOID(c.Proc)
	return !known || p.Volatile == 'v'
}

func hasSubquery(e plan.Expr) bool {
	return contains(e, func(c plan.Expr) bool { _, ok := c.(*plan.Subquery); return ok })
}

// within reports whether e refers to columns of some alone, among those of all. References outside of all are outer ones and
// do not count.
func (env *Env) within(e plan.Expr, some, all set) bool {
	refs := env.refs(e)
	for i := range refs {
		w := refs[i]
		if i < len(all) {
			w &= all[i]
		} else {
			w = 0
		}
		if i < len(some) {
			w &^= some[i]
		}
		if w != 0 {
			return false
		}
	}
	return true
}

// substitute replaces references by the expressions that define them.
func substitute(e plan.Expr, by map[plan.ColID]plan.Expr) plan.Expr {
	return plan.MapExpr(e, func(c plan.Expr) plan.Expr {
		if r, ok := c.(*plan.Ref); ok {
			if d, found := by[r.ID]; found {
				return d
			}
		}
		return c
	})
}

// refTo refers to a column.
func refTo(c plan.Col) *plan.Ref {
	return &plan.Ref{Base: plan.Base{T: c.Type, At: -1}, ID: c.ID, Name: c.Name}
}
