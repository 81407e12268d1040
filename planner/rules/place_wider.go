package rules

import (
	"github.com/waggle-sql/waggle/dialect"
	"github.com/waggle-sql/waggle/planner/plan"
)

// wider makes one Remote of filters, and of joins below and above them, when the source says some of the filters as wider ones; those, and
// what it does not say at all, are repeated above (invariant 6).
//
//	filter name = 'x' and f(b)         filter name = 'x' and f(b)
//	  scan t [name, b]           →       remote
//	                                       filter name = 'x'        (said as: name is x, X …)
//	                                         scan t [name, b]
//
// It would be wrong below a limit or a grouping, which would count rows that do not belong: those end the search. It would be wrong for the side
// of an outer join that may be missing: a row whose partner the filter drops would be dropped with it.
func (p *placer) wider(n plan.Node) (plan.Node, bool) {
	c := p.env.connection(n)
	if c.several || p.env.Off || p.tries == 0 || n != p.root && p.env.multiplies(n) {
		return nil, false
	}
	switch n.(type) {
	case *plan.Filter, *plan.Join:
	default:
		return nil, false
	}
	sql, ok := p.env.Sources[c.name].SQL()
	if !ok || !dialect.Widens(sql) || !p.env.free(n).empty() {
		return nil, false
	}
	w := widener{env: p.env, sql: sql}
	asked, ok := w.node(n)
	if !ok || dialect.Support(sql, asked) != plan.Superset {
		p.tries--
		return nil, false
	}
	return filter(&plan.Remote{Connection: c.name, Plan: asked}, w.stay), true
}

// widener takes out of a tree what has to be repeated above it.
type widener struct {
	env  *Env
	sql  dialect.SQL
	stay []plan.Expr
}

func (w *widener) node(n plan.Node) (plan.Node, bool) {
	switch n := n.(type) {
	case *plan.Scan:
		return n, true
	case *plan.Filter:
		return w.filter(n)
	case *plan.Join:
		return w.join(n)
	}
	return nil, false
}

func (w *widener) filter(f *plan.Filter) (plan.Node, bool) {
	in, ok := w.node(f.Input)
	if !ok {
		return nil, false
	}
	var asked []plan.Expr
	for _, t := range Conjuncts(f.Cond) {
		support := plan.None
		if !volatile(t) && !hasSubquery(t) {
			support = dialect.Support(w.sql, &plan.Filter{Input: bare(in), Cond: t})
		}
		if support != plan.None {
			asked = append(asked, t)
		}
		if support != plan.Exact {
			w.stay = append(w.stay, t)
		}
	}
	return filter(in, asked), true
}

// bare is a tree without its own filters, by which a term is judged alone.
func bare(n plan.Node) plan.Node {
	if f, ok := n.(*plan.Filter); ok {
		return bare(f.Input)
	}
	return mapInputs(n, bare)
}

func (w *widener) join(j *plan.Join) (plan.Node, bool) {
	left, ok := w.node(j.Left)
	before := len(w.stay)
	if !ok || before > 0 && !keepsLeft(j.Kind) {
		return nil, false
	}
	right, ok := w.node(j.Right)
	if !ok || len(w.stay) > before && !keepsRight(j.Kind) {
		return nil, false
	}
	return j.WithInputs([]plan.Node{left, right}), true
}
