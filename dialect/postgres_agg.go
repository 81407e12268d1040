package dialect

import (
	"strings"

	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/planner/plan"
)

// aggregate groups. Keys that are no bare columns come from a subselect, so that the list shows exactly what is grouped by;
// with grouping sets all do, so that two keys never are one.
func (p *postgres) aggregate(n *plan.Aggregate) *sel {
	s := p.open(p.node(n.Input))
	s, keys := p.grouped(s, n)
	out := s.keep()
	texts := append([]string(nil), keys...)
	for _, a := range n.Aggs {
		switch a := a.(type) {
		case *plan.Agg:
			texts = append(texts, p.agg(a, a.Base.At))
		case *plan.Grouping:
			list := make([]string, len(a.Groups))
			for i, g := range a.Groups {
				list[i] = keys[g]
			}
			texts = append(texts, "GROUPING("+strings.Join(list, ", ")+")")
		default:
			texts = append(texts, p.unsupported(a.Pos(), "this aggregate"))
		}
	}
	for i, c := range n.Out {
		p.set(out, c, texts[i], false)
	}
	out.plain, out.group = false, groupBy(n, keys)
	return out
}

func groupBy(n *plan.Aggregate, keys []string) string {
	if n.Sets == nil {
		if len(keys) == 0 && len(n.Aggs) == 0 {
			return " HAVING true" // one row
		}
		if len(keys) == 0 {
			return ""
		}
		return " GROUP BY " + strings.Join(keys, ", ")
	}
	sets := make([]string, len(n.Sets))
	for i, set := range n.Sets {
		list := make([]string, len(set))
		for k, j := range set {
			list[k] = keys[j]
		}
		sets[i] = paren(strings.Join(list, ", "))
	}
	return " GROUP BY GROUPING SETS (" + strings.Join(sets, ", ") + ")"
}

// grouped returns the keys as bare columns.
func (p *postgres) grouped(s *sel, n *plan.Aggregate) (*sel, []string) {
	keys, simple := make([]string, len(n.Groups)), n.Sets == nil
	own := map[plan.ColID]bool{}
	for _, id := range s.cols {
		own[id] = true
	}
	for i, e := range n.Groups {
		keys[i] = p.expr(e)
		r, ok := e.(*plan.Ref)
		simple = simple && ok && own[r.ID] && p.cols[r.ID].bare
	}
	if simple || p.err != nil {
		return s, keys
	}
	var items []string
	for _, id := range s.cols {
		items = append(items, named(s.texts[id], id))
	}
	alias := p.alias("t")
	for i := range keys {
		k := p.alias("g")
		items = append(items, keys[i]+" AS "+k)
		keys[i] = alias + "." + k
	}
	w := &sel{plain: true, from: paren(p.count(s.render(items))) + " AS " + alias}
	for _, id := range s.cols {
		p.set(w, plan.Col{ID: id, Type: p.cols[id].t}, alias+"."+name(id), true)
	}
	return w, keys
}

// agg prints an aggregate's call with its FILTER.
func (p *postgres) agg(a *plan.Agg, at int) string {
	proc, ok := p.proc(a.Proc, at)
	if !ok {
		return "NULL"
	}
	head := "pg_catalog." + ident(proc.Name)
	filter := ""
	if a.Filter != nil {
		filter = " FILTER (WHERE " + p.expr(a.Filter) + ")"
	}
	if a.Star {
		return head + "(*)" + filter
	}
	args := p.aggArgs(a, proc)
	if a.Within {
		keys := p.withinKeys(a, args)
		return head + paren(strings.Join(args[:a.Direct], ", ")) + " WITHIN GROUP (ORDER BY " + strings.Join(keys, ", ") + ")" + filter
	}
	text := strings.Join(args, ", ")
	if a.Distinct {
		text = "DISTINCT " + text
	}
	if keys := p.sortKeys(a.Order); len(keys) > 0 {
		text += " ORDER BY " + strings.Join(keys, ", ")
	}
	return head + paren(text) + filter
}

// aggArgs prints arguments; those that are compared by order under the collation that is ours.
func (p *postgres) aggArgs(a *plan.Agg, proc *pgcat.Proc) []string {
	args := make([]string, len(a.Args))
	for i, e := range a.Args {
		if a.Distinct || proc.Name == "min" || proc.Name == "max" || a.Within && i >= a.Direct {
			args[i] = p.ordered(e)
			continue
		}
		args[i] = p.expr(e)
	}
	return args
}

// withinKeys are the arguments of WITHIN GROUP with the directions of Order.
func (p *postgres) withinKeys(a *plan.Agg, args []string) []string {
	keys := append([]string(nil), args[a.Direct:]...)
	for i := range keys {
		if i >= len(a.Order) {
			continue
		}
		if a.Order[i].Desc {
			keys[i] += " DESC"
		}
		if a.Order[i].NullsFirst {
			keys[i] += " NULLS FIRST"
		} else {
			keys[i] += " NULLS LAST"
		}
	}
	return keys
}

// window adds a column per function; frames are always said.
func (p *postgres) window(n *plan.Window) *sel {
	s := p.open(p.node(n.Input))
	out := s.keep()
	texts := make([]string, len(n.Funcs))
	for i, f := range n.Funcs {
		texts[i] = p.windowFunc(f)
	}
	p.copy(out, s.cols)
	for i, c := range n.Out {
		p.set(out, c, texts[i], false)
	}
	out.plain = false
	return out
}

func (p *postgres) windowFunc(f *plan.WindowFunc) string {
	proc, ok := p.proc(f.Agg.Proc, f.Base.At)
	if !ok {
		return "NULL"
	}
	if f.IgnoreNulls {
		return p.unsupported(f.Base.At, "IGNORE NULLS")
	}
	over := " OVER (" + p.over(f) + ")"
	if proc.Kind == 'a' {
		return p.agg(&f.Agg, f.Base.At) + over
	}
	return "pg_catalog." + ident(proc.Name) + paren(strings.Join(p.exprs(f.Agg.Args), ", ")) + over
}

func (p *postgres) over(f *plan.WindowFunc) string {
	var parts []string
	if len(f.Partition) > 0 {
		parts = append(parts, "PARTITION BY "+strings.Join(p.exprs(f.Partition), ", "))
	}
	if keys := p.windowKeys(f.Order); len(keys) > 0 {
		parts = append(parts, "ORDER BY "+strings.Join(keys, ", "))
	}
	mode := [...]string{"RANGE", "ROWS", "GROUPS"}[f.Frame.Mode]
	exclude := [...]string{"", " EXCLUDE CURRENT ROW", " EXCLUDE GROUP", " EXCLUDE TIES"}[f.Frame.Exclude]
	frame := mode + " BETWEEN " + p.frameBound(f.Frame.Start) + " AND " + p.frameBound(f.Frame.End) + exclude
	return strings.Join(append(parts, frame), " ")
}

// windowKeys are sort keys; constants stay, since RANGE and GROUPS need an order.
func (p *postgres) windowKeys(keys []plan.SortKey) []string {
	var out []string
	for _, k := range keys {
		if c, ok := k.Expr.(*plan.Const); ok {
			out = append(out, "("+p.constant(c)+")")
			continue
		}
		out = append(out, p.sortKeys([]plan.SortKey{k})...)
	}
	return out
}

func (p *postgres) frameBound(b plan.Bound) string {
	switch b.Kind {
	case plan.UnboundedPreceding:
		return "UNBOUNDED PRECEDING"
	case plan.OffsetPreceding:
		return p.expr(b.Offset) + " PRECEDING"
	case plan.OffsetFollowing:
		return p.expr(b.Offset) + " FOLLOWING"
	case plan.UnboundedFollowing:
		return "UNBOUNDED FOLLOWING"
	}
	return "CURRENT ROW"
}
