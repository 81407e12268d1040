package plan

// withChildren returns e with f applied to its direct children and sub to the plan of a subquery; e itself when nothing
// changed.
func withChildren(e Expr, f func(Expr) Expr, sub func(Node) Node) Expr {
	switch e := e.(type) {
	case *Call:
		if x, ch := mapList(e.Args, f); ch {
			c := *e
			c.Args = x
			return &c
		}
	case *Cast:
		if x := f(e.Arg); x != e.Arg {
			c := *e
			c.Arg = x
			return &c
		}
	case *And:
		if x, ch := mapList(e.Args, f); ch {
			return &And{Base: e.Base, Args: x}
		}
	case *Or:
		if x, ch := mapList(e.Args, f); ch {
			return &Or{Base: e.Base, Args: x}
		}
	case *Not:
		if x := f(e.Arg); x != e.Arg {
			return &Not{Base: e.Base, Arg: x}
		}
	case *IsNull:
		if x := f(e.Arg); x != e.Arg {
			return &IsNull{Base: e.Base, Arg: x, Negated: e.Negated}
		}
	case *BoolTest:
		if x := f(e.Arg); x != e.Arg {
			c := *e
			c.Arg = x
			return &c
		}
	case *Distinct:
		if l, r := f(e.Left), f(e.Right); l != e.Left || r != e.Right {
			c := *e
			c.Left, c.Right = l, r
			return &c
		}
	case *Case:
		return caseChildren(e, f)
	case *Choose:
		if x, ch := mapList(e.Args, f); ch {
			c := *e
			c.Args = x
			return &c
		}
	case *ArrayOf:
		if x, ch := mapList(e.Items, f); ch {
			return &ArrayOf{Base: e.Base, Items: x}
		}
	case *RowOf:
		return rowChildren(e, f)
	case *Subquery:
		return subqueryChildren(e, f, sub)
	default:
		return moreChildren(e, f)
	}
	return e
}

func rowChildren(e *RowOf, f func(Expr) Expr) Expr {
	x, ch := mapList(e.Items, f)
	p := optional(e.Present, f)
	if !ch && p == e.Present {
		return e
	}
	c := *e
	c.Items, c.Present = x, p
	return &c
}

func moreChildren(e Expr, f func(Expr) Expr) Expr {
	switch e := e.(type) {
	case *In:
		x := f(e.Arg)
		list, ch := mapList(e.List, f)
		if x != e.Arg || ch {
			c := *e
			c.Arg, c.List = x, list
			return &c
		}
	case *AnyAll:
		if x, y := f(e.Arg), f(e.Array); x != e.Arg || y != e.Array {
			c := *e
			c.Arg, c.Array = x, y
			return &c
		}
	case *Subscript:
		return subscriptChildren(e, f)
	case *Agg:
		if c, ch := aggChildren(*e, f); ch {
			return &c
		}
	case *WindowFunc:
		return windowChildren(e, f)
	}
	return e
}

func optional(e Expr, f func(Expr) Expr) Expr {
	if e == nil {
		return nil
	}
	return f(e)
}

func caseChildren(e *Case, f func(Expr) Expr) Expr {
	whens := make([]When, len(e.Whens))
	changed := false
	for i, w := range e.Whens {
		whens[i] = When{Cond: f(w.Cond), Then: f(w.Then)}
		changed = changed || whens[i] != w
	}
	otherwise := optional(e.Else, f)
	if !changed && otherwise == e.Else {
		return e
	}
	return &Case{Base: e.Base, Whens: whens, Else: otherwise}
}

func subscriptChildren(e *Subscript, f func(Expr) Expr) Expr {
	c := *e
	c.Arg, c.Index, c.Lower, c.Upper = f(e.Arg), optional(e.Index, f), optional(e.Lower, f), optional(e.Upper, f)
	if c.Arg == e.Arg && c.Index == e.Index && c.Lower == e.Lower && c.Upper == e.Upper {
		return e
	}
	return &c
}

func subqueryChildren(e *Subquery, f func(Expr) Expr, sub func(Node) Node) Expr {
	c := *e
	c.Plan, c.Test = sub(e.Plan), optional(e.Test, f)
	if c.Plan == e.Plan && c.Test == e.Test {
		return e
	}
	return &c
}

func aggChildren(a Agg, f func(Expr) Expr) (Agg, bool) {
	args, ac := mapList(a.Args, f)
	order, oc := mapKeys(a.Order, f)
	filter := optional(a.Filter, f)
	if !ac && !oc && filter == a.Filter {
		return a, false
	}
	a.Args, a.Order, a.Filter = args, order, filter
	return a, true
}

func windowChildren(e *WindowFunc, f func(Expr) Expr) Expr {
	c := *e
	agg, changed := aggChildren(e.Agg, f)
	c.Agg = agg
	part, pc := mapList(e.Partition, f)
	order, oc := mapKeys(e.Order, f)
	c.Partition, c.Order = part, order
	c.Frame.Start.Offset = optional(e.Frame.Start.Offset, f)
	c.Frame.End.Offset = optional(e.Frame.End.Offset, f)
	if changed || pc || oc || c.Frame != e.Frame {
		return &c
	}
	return e
}
