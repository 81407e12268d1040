package plan

import (
	"fmt"
	"strconv"
	"strings"
)

// Format prints a plan as an indented tree, one node a line, columns as name#id: EXPLAIN shows it and goldens compare it.
func Format(n Node) string {
	var p printer
	p.node(n, 0)
	return p.String()
}

// FormatExpr prints an expression as Format does.
func FormatExpr(e Expr) string {
	var p printer
	p.expr(e)
	return p.String()
}

type printer struct{ strings.Builder }

func (p *printer) line(depth int, format string, args ...any) {
	fmt.Fprintf(p, "%s%s\n", strings.Repeat("  ", depth), fmt.Sprintf(format, args...))
}

func (p *printer) node(n Node, depth int) {
	p.line(depth, "%s", p.head(n))
	if r, ok := n.(*Remote); ok {
		p.node(r.Plan, depth+1)
	}
	for _, in := range n.Inputs() {
		p.node(in, depth+1)
	}
	for _, q := range subqueriesOf(n) {
		p.line(depth+1, "subquery")
		p.node(q, depth+2)
	}
}

func subqueriesOf(n Node) []Node {
	var plans []Node
	MapOwn(n, func(e Expr) Expr {
		walkShallow(e, func(c Expr) {
			if s, ok := c.(*Subquery); ok {
				plans = append(plans, s.Plan)
			}
		})
		return e
	})
	return plans
}

// walkShallow visits e and its children, not the plans of subqueries.
func walkShallow(e Expr, f func(Expr)) {
	f(e)
	withChildren(e, func(c Expr) Expr { walkShallow(c, f); return c }, func(n Node) Node { return n })
}

func (p *printer) head(n Node) string {
	switch n := n.(type) {
	case *Scan:
		return fmt.Sprintf("scan %s.%s [%s]", n.Table.Connection, n.Table.Object, cols(n.Out))
	case *Values:
		return fmt.Sprintf("values [%s] %d rows%s", cols(n.Out), len(n.Rows), firstRow(n))
	case *FuncScan:
		calls := make([]string, len(n.Calls))
		for i, c := range n.Calls {
			calls[i] = FormatExpr(c)
		}
		return fmt.Sprintf("function scan %s [%s]", strings.Join(calls, ", "), cols(n.Out))
	case *Filter:
		return "filter " + FormatExpr(n.Cond)
	case *Project:
		return "project " + assignments(n.Out, n.Exprs)
	case *ProjectSet:
		return "project set " + assignments(n.Out, n.Exprs)
	case *Join:
		return joinHead(n)
	case *Aggregate:
		return aggregateHead(n)
	case *Window:
		return "window " + assignments(n.Out, windowExprs(n))
	case *Sort:
		return "sort " + keys(n.Keys)
	case *Limit:
		return limitHead(n)
	case *SetOp:
		return fmt.Sprintf("%s%s [%s]", [...]string{"union", "intersect", "except"}[n.Kind], opt(n.All, " all"), cols(n.Out))
	case *Unique:
		return "distinct" + opt(n.On != nil, " on "+list(n.On)) + opt(n.Keys != nil, " order by "+keys(n.Keys))
	case *With:
		names := make([]string, len(n.CTEs))
		for i, c := range n.CTEs {
			names[i] = fmt.Sprintf("%s%s@%d [%s]", opt(c.Recursive, "recursive "), c.Name, c.ID, cols(c.Cols))
		}
		return "with " + strings.Join(names, ", ")
	case *CTERef:
		return fmt.Sprintf("cte %s@%d [%s]", n.Name, n.ID, cols(n.Out))
	case *Remote:
		return fmt.Sprintf("remote %d %s", n.ID, n.Connection)
	}
	return fmt.Sprintf("%T", n)
}

func firstRow(n *Values) string {
	if len(n.Rows) != 1 || len(n.Out) == 0 {
		return ""
	}
	return " (" + list(n.Rows[0]) + ")"
}

func opt(yes bool, s string) string {
	if yes {
		return s
	}
	return ""
}

func joinHead(n *Join) string {
	kind := [...]string{"inner", "left", "right", "full", "semi", "anti"}[n.Kind]
	head := kind + opt(n.Lateral, " lateral") + " join"
	if n.Cond == nil {
		return head
	}
	return head + " on " + FormatExpr(n.Cond)
}

func aggregateHead(n *Aggregate) string {
	head := "aggregate group by (" + list(n.Groups) + ")"
	if n.Sets != nil {
		head += fmt.Sprintf(" sets %v", n.Sets)
	}
	if len(n.Groups) <= len(n.Out) {
		head += " [" + cols(n.Out[:len(n.Groups)]) + "] " + assignments(n.Out[len(n.Groups):], n.Aggs)
	}
	return strings.TrimRight(head, " ")
}

func limitHead(n *Limit) string {
	head := "limit"
	if n.Count != nil {
		head += " " + FormatExpr(n.Count)
	}
	if n.Offset != nil {
		head += " offset " + FormatExpr(n.Offset)
	}
	return head + opt(n.WithTies, " with ties")
}

func windowExprs(n *Window) []Expr {
	out := make([]Expr, len(n.Funcs))
	for i, f := range n.Funcs {
		out[i] = f
	}
	return out
}

func cols(in []Col) string {
	names := make([]string, len(in))
	for i, c := range in {
		names[i] = c.Name + "#" + strconv.Itoa(int(c.ID))
	}
	return strings.Join(names, ", ")
}

func assignments(out []Col, exprs []Expr) string {
	parts := make([]string, 0, len(out))
	for i, c := range out {
		if i >= len(exprs) {
			break
		}
		s := fmt.Sprintf("%s#%d", c.Name, c.ID)
		if r, ok := exprs[i].(*Ref); !ok || r.ID != c.ID {
			s += " = " + FormatExpr(exprs[i])
		}
		parts = append(parts, s)
	}
	return "[" + strings.Join(parts, ", ") + "]"
}

func keys(in []SortKey) string {
	parts := make([]string, len(in))
	for i, k := range in {
		parts[i] = FormatExpr(k.Expr) + opt(k.Desc, " desc") + opt(k.NullsFirst, " nulls first") + opt(!k.NullsFirst, " nulls last")
	}
	return strings.Join(parts, ", ")
}

func list(in []Expr) string {
	parts := make([]string, len(in))
	for i, e := range in {
		parts[i] = FormatExpr(e)
	}
	return strings.Join(parts, ", ")
}
