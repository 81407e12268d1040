package rules

import "github.com/waggle-sql/waggle/planner/plan"

// InlineCTE puts a common table expression that is read once where it is read.
//
//	with t = x                 project [b = a]
//	  filter b > 1        →      x   (below the filter)
//	    cte t [b]
//
// It would be wrong for a recursive one, for one that is read twice (it would run twice, and a volatile one would give
// two results), and for one that is read inside a subquery or the right side of a lateral join, where once means once a row.
var InlineCTE = Rule{"InlineCTE", func(_ *Env, n plan.Node) (plan.Node, bool) {
	w, ok := n.(*plan.With)
	if !ok {
		return n, false
	}
	for i, c := range w.CTEs {
		uses, plain := countUses(w, c.ID)
		switch {
		case c.Recursive || nodeContains(c.Plan, volatileCall):
		case uses == 0:
			return without(w, i, nil), true
		case uses == 1 && plain == 1:
			return without(w, i, &w.CTEs[i]), true
		}
	}
	return n, false
}}

// without removes CTE i; its one reference becomes its plan when inline is given.
func without(w *plan.With, i int, inline *plan.CTE) plan.Node {
	c := &plan.With{Body: w.Body}
	c.CTEs = append(append(c.CTEs, w.CTEs[:i]...), w.CTEs[i+1:]...)
	var out plan.Node = c
	if len(c.CTEs) == 0 {
		out = c.Body
	}
	if inline == nil {
		return out
	}
	return plan.Transform(out, func(m plan.Node) plan.Node {
		if r, ok := m.(*plan.CTERef); ok && r.ID == inline.ID {
			return rename(inline.Plan, r.Out)
		}
		return m
	})
}

// rename shows a plan's columns under new ids.
func rename(n plan.Node, out []plan.Col) plan.Node {
	p := &plan.Project{Input: n, Out: out}
	for _, c := range n.Cols()[:len(out)] {
		p.Exprs = append(p.Exprs, &plan.Ref{Base: plan.Base{T: c.Type, At: -1}, ID: c.ID, Name: c.Name})
	}
	return p
}

// countUses counts the references to a CTE: all of them, and those that run at most once.
func countUses(w *plan.With, id int) (all, plain int) {
	count := func(n plan.Node) int {
		found := 0
		plan.Transform(n, func(m plan.Node) plan.Node {
			if r, ok := m.(*plan.CTERef); ok && r.ID == id {
				found++
			}
			return m
		})
		return found
	}
	for _, in := range w.Inputs() {
		plain += count(in)
		plan.Transform(in, func(m plan.Node) plan.Node {
			if j, ok := m.(*plan.Join); ok && j.Lateral {
				all += count(j.Right)
			}
			if c, ok := m.(*plan.With); ok {
				for _, inner := range c.CTEs {
					all += count(inner.Plan)
				}
			}
			return m
		})
		plan.Walk(in, func(e plan.Expr) {
			if s, ok := e.(*plan.Subquery); ok {
				all += count(s.Plan)
			}
		})
	}
	for _, c := range w.CTEs {
		if c.Recursive {
			all += count(c.Plan)
		}
	}
	return all + plain, plain
}
