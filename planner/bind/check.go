package bind

import (
	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/planner/plan"
	"github.com/waggle-sql/waggle/semantic"
)

// CheckModel types every expression, filter and metric of a model and sets the Type of each metric and of each property
// that declares none. Each error is a *semantic.Problem at the expression.
func CheckModel(m *semantic.Model) []error {
	var errs []error
	v := semantic.NewView([]*semantic.Model{m}, nil, nil)
	for _, e := range m.Entities {
		for _, p := range e.Properties {
			if p.Expr == nil {
				continue
			}
			t, err := checkText(v, e, p.Expr, func(b *binder, x *entityItem) plan.Expr { return b.propertyText(x, p, -1) })
			if err == nil && p.Type.OID == 0 {
				p.Type = t
			}
			errs = appendError(errs, p.Expr, err)
		}
		for _, f := range e.Filters {
			_, err := checkText(v, e, f.Where, func(b *binder, x *entityItem) plan.Expr { return b.filterText(x, f, -1) })
			errs = appendError(errs, f.Where, err)
		}
		for _, k := range e.Metrics {
			t, err := checkText(v, e, k.Expr, func(b *binder, x *entityItem) plan.Expr { return b.checkMetric(x, k) })
			if err == nil {
				k.Type = t
			}
			errs = appendError(errs, k.Expr, err)
		}
	}
	return errs
}

func appendError(errs []error, x *semantic.Expression, err *pgerr.Error) []error {
	if err == nil {
		return errs
	}
	return append(errs, &semantic.Problem{At: x.At, Message: err.Message, Hint: err.Hint})
}

// checkText binds one text of an entity in a scope of its own.
func checkText(v *semantic.View, e *semantic.Entity, x *semantic.Expression, f func(*binder, *entityItem) plan.Expr) (
	t plan.Type, perr *pgerr.Error) {
	var err error
	defer func() {
		if err != nil {
			perr = pgerr.From(err)
		}
	}()
	defer fence(&err)
	b := newBinder(Input{View: v})
	rel, ok := v.Find(e.Model, e.Name)
	if !ok || x == nil {
		return t, pgerr.New(pgerr.Internal, "internal error")
	}
	s := newScope(nil)
	_, items := b.scan(s, rel, nil, -1)
	s.items = items
	out := f(b, items[0].entity)
	if b.err != nil {
		return t, b.err
	}
	return out.Type(), nil
}

// filterText binds a named filter's condition over the entity's columns.
func (b *binder) filterText(x *entityItem, f *semantic.Filter, at int) plan.Expr {
	done := b.enter(x, f, f.Where, at)
	defer done()
	n := b.modelNode(f.Where)
	if n == nil || b.err != nil {
		return null(pgcat.Bool, at)
	}
	s := &scope{clause: inWhere, depth: x.scope.depth, items: []*item{{name: x.entity.Name, relVisible: true, colsVisible: true, cols: x.named}}}
	return b.toBoolean(b.expr(s, n), "WHERE")
}

// checkMetric binds a metric and demands that each property in it is under an aggregate.
func (b *binder) checkMetric(x *entityItem, m *semantic.Metric) plan.Expr {
	c := &column{name: m.Name, metric: m, entity: x}
	e := b.metricText(x.scope, c, -1)
	if b.err != nil {
		return e
	}
	aggregates := false
	plan.Descend(e, func(k plan.Expr) (plan.Expr, bool) {
		switch k := k.(type) {
		case *plan.Agg:
			aggregates = true
			return k, true
		case *plan.Ref:
			b.fail(pgerr.New(pgerr.GroupingError, "property \"%s\" must stand inside an aggregate of metric \"%s\"", k.Name, m.Name), -1)
		}
		return k, false
	})
	if !aggregates {
		b.fail(pgerr.New(pgerr.GroupingError, "metric \"%s\" has no aggregate", m.Name), -1)
	}
	return e
}
