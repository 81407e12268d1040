package bind

import (
	pg "github.com/pganalyze/pg_query_go/v6"

	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/planner/plan"
)

func (b *binder) one(at int) plan.Expr {
	return &plan.Const{Base: base(pgcat.Int4, at), Value: datum.Int(1)}
}

// rangeCall is one function of a FROM item.
type rangeCall struct {
	expr plan.Expr
	name string
	defs []*pg.Node // column definitions of a function that returns record
}

// rangeFunction binds functions in FROM, which may refer to items on their left.
func (b *binder) rangeFunction(s *scope, n *pg.RangeFunction) (plan.Node, []*item) {
	if node, items, ok := b.catalogRows(s, n); ok {
		return node, items
	}
	saved := s.lateral
	s.lateral = true
	calls := b.rangeCalls(s, n)
	s.lateral = saved
	if b.err != nil {
		return &plan.Values{Rows: [][]plan.Expr{{}}}, nil
	}
	it := &item{name: n.Alias.GetAliasname(), relVisible: true, colsVisible: true, renamed: true}
	if it.name == "" {
		it.name = calls[0].name
	}
	var out []plan.Col
	var list []*plan.Call
	single := n.Alias != nil && len(calls) == 1
	for _, c := range calls {
		cols := b.callColumns(s, it.name, c, single)
		out = append(out, cols...)
		if x, ok := c.expr.(*plan.Call); ok {
			list = append(list, x)
		}
	}
	it.scalar = len(calls) == 1 && len(out) == 1 && !n.Ordinality && !composite(calls[0])
	var node plan.Node
	switch {
	case len(list) == len(calls):
		if n.Ordinality {
			out = append(out, b.newCol(s, it.name, "ordinality", unmodified(pgcat.Int8)))
		}
		node = &plan.FuncScan{Calls: list, Out: out, Ordinality: n.Ordinality}
	case len(calls) == 1 && len(out) == 1 && !n.Ordinality:
		node = &plan.Values{Rows: [][]plan.Expr{{b.textOfUnknown(calls[0].expr)}}, Out: out}
	default:
		b.refuse(pos(calls[0].expr), "this combination of functions in FROM is not supported")
		return &plan.Values{Rows: [][]plan.Expr{{}}}, nil
	}
	for _, c := range out {
		it.cols = append(it.cols, &column{name: c.Name, expr: refTo(c)})
	}
	b.aliasColumns(it, n.Alias)
	s.all = append(s.all, it)
	return node, []*item{it}
}

// rangeCalls binds the calls; unnest of several arrays is one unnest for each.
func (b *binder) rangeCalls(s *scope, n *pg.RangeFunction) []rangeCall {
	var out []rangeCall
	for _, f := range n.Functions {
		items := f.GetList().GetItems()
		if len(items) == 0 {
			continue
		}
		call := items[0]
		var defs []*pg.Node
		if len(items) > 1 {
			defs = items[1].GetList().GetItems()
		}
		if len(n.Coldeflist) > 0 {
			defs = n.Coldeflist
		}
		for _, one := range splitUnnest(call) {
			e := b.rangeCall(s, one)
			if b.err != nil {
				return out
			}
			name, _ := figureName(call)
			out = append(out, rangeCall{expr: e, name: name, defs: defs})
		}
	}
	return out
}

func (b *binder) rangeCall(s *scope, n *pg.Node) plan.Expr {
	clause, top := s.clause, s.topLevel
	s.clause, s.topLevel = inFunction, false
	defer func() { s.clause, s.topLevel = clause, top }()
	sets := s.sets
	f := n.GetFuncCall()
	if f == nil {
		return b.expr(s, n)
	}
	s.topLevel = true
	e := b.funcCall(s, f)
	s.sets = sets
	return e
}

func splitUnnest(n *pg.Node) []*pg.Node {
	f := n.GetFuncCall()
	if f == nil || len(f.Args) < 2 || len(f.Funcname) != 1 || f.Funcname[0].GetString_().GetSval() != "unnest" || f.Over != nil ||
		f.AggStar || f.AggDistinct || f.FuncVariadic || f.AggFilter != nil || f.AggOrder != nil {
		return []*pg.Node{n}
	}
	var out []*pg.Node
	for _, a := range f.Args {
		out = append(out, &pg.Node{Node: &pg.Node_FuncCall{FuncCall: &pg.FuncCall{Funcname: f.Funcname, Args: []*pg.Node{a},
			Funcformat: f.Funcformat, Location: f.Location}}})
	}
	return out
}

func composite(c rangeCall) bool {
	x, ok := c.expr.(*plan.Call)
	return ok && (x.T.OID == pgcat.Record || typ(x.T.OID).Kind == 'c')
}

// callColumns makes the columns of one function: its OUT parameters, its column definitions, or one named after it.
func (b *binder) callColumns(s *scope, table string, c rangeCall, aliased bool) []plan.Col {
	t := c.expr.Type()
	x, ok := c.expr.(*plan.Call)
	if ok && composite(c) {
		return b.recordColumns(s, table, x, c.defs)
	}
	if len(c.defs) > 0 {
		b.fail(pgerr.New(pgerr.SyntaxError,
			"a column definition list is only allowed for functions returning \"record\""),
			b.at(c.defs[0].GetColumnDef().GetLocation()))
	}
	name := c.name
	if aliased {
		name = table
	}
	if ok {
		if outs, _ := outParams(x.Proc); len(outs) == 1 && outs[0] != "" {
			name = outs[0]
		}
	}
	if t.OID == pgcat.Unknown {
		t = unmodified(pgcat.Text)
	}
	return []plan.Col{b.newCol(s, table, name, t)}
}

func (b *binder) recordColumns(s *scope, table string, x *plan.Call, defs []*pg.Node) []plan.Col {
	var cols []plan.Col
	names, types := outParams(x.Proc)
	if len(types) > 0 {
		if len(defs) > 0 {
			b.fail(pgerr.New(pgerr.SyntaxError, "a column definition list is redundant for a function with OUT parameters"),
				b.at(defs[0].GetColumnDef().GetLocation()))
		}
		types, err := resolveOuts(x, types)
		if err != nil {
			b.fail(err, pos(x))
		}
		for i, t := range types {
			cols = append(cols, b.newCol(s, table, names[i], unmodified(t)))
		}
		return cols
	}
	if len(defs) == 0 {
		b.fail(pgerr.New(pgerr.SyntaxError, "a column definition list is required for functions returning \"record\""), pos(x))
	}
	for _, d := range defs {
		def := d.GetColumnDef()
		t, ok := b.typeOf(def.GetTypeName())
		if !ok {
			return nil
		}
		cols = append(cols, b.newCol(s, table, def.GetColname(), t))
	}
	return cols
}

// outParams lists the names and types of a function's OUT, INOUT and TABLE parameters.
func outParams(proc uint32) ([]string, []uint32) {
	p, ok := pgcat.ProcByOID(proc)
	if !ok || p.Modes == nil {
		return nil, nil
	}
	var names []string
	var types []uint32
	for i, m := range p.Modes {
		if m != 'o' && m != 'b' && m != 't' {
			continue
		}
		name := ""
		if i < len(p.Names) {
			name = p.Names[i]
		}
		names, types = append(names, name), append(types, p.AllArgs[i])
	}
	return names, types
}

// resolveOuts replaces polymorphic OUT types by what the arguments say.
func resolveOuts(x *plan.Call, types []uint32) ([]uint32, *pgerr.Error) {
	p, _ := pgcat.ProcByOID(x.Proc)
	out := make([]uint32, len(types))
	for i, t := range types {
		declared := append([]uint32(nil), p.Args...)
		r, err := resolveGeneric(typesOf(x.Args), declared, t)
		if err != nil {
			return nil, err
		}
		out[i] = r
	}
	return out, nil
}
