package dialect

import (
	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/planner/plan"
)

// subquery prints a query in an expression, where warehouses take it: a scalar one that stands alone anywhere, one that refers to
// the outer query in a WHERE if it is an aggregate of rows found by equality, EXISTS and IN as conjuncts of a WHERE.
func (p *warehouse) subquery(e *plan.Subquery) sx {
	correlated := len(plan.FreeRefs(e.Plan)) > 0
	conjunct, where := p.filtering, p.where
	p.filtering, p.where = false, false
	defer func() { p.filtering, p.where = conjunct, where }()
	switch {
	case e.Kind == plan.Scalar && (!correlated || where && aggregatedByEquality(e.Plan)):
		return p.scalar(e)
	case e.Kind == plan.Exists && conjunct && (!correlated || foundByEquality(rowsOf(e.Plan))):
		s := p.node(rowsOf(e.Plan))
		if s.closed() {
			s = p.wrap(s)
		}
		return boolean("EXISTS (" + s.render([]string{"1"}) + ")")
	case e.Kind == plan.Any && e.Op == "=" && conjunct && !correlated:
		return p.inQuery(e, " IN ")
	case e.Kind == plan.All && e.Op == "<>" && conjunct && !correlated:
		return p.inQuery(e, " NOT IN ")
	}
	return p.unsupported(e.At, "this subquery here")
}

// rowsOf is a plan without what changes columns and order alone.
func rowsOf(n plan.Node) plan.Node {
	for {
		switch m := n.(type) {
		case *plan.Project:
			n = m.Input
		case *plan.Sort:
			n = m.Input
		default:
			return n
		}
	}
}

// scalar is a query of one row; a quotient is two.
func (p *warehouse) scalar(e *plan.Subquery) sx {
	s := p.node(e.Plan)
	cols := e.Plan.Cols()
	if len(cols) != 1 {
		return p.unsupported(e.At, "a subquery with several columns here")
	}
	if s.distinct != "" {
		s = p.wrap(s)
	}
	x := p.cols[cols[0].ID]
	if x.den != 0 && len(plan.FreeRefs(e.Plan)) == 0 && !readsOuterTable(e.Plan) {
		return p.sharedRow(s, x)
	}
	one := func(id plan.ColID) sx {
		part := p.cols[id]
		part.text, part.plain, part.raw, part.null = paren(p.count(s.render([]string{part.text + " AS " + name(id)}))), false, "", false
		return part
	}
	out := one(cols[0].ID)
	if x.den != 0 {
		out.den = p.hidden(one(x.den))
	}
	if x.scale != 0 {
		out.scale = p.hidden(one(x.scale))
	}
	return out
}

// sharedRow is a row that is named in the statement's WITH, since its columns are said more than once.
func (p *warehouse) sharedRow(s *sel, x sx) sx {
	q := p.alias("q")
	d := p.cols[x.den]
	p.shared = append(p.shared, q+"(n, d) AS "+paren(p.count(s.render([]string{x.text + " AS n", d.text + " AS d"}))))
	x.text, d.text = "(SELECT n FROM "+q+")", "(SELECT d FROM "+q+")"
	x.plain, x.scale, x.raw, x.den = false, 0, "", p.hidden(d)
	return x
}

// readsOuterTable reports a plan that reads a common table expression bound outside of it.
func readsOuterTable(n plan.Node) bool {
	if len(countRefs(n)) == 0 {
		return false
	}
	bound := map[int]bool{}
	var visit func(plan.Node)
	visit = func(n plan.Node) {
		if w, ok := n.(*plan.With); ok {
			for _, c := range w.CTEs {
				bound[c.ID] = true
			}
		}
		for _, in := range n.Inputs() {
			visit(in)
		}
	}
	visit(n)
	for id := range countRefs(n) {
		if !bound[id] {
			return true
		}
	}
	return false
}

// inQuery is [NOT] IN of a query, which is three-valued as PostgreSQL's.
func (p *warehouse) inQuery(e *plan.Subquery, op string) sx {
	test := p.expr(e.Test)
	p.comparable(test, e.At)
	query := p.arm(e.Plan)
	if cols := e.Plan.Cols(); len(cols) == 1 {
		p.comparable(p.cols[cols[0].ID], e.At)
		if p.lang.digital && test.oid == pgcat.Numeric && test.s != p.cols[cols[0].ID].s {
			return p.unsupported(e.At, "numbers of several scales in a subquery")
		}
		return boolean(paren(test.text + op + paren(query)))
	}
	return p.unsupported(e.At, "a subquery with several columns here")
}

// exists prints a semi or anti join as [NOT] EXISTS, found by an equality at least.
func (p *warehouse) exists(n *plan.Join) *sel {
	right := n.Right
	if n.Cond != nil {
		right = &plan.Filter{Input: right, Cond: n.Cond}
	}
	if len(plan.FreeRefs(right)) > 0 && !foundByEquality(right) {
		p.unsupported(-1, "a semi-join by this condition")
	}
	left := p.open(p.node(n.Left))
	s := p.open(p.node(right))
	not := ""
	if n.Kind == plan.Anti {
		not = "NOT "
	}
	left.where = append(left.where, not+"EXISTS ("+s.render([]string{"1"})+")")
	return left
}

// aggregatedByEquality: one row is computed of all that an equality with the outer query finds.
func aggregatedByEquality(n plan.Node) bool {
	for {
		project, ok := n.(*plan.Project)
		if !ok {
			break
		}
		if refersOut(n, n) {
			return false
		}
		n = project.Input
	}
	a, ok := n.(*plan.Aggregate)
	return ok && len(a.Groups) == 0 && a.Sets == nil && !refersOut(a, a) && found(a.Input, n, true)
}

// foundByEquality: rows are found by comparisons with the outer query, one of them an equality.
func foundByEquality(n plan.Node) bool {
	equal := false
	eachFilter(n, func(c plan.Expr) { equal = equal || outerComparison(c, n) == "=" })
	return equal && found(n, n, false)
}

// found walks the operators that warehouses decorrelate: outer columns stand in comparisons that are conjuncts of a filter, and
// with equal in equalities alone.
func found(n, root plan.Node, equal bool) bool {
	switch n := n.(type) {
	case *plan.Filter:
		for _, c := range conjunctsOf(n.Cond) {
			op := outerComparison(c, root)
			if op == "" && refers(c, root) || equal && op != "" && op != "=" {
				return false
			}
		}
		return found(n.Input, root, equal)
	case *plan.Project:
		if depends(n.Input, root) && !renames(n) { // it would be a query of its own
			return false
		}
		return !refersOut(n, root) && found(n.Input, root, equal)
	case *plan.Join:
		outer := n.Kind != plan.Inner && (depends(n.Left, root) || depends(n.Right, root))
		return !n.Lateral && !outer && (n.Cond == nil || !refers(n.Cond, root)) && found(n.Left, root, equal) && found(n.Right, root, equal)
	}
	return !depends(n, root)
}

// renames reports a projection that computes nothing.
func renames(n *plan.Project) bool {
	for _, e := range n.Exprs {
		if _, ok := e.(*plan.Ref); !ok {
			return false
		}
	}
	return true
}

func eachFilter(n plan.Node, f func(plan.Expr)) {
	if filter, ok := n.(*plan.Filter); ok {
		for _, c := range conjunctsOf(filter.Cond) {
			f(c)
		}
	}
	for _, in := range n.Inputs() {
		eachFilter(in, f)
	}
}

// depends reports outer columns of root's in a part of it.
func depends(part, root plan.Node) bool {
	free := plan.FreeRefs(root)
	for id := range plan.FreeRefs(part) {
		if free[id] {
			return true
		}
	}
	return false
}

func refers(e plan.Expr, root plan.Node) bool {
	free := plan.FreeRefs(root)
	for id := range plan.Refs(e) {
		if free[id] {
			return true
		}
	}
	return false
}

// refersOut reports outer columns in a node's own expressions.
func refersOut(n, root plan.Node) bool {
	out := false
	plan.MapOwn(n, func(e plan.Expr) plan.Expr {
		out = out || refers(e, root)
		return e
	})
	return out
}

// outerComparison is the operator of a comparison between an expression over root's rows and one over the outer query's; ""
// for anything else.
func outerComparison(e plan.Expr, root plan.Node) string {
	c, ok := e.(*plan.Call)
	if !ok || len(c.Args) != 2 {
		return ""
	}
	op, ok := comparisons[signatureOf(c.Proc, c.Name)]
	if !ok {
		return ""
	}
	free := plan.FreeRefs(root)
	outer := func(e plan.Expr) (outer, inner bool) {
		for id := range plan.Refs(e) {
			outer, inner = outer || free[id], inner || !free[id]
		}
		return outer, inner
	}
	lo, li := outer(c.Args[0])
	ro, ri := outer(c.Args[1])
	if lo && !li && ri && !ro || ro && !ri && li && !lo {
		return op
	}
	return ""
}

// anyAll prints a comparison with the items of a constant array as a list.
func (p *warehouse) anyAll(e *plan.AnyAll) sx {
	items, ok := knownItems(e.Array)
	if !ok || !(e.Op == "=" && !e.All || e.Op == "<>" && e.All) {
		return p.unsupported(e.At, "ANY or ALL of this array")
	}
	if len(items) == 0 {
		return boolean(map[bool]string{false: "FALSE", true: "TRUE"}[e.All])
	}
	return p.in(&plan.In{Base: e.Base, Arg: e.Arg, List: items, Negated: e.All})
}
