package rules

import "github.com/waggle-sql/waggle/planner/plan"

// connection is which source's tables a subtree reads: none, one, or several.
type connection struct {
	name    string
	several bool
}

func (c connection) with(o connection) connection {
	if c.name == "" && !c.several {
		return o
	}
	c.several = c.several || o.several || o.name != "" && o.name != c.name
	return c
}

// connection is the connection of a subtree's tables, those of its subqueries included.
func (env *Env) connection(n plan.Node) connection {
	if c, ok := env.connections[n]; ok {
		return c
	}
	var c connection
	switch n := n.(type) {
	case *plan.Scan:
		c.name = n.Table.Connection
	case *plan.Remote:
		c.name = n.Connection
	}
	for _, in := range n.Inputs() {
		c = c.with(env.connection(in))
	}
	inSubqueries(n, func(sub plan.Node) plan.Node { c = c.with(env.connection(sub)); return sub })
	if env.connections == nil {
		env.connections = map[plan.Node]connection{}
	}
	env.connections[n] = c
	return c
}

// speaks reports whether a connection's source answers SQL.
func (env *Env) speaks(connection string) bool {
	_, ok := env.Sources[connection].SQL()
	return ok
}

// answers reports whether one SQL source can be asked for all of n.
func (env *Env) answers(n plan.Node) bool {
	c := env.connection(n)
	sql, ok := env.Sources[c.name].SQL()
	return ok && !c.several && sql.Say(n) == nil
}
