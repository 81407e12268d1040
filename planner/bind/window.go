package bind

import (
	"slices"

	pg "github.com/pganalyze/pg_query_go/v6"

	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/planner/plan"
)

// windowDef is a named window of the WINDOW clause.
type windowDef struct {
	n    *pg.WindowDef
	used bool
}

func windowDefs(list []*pg.Node) []*windowDef {
	var out []*windowDef
	for _, n := range list {
		out = append(out, &windowDef{n: n.GetWindowDef()})
	}
	return out
}

// spec is a window as bound: its partition, order and frame.
type spec struct {
	partition []plan.Expr
	order     []plan.SortKey
	frame     plan.Frame
	framed    bool
}

// windowCall binds f(…) OVER ….
func (b *binder) windowCall(s *scope, r resolution, c *callSite) plan.Expr {
	n := c.n
	bad := func(code, format string, args ...any) plan.Expr {
		return b.fail(pgerr.New(code, format, args...), c.at)
	}
	switch {
	case n.AggDistinct:
		return bad(pgerr.FeatureNotSupported, "DISTINCT is not implemented for window functions")
	case n.AggOrder != nil && !n.AggWithinGroup:
		return bad(pgerr.FeatureNotSupported, "aggregate ORDER BY is not implemented for window functions")
	case n.AggWithinGroup:
		return bad(pgerr.FeatureNotSupported, "OVER is not supported for ordered-set aggregate %s", r.proc.Name)
	case r.proc.Kind == 'w' && n.AggStar:
		return bad(pgerr.WrongObjectType, "%s(*) specified, but %s is not an aggregate function", r.proc.Name, r.proc.Name)
	case r.proc.Kind == 'w' && c.filter != nil:
		return bad(pgerr.FeatureNotSupported, "FILTER is not implemented for non-aggregate window functions")
	case c.sets:
		return b.fail(pgerr.New(pgerr.FeatureNotSupported, "window function calls cannot contain set-returning function calls").
			WithHint("You might be able to move the set-returning function into a LATERAL FROM item."), s.setAt)
	}
	w := &plan.WindowFunc{}
	w.Agg = *b.buildWindowAgg(s, r, c)
	w.Base = w.Agg.Base
	for _, a := range w.Args {
		plan.WalkExpr(a, func(e plan.Expr) {
			if x, ok := e.(*plan.WindowFunc); ok {
				b.fail(pgerr.New(pgerr.WindowingError, "window function calls cannot be nested"), x.Base.At)
			}
		})
	}
	switch s.clause {
	case inSelect, inOrderBy, inDistinctOn:
	case inPartition, inWindowOrder, inFrame:
		return bad(pgerr.WindowingError, "window functions are not allowed in window definitions")
	default:
		return bad(pgerr.WindowingError, "window functions are not allowed in %s", s.clause)
	}
	sp := b.windowSpec(s, n.Over, 0)
	if b.err != nil {
		return null(pgcat.Unknown, c.at)
	}
	w.Partition, w.Order, w.Frame = sp.partition, sp.order, sp.frame
	s.windows = true
	return w
}

// buildWindowAgg converts the arguments of a window function, which an aggregate shares with its plain form.
func (b *binder) buildWindowAgg(s *scope, r resolution, c *callSite) *plan.Agg {
	if r.proc.Kind == 'a' {
		return b.buildAgg(s, r, c)
	}
	a := &plan.Agg{Proc: r.proc.OID, Name: r.proc.Name}
	e := b.call(resolution{candidate: r.candidate}, c.args, c.n.FuncVariadic, c.at)
	if call, ok := e.(*plan.Call); ok {
		a.Base, a.Args = call.Base, call.Args
	} else {
		a.Base = base(pgcat.Unknown, c.at)
	}
	return a
}

// windowSpec binds a window definition, following names.
func (b *binder) windowSpec(s *scope, n *pg.WindowDef, depth int) spec {
	at := b.at(n.Location)
	if n.Name != "" && n.Refname == "" && depth == 0 && len(n.PartitionClause)+len(n.OrderClause) == 0 && isReference(n) {
		def := b.namedWindow(s, n.Name, at)
		if def == nil {
			return spec{}
		}
		return b.windowSpec(s, def.n, depth+1)
	}
	var sp spec
	if n.Refname != "" && depth <= len(s.named)+1 {
		def := b.namedWindow(s, n.Refname, at)
		if def == nil {
			return sp
		}
		sp = b.windowSpec(s, def.n, depth+1)
		b.checkOverride(sp, n, at)
	}
	if n.PartitionClause != nil {
		sp.partition = b.windowExprs(s, n.PartitionClause)
	}
	if n.OrderClause != nil {
		saved := s.clause
		s.clause = inWindowOrder
		sp.order = distinctKeys(b.aggOrder(s, n.OrderClause))
		s.clause = saved
	}
	sp.framed = n.FrameOptions&0x00001 != 0
	sp.frame = b.frame(s, n, sp)
	return sp
}

// isReference tells OVER name from a definition in the WINDOW clause, which has a name too.
func isReference(n *pg.WindowDef) bool { return n.FrameOptions&0x00001 == 0 }

func (b *binder) namedWindow(s *scope, name string, at int) *windowDef {
	for _, d := range s.named {
		if d.n.Name == name {
			d.used = true
			return d
		}
	}
	b.fail(pgerr.New(pgerr.UndefinedObject, "window \"%s\" does not exist", name), at)
	return nil
}

func (b *binder) checkOverride(sp spec, n *pg.WindowDef, at int) {
	switch {
	case n.PartitionClause != nil:
		b.fail(pgerr.New(pgerr.WindowingError, "cannot override PARTITION BY clause of window \"%s\"", n.Refname), at)
	case n.OrderClause != nil && sp.order != nil:
		b.fail(pgerr.New(pgerr.WindowingError, "cannot override ORDER BY clause of window \"%s\"", n.Refname), at)
	case sp.framed:
		e := pgerr.New(pgerr.WindowingError, "cannot copy window \"%s\" because it has a frame clause", n.Refname)
		if n.OrderClause == nil && n.PartitionClause == nil && isReference(n) {
			e = e.WithHint("Omit the parentheses in this OVER clause.")
		}
		b.fail(e, at)
	}
}

func (b *binder) windowExprs(s *scope, nodes []*pg.Node) []plan.Expr {
	var out []plan.Expr
	for _, n := range nodes {
		e := b.textOfUnknown(b.within(s, inPartition, n))
		if b.err != nil {
			return nil
		}
		b.requireEquality(e.Type().OID, pos(e))
		out = append(out, e)
	}
	return out
}

// checkWindows binds the named windows that nothing uses, for their errors.
func (b *binder) checkWindows(s *scope) {
	for i, d := range s.named {
		for _, other := range s.named[:i] {
			if other.n.Name == d.n.Name {
				b.fail(pgerr.New(pgerr.WindowingError, "window \"%s\" is already defined", d.n.Name), b.at(d.n.Location))
			}
		}
		if !d.used && b.err == nil {
			b.windowSpec(s, d.n, 1)
		}
	}
}

// window puts a Window under the select list.
func (q *selectBuild) window() {
	if !q.s.windows || q.b.err != nil {
		return
	}
	w := &plan.Window{Input: q.node}
	replace := func(e plan.Expr) (plan.Expr, bool) {
		x, ok := e.(*plan.WindowFunc)
		if !ok {
			return e, false
		}
		k := slices.IndexFunc(w.Funcs, func(f *plan.WindowFunc) bool { return equal(f, x) })
		if k < 0 {
			k = len(w.Funcs)
			w.Funcs = append(w.Funcs, x)
			w.Out = append(w.Out, q.b.newCol(nil, "", x.Name, x.Type()))
		}
		r := refTo(w.Out[k])
		r.At = x.Pos()
		return r, true
	}
	for i := range q.targets {
		q.targets[i].expr = descendHere(q.targets[i].expr, replace)
	}
	if len(w.Funcs) > 0 {
		q.node = w
	}
}

// distinctKeys drops the sort keys that repeat an earlier one.
func distinctKeys(keys []plan.SortKey) []plan.SortKey {
	var out []plan.SortKey
	for _, k := range keys {
		if !slices.ContainsFunc(out, func(o plan.SortKey) bool { return equal(o.Expr, k.Expr) }) {
			out = append(out, k)
		}
	}
	return out
}
