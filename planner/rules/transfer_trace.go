package rules

import (
	"slices"

	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/planner/plan"
)

// keys are the families of types whose values are equal in every system exactly when they are here.
type keyFamily uint8

const (
	noKey keyFamily = iota
	intKey
	textKey
	numberKey
	dateKey
	uuidKey
)

// keyKind: floats compare differently after a conversion, char(n) by its padding, times of day and timestamps by their
// precision, json not at all; they are no keys.
func keyKind(t plan.Type) keyFamily {
	switch t.OID {
	case pgcat.Int2, pgcat.Int4, pgcat.Int8:
		return intKey
	case pgcat.Text, pgcat.Varchar:
		return textKey
	case pgcat.Date:
		return dateKey
	case pgcat.UUID:
		return uuidKey
	case pgcat.Numeric:
		if p, s, ok := datum.NumericPrecision(t.Mod); ok && p <= 38 && s >= 0 {
			return numberKey
		}
	}
	return noKey
}

// origin follows a column down to the fragment that all its values come from: whatever drops, repeats or orders rows on the way,
// no other values appear but NULL.
func (t *transfer) origin(n plan.Node, id plan.ColID) (*plan.Remote, plan.ColID, bool) {
	switch n := n.(type) {
	case *plan.Remote:
		return n, id, true
	case *plan.Join:
		return t.origin(t.sideOf(n, id), id)
	case *plan.Filter, *plan.Sort, *plan.Limit, *plan.Unique:
		return t.origin(n.Inputs()[0], id)
	case *plan.Window:
		if t.env.cols(n.Input).has(id) {
			return t.origin(n.Input, id)
		}
	case *plan.With:
		return t.origin(n.Body, id)
	case *plan.CTERef:
		return t.originOfCTE(n, id)
	}
	if below, ok := renamed(n, id); ok {
		return t.origin(n.Inputs()[0], below)
	}
	return nil, 0, false
}

// originOfCTE follows a column into the common table expression that it is read from; a recursive one has several origins.
func (t *transfer) originOfCTE(r *plan.CTERef, id plan.ColID) (*plan.Remote, plan.ColID, bool) {
	c, ok := t.ctes[r.ID]
	if !ok || c.Recursive {
		return nil, 0, false
	}
	for i, col := range r.Out {
		if cols := c.Plan.Cols(); col.ID == id && i < len(cols) {
			return t.origin(c.Plan, cols[i].ID)
		}
	}
	return nil, 0, false
}

// target follows a column down to the fragment that a filter on it may be pushed into without changing what reaches n, but for
// the rows that the filter drops.
func (t *transfer) target(n plan.Node, id plan.ColID) (*plan.Remote, plan.ColID, bool) {
	switch n := n.(type) {
	case *plan.Remote:
		return n, id, true
	case *plan.Join:
		side := t.sideOf(n, id)
		if side == n.Left && keepsLeft(n.Kind) || side == n.Right && keepsRight(n.Kind) && !n.Lateral {
			return t.target(side, id)
		}
		return nil, 0, false
	case *plan.Filter:
		if volatile(n.Cond) {
			return nil, 0, false
		}
		return t.target(n.Input, id)
	case *plan.Sort:
		return t.target(n.Input, id)
	case *plan.Unique:
		if n.On == nil {
			return t.target(n.Input, id)
		}
		return nil, 0, false
	case *plan.Window:
		if t.env.cols(n.Input).has(id) && partitionedBy(n, id) {
			return t.target(n.Input, id)
		}
		return nil, 0, false
	}
	if below, ok := renamed(n, id); ok {
		return t.target(n.Inputs()[0], below)
	}
	return nil, 0, false
}

func (t *transfer) sideOf(j *plan.Join, id plan.ColID) plan.Node {
	if t.env.cols(j.Left).has(id) {
		return j.Left
	}
	return j.Right
}

// renamed finds the input's column that a projection or a group shows as id.
func renamed(n plan.Node, id plan.ColID) (plan.ColID, bool) {
	var exprs []plan.Expr
	switch n := n.(type) {
	case *plan.Project:
		exprs = n.Exprs
	case *plan.ProjectSet:
		exprs = n.Exprs
	case *plan.Aggregate:
		if n.Sets == nil {
			exprs = n.Groups
		}
	}
	for i, e := range exprs {
		if n.Cols()[i].ID == id {
			r := plainColumn(e)
			if r == nil {
				return 0, false
			}
			return r.ID, true
		}
	}
	return 0, false
}

func partitionedBy(w *plan.Window, id plan.ColID) bool {
	for _, f := range w.Funcs {
		found := false
		for _, e := range f.Partition {
			r, ok := e.(*plan.Ref)
			found = found || ok && r.ID == id
		}
		if !found {
			return false
		}
	}
	return true
}

// base follows a fragment's column to the column of the table whose values it shows, or to the property that computes them of the
// table's columns.
func (t *transfer) base(n plan.Node, id plan.ColID) (*plan.Table, plan.Column, bool) {
	switch n := n.(type) {
	case *plan.Scan:
		for i, c := range n.Out {
			if c.ID == id {
				return n.Table, n.Table.Columns[n.Fields[i]], true
			}
		}
		return nil, plan.Column{}, false
	case *plan.Join:
		return t.base(t.sideOf(n, id), id)
	case *plan.Filter, *plan.Sort, *plan.Limit, *plan.Unique:
		return t.base(n.Inputs()[0], id)
	case *plan.Window:
		if t.env.cols(n.Input).has(id) {
			return t.base(n.Input, id)
		}
	case *plan.Project:
		if i := slices.IndexFunc(n.Out, func(c plan.Col) bool { return c.ID == id }); i >= 0 && n.Out[i].Property != nil {
			return t.computed(n, i)
		}
	}
	if below, ok := renamed(n, id); ok {
		return t.base(n.Inputs()[0], below)
	}
	return nil, plan.Column{}, false
}

// computed is a property of the model as a column of the one table that its expression reads. It is personal where a column is that it
// is computed of.
func (t *transfer) computed(n *plan.Project, i int) (*plan.Table, plan.Column, bool) {
	out := plan.Column{Name: n.Out[i].Property.Name, Tags: slices.Clone(n.Out[i].Property.Tags)}
	var table *plan.Table
	for id := range plan.Refs(n.Exprs[i]) {
		of, column, ok := t.base(n.Input, id)
		if !ok || table != nil && of != table {
			return nil, plan.Column{}, false
		}
		table, out.Tags = of, append(out.Tags, column.Tags...)
	}
	return table, out, table != nil && !hasSubquery(n.Exprs[i])
}
