package plan

// Descend rebuilds e top-down, entering the plans of subqueries: where f reports true its result replaces the expression
// and nothing below it is visited.
func Descend(e Expr, f func(Expr) (Expr, bool)) Expr {
	if e == nil {
		return nil
	}
	if r, done := f(e); done {
		return r
	}
	return withChildren(e, func(c Expr) Expr { return Descend(c, f) }, func(n Node) Node { return DescendNode(n, f) })
}

// DescendNode applies Descend to every expression of a plan.
func DescendNode(n Node, f func(Expr) (Expr, bool)) Node {
	return Transform(n, func(m Node) Node { return MapOwn(m, func(e Expr) Expr { return Descend(e, f) }) })
}

// Children calls f for each direct child expression of e and sub for the plan of a subquery; it goes no deeper.
func Children(e Expr, f func(Expr), sub func(Node)) {
	withChildren(e, func(c Expr) Expr { f(c); return c }, func(n Node) Node { sub(n); return n })
}

// MapExprShallow returns e with f applied to its direct child expressions; the plans of subqueries stay.
func MapExprShallow(e Expr, f func(Expr) Expr) Expr {
	return withChildren(e, f, func(n Node) Node { return n })
}
