package bind

import (
	pg "github.com/pganalyze/pg_query_go/v6"

	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/planner/plan"
)

// funcCall binds a call of a function, aggregate or window function (ParseFuncOrColumn).
func (b *binder) funcCall(s *scope, n *pg.FuncCall) plan.Expr {
	at := b.at(n.Location)
	name, ok := b.functionName(n, at)
	if !ok {
		return null(pgcat.Unknown, at)
	}
	if name == "measure" && len(n.Args) == 1 && len(pgcat.ProcsByName(name)) == 0 {
		return b.measure(s, n, at)
	}
	if name == "information_schema._pg_expandarray" && len(n.Args) == 1 {
		return b.expandArray(s, n, at)
	}
	sets := s.sets
	sig, c := b.site(s, n, name)
	if b.err != nil {
		return null(pgcat.Unknown, at)
	}
	if n.AggStar && len(sig.actual) > 0 {
		return b.refuse(at, "this use of * is not supported")
	}
	r, ok := b.resolveFunction(sig, at)
	if !ok {
		return null(pgcat.Unknown, at)
	}
	if r.coercion {
		return b.functionCast(r, c.args[0], n, at)
	}
	if last := len(c.args) - 1; n.FuncVariadic && r.proc.Variadic == pgcat.Any && elementOf(baseOf(sig.actual[last])) == 0 {
		return b.fail(pgerr.New(pgerr.DatatypeMismatch, "VARIADIC argument must be an array"), pos(c.args[last]))
	}
	c.sets = !sets && s.sets
	return b.resolvedCall(s, r, c)
}

// resolvedCall builds what the resolved function is: an aggregate, a window function or a plain call.
func (b *binder) resolvedCall(s *scope, r resolution, c *callSite) plan.Expr {
	switch {
	case r.proc.Kind == 'a' && c.n.Over == nil:
		return b.aggregateCall(s, r, c)
	case r.proc.Kind == 'w' && c.n.Over == nil:
		return b.fail(pgerr.New(pgerr.WrongObjectType, "window function %s requires an OVER clause", r.proc.Name), c.at)
	case r.proc.Kind == 'a', r.proc.Kind == 'w':
		return b.windowCall(s, r, c)
	}
	return b.plainCall(s, r, c)
}

// site binds what stands in a call: arguments, FILTER and WITHIN GROUP.
func (b *binder) site(s *scope, n *pg.FuncCall, name string) (signature, *callSite) {
	top := s.topLevel
	s.topLevel = false
	aggregate := isAggregateName(name) && n.Over == nil
	if aggregate {
		s.inAgg++
	}
	sig, args := b.arguments(s, n, name)
	if aggregate {
		s.inAgg--
	}
	s.topLevel = top
	c := &callSite{n: n, at: b.at(n.Location), args: args}
	if n.AggFilter != nil {
		c.filter = b.toBoolean(b.within(s, inFilter, n.AggFilter), "FILTER")
	}
	if n.AggWithinGroup {
		c.within = b.aggOrder(s, n.AggOrder)
		for _, k := range c.within {
			sig.actual = append(sig.actual, k.Expr.Type().OID)
		}
	}
	return sig, c
}

// callSite is a call as it was written, its arguments bound.
type callSite struct {
	n      *pg.FuncCall
	at     int
	args   []plan.Expr
	filter plan.Expr
	within []plan.SortKey
	sets   bool // an argument returns a set
}

func isAggregateName(name string) bool {
	for _, p := range pgcat.ProcsByName(name) {
		return p.Kind == 'a'
	}
	return false
}

// functionName reads a possibly qualified name; functions live in pg_catalog.
func (b *binder) functionName(n *pg.FuncCall, at int) (string, bool) {
	names := texts(n.Funcname)
	if len(names) == 1 {
		return names[0], true
	}
	schema := names[len(names)-2]
	if schema == "pg_catalog" {
		return names[len(names)-1], true
	}
	if !b.hasSchema(schema) {
		b.fail(pgerr.New(pgerr.InvalidSchemaName, "schema \"%s\" does not exist", schema), at)
		return "", false
	}
	return dotted(names), true
}

// arguments binds the arguments and notes named notation.
func (b *binder) arguments(s *scope, n *pg.FuncCall, name string) (signature, []plan.Expr) {
	sig := signature{name: name, written: dotted(texts(n.Funcname)), variadic: n.FuncVariadic}
	var args []plan.Expr
	for _, a := range n.Args {
		if x := a.GetNamedArgExpr(); x != nil {
			for _, seen := range sig.names {
				if seen == x.Name {
					b.fail(pgerr.New(pgerr.SyntaxError, "argument name \"%s\" used more than once", x.Name), b.at(x.Location))
				}
			}
			sig.names = append(sig.names, x.Name)
		} else if sig.names != nil {
			b.fail(pgerr.New(pgerr.SyntaxError, "positional argument cannot follow named argument"), pos(b.expr(s, a)))
		}
		e := b.expr(s, a)
		if b.err != nil {
			return sig, args
		}
		if _, ok := e.(*plan.Const); ok && len(args) == 0 {
			sig.literal = true
		}
		args = append(args, e)
		sig.actual = append(sig.actual, e.Type().OID)
	}
	return sig, args
}

// functionCast is a conversion that was written as a call: text(x).
func (b *binder) functionCast(r resolution, arg plan.Expr, n *pg.FuncCall, at int) plan.Expr {
	if n.Over != nil || n.AggFilter != nil || n.AggDistinct || n.AggStar || n.AggOrder != nil {
		return b.notAggregate(n, r.spelledName(n), at)
	}
	return b.coerce(arg, unmodified(r.result), explicit, at)
}

func (r resolution) spelledName(n *pg.FuncCall) string {
	names := texts(n.Funcname)
	return names[len(names)-1]
}

// plainCall refuses what belongs to aggregates and builds the call.
func (b *binder) plainCall(s *scope, r resolution, c *callSite) plan.Expr {
	n := c.n
	if n.AggStar || n.AggDistinct || n.AggOrder != nil || n.AggFilter != nil || n.AggWithinGroup || n.Over != nil {
		return b.notAggregate(n, r.proc.Name, c.at)
	}
	if r.proc.RetSet {
		if e := b.checkSetPlace(s, c.at); e != nil {
			return e
		}
		s.sets, s.setAt = true, c.at
	}
	return b.call(r, c.args, n.FuncVariadic, c.at)
}

// notAggregate names the clause that only aggregates, or window functions, may have.
func (b *binder) notAggregate(n *pg.FuncCall, name string, at int) plan.Expr {
	what := ""
	switch {
	case n.AggStar:
		return b.fail(pgerr.New(pgerr.WrongObjectType, "%s(*) specified, but %s is not an aggregate function", name, name), at)
	case n.AggDistinct:
		what = "DISTINCT specified"
	case n.AggWithinGroup:
		what = "WITHIN GROUP specified"
	case n.AggOrder != nil:
		what = "ORDER BY specified"
	case n.AggFilter != nil:
		what = "FILTER specified"
	default:
		return b.fail(pgerr.New(pgerr.WrongObjectType,
			"OVER specified, but %s is not a window function nor an aggregate function", name), at)
	}
	return b.fail(pgerr.New(pgerr.WrongObjectType, "%s, but %s is not an aggregate function", what, name), at)
}

// checkSetPlace fails where a set-returning function may not stand.
func (b *binder) checkSetPlace(s *scope, at int) plan.Expr {
	refuse := func(format string, args ...any) plan.Expr {
		return b.fail(pgerr.New(pgerr.FeatureNotSupported, format, args...), at)
	}
	switch s.clause {
	case inSelect, inOrderBy, inGroupBy, inDistinctOn:
		return nil
	case inFunction:
		if s.topLevel {
			return nil
		}
		return refuse("set-returning functions must appear at top level of FROM")
	case inValues:
		return refuse("set-returning functions are not allowed in VALUES")
	case inPartition, inWindowOrder, inFrame:
		return refuse("set-returning functions are not allowed in window definitions")
	}
	return refuse("set-returning functions are not allowed in %s", s.clause)
}
