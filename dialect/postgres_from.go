package dialect

import (
	"strings"

	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/planner/plan"
)

// values prints rows of expressions; a single row needs no FROM.
func (p *postgres) values(n *plan.Values) *sel {
	s := &sel{}
	if len(n.Rows) == 1 {
		texts := make([]string, len(n.Out))
		for i, e := range n.Rows[0] {
			texts[i] = p.expr(e)
		}
		for i, c := range n.Out {
			p.set(s, c, texts[i], false)
		}
		return s
	}
	if len(n.Rows) == 0 || len(n.Out) == 0 {
		if len(n.Rows) > 1 {
			p.unsupported(-1, "rows without columns")
		}
		for _, c := range n.Out {
			p.set(s, c, "NULL::"+p.typeName(c.Type), false)
		}
		s.where = []string{"false"}
		return s
	}
	var rows []string
	for _, r := range n.Rows {
		items := make([]string, len(r))
		for i, e := range r {
			items[i] = p.expr(e)
		}
		rows = append(rows, paren(strings.Join(items, ", ")))
	}
	return p.aliased("VALUES "+strings.Join(rows, ", "), n.Out)
}

// funcScan prints functions in FROM, side by side.
func (p *postgres) funcScan(n *plan.FuncScan) *sel {
	var calls []string
	for _, c := range n.Calls {
		if proc, ok := pgcat.ProcByOID(c.Proc); !ok || proc.Result == recordOID && proc.AllArgs == nil {
			p.unsupported(c.At, "function %s in FROM", c.Name)
		}
		calls = append(calls, p.function(c))
	}
	alias := p.alias("t")
	from := "ROWS FROM (" + strings.Join(calls, ", ") + ")"
	if n.Ordinality {
		from += " WITH ORDINALITY"
	}
	s := &sel{plain: true, from: from + " AS " + alias + columnAliases(n.Out)}
	for _, c := range n.Out {
		p.set(s, c, alias+"."+name(c.ID), true)
	}
	return s
}

// join prints an inner, outer or lateral join; a semi or anti join as [NOT] EXISTS, whose condition may be anything.
func (p *postgres) join(n *plan.Join) *sel {
	if n.Kind == plan.Semi || n.Kind == plan.Anti {
		return p.semi(n)
	}
	left := p.item(p.node(n.Left))
	right, lateral := p.node(n.Right), ""
	if n.Lateral {
		right, lateral = p.wrap(right), "LATERAL "
	}
	right = p.item(right)
	s := &sel{plain: true}
	p.copy(s, left.cols)
	p.copy(s, right.cols)
	from := right.from
	if strings.Contains(from, " JOIN ") && lateral == "" {
		from = paren(from)
		if strings.HasPrefix(right.from, "(SELECT") || strings.HasPrefix(right.from, "(WITH") || strings.HasPrefix(right.from, "(VALUES") {
			from = p.parenthesised(right.from)
		}
	}
	if n.Cond == nil && n.Kind == plan.Inner {
		s.from = left.from + " CROSS JOIN " + lateral + from
		return s
	}
	cond := "true"
	if n.Cond != nil {
		cond = p.expr(n.Cond)
	}
	kind := map[plan.JoinKind]string{plan.Inner: " JOIN ", plan.Left: " LEFT JOIN ", plan.Right: " RIGHT JOIN ", plan.Full: " FULL JOIN "}[n.Kind]
	s.from = left.from + kind + lateral + from + " ON " + paren(cond)
	return s
}

// parenthesised puts a FROM of joins into parentheses; a single subquery with its alias needs none.
func (p *postgres) parenthesised(from string) string {
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

func (p *postgres) semi(n *plan.Join) *sel {
	left := p.open(p.node(n.Left))
	right := p.open(p.node(n.Right))
	if n.Cond != nil {
		right.where = append(right.where, paren(p.expr(n.Cond)))
	}
	not := ""
	if n.Kind == plan.Anti {
		not = "NOT "
	}
	left.where = append(left.where, not+"EXISTS ("+right.render([]string{"true"})+")")
	return left
}
