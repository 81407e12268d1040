package rules

import (
	"github.com/waggle-sql/waggle/dialect"
	"github.com/waggle-sql/waggle/planner/plan"
)

// whole makes one Remote of a subtree that reads tables of one SQL source alone, subqueries included, when the source's
// dialect can say all of it.
//
//	aggregate sum(x) by k            remote
//	  join on a.k = b.k       →        aggregate sum(x) by k
//	    scan a                           join on a.k = b.k
//	    scan b                             …
//
// It would be wrong for a subtree that refers to columns of an outer query: the source does not have them. Such a subquery is
// pushed with the query around it, or not at all.
func whole(env *Env, n plan.Node) (*plan.Remote, bool) {
	connection, ok := oneConnection(n)
	if !ok || env.Off || env.Sources[connection].Language != "postgres" || len(plan.FreeRefs(n)) > 0 {
		return nil, false
	}
	if dialect.SayPostgres(n, env.Sources[connection].Collation) != nil {
		return nil, false
	}
	return &plan.Remote{Connection: connection, Plan: n}, true
}

// oneConnection is the connection of all the tables that a plan reads, false when there are several or none.
func oneConnection(n plan.Node) (string, bool) {
	name, same := "", true
	for _, s := range scans(n) {
		same = same && (name == "" || name == s.Table.Connection)
		name = s.Table.Connection
	}
	return name, same && name != ""
}

// scans are the scans of a plan and of its subqueries.
func scans(n plan.Node) []*plan.Scan {
	var out []*plan.Scan
	plan.Transform(n, func(m plan.Node) plan.Node {
		if s, ok := m.(*plan.Scan); ok {
			out = append(out, s)
		}
		return inSubqueries(m, func(sub plan.Node) plan.Node { out = append(out, scans(sub)...); return sub })
	})
	return out
}

// splitFilter puts the terms of a filter that a SQL source can be asked for below those that stay.
func splitFilter(env *Env, n plan.Node) plan.Node {
	f, ok := n.(*plan.Filter)
	if !ok {
		return n
	}
	said, stay := partition(Conjuncts(f.Cond), func(t plan.Expr) bool {
		_, ok := whole(env, &plan.Filter{Input: f.Input, Cond: t})
		return ok
	})
	if len(said) == 0 || len(stay) == 0 {
		return n
	}
	return filter(&plan.Filter{Input: f.Input, Cond: Conjunction(said)}, stay)
}
