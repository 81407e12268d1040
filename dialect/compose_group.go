package dialect

import (
	"strconv"
	"strings"

	"github.com/waggle-sql/waggle/planner/plan"
)

// aggregate groups; agg prints one call. Keys that are no bare columns come from a subselect, so that the list shows exactly
// what is grouped by; with grouping sets all do, so that two keys never are one.
func (p *composer) aggregate(n *plan.Aggregate, agg func(*plan.Agg) sx) *sel {
	s := p.open(p.node(n.Input))
	s, list := p.grouped(s, n)
	out, keys := s.keep(), make([]string, len(list))
	for i := range list {
		keys[i] = list[i].text
	}
	for _, a := range n.Aggs {
		switch a := a.(type) {
		case *plan.Agg:
			list = append(list, agg(a))
		case *plan.Grouping:
			texts := make([]string, len(a.Groups))
			for i, g := range a.Groups {
				texts[i] = keys[g]
			}
			list = append(list, sx{text: p.groupingOf(texts), oid: a.T.OID})
		default:
			list = append(list, p.own.unsupported(a.Pos(), "this aggregate"))
		}
	}
	for i, c := range n.Out {
		list[i].plain = false
		p.set(out, c.ID, list[i])
	}
	out.plain, out.group = false, groupBy(n, keys)
	return out
}

// groupingOf is a number with a bit for each key, that of the last one is the lowest.
func (p *composer) groupingOf(keys []string) string {
	if !p.single {
		return "GROUPING(" + strings.Join(keys, ", ") + ")"
	}
	bits := make([]string, len(keys))
	for i, k := range keys {
		bits[i] = "GROUPING(" + k + ") * " + strconv.Itoa(1<<(len(keys)-1-i))
	}
	return paren(strings.Join(bits, " + "))
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
func (p *composer) grouped(s *sel, n *plan.Aggregate) (*sel, []sx) {
	keys, simple, own := make([]sx, len(n.Groups)), n.Sets == nil, ownColumns(s)
	for i, e := range n.Groups {
		keys[i] = p.own.value(e)
		r, ok := e.(*plan.Ref)
		simple = simple && ok && own[r.ID] && keys[i].plain
	}
	if simple || p.err != nil {
		return s, keys
	}
	items := s.items()
	alias := p.alias("t")
	for i := range keys {
		k := p.alias("g")
		items = append(items, keys[i].text+" AS "+k)
		keys[i].text, keys[i].raw = alias+"."+k, ""
	}
	w := &sel{plain: true, from: paren(p.count(s.render(items))) + " AS " + alias}
	p.rename(w, s.cols, alias)
	return w, keys
}

// window adds a column per function; call prints one with its OVER.
func (p *composer) window(n *plan.Window, call func(*plan.WindowFunc) sx) *sel {
	s := p.open(p.node(n.Input))
	out := s.keep()
	list := make([]sx, len(n.Funcs))
	for i, f := range n.Funcs {
		list[i] = call(f)
	}
	p.copy(out, s.cols)
	for i, c := range n.Out {
		list[i].plain = false
		p.set(out, c.ID, list[i])
	}
	out.plain = false
	return out
}

// over prints partition, order and frame; the frame is always said.
func (p *composer) over(f *plan.WindowFunc, partition []string, order []string) string {
	var parts []string
	if len(partition) > 0 {
		parts = append(parts, "PARTITION BY "+strings.Join(partition, ", "))
	}
	if len(order) > 0 {
		parts = append(parts, "ORDER BY "+strings.Join(order, ", "))
	}
	mode := [...]string{"RANGE", "ROWS", "GROUPS"}[f.Frame.Mode]
	exclude := [...]string{"", " EXCLUDE CURRENT ROW", " EXCLUDE GROUP", " EXCLUDE TIES"}[f.Frame.Exclude]
	frame := mode + " BETWEEN " + p.frameBound(f.Frame.Start) + " AND " + p.frameBound(f.Frame.End) + exclude
	return strings.Join(append(parts, frame), " ")
}

func (p *composer) frameBound(b plan.Bound) string {
	switch b.Kind {
	case plan.UnboundedPreceding:
		return "UNBOUNDED PRECEDING"
	case plan.OffsetPreceding:
		return p.own.value(b.Offset).text + " PRECEDING"
	case plan.OffsetFollowing:
		return p.own.value(b.Offset).text + " FOLLOWING"
	case plan.UnboundedFollowing:
		return "UNBOUNDED FOLLOWING"
	}
	return "CURRENT ROW"
}
