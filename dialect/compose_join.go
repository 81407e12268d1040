package dialect

import "github.com/waggle-sql/waggle/planner/plan"

// join prints an inner, outer or lateral join; a semi or anti join as [NOT] EXISTS, whose condition may be anything.
func (p *composer) join(n *plan.Join) *sel {
	if n.Kind == plan.Semi || n.Kind == plan.Anti {
		return p.semi(n)
	}
	s := &sel{plain: true, joins: true}
	left := p.joined(s, p.node(n.Left), n.Kind == plan.Inner || n.Kind == plan.Left)
	right, lateral := p.node(n.Right), ""
	if n.Lateral {
		right, lateral = p.wrap(right), "LATERAL "
	}
	right = p.joined(s, right, n.Kind == plan.Inner)
	p.copy(s, left.cols)
	p.copy(s, right.cols)
	from := right.from
	if right.joins && lateral == "" {
		from = paren(from)
	}
	if n.Cond == nil && n.Kind == plan.Inner {
		s.from = left.from + " CROSS JOIN " + lateral + from
		return s
	}
	cond := "true"
	if n.Cond != nil {
		cond = p.on(n.Cond)
	}
	kind := map[plan.JoinKind]string{plan.Inner: " JOIN ", plan.Left: " LEFT JOIN ", plan.Right: " RIGHT JOIN ", plan.Full: " FULL JOIN "}[n.Kind]
	s.from = left.from + kind + lateral + from + " ON " + paren(cond)
	return s
}

// joined makes in an item of the FROM of s. Where the join keeps no row that the item's conditions drop, a flat composer moves
// them up:
//
//	(select … from a where p) join b   →   a join b where p
func (p *composer) joined(s, in *sel, kept bool) *sel {
	if !p.flat || !kept || in.closed() || len(in.order) > 0 || in.from == "" {
		return p.item(in)
	}
	s.where = append(s.where, in.where...)
	return in
}

func (p *composer) semi(n *plan.Join) *sel {
	left := p.open(p.node(n.Left))
	right := p.open(p.node(n.Right))
	if n.Cond != nil {
		right.where = append(right.where, paren(p.on(n.Cond)))
	}
	not := ""
	if n.Kind == plan.Anti {
		not = "NOT "
	}
	left.where = append(left.where, not+"EXISTS ("+right.render([]string{"true"})+")")
	return left
}

// on prints a join's condition.
func (p *composer) on(cond plan.Expr) string {
	if p.matched != nil {
		return p.matched(cond)
	}
	return p.own.value(cond).text
}
