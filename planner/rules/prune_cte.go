package rules

import "github.com/waggle-sql/waggle/planner/plan"

// with prunes the body first, then each common table expression to what those after it read: all references to one lose the same
// columns, since they go by place. A recursive one keeps all, which decide when it ends.
func (p *pruner) with(n *plan.With, need set) plan.Node {
	c := &plan.With{CTEs: append([]plan.CTE(nil), n.CTEs...), Body: p.node(n.Body, need)}
	for i := len(c.CTEs) - 1; i >= 0; i-- {
		cte := &c.CTEs[i]
		read := p.read[cte.ID]
		if cte.Recursive || len(cte.Plan.Cols()) != len(cte.Cols) || read.holds(len(cte.Cols)) {
			cte.Plan = p.whole(cte.Plan)
			continue
		}
		if read.empty() {
			read.add(0)
		}
		var keep []int
		var cols []plan.Col
		for k, col := range cte.Cols {
			if read.has(plan.ColID(k)) {
				keep, cols = append(keep, k), append(cols, col)
			}
		}
		cte.Plan, cte.Cols = p.pick(cte.Plan, keep), cols
		narrow := func(m plan.Node) plan.Node { return narrowRef(m, cte.ID, keep) }
		c.Body = everywhere(c.Body, narrow)
		for later := i + 1; later < len(c.CTEs); later++ {
			c.CTEs[later].Plan = everywhere(c.CTEs[later].Plan, narrow)
		}
	}
	return c
}

// cteRef notes what is read.
func (p *pruner) cteRef(n *plan.CTERef, need set) plan.Node {
	read := p.read[n.ID]
	for i, c := range n.Out {
		if need.has(c.ID) {
			read.add(plan.ColID(i))
		}
	}
	p.read[n.ID] = read
	return n
}

// holds reports whether all places below n are in the set.
func (s set) holds(n int) bool {
	for i := range n {
		if !s.has(plan.ColID(i)) {
			return false
		}
	}
	return true
}

func narrowRef(n plan.Node, id int, keep []int) plan.Node {
	r, ok := n.(*plan.CTERef)
	if !ok || r.ID != id {
		return n
	}
	c := &plan.CTERef{ID: r.ID, Name: r.Name}
	for _, k := range keep {
		c.Out = append(c.Out, r.Out[k])
	}
	return c
}

// everywhere applies f to each node of a plan, those of subqueries included.
func everywhere(n plan.Node, f func(plan.Node) plan.Node) plan.Node {
	return plan.Transform(n, func(m plan.Node) plan.Node {
		return f(inSubqueries(m, func(sub plan.Node) plan.Node { return everywhere(sub, f) }))
	})
}
