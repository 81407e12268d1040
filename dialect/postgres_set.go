package dialect

import (
	"strconv"
	"strings"

	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/planner/plan"
)

// setOp prints UNION, INTERSECT or EXCEPT of the inputs' columns in order.
func (p *postgres) setOp(n *plan.SetOp) *sel {
	left := p.arm(n.Left, nil)
	right := p.arm(n.Right, nil)
	op := map[plan.SetKind]string{plan.Union: " UNION ", plan.Intersect: " INTERSECT ", plan.Except: " EXCEPT "}[n.Kind]
	if n.All {
		op += "ALL "
	}
	return p.aliased(paren(left)+op+paren(right), n.Out)
}

// aliased is a select from a query or a VALUES list whose columns get the names of out.
func (p *postgres) aliased(query string, out []plan.Col) *sel {
	alias := p.alias("t")
	s := &sel{plain: true, from: paren(p.count(query)) + " AS " + alias + columnAliases(out)}
	for _, c := range out {
		p.set(s, c, alias+"."+name(c.ID), true)
	}
	return s
}

func columnAliases(out []plan.Col) string {
	if len(out) == 0 {
		return ""
	}
	names := make([]string, len(out))
	for i, c := range out {
		names[i] = name(c.ID)
	}
	return paren(strings.Join(names, ", "))
}

// arm prints a plan as a query with its columns in the node's order, cast to types when they are given.
func (p *postgres) arm(n plan.Node, types []plan.Col) string {
	s := p.node(n)
	if s.distinct != "" {
		s = p.wrap(s)
	}
	var items []string
	for i, c := range n.Cols() {
		text := p.cols[c.ID].text
		if types != nil {
			text = paren(text) + "::" + p.typeName(types[i].Type)
		}
		items = append(items, text+" AS "+name(c.ID))
	}
	return p.count(s.render(items))
}

func (p *postgres) with(n *plan.With) *sel {
	refs, recursive := countRefs(n), ""
	var parts []string
	for i := range n.CTEs {
		c := &n.CTEs[i]
		if c.Recursive {
			recursive = "RECURSIVE "
		}
		parts = append(parts, p.cte(c, refs[c.ID]))
	}
	s := p.node(n.Body)
	if s.with != "" {
		s = p.wrap(s)
	}
	s.with = "WITH " + recursive + strings.Join(parts, ", ") + " "
	return s
}

func (p *postgres) cte(c *plan.CTE, refs int) string {
	info := &pgCTE{"w" + strconv.Itoa(c.ID), len(c.Cols)}
	p.ctes[c.ID] = info
	names := make([]string, len(c.Cols))
	for i := range names {
		names[i] = "x" + strconv.Itoa(i)
	}
	head := info.name
	if len(names) > 0 {
		head += paren(strings.Join(names, ", "))
	}
	if op, ok := c.Plan.(*plan.SetOp); ok && c.Recursive && op.Kind == plan.Union {
		all := " UNION "
		if op.All {
			all = " UNION ALL "
		}
		return head + " AS (" + paren(p.arm(op.Left, op.Out)) + all + paren(p.arm(op.Right, op.Out)) + ")"
	}
	if refs > 1 {
		return head + " AS MATERIALIZED (" + p.arm(c.Plan, nil) + ")"
	}
	return head + " AS (" + p.arm(c.Plan, nil) + ")"
}

func (p *postgres) cteRef(n *plan.CTERef) *sel {
	info, ok := p.ctes[n.ID]
	if !ok || info.width != len(n.Out) {
		p.fail(pgerr.New(pgerr.FeatureNotSupported, "a reference to the common table expression %q stands without it", n.Name))
		return &sel{}
	}
	alias := p.alias("t")
	s := &sel{from: info.name + " AS " + alias, plain: true}
	for i, c := range n.Out {
		p.set(s, c, alias+".x"+strconv.Itoa(i), true)
	}
	return s
}
