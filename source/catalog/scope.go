package catalog

import (
	"strings"

	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/planner/plan"
	"github.com/waggle-sql/waggle/semantic"
	"github.com/waggle-sql/waggle/source"
)

// content fills a relation's rows from a scope.
type content func(s *scope, out *rows)

// contents lists the relations that have rows beside PostgreSQL's own.
func contents() map[string]content {
	all := make(map[string]content)
	for _, part := range []map[string]content{coreContents(), clusterContents(), viewContents(), schemaContents(), keyContents(), ownContents()} {
		for name, c := range part {
			all[name] = c
		}
	}
	return all
}

// scope is what one view shows to one person.
type scope struct {
	view     *semantic.View
	who      source.Inside
	entities []*listed // of the models, hidden ones left out
	own      []*listed // of the schema waggle
}

// listed is a relation as the catalog lists it.
type listed struct {
	oid, schemaOID uint32
	schema, name   string
	kind           byte
	entity         *semantic.Entity // nil for the system's
	columns        []listedColumn
	description    string
}

// listedColumn is a column of a listed relation.
type listedColumn struct {
	name        string
	typ         plan.Type
	num         int16
	notNull     bool
	expr        string // of a computed column
	description string
}

// The fixed numbers of the schema waggle; PostgreSQL's own objects end below, a model's begin at 16384.
const (
	publicOID    = 2200
	waggleOID    = 15000
	firstOwnOID  = 15001
	databaseOID  = 5
	tablespace   = 1663
	heapMethod   = 2
	btreeMethod  = 403
	classOfTable = 1259
	classOfKey   = 2606
	classOfSpace = 2615
)

func newScope(c *conn) *scope {
	s := &scope{view: c.view, who: c.who}
	for r := range c.view.Relations() {
		switch {
		case r.Entity != nil && r.State != semantic.Hidden:
			s.entities = append(s.entities, s.listEntity(r))
		case r.Entity == nil && r.Table.Schema == ownSchema:
			s.own = append(s.own, listSystem(r.Table, 'v'))
		}
	}
	return s
}

func (s *scope) listEntity(r *semantic.Relation) *listed {
	e := r.Entity
	l := &listed{oid: r.Table.OID, schemaOID: s.view.OID(e.Model), schema: e.Model, name: e.Name, kind: 'r', entity: e,
		description: firstOf(e.Description, e.Label)}
	for _, p := range e.Properties {
		if r.ColumnState(p.Name) == semantic.Hidden {
			continue
		}
		l.columns = append(l.columns, listedColumn{name: p.Name, typ: p.Type, num: p.Num, notNull: p.NotNull && p.Expr == nil,
			expr: expression(p.Expr), description: described(firstOf(p.Description, p.Label), p.Unit)})
	}
	for _, m := range e.Metrics {
		if r.ColumnState(m.Name) == semantic.Hidden || m.Type.OID == 0 {
			continue
		}
		l.columns = append(l.columns, listedColumn{name: m.Name, typ: m.Type, num: m.Num, expr: expression(m.Expr),
			description: described(firstOf(m.Description, m.Label, "Metric"), m.Unit)})
	}
	return l
}

// listSystem lists a relation of the system; its columns with negative numbers are left out.
func listSystem(t *plan.Table, kind byte) *listed {
	l := &listed{oid: t.OID, schema: t.Schema, name: t.Name, kind: kind}
	if t.Schema == ownSchema {
		l.schemaOID = waggleOID
	}
	for _, c := range t.Columns {
		if c.Num > 0 {
			l.columns = append(l.columns, listedColumn{name: c.Name, typ: c.Type, num: c.Num, notNull: c.NotNull})
		}
	}
	return l
}

// tables are all that the view brings beside PostgreSQL's own relations.
func (s *scope) tables() []*listed {
	return append(s.entities[:len(s.entities):len(s.entities)], s.own...)
}

// key returns the columns of an entity's key, nil when it has none or one of them is hidden.
func (l *listed) key() []listedColumn {
	if l.entity == nil {
		return nil
	}
	return l.pick(l.entity.Key)
}

// pick returns columns by their names, nil when one is missing.
func (l *listed) pick(names []string) []listedColumn {
	var out []listedColumn
	for _, name := range names {
		i := len(out)
		for _, c := range l.columns {
			if c.name == name {
				out = append(out, c)
			}
		}
		if len(out) == i {
			return nil
		}
	}
	return out
}

// foreign is a relationship between two listed entities.
type foreign struct {
	oid              uint32
	rel              *semantic.Relationship
	from, to         *listed
	fromCols, toCols []listedColumn
}

// foreigns lists the relationships whose both sides are shown.
func (s *scope) foreigns() []foreign {
	byName := make(map[string]*listed, len(s.entities))
	for _, l := range s.entities {
		byName[l.schema+"."+l.name] = l
	}
	var out []foreign
	for _, m := range s.view.Models() {
		for _, r := range m.Relationships {
			f := foreign{oid: s.view.OID(m.Name + "#" + r.Name), rel: r, from: byName[m.Name+"."+r.From], to: byName[m.Name+"."+r.To]}
			if f.from == nil || f.to == nil {
				continue
			}
			f.fromCols, f.toCols = f.from.pick(r.FromKey), f.to.pick(r.ToKey)
			if f.fromCols != nil && f.toCols != nil {
				out = append(out, f)
			}
		}
	}
	return out
}

// matchesKey reports whether the referenced columns are the key of the entity.
func (f foreign) matchesKey() bool {
	key := f.to.entity.Key
	if len(key) != len(f.rel.ToKey) {
		return false
	}
	for _, name := range f.rel.ToKey {
		found := false
		for _, k := range key {
			found = found || k == name
		}
		if !found {
			return false
		}
	}
	return true
}

func (l *listed) path(part string) string { return l.schema + "." + l.name + part }

func expression(x *semantic.Expression) string {
	if x == nil {
		return ""
	}
	return strings.TrimSpace(x.Text)
}

func firstOf(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return strings.TrimSpace(t)
		}
	}
	return ""
}

// described adds a unit to a description.
func described(text, unit string) string {
	switch {
	case unit == "":
		return text
	case text == "":
		return "Unit: " + unit + "."
	}
	return text + " Unit: " + unit + "."
}

func oid(n uint32) datum.Value { return datum.Int(n) }

func letter(c byte) datum.Value { return datum.Int(c) }

func text(s string) datum.Value { return datum.Text(s) }

// textOrNull is NULL for "".
func textOrNull(s string) datum.Value {
	if s == "" {
		return nil
	}
	return datum.Text(s)
}

func typeOf(oid uint32) *pgcat.Type {
	if t, ok := pgcat.TypeByOID(oid); ok {
		return t
	}
	return &pgcat.Type{OID: oid, Len: -1}
}
