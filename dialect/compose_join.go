package dialect

import (
	"strings"

	"github.com/waggle-sql/waggle/planner/plan"
)

// join prints an inner, outer or lateral join; a semi or anti join as [NOT] EXISTS, whose condition may be anything.
func (p *composer) join(n *plan.Join) *sel {
	if n.Kind == plan.Semi || n.Kind == plan.Anti {
		return p.semi(n)
	}
	s := &sel{plain: true}
	left := p.joined(s, p.node(n.Left), n.Kind == plan.Inner || n.Kind == plan.Left)
	right, lateral := p.node(n.Right), ""
	if n.Lateral {
		right, lateral = p.wrap(right), "LATERAL "
	}
	right = p.joined(s, right, n.Kind == plan.Inner)
	p.copy(s, left.cols)
	p.copy(s, right.cols)
	from := right.from
	if lateral == "" {
		from = parenthesised(from)
	}
	if n.Cond == nil && n.Kind == plan.Inner {
		s.from = left.from + " CROSS JOIN " + lateral + from
		return s
	}
	cond := "true"
	if n.Cond != nil {
		cond = p.own.value(n.Cond).text
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

// parenthesised puts a FROM of joins into parentheses; a single subquery with its alias needs none.
func parenthesised(from string) string {
	if !strings.Contains(from, " JOIN ") {
		return from
	}
	depth, quoted := 0, byte(0)
	for i := 0; i < len(from); i++ {
		switch c := from[i]; {
		case quoted != 0:
			if c == quoted {
				quoted = 0
			}
		case c == '\'' || c == '"':
			quoted = c
		case c == '(':
			depth++
		case c == ')':
			depth--
		case depth == 0 && strings.HasPrefix(from[i:], " JOIN "):
			return paren(from)
		}
	}
	return from
}

func (p *composer) semi(n *plan.Join) *sel {
	left := p.open(p.node(n.Left))
	right := p.open(p.node(n.Right))
	if n.Cond != nil {
		right.where = append(right.where, paren(p.own.value(n.Cond).text))
	}
	not := ""
	if n.Kind == plan.Anti {
		not = "NOT "
	}
	left.where = append(left.where, not+"EXISTS ("+right.render([]string{"true"})+")")
	return left
}
