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
			p.set(s, c.ID, sx{text: texts[i], oid: c.Type.OID})
		}
		return s
	}
	if len(n.Rows) == 0 || len(n.Out) == 0 {
		if len(n.Rows) > 1 {
			p.refuse(-1, "rows without columns")
		}
		for _, c := range n.Out {
			p.set(s, c.ID, sx{text: "NULL::" + p.typeName(c.Type), oid: c.Type.OID})
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
	return p.aliased("VALUES "+strings.Join(rows, ", "), n.Out, nil)
}

// funcScan prints functions in FROM, side by side.
func (p *postgres) funcScan(n *plan.FuncScan) *sel {
	var calls []string
	for _, c := range n.Calls {
		if proc, ok := pgcat.ProcByOID(c.Proc); !ok || proc.Result == recordOID && proc.AllArgs == nil {
			p.refuse(c.At, "function %s in FROM", c.Name)
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
		p.set(s, c.ID, sx{text: alias + "." + name(c.ID), oid: c.Type.OID, plain: true})
	}
	return s
}
