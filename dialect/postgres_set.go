package dialect

import "github.com/waggle-sql/waggle/planner/plan"

// recursive prints both terms, whose columns must be of the result's types exactly.
func (p *postgres) recursive(op *plan.SetOp) string {
	return paren(p.typedArm(op.Left, op.Out)) + setWord(op) + paren(p.typedArm(op.Right, op.Out))
}

// typedArm prints a plan as a query with its columns in the node's order, cast to types.
func (p *postgres) typedArm(n plan.Node, types []plan.Col) string {
	s := p.node(n)
	if s.distinct != "" {
		s = p.wrap(s)
	}
	items := make([]string, len(types))
	for i, c := range n.Cols() {
		items[i] = paren(p.cols[c.ID].text) + "::" + p.typeName(types[i].Type) + " AS " + name(c.ID)
	}
	return p.count(s.render(items))
}
