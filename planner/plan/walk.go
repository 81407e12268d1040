package plan

// MapExpr rebuilds e bottom-up: children first, then f on the node that holds them. It enters the plans of subqueries.
// Expressions that f leaves alone are shared, not copied.
func MapExpr(e Expr, f func(Expr) Expr) Expr {
	if e == nil {
		return nil
	}
	return f(withChildren(e, func(c Expr) Expr { return MapExpr(c, f) }, func(n Node) Node { return Map(n, f) }))
}

// Map rebuilds a plan with f applied to each expression of each node, fragments included.
func Map(n Node, f func(Expr) Expr) Node {
	return Transform(n, func(m Node) Node { return MapOwn(m, func(e Expr) Expr { return MapExpr(e, f) }) })
}

// Transform rebuilds a plan bottom-up, entering fragments, but not the plans of subqueries in expressions.
func Transform(n Node, f func(Node) Node) Node {
	if r, ok := n.(*Remote); ok {
		if p := Transform(r.Plan, f); p != r.Plan {
			c := *r
			c.Plan = p
			n = &c
		}
		return f(n)
	}
	in := n.Inputs()
	changed := false
	out := make([]Node, len(in))
	for i, c := range in {
		out[i] = Transform(c, f)
		changed = changed || out[i] != c
	}
	if changed {
		n = n.WithInputs(out)
	}
	return f(n)
}

// Walk calls f for each expression of a plan, outer before inner, subqueries and fragments included.
func Walk(n Node, f func(Expr)) {
	Map(n, func(e Expr) Expr { f(e); return e })
}

// WalkExpr calls f for e and everything in it, subqueries included.
func WalkExpr(e Expr, f func(Expr)) {
	MapExpr(e, func(c Expr) Expr { f(c); return c })
}

// Refs returns the columns that e refers to, outer ones of its subqueries included and the subqueries' own excluded.
func Refs(e Expr) map[ColID]bool {
	refs, own := map[ColID]bool{}, map[ColID]bool{}
	WalkExpr(e, func(c Expr) {
		switch c := c.(type) {
		case *Ref:
			refs[c.ID] = true
		case *Subquery:
			collectOwn(c.Plan, own)
		}
	})
	for id := range own {
		delete(refs, id)
	}
	return refs
}

// FreeRefs returns the columns that a plan refers to and does not produce itself.
func FreeRefs(n Node) map[ColID]bool {
	refs, own := map[ColID]bool{}, map[ColID]bool{}
	collectOwn(n, own)
	Walk(n, func(e Expr) {
		switch e := e.(type) {
		case *Ref:
			refs[e.ID] = true
		case *Subquery:
			collectOwn(e.Plan, own)
		}
	})
	for id := range own {
		delete(refs, id)
	}
	return refs
}

func collectOwn(n Node, own map[ColID]bool) {
	Transform(n, func(m Node) Node {
		for _, c := range m.Cols() {
			own[c.ID] = true
		}
		return m
	})
}

// MapOwn returns n with f applied to the expressions that n itself holds.
func MapOwn(n Node, f func(Expr) Expr) Node {
	switch n := n.(type) {
	case *Values:
		return mapValues(n, f)
	case *FuncScan:
		return mapFuncScan(n, f)
	case *Filter:
		if c := f(n.Cond); c != n.Cond {
			return &Filter{Input: n.Input, Cond: c}
		}
	case *Project:
		if x, changed := mapList(n.Exprs, f); changed {
			return &Project{Input: n.Input, Exprs: x, Out: n.Out}
		}
	case *ProjectSet:
		if x, changed := mapList(n.Exprs, f); changed {
			return &ProjectSet{Input: n.Input, Exprs: x, Out: n.Out}
		}
	case *Join:
		if n.Cond == nil {
			return n
		}
		if c := f(n.Cond); c != n.Cond {
			j := *n
			j.Cond = c
			return &j
		}
	case *Aggregate:
		g, gc := mapList(n.Groups, f)
		a, ac := mapList(n.Aggs, f)
		if gc || ac {
			c := *n
			c.Groups, c.Aggs = g, a
			return &c
		}
	case *Window:
		return mapWindow(n, f)
	case *Sort:
		if k, changed := mapKeys(n.Keys, f); changed {
			return &Sort{Input: n.Input, Keys: k}
		}
	case *Limit:
		return mapLimit(n, f)
	case *Unique:
		on, oc := mapList(n.On, f)
		keys, kc := mapKeys(n.Keys, f)
		if oc || kc {
			return &Unique{Input: n.Input, On: on, Keys: keys}
		}
	}
	return n
}

func mapValues(n *Values, f func(Expr) Expr) Node {
	rows := make([][]Expr, len(n.Rows))
	changed := false
	for i, r := range n.Rows {
		var c bool
		rows[i], c = mapList(r, f)
		changed = changed || c
	}
	if !changed {
		return n
	}
	return &Values{Rows: rows, Out: n.Out}
}

func mapFuncScan(n *FuncScan, f func(Expr) Expr) Node {
	calls := make([]*Call, len(n.Calls))
	changed := false
	for i, c := range n.Calls {
		calls[i] = c
		if m, ok := f(c).(*Call); ok && m != c {
			calls[i], changed = m, true
		}
	}
	if !changed {
		return n
	}
	return &FuncScan{Calls: calls, Out: n.Out, Ordinality: n.Ordinality}
}

func mapWindow(n *Window, f func(Expr) Expr) Node {
	funcs := make([]*WindowFunc, len(n.Funcs))
	changed := false
	for i, w := range n.Funcs {
		funcs[i] = w
		if m, ok := f(w).(*WindowFunc); ok && m != w {
			funcs[i], changed = m, true
		}
	}
	if !changed {
		return n
	}
	return &Window{Input: n.Input, Funcs: funcs, Out: n.Out}
}

func mapLimit(n *Limit, f func(Expr) Expr) Node {
	count, offset := n.Count, n.Offset
	if count != nil {
		count = f(count)
	}
	if offset != nil {
		offset = f(offset)
	}
	if count == n.Count && offset == n.Offset {
		return n
	}
	return &Limit{Input: n.Input, Count: count, Offset: offset, WithTies: n.WithTies}
}

func mapList(in []Expr, f func(Expr) Expr) ([]Expr, bool) {
	for i, e := range in {
		m := f(e)
		if m == e {
			continue
		}
		out := append([]Expr(nil), in...)
		out[i] = m
		for k := i + 1; k < len(in); k++ {
			out[k] = f(in[k])
		}
		return out, true
	}
	return in, false
}

func mapKeys(in []SortKey, f func(Expr) Expr) ([]SortKey, bool) {
	out := append([]SortKey(nil), in...)
	changed := false
	for i := range out {
		e := f(out[i].Expr)
		changed = changed || e != out[i].Expr
		out[i].Expr = e
	}
	return out, changed
}

// MapExprSubqueries rebuilds e with f's answer as the plan of each subquery in it, the outermost only.
func MapExprSubqueries(e Expr, f func(*Subquery) Node) Expr {
	m := withChildren(e, func(c Expr) Expr { return MapExprSubqueries(c, f) }, func(n Node) Node { return n })
	s, ok := m.(*Subquery)
	if !ok {
		return m
	}
	p := f(s)
	if p == s.Plan {
		return m
	}
	c := *s
	c.Plan = p
	return &c
}
