package rules

import (
	"slices"

	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/planner/plan"
)

// columnOf reads an expression as a column, through casts that keep the representation; nil for anything else.
func columnOf(e plan.Expr) *plan.Ref {
	if c, ok := e.(*plan.Cast); ok && c.Method == plan.Relabel {
		e = c.Arg
	}
	r, _ := e.(*plan.Ref)
	return r
}

// orders reports whether proc is a comparison of two values of one type by that type's own order or equality, which is
// transitive.
func orders(name string, proc uint32) bool {
	if !slices.Contains([]string{"=", "<>", "<", "<=", ">", ">="}, name) {
		return false
	}
	for _, o := range pgcat.OperatorsByName(name) {
		if o.Code == proc {
			return o.Left == o.Right && sorted(o.Left)
		}
	}
	return false
}

// sorted reports whether a type's equality belongs to an order.
func sorted(oid uint32) bool {
	return slices.ContainsFunc(pgcat.OperatorsByName("="), func(o *pgcat.Operator) bool {
		return o.Left == oid && o.Right == oid && o.Merges
	})
}

// equality reads a term as the equality of two columns of one type.
func equality(e plan.Expr) (a, b *plan.Ref, ok bool) {
	c, isCall := e.(*plan.Call)
	if !isCall || c.Op != "=" || len(c.Args) != 2 {
		return nil, nil, false
	}
	a, b = columnOf(c.Args[0]), columnOf(c.Args[1])
	return a, b, a != nil && b != nil && a.ID != b.ID && a.T.OID == b.T.OID && orders("=", c.Proc)
}

// bound reads a term as a comparison of a column with values that are the same for the whole statement.
func bound(e plan.Expr) *plan.Ref {
	switch e := e.(type) {
	case *plan.Call:
		if len(e.Args) != 2 || !orders(e.Op, e.Proc) {
			return nil
		}
		if r := columnOf(e.Args[0]); r != nil && fixed(e.Args[1]) {
			return r
		}
		if r := columnOf(e.Args[1]); r != nil && fixed(e.Args[0]) {
			return r
		}
	case *plan.In:
		if r := columnOf(e.Arg); r != nil && orders("=", e.Proc) && !slices.ContainsFunc(e.List, func(x plan.Expr) bool { return !fixed(x) }) {
			return r
		}
	}
	return nil
}

func fixed(e plan.Expr) bool {
	switch e := e.(type) {
	case *plan.Const:
		return true
	case *plan.Late:
		return e.Kind != plan.ClockTime
	}
	return false
}

// classes are columns that are equal in every row, by union-find.
type classes struct {
	parent map[plan.ColID]plan.ColID
	refs   map[plan.ColID]*plan.Ref
	order  []plan.ColID // columns as they came, so that equal plans give equal plans
}

func newClasses() *classes {
	return &classes{parent: map[plan.ColID]plan.ColID{}, refs: map[plan.ColID]*plan.Ref{}}
}

func (c *classes) find(id plan.ColID) plan.ColID {
	for {
		p, ok := c.parent[id]
		if !ok || p == id {
			return id
		}
		if g, ok := c.parent[p]; ok {
			c.parent[id] = g
		}
		id = p
	}
}

func (c *classes) see(r *plan.Ref) {
	if _, ok := c.refs[r.ID]; !ok {
		c.refs[r.ID], c.parent[r.ID] = r, r.ID
		c.order = append(c.order, r.ID)
	}
}

// add takes a term's equality in.
func (c *classes) add(term plan.Expr) {
	if a, b, ok := equality(term); ok {
		c.unite(a, b)
	}
}

func (c *classes) unite(a, b *plan.Ref) {
	c.see(a)
	c.see(b)
	c.parent[c.find(a.ID)] = c.find(b.ID)
}

// members lists the columns of each class that has several, in the order in which they came.
func (c *classes) members() map[plan.ColID][]*plan.Ref {
	out := map[plan.ColID][]*plan.Ref{}
	for _, id := range c.order {
		root := c.find(id)
		out[root] = append(out[root], c.refs[id])
	}
	return out
}

// maxImplied bounds what is inferred in one tree of joins.
const maxImplied = 200

// implied returns what bounds on columns say about the other columns of their classes, terms that are known already left out.
//
//	a = b, b = c, a > 5   →   b > 5, c > 5
func (c *classes) implied(terms []plan.Expr) []plan.Expr {
	members := c.members()
	known := map[boundKey]bool{}
	for _, t := range terms {
		if r := bound(t); r != nil {
			known[keyOf(t, r.ID)] = true
		}
	}
	var out []plan.Expr
	for _, t := range terms {
		r := bound(t)
		if r == nil {
			continue
		}
		for _, m := range members[c.find(r.ID)] {
			if len(out) == maxImplied {
				return out
			}
			if m.ID == r.ID || known[keyOf(t, m.ID)] {
				continue
			}
			known[keyOf(t, m.ID)] = true
			out = append(out, substitute(t, map[plan.ColID]plan.Expr{r.ID: m}))
		}
	}
	return out
}

// boundKey is a bound's column, operator and value; a list is known by its first item's identity.
type boundKey struct {
	column plan.ColID
	proc   uint32
	left   bool // the column is the left operand
	value  any
}

func keyOf(t plan.Expr, column plan.ColID) boundKey {
	if in, ok := t.(*plan.In); ok {
		return boundKey{column, in.Proc, !in.Negated, &in.List[0]}
	}
	c := t.(*plan.Call)
	if columnOf(c.Args[0]) != nil {
		return boundKey{column, c.Proc, true, literalKey(c.Args[1])}
	}
	return boundKey{column, c.Proc, false, literalKey(c.Args[0])}
}

func literalKey(e plan.Expr) any {
	if l, ok := e.(*plan.Late); ok {
		return [3]any{l.Kind, l.Index, l.Name}
	}
	return plan.FormatExpr(e)
}

// equal says that two columns of one type are equal; false for a type without an equality of its own.
func equal(a, b *plan.Ref) (plan.Expr, bool) {
	args := []plan.Expr{asText(a), asText(b)}
	for _, o := range pgcat.OperatorsByName("=") {
		if o.Left != args[0].Type().OID || o.Right != args[1].Type().OID || !o.Merges {
			continue
		}
		p, ok := pgcat.ProcByOID(o.Code)
		if !ok {
			return nil, false
		}
		t := plan.Base{T: plan.Type{OID: pgcat.Bool, Mod: -1}, At: -1}
		return &plan.Call{Base: t, Proc: o.Code, Name: p.Name, Op: "=", Args: args}, true
	}
	return nil, false
}

// asText reads varchar as text, which has its operators.
func asText(r *plan.Ref) plan.Expr {
	if r.T.OID != pgcat.Varchar {
		return r
	}
	return &plan.Cast{Base: plan.Base{T: plan.Type{OID: pgcat.Text, Mod: -1}, At: -1}, Arg: r, Method: plan.Relabel}
}
