package bind

import (
	"slices"

	pg "github.com/pganalyze/pg_query_go/v6"

	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/planner/plan"
)

// aggregateCall builds an aggregate and gives it to the query level that it belongs to.
func (b *binder) aggregateCall(s *scope, r resolution, c *callSite) plan.Expr {
	if c.sets {
		return b.fail(pgerr.New(pgerr.FeatureNotSupported, "aggregate function calls cannot contain set-returning function calls").
			WithHint("You might be able to move the set-returning function into a LATERAL FROM item."), s.setAt)
	}
	a := b.buildAgg(s, r, c)
	if b.err != nil {
		return null(pgcat.Unknown, c.at)
	}
	level := b.aggLevel(s, a)
	if e := b.checkAggPlace(level, a, c.at); e != nil {
		return e
	}
	level.aggs = true
	b.aggs[a] = level
	return a
}

// buildAgg checks the clauses of an aggregate call and converts its arguments.
func (b *binder) buildAgg(s *scope, r resolution, c *callSite) *plan.Agg {
	a := &plan.Agg{Proc: r.proc.OID, Name: r.proc.Name, Star: c.n.AggStar, Distinct: c.n.AggDistinct, Filter: c.filter}
	meta, _ := pgcat.AggregateByProc(r.proc.OID)
	ordered := meta != nil && meta.Kind != 'n'
	switch {
	case ordered && !c.n.AggWithinGroup:
		b.fail(pgerr.New(pgerr.WrongObjectType, "WITHIN GROUP is required for ordered-set aggregate %s", r.proc.Name), c.at)
	case !ordered && c.n.AggWithinGroup:
		b.fail(pgerr.New(pgerr.WrongObjectType, "%s is not an ordered-set aggregate, so it cannot have WITHIN GROUP",
			r.proc.Name), c.at)
	case len(c.args) == 0 && !c.n.AggStar && !c.n.AggWithinGroup:
		b.fail(pgerr.New(pgerr.WrongObjectType, "%s(*) must be used to call a parameterless aggregate function", r.proc.Name), c.at)
	}
	args := slices.Clone(c.args)
	a.Direct = 0
	if ordered {
		a.Direct, a.Within = len(args), true
		for _, k := range c.within {
			args = append(args, k.Expr)
		}
		if meta.Kind == 'h' {
			b.unifyHypothetical(args, a.Direct)
		}
	}
	declared := slices.Clone(r.args)
	result, err := resolveGeneric(typesOf(args), declared, r.proc.Result)
	if err != nil {
		b.fail(err, -1)
		return a
	}
	b.convertArgs(args, declared)
	b.anyTexts(args, declared)
	if r.variadic && b.err == nil {
		args = b.gatherVariadic(args, r, declared, c.at)
	}
	b.rowsAsJSON(r.proc, args)
	if !a.Distinct {
		b.blanks(r.proc, args)
	}
	if len(args) == 1 && a.Name == "count" {
		if row, ok := args[0].(*plan.RowOf); ok {
			args[0] = b.countedRow(row, a.Distinct)
		}
	}
	a.Base, a.Args = base(result, c.at), args
	if ordered {
		a.Order = c.within
		for i := range a.Order {
			a.Order[i].Expr = args[a.Direct+i]
		}
		return a
	}
	if b.err == nil {
		a.Order = b.aggOrder(s, c.n.AggOrder)
		b.checkDistinct(a, c)
	}
	return a
}

// unifyHypothetical gives each direct argument of a hypothetical-set aggregate and its ORDER BY column a common type.
func (b *binder) unifyHypothetical(args []plan.Expr, direct int) {
	for i := 0; i < direct && direct+i < len(args); i++ {
		pair := []plan.Expr{args[direct+i], args[i]}
		b.unifyAll("WITHIN GROUP", pair)
		args[direct+i], args[i] = pair[0], pair[1]
	}
}

// aggOrder binds ORDER BY inside an aggregate: no ordinals, no output names.
func (b *binder) aggOrder(s *scope, list []*pg.Node) []plan.SortKey {
	var keys []plan.SortKey
	for _, n := range list {
		by := n.GetSortBy()
		e := b.textOfUnknown(b.expr(s, by.Node))
		if b.err != nil {
			return nil
		}
		desc, first, ok := b.direction(by, e.Type().OID, pos(e))
		if !ok {
			return nil
		}
		keys = append(keys, plan.SortKey{Expr: e, Desc: desc, NullsFirst: first})
	}
	return keys
}

// checkDistinct checks agg(DISTINCT …): its arguments need an order, and ORDER BY may name arguments alone.
func (b *binder) checkDistinct(a *plan.Agg, c *callSite) {
	if !a.Distinct || b.err != nil {
		return
	}
	for _, x := range a.Args {
		if b.comparesRows(x.Type().OID, pos(x)) {
			return
		}
		if lessOf(x.Type().OID) == 0 || unordered(x.Type().OID) {
			b.fail(pgerr.New(pgerr.UndefinedFunction, "could not identify an equality operator for type %s",
				typeName(x.Type().OID)), pos(x))
		}
	}
	for _, k := range a.Order {
		if !slices.ContainsFunc(a.Args, func(x plan.Expr) bool { return equal(x, k.Expr) }) {
			b.fail(pgerr.New(pgerr.InvalidColumnReference,
				"in an aggregate with DISTINCT, ORDER BY expressions must appear in argument list"), pos(k.Expr))
		}
	}
}

// aggLevel finds the level that an aggregate belongs to: the innermost whose columns its arguments use.
func (b *binder) aggLevel(s *scope, a *plan.Agg) *scope {
	if s.home != nil {
		return s.home
	}
	var level *scope
	own := map[plan.ColID]bool{}
	visit := func(e plan.Expr) {
		switch e := e.(type) {
		case *plan.Ref:
			if o := b.owner[e.ID]; o != nil && !own[e.ID] && o.depth <= s.depth && (level == nil || o.depth > level.depth) {
				level = o
			}
		case *plan.Agg:
			if o := b.aggs[e]; o != nil && (level == nil || o.depth > level.depth) {
				level = o
			}
		}
	}
	for _, x := range a.Args {
		plan.WalkExpr(x, visit)
	}
	plan.WalkExpr(a.Filter, visit)
	for l := s; l != nil; l = l.up {
		if l == level {
			return level
		}
	}
	return s
}

// checkAggPlace fails where an aggregate may not stand, and for one inside another of the same level.
func (b *binder) checkAggPlace(level *scope, a *plan.Agg, at int) plan.Expr {
	nested := func(e plan.Expr) {
		switch x := e.(type) {
		case *plan.Agg:
			if b.aggs[x] == level {
				b.fail(pgerr.New(pgerr.GroupingError, "aggregate function calls cannot be nested"), x.At)
			}
		case *plan.WindowFunc:
			b.fail(pgerr.New(pgerr.GroupingError, "aggregate function calls cannot contain window function calls"), x.Base.At)
		}
	}
	for _, x := range a.Args {
		plan.WalkExpr(x, nested)
	}
	plan.WalkExpr(a.Filter, nested)
	if b.err != nil {
		return null(pgcat.Unknown, at)
	}
	switch level.clause {
	case inSelect, inHaving, inOrderBy, inDistinctOn, inPartition, inWindowOrder:
		return nil
	case inFrame:
		return b.fail(pgerr.New(pgerr.GroupingError, "aggregate functions are not allowed in window %s", level.frameMode), at)
	}
	return b.fail(pgerr.New(pgerr.GroupingError, "aggregate functions are not allowed in %s", level.clause), at)
}
