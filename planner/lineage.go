package planner

import (
	"sort"

	"github.com/waggle-sql/waggle/planner/plan"
)

// sources of a plan column: entity → its columns that flow into it.
type flow map[string]map[string]bool

func (f flow) add(o flow) {
	for e, cols := range o {
		if f[e] == nil {
			f[e] = map[string]bool{}
		}
		for c := range cols {
			f[e][c] = true
		}
	}
}

// lineage says which columns of which entities a plan reads, and which of them decide about rows (filters and join
// conditions), for the audit log. Catalog relations are not entities.
func lineage(root plan.Node) []EntityUse {
	l := &liner{from: map[plan.ColID]flow{}, read: flow{}, filter: flow{}, ctes: map[int][]plan.Col{}}
	deep(root, func(n plan.Node) plan.Node {
		if w, ok := n.(*plan.With); ok {
			for _, c := range w.CTEs {
				l.ctes[c.ID] = c.Plan.Cols()
			}
		}
		return n
	})
	deep(root, l.node)
	for _, id := range l.deciding {
		l.filter.add(l.from[id])
	}
	return l.uses()
}

type liner struct {
	from     map[plan.ColID]flow
	read     flow
	filter   flow
	deciding []plan.ColID
	ctes     map[int][]plan.Col
}

func (l *liner) node(n plan.Node) plan.Node {
	switch n := n.(type) {
	case *plan.Scan:
		l.scan(n)
	case *plan.Filter:
		l.decide(n.Cond)
	case *plan.Join:
		l.decide(n.Cond)
	case *plan.Project:
		l.define(n.Out, n.Exprs)
	case *plan.Aggregate:
		l.define(n.Out, append(append([]plan.Expr(nil), n.Groups...), n.Aggs...))
	case *plan.SetOp:
		for i, c := range n.Out {
			l.from[c.ID] = flow{}
			for _, in := range n.Inputs() {
				if i < len(in.Cols()) {
					l.from[c.ID].add(l.from[in.Cols()[i].ID])
				}
			}
		}
	case *plan.CTERef:
		l.reference(n)
	}
	return n
}

// reference gives a common table expression's reader the lineage of its columns, which come before it in a walk.
func (l *liner) reference(r *plan.CTERef) {
	for i, c := range r.Out {
		if cols := l.ctes[r.ID]; i < len(cols) {
			l.from[c.ID] = l.from[cols[i].ID]
		}
	}
}

func (l *liner) scan(n *plan.Scan) {
	if n.Table.Connection == catalog {
		return
	}
	entity := n.Table.Schema + "." + n.Table.Name
	l.read.add(flow{entity: {}})
	for i, c := range n.Out {
		f := flow{entity: {n.Table.Columns[n.Fields[i]].Name: true}}
		l.from[c.ID] = f
		l.read.add(f)
	}
}

func (l *liner) decide(e plan.Expr) {
	if e == nil {
		return
	}
	for id := range plan.Refs(e) {
		l.deciding = append(l.deciding, id)
	}
}

func (l *liner) define(out []plan.Col, exprs []plan.Expr) {
	for i, c := range out {
		if i >= len(exprs) {
			return
		}
		f := flow{}
		for id := range plan.Refs(exprs[i]) {
			f.add(l.from[id])
		}
		if old := l.from[c.ID]; old != nil {
			f.add(old)
		}
		l.from[c.ID] = f
	}
}

func (l *liner) uses() []EntityUse {
	var out []EntityUse
	for e, cols := range l.read {
		out = append(out, EntityUse{Name: e, Columns: sorted(cols), FilterColumns: sorted(l.filter[e])})
	}
	sort.Slice(out, func(i, k int) bool { return out[i].Name < out[k].Name })
	return out
}

func sorted(set map[string]bool) []string {
	out := make([]string, 0, len(set))
	for s := range set {
		out = append(out, s)
	}
	sort.Strings(out)
	return out
}
