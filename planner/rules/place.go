package rules

import (
	"github.com/waggle-sql/waggle/dialect"
	"github.com/waggle-sql/waggle/planner/plan"
)

// Place makes a Remote of each scan with the filters above it that its source can be asked for, and of a limit above
// them when every filter is exact. Filters that a source answers with too many rows stay above as well.
//
//	filter a > 1 and f(b)            filter f(b)
//	  scan t [a, b]            →       remote
//	                                     filter a > 1
//	                                       scan t [a, b]
//
// It would be wrong to push a limit below a filter that stays: the source would stop before enough rows had passed it.
//
// Of a SQL source, the largest subtree that its dialect can say becomes one Remote, see whole.
func Place(env *Env, n plan.Node) plan.Node {
	p := &placer{env: env, root: n, tries: maxTries}
	return p.place(n)
}

func (p *placer) place(n plan.Node) plan.Node {
	env := p.env
	if r, ok := p.whole(n); ok {
		return r
	}
	if w, ok := p.wider(n); ok {
		return w
	}
	n = p.splitProject(p.splitFilter(n))
	in := n.Inputs()
	out := make([]plan.Node, len(in))
	for i, c := range in {
		out[i] = p.placeBelow(n, c)
	}
	if len(in) > 0 {
		n = n.WithInputs(out)
	}
	n = inSubqueries(n, p.place)
	switch n := n.(type) {
	case *plan.Scan:
		return &plan.Remote{Connection: n.Table.Connection, Plan: n}
	case *plan.Filter:
		return placeFilter(env, n)
	case *plan.Limit:
		return placeLimit(env, n)
	}
	return n
}

// placeBelow places an input of a node that stays. The order above which WITH TIES counts stays with it: it says which rows are peers.
func (p *placer) placeBelow(n, in plan.Node) plan.Node {
	l, ok := n.(*plan.Limit)
	s, sorted := in.(*plan.Sort)
	if ok && sorted && l.WithTies {
		return s.WithInputs([]plan.Node{p.place(s.Input)})
	}
	return p.place(in)
}

func placeFilter(env *Env, f *plan.Filter) plan.Node {
	r, ok := f.Input.(*plan.Remote)
	if !ok || env.Off {
		return f
	}
	scan, ok := r.Plan.(*plan.Scan)
	if !ok {
		return f
	}
	object := env.Sources[r.Connection].Objects[scan.Table.Object]
	var pushed, stay []plan.Expr
	for _, t := range Conjuncts(f.Cond) {
		b, said := dialect.BindSink(object, scan, t)
		if said && !volatile(t) {
			pushed = append(pushed, t)
			if b.Support == plan.Exact {
				continue
			}
		}
		stay = append(stay, t)
	}
	if len(pushed) == 0 {
		return f
	}
	c := *r
	c.Plan = filter(scan, pushed)
	return filter(&c, stay)
}

// placeLimit pushes a limit into a Remote below it, looking through projections, which change no rows.
func placeLimit(env *Env, l *plan.Limit) plan.Node {
	if l.WithTies || l.Offset != nil || l.Count == nil || len(plan.Refs(l.Count)) > 0 || hasSubquery(l.Count) {
		return l
	}
	if below, ok := limitBelow(env, l.Input, l.Count); ok {
		return below
	}
	return l
}

func limitBelow(env *Env, n plan.Node, count plan.Expr) (plan.Node, bool) {
	switch n := n.(type) {
	case *plan.Project:
		in, ok := limitBelow(env, n.Input, count)
		if !ok {
			return nil, false
		}
		return n.WithInputs([]plan.Node{in}), true
	case *plan.Remote:
		return limitRemote(env, n, count)
	}
	return nil, false
}

func limitRemote(env *Env, r *plan.Remote, count plan.Expr) (plan.Node, bool) {
	scan := fragmentScan(r.Plan)
	if env.Off || scan == nil || !env.Sources[r.Connection].Objects[scan.Table.Object].Limit {
		return nil, false
	}
	if f, ok := r.Plan.(*plan.Filter); ok && !exact(env, r.Connection, scan, f.Cond) {
		return nil, false
	}
	c := *r
	c.Plan = &plan.Limit{Input: r.Plan, Count: count}
	return &c, true
}

func exact(env *Env, connection string, scan *plan.Scan, cond plan.Expr) bool {
	object := env.Sources[connection].Objects[scan.Table.Object]
	for _, t := range Conjuncts(cond) {
		if b, ok := dialect.BindSink(object, scan, t); !ok || b.Support != plan.Exact {
			return false
		}
	}
	return true
}

// fragmentScan returns the scan of a filter over a scan, or nil for another shape (a limit is already there).
func fragmentScan(n plan.Node) *plan.Scan {
	if f, ok := n.(*plan.Filter); ok {
		n = f.Input
	}
	s, _ := n.(*plan.Scan)
	return s
}
