package rules

import (
	"github.com/waggle-sql/waggle/dialect"
	"github.com/waggle-sql/waggle/planner/plan"
)

// InferEqualities says of a column what is known of a column that it equals.
//
//	inner join on a.k = b.k           inner join on a.k = b.k
//	  filter a.k = 7            →       filter a.k = 7
//	    a                                 a
//	  b                                 filter b.k = 7
//	                                      b
//
// It would be wrong to say more than comparisons: 1.0 equals 1.00, and yet a.k::text is not b.k::text. It would be wrong through a
// condition of an outer join, which holds for partners alone; see InferJoinFilter. It is of no use to a source that cannot be asked so.
var InferEqualities = Rule{"InferEqualities", func(env *Env, n plan.Node) (plan.Node, bool) {
	m := clusters(env, n, func(n plan.Node, c *cluster) plan.Node {
		known := newClasses()
		for _, t := range c.terms {
			known.add(t)
		}
		implied, _ := partition(known.implied(c.terms), c.helps)
		return c.onInputs(n, implied)
	})
	return m, m != n
}}

// helps reports whether an inferred term could reach the source of the input that it reads.
func (c *cluster) helps(t plan.Expr) bool {
	r := c.reads(t)
	return len(r) == 1 && c.env.asks(c.inputs[r[0]], t)
}

// asks is false for a table whose source takes no such term.
func (env *Env) asks(n plan.Node, t plan.Expr) bool {
	for {
		f, ok := n.(*plan.Filter)
		if !ok {
			break
		}
		n = f.Input
	}
	scan, ok := n.(*plan.Scan)
	if !ok || env.speaks(scan.Table.Connection) {
		return true
	}
	_, ok = dialect.BindSink(env.Sources[scan.Table.Connection].Objects[scan.Table.Object], scan, t)
	return ok
}
