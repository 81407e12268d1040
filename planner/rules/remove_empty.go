package rules

import (
	"slices"

	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/planner/plan"
)

// RemoveEmpty asks nobody for rows that cannot be: below a condition that is false, below LIMIT 0, and beside such an input.
//
//	union all [c]               project [c = a]
//	  x [a]                →      x [a]
//	  filter false
//	    y [b]
//
// It would be wrong to drop an aggregate without groups, which has a row for no rows, the side that an outer join keeps, and what is
// hidden from the person: that its source refuses him is the source's to say.
var RemoveEmpty = Rule{"RemoveEmpty", func(env *Env, n plan.Node) (plan.Node, bool) {
	if env.Ask || isEmpty(n) {
		return n, false
	}
	switch n := n.(type) {
	case *plan.Filter:
		if isBool(n.Cond, false) || isEmpty(n.Input) {
			return empty(n), true
		}
	case *plan.Limit:
		if c, ok := n.Count.(*plan.Const); ok && c.Value == datum.Value(datum.Int(0)) || isEmpty(n.Input) {
			return empty(n), true
		}
	case *plan.Project, *plan.Sort, *plan.Unique, *plan.Window:
		if isEmpty(n.Inputs()[0]) {
			return empty(n), true
		}
	case *plan.Aggregate:
		if isEmpty(n.Input) && len(n.Groups) > 0 && n.Sets == nil {
			return empty(n), true
		}
	case *plan.Join:
		return emptyJoin(n)
	case *plan.SetOp:
		return emptySet(n)
	case *plan.With:
		return plainCTEs(n)
	}
	return n, false
}}

// plainCTEs makes a recursive common table expression a plain one when its recursive part is gone.
func plainCTEs(w *plan.With) (plan.Node, bool) {
	for i, c := range w.CTEs {
		if _, ok := c.Plan.(*plan.SetOp); ok || !c.Recursive {
			continue
		}
		n := &plan.With{CTEs: slices.Clone(w.CTEs), Body: w.Body}
		n.CTEs[i].Recursive = false
		return n, true
	}
	return w, false
}

// empty is no rows with the columns of n.
func empty(n plan.Node) plan.Node {
	v := &plan.Values{Rows: [][]plan.Expr{nil}, Out: slices.Clone(n.Cols())}
	for _, c := range v.Out {
		v.Rows[0] = append(v.Rows[0], &plan.Const{Base: plan.Base{T: c.Type, At: -1}})
	}
	return &plan.Filter{Input: v, Cond: boolean(false, &plan.Const{Base: plan.Base{At: -1}})}
}

func isEmpty(n plan.Node) bool {
	f, ok := n.(*plan.Filter)
	if !ok || !isBool(f.Cond, false) {
		return false
	}
	v, ok := f.Input.(*plan.Values)
	return ok && len(v.Rows) == 1
}

func emptyJoin(j *plan.Join) (plan.Node, bool) {
	left, right := isEmpty(j.Left), isEmpty(j.Right) || keepsLeft(j.Kind) && isBool(j.Cond, false)
	switch {
	case left && right, left && keepsLeft(j.Kind), right && (j.Kind == plan.Semi || keepsRight(j.Kind)):
		return empty(j), true
	case right && j.Kind == plan.Anti:
		return j.Left, true
	case right && j.Kind == plan.Left:
		return padded(j, j.Left), true
	case left && j.Kind == plan.Right:
		return padded(j, j.Right), true
	}
	return j, false
}

// padded is one side of an outer join with NULLs for the other.
func padded(j *plan.Join, side plan.Node) plan.Node {
	p := &plan.Project{Input: side, Out: j.Cols()}
	kept := (&Env{}).cols(side)
	for _, c := range p.Out {
		if kept.has(c.ID) {
			p.Exprs = append(p.Exprs, refTo(c))
		} else {
			p.Exprs = append(p.Exprs, &plan.Const{Base: plan.Base{T: c.Type, At: -1}})
		}
	}
	return p
}

// emptySet leaves what reads a common table expression as it is: it may be a recursive one, which is a set operation.
func emptySet(s *plan.SetOp) (plan.Node, bool) {
	left, right := isEmpty(s.Left), isEmpty(s.Right)
	if (left || right) && readsCTE(s) {
		return s, false
	}
	switch {
	case left && right, left && s.Kind != plan.Union, right && s.Kind == plan.Intersect:
		return empty(s), true
	case !left && !right:
		return s, false
	}
	in := s.Left
	if left {
		in = s.Right
	}
	if len(in.Cols()) != len(s.Out) {
		return s, false
	}
	out := rename(in, s.Out)
	if !s.All {
		out = &plan.Unique{Input: out}
	}
	return out, true
}

func readsCTE(n plan.Node) bool {
	found := false
	everywhere(n, func(m plan.Node) plan.Node {
		_, ok := m.(*plan.CTERef)
		found = found || ok
		return m
	})
	return found
}
