package bind

import (
	"fmt"
	"slices"
	"strings"

	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/planner/plan"
)

// wholeRow binds a reference to all columns of an item.
func (b *binder) wholeRow(it *item, at int) plan.Expr {
	switch {
	case it == nil || b.err != nil:
		return null(pgcat.Unknown, at)
	case it.scalar:
		return positioned(b.columnExpr(it.cols[0], at), at)
	}
	row := &plan.RowOf{Base: base(pgcat.Record, at)}
	for _, c := range it.cols {
		if !c.hidden && c.metric == nil {
			row.Items = append(row.Items, positioned(b.columnExpr(c, at), at))
			row.Names = append(row.Names, c.name)
		}
	}
	if it.nullable {
		return b.witnessed(it, row)
	}
	return row
}

// witnessed is a row of an item that an outer join may have made NULL. A column that the join's condition compares is NULL
// there and nowhere else, because rows in which it is NULL match nothing; without such a column the two cannot be told apart.
func (b *binder) witnessed(it *item, row *plan.RowOf) plan.Expr {
	if it.witness == nil {
		return b.fail(pgerr.New(pgerr.FeatureNotSupported, "a whole-row reference to the nullable side of this outer join is not supported").
			WithDetail("No column of it is compared by the join's condition.").WithHint("Name the columns."), row.At)
	}
	c := *row
	c.Present = &plan.IsNull{Base: base(pgcat.Bool, row.At), Arg: it.witness, Negated: true}
	return &c
}

// noteWitnesses finds the columns that are not NULL in the rows which a join has matched: those that it compares by an
// equality. Only the side whose unmatched rows the join drops has them.
func noteWitnesses(j *plan.Join, left, right []*item) {
	for _, side := range []struct {
		items []*item
		drops bool
	}{{left, j.Kind == plan.Inner || j.Kind == plan.Right}, {right, j.Kind == plan.Inner || j.Kind == plan.Left}} {
		if !side.drops {
			continue
		}
		for _, it := range side.items {
			if it.witness == nil {
				it.witness = comparedColumn(j.Cond, it)
			}
		}
	}
}

// comparedColumn returns a column of an item that a condition needs to be not NULL, nil for none.
func comparedColumn(cond plan.Expr, it *item) plan.Expr {
	conds := []plan.Expr{cond}
	if and, ok := cond.(*plan.And); ok {
		conds = and.Args
	}
	for _, c := range conds {
		call, ok := c.(*plan.Call)
		if !ok || call.Op != "=" {
			continue
		}
		for _, a := range call.Args {
			r, ok := a.(*plan.Ref)
			if ok && slices.ContainsFunc(it.cols, func(c *column) bool { return c.isRef(r.ID) }) {
				return r
			}
		}
	}
	return nil
}

// isRef reports whether a column is shown by a column of the plan.
func (c *column) isRef(id plan.ColID) bool {
	e := c.expr
	if c.property != nil {
		if computed := c.entity.computed[c.property]; computed != nil {
			e = computed
		}
	}
	r, ok := e.(*plan.Ref)
	return ok && r.ID == id
}

// fieldNames are the names of the fields of ROW(…).
func fieldNames(n int) []string {
	names := make([]string, n)
	for i := range names {
		names[i] = fmt.Sprintf("f%d", i+1)
	}
	return names
}

// rowsAsJSON makes the rows among a function's arguments objects, for the functions that make JSON of values of any type.
// Other functions are not given rows whose fields they would read or compare.
func (b *binder) rowsAsJSON(p *pgcat.Proc, args []plan.Expr) {
	declared := slices.Contains(p.Args, pgcat.Record) && p.Name != "row_to_json" || slices.Contains(comparing, p.Name)
	if b.err != nil || !declared && !strings.Contains(p.Name, "json") && !strings.Contains(p.Name, "xml") {
		return
	}
	for i, a := range args {
		if t := a.Type().OID; t != pgcat.Record && t != arrayOf(pgcat.Record) {
			continue
		}
		e, ok := asJSON(a)
		if !ok || declared || strings.Contains(p.Name, "xml") || strings.Contains(p.Name, "populate") {
			b.fail(pgerr.New(pgerr.FeatureNotSupported, "%s() of this row is not supported", p.Name).
				WithHint("Build the object from named columns, as with jsonb_build_object."), pos(a))
			return
		}
		args[i] = e
	}
}

// comparing are functions that compare the items of arrays.
var comparing = []string{"array_position", "array_positions", "array_remove", "array_replace", "min", "max", "width_bucket"}

// asJSON makes a row value, or what is computed of row values, the same with their JSON in place of their text. It is false where the
// names of the fields are not known any more.
func asJSON(e plan.Expr) (plan.Expr, bool) {
	switch e := e.(type) {
	case *plan.RowOf:
		return rowAsJSON(e)
	case *plan.Const:
		return e, e.Value == nil
	case *plan.Case:
		c := &plan.Case{Base: e.Base, Whens: slices.Clone(e.Whens)}
		ok := true
		for i, w := range e.Whens {
			then, fits := asJSON(w.Then)
			c.Whens[i].Then, ok = then, ok && fits
		}
		if e.Else != nil {
			otherwise, fits := asJSON(e.Else)
			c.Else, ok = otherwise, ok && fits
		}
		return c, ok
	case *plan.Choose:
		items, ok := listAsJSON(e.Args)
		return &plan.Choose{Base: e.Base, Kind: e.Kind, Args: items, Proc: e.Proc}, ok && e.Kind == plan.Coalesce
	case *plan.ArrayOf:
		items, ok := listAsJSON(e.Items)
		return &plan.ArrayOf{Base: e.Base, Items: items}, ok
	case *plan.Agg:
		if e.Name != "array_agg" || e.Distinct {
			return e, false
		}
		// In place: the binder knows aggregates by their identity.
		items, ok := listAsJSON(e.Args)
		e.Args = items
		return e, ok
	case *plan.Subquery:
		c := *e
		node, ok := queryAsJSON(e.Plan)
		c.Plan = node
		return &c, ok && e.Kind != plan.Any && e.Kind != plan.All
	}
	return e, false
}

func listAsJSON(list []plan.Expr) ([]plan.Expr, bool) {
	out := make([]plan.Expr, len(list))
	for i, x := range list {
		e, ok := asJSON(x)
		if !ok {
			return list, false
		}
		out[i] = e
	}
	return out, true
}

func rowAsJSON(row *plan.RowOf) (plan.Expr, bool) {
	if len(row.Items) == 0 {
		return row, false
	}
	c := *row
	c.JSON, c.Items = true, slices.Clone(row.Items)
	for i, x := range c.Items {
		if t := x.Type().OID; t != pgcat.Record && t != arrayOf(pgcat.Record) {
			continue
		}
		e, ok := asJSON(x)
		if !ok {
			return row, false
		}
		c.Items[i] = e
	}
	return &c, true
}

// queryAsJSON does so for the one column of a query.
func queryAsJSON(n plan.Node) (plan.Node, bool) {
	switch n := n.(type) {
	case *plan.Limit, *plan.Sort:
		in, ok := queryAsJSON(n.Inputs()[0])
		return n.WithInputs([]plan.Node{in}), ok
	case *plan.Project:
		c := &plan.Project{Input: n.Input, Exprs: slices.Clone(n.Exprs), Out: n.Out}
		if r, ok := n.Exprs[0].(*plan.Ref); ok && len(n.Exprs) == 1 {
			in, fits := queryAsJSON(n.Input)
			return &plan.Project{Input: in, Exprs: n.Exprs, Out: n.Out}, fits && in.Cols()[0].ID == r.ID
		}
		e, ok := asJSON(n.Exprs[0])
		c.Exprs[0] = e
		return c, ok
	}
	return n, false
}

// countedRow is what count(row) counts: rows that are there, and with DISTINCT their text, for which every value is made
// equal to those that equal it.
func (b *binder) countedRow(row *plan.RowOf, distinct bool) plan.Expr {
	if !distinct {
		yes := boolConst(true, row.At)
		if row.Present == nil {
			return yes
		}
		return &plan.Case{Base: base(pgcat.Bool, row.At), Whens: []plan.When{{Cond: row.Present, Then: yes}}}
	}
	c := *row
	c.Items = slices.Clone(row.Items)
	for i, x := range c.Items {
		switch t := baseOf(x.Type().OID); {
		case t == pgcat.Numeric:
			trim, _ := pgcat.ProcBySignature("trim_scale(numeric)")
			c.Items[i] = &plan.Call{Base: base(pgcat.Numeric, pos(x)), Proc: trim.OID, Name: trim.Name, Args: []plan.Expr{x}}
		case !slices.Contains(plainEquality, t):
			return b.fail(pgerr.New(pgerr.FeatureNotSupported, "count(DISTINCT row) with a field of type %s is not supported", typeName(t)).
				WithHint("Cast the field to text."), pos(x))
		}
	}
	return b.relabel(&c, unmodified(pgcat.Text))
}

// plainEquality are types whose values are equal exactly when their texts are.
var plainEquality = []uint32{pgcat.Bool, pgcat.Int2, pgcat.Int4, pgcat.Int8, pgcat.OID, pgcat.Text, pgcat.Varchar, pgcat.Name, pgcat.Date,
	pgcat.Time, pgcat.Timestamp, pgcat.TimestampTZ, pgcat.UUID, pgcat.Bytea}
