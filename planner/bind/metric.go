package bind

import (
	"slices"

	pg "github.com/pganalyze/pg_query_go/v6"

	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/planner/plan"
	"github.com/waggle-sql/waggle/semantic"
)

// bareMetric is a metric that stands outside MEASURE() and outside an aggregate.
type bareMetric struct {
	table, name string
	at          int
}

func bareMetricError(m bareMetric) *pgerr.Error {
	return pgerr.New(pgerr.GroupingError, "metric \"%s.%s\" must be used in MEASURE() or in a matching aggregate when rows are grouped",
		m.table, m.name).WithHint("Write MEASURE(%s).", m.name)
}

// measure binds MEASURE(metric): the metric's aggregate at the query's grouping.
func (b *binder) measure(s *scope, n *pg.FuncCall, at int) plan.Expr {
	if n.Over != nil || n.AggDistinct || n.AggFilter != nil || n.AggOrder != nil || n.AggStar {
		return b.refuse(at, "MEASURE() takes one metric and no other clause")
	}
	it, c, level := b.findMetric(s, n.Args[0])
	if c == nil {
		if b.err == nil {
			b.fail(pgerr.New(pgerr.WrongObjectType, "the argument of MEASURE() must be a metric").
				WithHint("List the metrics with \\d and name one of them."), at)
		}
		return null(pgcat.Unknown, at)
	}
	if it.nullable {
		return b.refuse(at, "MEASURE() of an entity on the nullable side of an outer join is not supported")
	}
	return b.metricText(level, c, at)
}

// findMetric finds the metric column that an argument names; nil when it names something else.
func (b *binder) findMetric(s *scope, n *pg.Node) (*item, *column, *scope) {
	r := n.GetColumnRef()
	if r == nil {
		return nil, nil, nil
	}
	names, at := texts(r.Fields), b.at(r.Location)
	name := names[len(names)-1]
	for level := s; level != nil; level = level.up {
		var found *column
		var owner *item
		for _, it := range level.items {
			if len(names) == 1 && !it.colsVisible || len(names) > 1 && (!it.relVisible || it.name != names[len(names)-2]) {
				continue
			}
			c := b.pick(it, name, at)
			if c == nil {
				continue
			}
			if found != nil {
				b.fail(pgerr.New(pgerr.AmbiguousColumn, "column reference \"%s\" is ambiguous", name), at)
				return nil, nil, nil
			}
			found, owner = c, it
		}
		if found != nil {
			if found.metric == nil {
				return nil, nil, nil
			}
			return owner, found, level
		}
	}
	b.columnRef(s, r)
	return nil, nil, nil
}

// metricText binds a metric's expression; its aggregates belong to the level that reads the entity.
func (b *binder) metricText(level *scope, c *column, at int) plan.Expr {
	x, m := c.entity, c.metric
	done := b.enter(x, m, m.Expr, at)
	defer done()
	node := b.modelNode(m.Expr)
	if b.err != nil || node == nil {
		return null(pgcat.Unknown, at)
	}
	inner := &item{name: x.entity.Name, relVisible: true, colsVisible: true}
	inner.cols = append(inner.cols, x.named...)
	s := &scope{clause: level.clause, items: []*item{inner}, depth: level.depth, home: level}
	s.metric = func(k *column) plan.Expr { return b.metricText(level, k, at) }
	e := b.textOfUnknown(b.expr(s, node))
	if m.Type.OID == 0 || b.err != nil {
		return e
	}
	r, ok := b.coerceTo(e, m.Type, assignment, at)
	if !ok {
		return b.fail(pgerr.New(pgerr.DatatypeMismatch, "metric \"%s\" is of type %s but its expression is of type %s", m.Name,
			typeName(m.Type.OID), typeName(e.Type().OID)), at)
	}
	return r
}

// metricColumn binds a bare metric (DECISIONS 9): inside another metric it is put in place; inside an aggregate that
// matches, and in an ungrouped query, it is the metric of the row alone.
func (b *binder) metricColumn(s *scope, it *item, c *column, at int) plan.Expr {
	if s.metric != nil {
		return s.metric(c)
	}
	level := s
	for level.up != nil && !slices.Contains(level.items, it) {
		level = level.up
	}
	saved := *level
	level.clause = inSelect
	e := b.metricText(level, c, at)
	level.clause, level.aggs = saved.clause, saved.aggs
	if b.err != nil {
		return e
	}
	additive := isAdditive(e)
	if s.inAgg > 0 {
		if !additive {
			return b.fail(pgerr.New(pgerr.GroupingError, "metric \"%s.%s\" cannot be aggregated again", it.name, c.metric.Name).
				WithDetail("It is no sum or count, so that its values for single rows do not add up.").
				WithHint("Write MEASURE(%s).", c.metric.Name), at)
		}
	} else if level.grouped {
		m := bareMetric{table: it.name, name: c.metric.Name, at: at}
		return b.fail(bareMetricError(m), at)
	} else {
		level.bare = append(level.bare, bareMetric{table: it.name, name: c.metric.Name, at: at})
	}
	return b.atRow(level, e, c.metric, at)
}

// isAdditive reports whether a metric is one sum or count.
func isAdditive(e plan.Expr) bool {
	if k, ok := e.(*plan.Cast); ok {
		e = k.Arg
	}
	a, ok := e.(*plan.Agg)
	return ok && (a.Name == "sum" || a.Name == "count") && !a.Distinct
}

// atRow replaces each aggregate of a metric by its value over a single row.
func (b *binder) atRow(level *scope, e plan.Expr, m *semantic.Metric, at int) plan.Expr {
	return plan.MapExpr(e, func(x plan.Expr) plan.Expr {
		a, ok := x.(*plan.Agg)
		if !ok || b.aggs[a] != level {
			return x
		}
		delete(b.aggs, a)
		return b.rowValue(a, m, at)
	})
}

func (b *binder) rowValue(a *plan.Agg, m *semantic.Metric, at int) plan.Expr {
	var value plan.Expr
	cond := a.Filter
	switch a.Name {
	case "count":
		for _, x := range a.Args {
			cond = conjoin(cond, &plan.IsNull{Base: base(pgcat.Bool, at), Arg: x, Negated: true})
		}
		value = b.coerce(b.one(at), unmodified(pgcat.Int8), implicit, at)
		if cond == nil {
			return value
		}
		zero := &plan.Const{Base: base(pgcat.Int8, at), Value: zeroInt}
		return &plan.Case{Base: base(pgcat.Int8, at), Whens: []plan.When{{Cond: cond, Then: value}}, Else: zero}
	case "sum", "avg", "min", "max", "any_value", "bool_and", "bool_or", "every":
		v, ok := b.coerceTo(a.Args[0], a.T, explicit, at)
		if ok {
			value = v
		}
	}
	if value == nil {
		return b.fail(pgerr.New(pgerr.GroupingError, "metric \"%s\" has no value for a single row", m.Name).
			WithHint("Write MEASURE(%s).", m.Name), at)
	}
	if cond == nil {
		return value
	}
	return &plan.Case{Base: plan.Base{T: value.Type(), At: at}, Whens: []plan.When{{Cond: cond, Then: value}}}
}

func conjoin(x, y plan.Expr) plan.Expr {
	if x == nil {
		return y
	}
	return &plan.And{Base: base(pgcat.Bool, pos(x)), Args: []plan.Expr{x, y}}
}
