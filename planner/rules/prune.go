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
	var need set
	for _, id := range out {
		need.add(id)
	}
	return newPruner(&Env{}).node(n, need)
}

type pruner struct {
	env  *Env
	read map[int]set // of each common table expression, the places of the columns that are read
}

func newPruner(env *Env) *pruner { return &pruner{env: env, read: map[int]set{}} }

func (p *pruner) node(n plan.Node, need set) plan.Node {
	n = plan.MapOwn(n, func(e plan.Expr) plan.Expr { return plan.MapExprSubqueries(e, p.subquery) })
	switch n := n.(type) {
	case *plan.Scan:
		return pruneScan(n, need)
	case *plan.Project:
		return p.project(n, need)
	case *plan.Aggregate:
		return p.aggregate(n, need)
	case *plan.Window:
		return p.window(n, need)
	case *plan.SetOp:
		return p.setOp(n, need)
	case *plan.With:
		return p.with(n, need)
	case *plan.CTERef:
		return p.cteRef(n, need)
	case *plan.Unique:
		if n.On == nil {
			need = p.env.cols(n)
		}
	case *plan.Join:
		return p.join(n, need)
	case *plan.Remote:
		return p.remote(n, need)
	}
	return p.inputs(n, need)
}

// pruneInputs prunes the inputs of a node that passes its inputs' columns on.
func (p *pruner) inputs(n plan.Node, need set) plan.Node {
	need = append(set(nil), need...)
	plan.MapOwn(n, func(e plan.Expr) plan.Expr { p.env.addRefs(e, &need); return e })
	return mapInputs(n, func(c plan.Node) plan.Node { return p.node(c, need) })
}

func (p *pruner) join(n *plan.Join, need set) plan.Node {
	if n.Lateral {
		need = append(set(nil), need...)
		need.join(p.env.free(n.Right))
	}
	return p.inputs(n, need)
}

func (p *pruner) subquery(s *plan.Subquery) plan.Node {
	if s.Kind == plan.Exists {
		return p.node(s.Plan, nil)
	}
	return p.whole(s.Plan)
}

// whole prunes below a plan that keeps all its columns.
func (p *pruner) whole(n plan.Node) plan.Node { return p.node(n, p.env.cols(n)) }

func pruneScan(n *plan.Scan, need set) plan.Node {
	if len(n.Out) > 0 && need.hasAll(n.Out) {
		return n
	}
	c := *n
	c.Fields, c.Out = nil, nil
	for i, col := range n.Out {
		if need.has(col.ID) {
			c.Fields, c.Out = append(c.Fields, n.Fields[i]), append(c.Out, col)
		}
	}
	if len(c.Out) == 0 && len(n.Out) > 0 {
		c.Fields, c.Out = n.Fields[:1], n.Out[:1]
	}
	return &c
}

func (p *pruner) project(n *plan.Project, need set) plan.Node {
	c := &plan.Project{}
	for i, col := range n.Out {
		if need.has(col.ID) {
			c.Exprs, c.Out = append(c.Exprs, n.Exprs[i]), append(c.Out, col)
		}
	}
	if len(c.Out) == 0 && len(n.Out) > 0 {
		c.Exprs, c.Out = n.Exprs[:1], n.Out[:1]
	}
	c.Input = n.Input
	return p.inputs(c, nil)
}

func (p *pruner) aggregate(n *plan.Aggregate, need set) plan.Node {
	c := *n
	groups := len(n.Groups)
	c.Out = append([]plan.Col(nil), n.Out[:groups]...)
	c.Aggs = nil
	for i, a := range n.Aggs {
		if need.has(n.Out[groups+i].ID) {
			c.Aggs, c.Out = append(c.Aggs, a), append(c.Out, n.Out[groups+i])
		}
	}
	if len(c.Out) == 0 && len(n.Aggs) > 0 {
		c.Aggs, c.Out = n.Aggs[:1], n.Out[:1]
	}
	return p.inputs(&c, nil)
}

func (p *pruner) window(n *plan.Window, need set) plan.Node {
	c := &plan.Window{Input: n.Input}
	for i, f := range n.Funcs {
		if need.has(n.Out[i].ID) {
			c.Funcs, c.Out = append(c.Funcs, f), append(c.Out, n.Out[i])
		}
	}
	if len(c.Funcs) == 0 {
		return p.node(n.Input, need)
	}
	return p.inputs(c, need)
}

func (p *pruner) setOp(n *plan.SetOp, need set) plan.Node {
	if n.Kind != plan.Union || !n.All {
		c := *n
		c.Left, c.Right = p.whole(n.Left), p.whole(n.Right)
		return &c
	}
	var keep []int
	for i, col := range n.Out {
		if need.has(col.ID) {
			keep = append(keep, i)
		}
	}
	if len(keep) == 0 && len(n.Out) > 0 {
		keep = []int{0}
	}
	c := &plan.SetOp{Kind: n.Kind, All: true, Left: p.pick(n.Left, keep), Right: p.pick(n.Right, keep)}
	for _, i := range keep {
		c.Out = append(c.Out, n.Out[i])
	}
	return c
}

// pick projects a set operation's input to the columns at the given places.
func (p *pruner) pick(n plan.Node, keep []int) plan.Node {
	c := &plan.Project{Input: n}
	inner, _ := n.(*plan.Project)
	if inner != nil {
		c.Input = inner.Input
	}
	for _, i := range keep {
		col := n.Cols()[i]
		var e plan.Expr = refTo(col)
		if inner != nil {
			e = inner.Exprs[i]
		}
		c.Exprs, c.Out = append(c.Exprs, e), append(c.Out, col)
	}
	return p.inputs(c, nil)
}
