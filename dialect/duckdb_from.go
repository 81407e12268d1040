package dialect

import (
	"strings"

	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/planner/plan"
)

// values prints rows of expressions; a single row needs no FROM.
func (p *duck) values(n *plan.Values) *sel {
	rows := make([][]sx, len(n.Rows))
	for i, r := range n.Rows {
		for _, e := range r {
			rows[i] = append(rows[i], p.expr(e))
		}
	}
	if len(rows) == 1 {
		s := &sel{}
		for i, c := range n.Out {
			p.set(s, c.ID, rows[0][i])
		}
		return s
	}
	return p.valueRows(n, rows)
}

func (p *duck) valueRows(n *plan.Values, rows [][]sx) *sel {
	reps := make([]sx, len(n.Out))
	for i, c := range n.Out {
		reps[i] = sx{oid: c.Type.OID, null: true}
		for _, r := range rows {
			null := reps[i].null && r[i].null
			reps[i] = p.unify(reps[i], r[i])
			reps[i].oid, reps[i].null = c.Type.OID, null
		}
	}
	var text []string
	for _, r := range rows {
		items := []string{}
		for i := range n.Out {
			items = append(items, p.convert(r[i], reps[i]).text)
		}
		if len(items) == 0 {
			items = []string{"true"}
		}
		text = append(text, paren(strings.Join(items, ", ")))
	}
	s, alias := &sel{plain: true}, p.alias("t")
	names := []string{}
	for i, c := range n.Out {
		x := reps[i]
		x.text, x.plain, x.null = alias+"."+name(c.ID), true, false
		p.set(s, c.ID, x)
		names = append(names, name(c.ID))
	}
	if len(names) == 0 {
		names = []string{"d"}
	}
	if len(text) == 0 {
		return p.noRows(s, alias, reps, n.Out)
	}
	s.from = p.count("(VALUES " + strings.Join(text, ", ") + ") AS " + alias + paren(strings.Join(names, ", ")))
	return s
}

// noRows makes s a relation without rows.
func (p *duck) noRows(s *sel, alias string, reps []sx, out []plan.Col) *sel {
	items := []string{"true AS d"}
	for i, c := range out {
		items = append(items, p.convert(sx{text: "NULL", oid: reps[i].oid, null: true}, reps[i]).text+" AS "+name(c.ID))
	}
	s.from = "(SELECT " + strings.Join(items, ", ") + " WHERE false) AS " + alias
	return s
}

// funcScan prints set-returning functions side by side: lists unnested in lockstep, the shorter padded with NULL.
func (p *duck) funcScan(n *plan.FuncScan) *sel {
	if s := p.streamed(n); s != nil {
		return s
	}
	if len(n.Calls) == 1 && emptySets[n.Calls[0].Name] && !n.Ordinality {
		return p.emptySet(n)
	}
	var items []string
	reps := make([]sx, len(n.Out))
	alias, inner := p.alias("t"), p.alias("t")
	var lists, longest []string
	for _, x := range p.setColumns(n) {
		i := len(lists)
		if i == len(n.Out) {
			break
		}
		lists = append(lists, x.text+" AS l"+itoa(int32(i)))
		longest = append(longest, "len("+inner+".l"+itoa(int32(i))+")")
		items = append(items, "unnest("+inner+".l"+itoa(int32(i))+") AS "+name(n.Out[i].ID))
		reps[i] = sx{oid: x.oid}
	}
	if n.Ordinality {
		last := len(n.Out) - 1
		length := longest[0]
		if len(longest) > 1 {
			length = "greatest(" + strings.Join(longest, ", ") + ")"
		}
		items = append(items, "unnest(generate_series(1::BIGINT, "+length+")) AS "+name(n.Out[last].ID))
		reps[last] = sx{oid: pgcat.Int8}
	}
	if len(n.Out) != len(items) {
		p.unsupported(n.Calls[0].At, "a set-returning function with several columns")
		return &sel{}
	}
	s := &sel{plain: true}
	s.from = "(SELECT " + strings.Join(items, ", ") + " FROM (SELECT " + strings.Join(lists, ", ") + ") AS " + inner + ") AS " + alias
	for i, c := range n.Out {
		x := reps[i]
		x.text, x.plain = alias+"."+name(c.ID), true
		p.set(s, c.ID, p.ofSet(x, c.Type))
	}
	return s
}

// ofSet is an item of a set: an array in a set is written as its text there.
func (p *duck) ofSet(x sx, t plan.Type) sx {
	if t.OID != pgcat.TextArray || x.oid != pgcat.Text {
		return x
	}
	return p.udf(Func{Kind: CastFunc, Result: t.OID, Mod: -1, At: -1}, []sx{x})
}

// setColumns are the lists of all output columns; those of JSON's functions are computed by datum.
func (p *duck) setColumns(n *plan.FuncScan) []sx {
	var out []sx
	for _, c := range n.Calls {
		if len(n.Calls) > 1 || !datum.SetHas(c.Proc) {
			out = append(out, p.setList(c))
			continue
		}
		columns := n.Out
		if n.Ordinality {
			columns = columns[:len(columns)-1]
		}
		for i, col := range columns {
			out = append(out, p.setColumn(c, i, col.Type.OID))
		}
	}
	return out
}

// setColumn is the list of one output column of a function that datum computes.
func (p *duck) setColumn(c *plan.Call, i int, oid uint32) sx {
	t, ok := pgcat.TypeByOID(oid)
	if !ok || t.Array == 0 || len(c.Args) != 1 {
		return p.unsupported(c.At, "function %s in FROM", signatureOf(c.Proc, c.Name))
	}
	x := p.udf(Func{Kind: SetFunc, Proc: c.Proc, Result: t.Array, Mod: int32(i), At: c.At}, []sx{p.expr(c.Args[0])})
	x.oid = oid
	return x
}

// emptySets are the set functions of the system catalog that have nothing to tell here: no relation is partitioned, has
// options or other privileges than everybody's.
var emptySets = map[string]bool{"pg_partition_ancestors": true, "pg_partition_tree": true, "pg_options_to_table": true, "aclexplode": true}

func (p *duck) emptySet(n *plan.FuncScan) *sel {
	alias := p.alias("t")
	s := &sel{plain: true}
	reps := make([]sx, len(n.Out))
	for i, c := range n.Out {
		reps[i] = sx{oid: c.Type.OID}
		x := reps[i]
		x.text, x.plain = alias+"."+name(c.ID), true
		p.set(s, c.ID, x)
	}
	return p.noRows(s, alias, reps, n.Out)
}

// streamed prints generate_series over integer constants as a table function, which makes no list; nil when it is not one.
func (p *duck) streamed(n *plan.FuncScan) *sel {
	if len(n.Calls) != 1 || n.Calls[0].Name != "generate_series" {
		return nil
	}
	c := n.Calls[0]
	var args []string
	for i, a := range c.Args {
		k, ok := a.(*plan.Const)
		if !ok {
			return nil
		}
		v, ok := k.Value.(datum.Int)
		if !ok || k.T.OID != pgcat.Int4 && k.T.OID != pgcat.Int8 {
			return nil
		}
		if i == 2 && v == 0 {
			p.fail(stepZero(c.At))
			return &sel{}
		}
		args = append(args, p.constant(&plan.Const{Base: plan.Base{T: plan.Type{OID: pgcat.Int8, Mod: -1}}, Value: v}).text)
	}
	alias := p.alias("t")
	inner := sx{text: "CAST(" + alias + ".v AS " + WorkspaceType(c.T.OID) + ")", oid: c.T.OID}
	s := &sel{from: "generate_series(" + strings.Join(args, ", ") + ") AS " + alias + "(v)"}
	p.set(s, n.Out[0].ID, inner)
	if n.Ordinality {
		p.set(s, n.Out[1].ID, sx{text: "row_number() OVER ()", oid: pgcat.Int8})
	}
	return s
}

func stepZero(at int) *pgerr.Error {
	return pgerr.New(pgerr.InvalidParameterValue, "step size cannot equal zero").At(at)
}

// setList prints a set-returning function as a list of its rows; oid of the result is the element's.
func (p *duck) setList(c *plan.Call) sx {
	if datum.SetHas(c.Proc) && c.T.OID != pgcat.Record {
		return p.setColumn(c, 0, c.T.OID)
	}
	args := make([]sx, len(c.Args))
	for i, a := range c.Args {
		args[i] = p.expr(a)
	}
	switch c.Name {
	case "generate_series":
		return p.series(c, args)
	case "unnest":
		if len(args) == 1 {
			x := args[0]
			x.oid = c.T.OID
			return x
		}
	case "generate_subscripts":
		if len(args) == 2 {
			return sx{text: "CASE WHEN " + args[1].text + " = 1 THEN CAST(generate_series(1::BIGINT, len(" + args[0].text + ")) AS INTEGER[]) END", oid: pgcat.Int4}
		}
	case "regexp_matches":
		x := p.udf(Func{Kind: SetFunc, Proc: c.Proc, Result: pgcat.TextArray, At: c.At}, args)
		x.oid = pgcat.Text
		return x
	case "pg_partition_ancestors":
		return sx{text: "CAST([] AS UINTEGER[])", oid: c.T.OID}
	case "string_to_table", "regexp_split_to_table":
		other := strings.Replace(c.Name, "_to_table", "_to_array", 1)
		if x, ok := p.related(c, other, pgcat.TextArray, args); ok {
			x.oid = pgcat.Text
			return x
		}
	}
	if !returnsSet(c.Proc) { // a plain function is one row
		x := p.call(c)
		return sx{text: "list_value(CAST(" + x.text + " AS " + WorkspaceType(c.T.OID) + "))", oid: c.T.OID}
	}
	return p.unsupported(c.At, "function %s in FROM", signatureOf(c.Proc, c.Name))
}

// related calls another function of pg_proc with the same argument types through datum.
func (p *duck) related(c *plan.Call, other string, result uint32, args []sx) (sx, bool) {
	proc, ok := pgcat.ProcByOID(c.Proc)
	if !ok {
		return sx{}, false
	}
	_, tail, _ := strings.Cut(proc.Signature(), "(")
	q, ok := pgcat.ProcBySignature(other + "(" + tail)
	if !ok || !datum.Has(q.OID) {
		return sx{}, false
	}
	f := Func{Kind: CallFunc, Proc: q.OID, Result: result, Mod: -1, At: c.At}
	return p.udf(f, args), true
}

// series prints generate_series as a list: native for integers, and by datum for numeric and times, whose steps depend on
// display scale, months and zone.
func (p *duck) series(c *plan.Call, args []sx) sx {
	switch c.T.OID {
	case pgcat.Int4, pgcat.Int8:
		texts := make([]string, 3)
		texts[2] = "1::BIGINT"
		for i, a := range args {
			texts[i] = "CAST(" + a.text + " AS BIGINT)"
		}
		list := "generate_series(" + strings.Join(texts, ", ") + ")"
		if len(args) == 3 {
			list = "CASE WHEN " + texts[2] + " = 0 AND " + texts[0] + " IS NOT NULL AND " + texts[1] + " IS NOT NULL THEN " + raise(stepZero(c.At)) + " ELSE " + list + " END"
		}
		return sx{text: "CAST(" + list + " AS " + WorkspaceType(c.T.OID) + "[])", oid: c.T.OID}
	}
	t, ok := pgcat.TypeByOID(c.T.OID)
	if !ok || t.Array == 0 || len(args) > 3 {
		return p.unsupported(c.At, "generate_series of this type")
	}
	x := p.udf(Func{Kind: SeriesFunc, Result: t.Array, Mod: -1, At: c.At}, args)
	x.oid = c.T.OID
	return x
}

// setItem prints a set-returning function of a select list: unnested, in lockstep with others, padded with NULL.
func (p *duck) setItem(e plan.Expr) sx {
	if c, ok := e.(*plan.Call); ok && returnsSet(c.Proc) {
		x := p.setList(c)
		return p.ofSet(sx{text: "unnest(" + x.text + ")", oid: x.oid}, c.T)
	}
	return p.expr(e)
}

func returnsSet(proc uint32) bool {
	p, ok := pgcat.ProcByOID(proc)
	return ok && p.RetSet
}

func signatureOf(proc uint32, name string) string {
	if p, ok := pgcat.ProcByOID(proc); ok {
		return p.Signature()
	}
	return name
}
