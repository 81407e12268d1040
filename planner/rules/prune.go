package rules

import "github.com/waggle-sql/waggle/planner/plan"

// Prune removes columns that nobody reads, from the top down, so that sources are asked for no more than is needed.
//
//	project [a]                  project [a]
//	  scan t [a, b, c]     →       scan t [a]
//
// It would be wrong below DISTINCT, INTERSECT, EXCEPT and UNION, where every column decides which rows are equal; there
// all columns stay. Every node keeps at least one column, since a row without columns cannot travel.
func Prune(n plan.Node, out []plan.ColID) plan.Node {
	need := map[plan.ColID]bool{}
	for _, id := range out {
		need[id] = true
	}
	return prune(n, need)
}

func prune(n plan.Node, need map[plan.ColID]bool) plan.Node {
	n = plan.MapOwn(n, func(e plan.Expr) plan.Expr { return plan.MapExprSubqueries(e, pruneSubquery) })
	switch n := n.(type) {
	case *plan.Scan:
		return pruneScan(n, need)
	case *plan.Project:
		return pruneProject(n, need)
	case *plan.Aggregate:
		return pruneAggregate(n, need)
	case *plan.Window:
		return pruneWindow(n, need)
	case *plan.SetOp:
		return pruneSetOp(n, need)
	case *plan.With:
		return pruneWith(n, need)
	case *plan.Unique:
		if n.On == nil {
			need = ids(n)
		}
	case *plan.Join:
		need = union(need, plan.FreeRefs(n.Right))
	}
	return pruneInputs(n, need)
}

// pruneInputs prunes the inputs of a node that passes its inputs' columns on.
func pruneInputs(n plan.Node, need map[plan.ColID]bool) plan.Node {
	in := n.Inputs()
	if len(in) == 0 {
		return n
	}
	need = union(need, ownRefs(n))
	out := make([]plan.Node, len(in))
	for i, c := range in {
		out[i] = prune(c, need)
	}
	return n.WithInputs(out)
}

// ownRefs is the columns that n's own expressions read.
func ownRefs(n plan.Node) map[plan.ColID]bool {
	refs := map[plan.ColID]bool{}
	plan.MapOwn(n, func(e plan.Expr) plan.Expr {
		for id := range plan.Refs(e) {
			refs[id] = true
		}
		return e
	})
	return refs
}

func pruneSubquery(s *plan.Subquery) plan.Node {
	if s.Kind == plan.Exists {
		return prune(s.Plan, map[plan.ColID]bool{})
	}
	return prune(s.Plan, ids(s.Plan))
}

func pruneScan(n *plan.Scan, need map[plan.ColID]bool) plan.Node {
	c := *n
	c.Fields, c.Out = nil, nil
	for i, col := range n.Out {
		if need[col.ID] {
			c.Fields, c.Out = append(c.Fields, n.Fields[i]), append(c.Out, col)
		}
	}
	if len(c.Out) == 0 && len(n.Out) > 0 {
		c.Fields, c.Out = n.Fields[:1], n.Out[:1]
	}
	return &c
}

func pruneProject(n *plan.Project, need map[plan.ColID]bool) plan.Node {
	c := &plan.Project{}
	for i, col := range n.Out {
		if need[col.ID] {
			c.Exprs, c.Out = append(c.Exprs, n.Exprs[i]), append(c.Out, col)
		}
	}
	if len(c.Out) == 0 && len(n.Out) > 0 {
		c.Exprs, c.Out = n.Exprs[:1], n.Out[:1]
	}
	c.Input = n.Input
	return pruneInputs(c, map[plan.ColID]bool{})
}

func pruneAggregate(n *plan.Aggregate, need map[plan.ColID]bool) plan.Node {
	c := *n
	groups := len(n.Groups)
	c.Out = append([]plan.Col(nil), n.Out[:groups]...)
	c.Aggs = nil
	for i, a := range n.Aggs {
		if need[n.Out[groups+i].ID] {
			c.Aggs, c.Out = append(c.Aggs, a), append(c.Out, n.Out[groups+i])
		}
	}
	if len(c.Out) == 0 && len(n.Aggs) > 0 {
		c.Aggs, c.Out = n.Aggs[:1], n.Out[:1]
	}
	return pruneInputs(&c, map[plan.ColID]bool{})
}

func pruneWindow(n *plan.Window, need map[plan.ColID]bool) plan.Node {
	c := &plan.Window{Input: n.Input}
	for i, f := range n.Funcs {
		if need[n.Out[i].ID] {
			c.Funcs, c.Out = append(c.Funcs, f), append(c.Out, n.Out[i])
		}
	}
	if len(c.Funcs) == 0 {
		return prune(n.Input, need)
	}
	return pruneInputs(c, need)
}

func pruneSetOp(n *plan.SetOp, need map[plan.ColID]bool) plan.Node {
	if n.Kind != plan.Union || !n.All {
		c := *n
		c.Left, c.Right = prune(n.Left, ids(n.Left)), prune(n.Right, ids(n.Right))
		return &c
	}
	var keep []int
	for i, col := range n.Out {
		if need[col.ID] {
			keep = append(keep, i)
		}
	}
	if len(keep) == 0 && len(n.Out) > 0 {
		keep = []int{0}
	}
	c := &plan.SetOp{Kind: n.Kind, All: true, Left: pick(n.Left, keep), Right: pick(n.Right, keep)}
	for _, i := range keep {
		c.Out = append(c.Out, n.Out[i])
	}
	return c
}

// pick projects a set operation's input to the columns at the given places.
func pick(n plan.Node, keep []int) plan.Node {
	p := &plan.Project{Input: n}
	for _, i := range keep {
		c := n.Cols()[i]
		p.Exprs = append(p.Exprs, &plan.Ref{Base: plan.Base{T: c.Type, At: -1}, ID: c.ID, Name: c.Name})
		p.Out = append(p.Out, c)
	}
	return pruneInputs(p, map[plan.ColID]bool{})
}

func pruneWith(n *plan.With, need map[plan.ColID]bool) plan.Node {
	c := &plan.With{CTEs: append([]plan.CTE(nil), n.CTEs...), Body: prune(n.Body, need)}
	for i := range c.CTEs {
		c.CTEs[i].Plan = prune(c.CTEs[i].Plan, ids(c.CTEs[i].Plan))
	}
	return c
}
