// Package rules rewrites logical plans: pure functions, one rule a file. A rule's comment shows the tree before and after
// and the case in which it would be wrong.
package rules

import (
	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/planner/plan"
	"github.com/waggle-sql/waggle/source"
)

// Env is what rules may know besides the plan.
type Env struct {
	Sources map[string]source.Capabilities // by connection
	Off     bool                           // SET waggle.pushdown = off: sources are only scanned
}

// Rule rewrites one node whose inputs are already rewritten. It is pure and cannot fail; it reports whether it changed
// anything, and returns n itself when it did not.
type Rule struct {
	Name  string
	Apply func(env *Env, n plan.Node) (plan.Node, bool)
}

// Batch is rules that run together, to a fixpoint or once.
type Batch struct {
	Name  string
	Once  bool
	Rules []Rule
}

// Default is the batches in the order in which they run. Whole-plan steps (pruning, fragments) follow in Rewrite.
func Default() []Batch {
	return []Batch{
		{Name: "simplify", Rules: []Rule{InlineCTE, MergeFilters, MergeProjects}},
		{Name: "push", Rules: []Rule{MergeFilters, PushFilterIntoProject, PushFilterIntoJoin, PushJoinCondition,
			PushFilterIntoSetOp, PushFilterIntoAggregate, PushFilterIntoWindow, PushFilterThrough}},
	}
}

// maxRounds ends a batch that does not settle; the plan is right after every round.
const maxRounds = 50

// Rewrite applies the default batches, prunes columns that nobody reads, and places fragments. out is the columns that
// the statement returns.
func Rewrite(env *Env, n plan.Node, out []plan.ColID) plan.Node {
	if !env.Off {
		for _, b := range Default() {
			n = Run(env, b, n)
		}
	}
	n = Prune(n, out)
	return Place(env, n)
}

// Run applies one batch to a plan and to the plans of its subqueries.
func Run(env *Env, b Batch, n plan.Node) plan.Node {
	for range maxRounds {
		next, changed := round(env, b, n)
		n = next
		if !changed || b.Once {
			break
		}
	}
	return n
}

func round(env *Env, b Batch, n plan.Node) (plan.Node, bool) {
	changed := false
	n = plan.Transform(n, func(m plan.Node) plan.Node {
		m = inSubqueries(m, func(sub plan.Node) plan.Node {
			s, c := round(env, b, sub)
			changed = changed || c
			return s
		})
		for _, r := range b.Rules {
			next, c := r.Apply(env, m)
			if c {
				m, changed = next, true
			}
		}
		return m
	})
	return n, changed
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

// volatile reports whether evaluating e elsewhere, or another number of times, could change a result.
func volatile(e plan.Expr) bool {
	found := false
	plan.WalkExpr(e, func(c plan.Expr) {
		if call, ok := c.(*plan.Call); ok {
			p, known := pgcat.ProcByOID(call.Proc)
			found = found || !known || p.Volatile == 'v'
		}
	})
	return found
}

// ids is the set of a node's columns.
func ids(n plan.Node) map[plan.ColID]bool {
	set := map[plan.ColID]bool{}
	for _, c := range n.Cols() {
		set[c.ID] = true
	}
	return set
}

// within reports whether e refers to columns of set alone, among those of all. References outside of all are outer ones
// and do not count.
func within(e plan.Expr, set, all map[plan.ColID]bool) bool {
	for id := range plan.Refs(e) {
		if all[id] && !set[id] {
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
