package bind

import (
	"slices"

	pg "github.com/pganalyze/pg_query_go/v6"

	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/planner/plan"
)

// columnRef binds a column reference of one to four parts.
func (b *binder) columnRef(s *scope, n *pg.ColumnRef) plan.Expr {
	at := b.at(n.Location)
	last := n.Fields[len(n.Fields)-1]
	names := texts(n.Fields)
	if last.GetAStar() != nil {
		if len(names) == 1 {
			return b.fail(pgerr.New(pgerr.SyntaxError, "invalid use of *"), at)
		}
		it := b.qualifiedItem(s, names[:len(names)-1], at)
		return b.wholeRow(it, at)
	}
	if len(names) == 1 {
		return b.bareName(s, names[0], at)
	}
	if len(names) > 4 {
		return b.fail(pgerr.New(pgerr.SyntaxError, "improper qualified name (too many dotted names): %s", dotted(names)), at)
	}
	it := b.qualifiedItem(s, names[:len(names)-1], at)
	if it == nil {
		return null(pgcat.Unknown, at)
	}
	name := names[len(names)-1]
	if c := b.pick(it, name, at); c != nil {
		return b.use(s, it, c, at)
	}
	if b.err != nil {
		return null(pgcat.Unknown, at)
	}
	if c := b.systemColumn(it, name, at); c != nil {
		return c
	}
	return b.fail(b.missingColumn(s, names[len(names)-2], name), at)
}

func dotted(names []string) string {
	out := names[0]
	for _, n := range names[1:] {
		out += "." + n
	}
	return out
}

// bareName binds an unqualified name: a column of the nearest level that has one, else a whole row.
func (b *binder) bareName(s *scope, name string, at int) plan.Expr {
	if e := b.findColumn(s, name, at); e != nil {
		return e
	}
	if b.err != nil {
		return null(pgcat.Unknown, at)
	}
	if it := findItem(s, "", name); it != nil {
		return b.wholeRow(it, at)
	}
	return b.fail(b.missingColumn(s, "", name), at)
}

// findColumn looks an unqualified column up, inner levels first (colNameToVar); nil when there is none.
func (b *binder) findColumn(s *scope, name string, at int) plan.Expr {
	for level := s; level != nil; level = level.up {
		var found *column
		var owner *item
		for _, it := range level.items {
			if !it.colsVisible || it.lateralOnly && !level.lateral {
				continue
			}
			c := b.pick(it, name, at)
			if c == nil {
				continue
			}
			if found != nil {
				b.fail(pgerr.New(pgerr.AmbiguousColumn, "column reference \"%s\" is ambiguous", name), at)
				return nil
			}
			if it.lateralOnly && !it.lateralOK {
				b.fail(invalidReference(it.name), at)
				return nil
			}
			found, owner = c, it
		}
		if found != nil {
			return b.use(s, owner, found, at)
		}
	}
	for level := s; level != nil; level = level.up {
		for _, it := range level.items {
			if it.colsVisible && !(it.lateralOnly && !level.lateral) {
				if e := b.systemColumn(it, name, at); e != nil {
					return e
				}
			}
		}
	}
	return nil
}

func invalidReference(name string) *pgerr.Error {
	return pgerr.New(pgerr.InvalidColumnReference, "invalid reference to FROM-clause entry for table \"%s\"", name).
		WithDetail("The combining JOIN type must be INNER or LEFT for a LATERAL reference.")
}

// pick finds a column of one item; two of the same name are ambiguous.
func (b *binder) pick(it *item, name string, at int) *column {
	var found *column
	for _, c := range it.cols {
		if c.name != name {
			continue
		}
		if found != nil {
			b.fail(pgerr.New(pgerr.AmbiguousColumn, "column reference \"%s\" is ambiguous", name), at)
			return nil
		}
		found = c
	}
	return found
}

// use returns an expression for a column, positioned at the token that names it.
func (b *binder) use(s *scope, it *item, c *column, at int) plan.Expr {
	if c.metric != nil {
		return b.metricColumn(s, it, c, at)
	}
	if c.property != nil && s.inline != nil {
		return s.inline(c.property)
	}
	return b.shown(s, it, c, at)
}

// shown is the value of a column that is no metric; one that is a row is NULL where an outer join has put NULL in its place.
func (b *binder) shown(s *scope, it *item, c *column, at int) plan.Expr {
	e := positioned(b.columnExpr(c, at), at)
	if row, ok := e.(*plan.RowOf); ok {
		if it = rowItem(s, it, c); it.nullable {
			return b.witnessed(it, row)
		}
	}
	return e
}

// rowItem finds the item whose join decides whether a row that is a column of it is there: for a column of a join, the item that has
// brought it.
func rowItem(s *scope, it *item, c *column) *item {
	if !it.isJoin {
		return it
	}
	for level := s; level != nil; level = level.up {
		for _, x := range level.items {
			if !x.isJoin && slices.Contains(x.cols, c) {
				return x
			}
		}
	}
	return &item{nullable: true}
}

// positioned gives a reference the position of its token; merged columns keep their parts' own.
func positioned(e plan.Expr, at int) plan.Expr {
	if r, ok := e.(*plan.Ref); ok {
		return &plan.Ref{Base: plan.Base{T: r.T, At: at}, ID: r.ID, Name: r.Name}
	}
	return e
}

// qualifiedItem finds the item that [catalog.][schema.]name refers to, or fails.
func (b *binder) qualifiedItem(s *scope, names []string, at int) *item {
	name, schema := names[len(names)-1], ""
	if len(names) > 1 {
		schema = names[len(names)-2]
	}
	if it := findItem(s, schema, name); it != nil {
		if it.lateralOnly && !it.lateralOK {
			b.fail(invalidReference(it.name), at)
			return nil
		}
		return it
	}
	b.fail(b.missingItem(s, name), at)
	return nil
}

// findItem finds a visible item by name, inner levels first (refnameNamespaceItem).
func findItem(s *scope, schema, name string) *item {
	for level := s; level != nil; level = level.up {
		for _, it := range level.items {
			if !it.relVisible || it.lateralOnly && !level.lateral || it.name != name {
				continue
			}
			if schema == "" || schema == it.schema {
				return it
			}
		}
	}
	return nil
}

// systemColumn binds tableoid; a system column of another name does not exist here.
func (b *binder) systemColumn(it *item, name string, at int) plan.Expr {
	if it.rel == nil || it.isJoin {
		return nil
	}
	switch name {
	case "tableoid":
		return oidConst(pgcat.OID, it.rel.Table.OID, at)
	case "xmin", "xmax", "cmin", "cmax", "ctid":
		return b.fail(pgerr.New(pgerr.FeatureNotSupported, "system column \"%s\" is not supported", name), at)
	}
	return nil
}
