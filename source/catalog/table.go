package catalog

import (
	"strings"

	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/planner/plan"
)

// Connection is the name by which plans call this source.
const Connection = "catalog"

// Tables returns every relation of pg_catalog, information_schema and the schema waggle, for semantic.NewView. A column
// with a negative number is bindable and not in `*`: PostgreSQL's system columns, and names of other versions.
func Tables() []*plan.Table {
	relations := newRelations()
	tables := make([]*plan.Table, len(relations))
	for i, r := range relations {
		tables[i] = r.table
	}
	return tables
}

// newRelations makes the relations, without content.
func newRelations() []*relation {
	aliases := olderNames()
	var out []*relation
	for _, p := range pgcat.Relations() {
		t := newTable(p.Schema, p.Name, p.OID)
		for _, c := range p.Columns {
			t.Columns = append(t.Columns, plan.Column{Name: c.Name, Physical: c.Name, Type: baseType(c.Type, c.Mod), Num: c.Num, NotNull: c.NotNull})
		}
		r := &relation{table: t, kind: p.Kind, source: p}
		r.addHidden(aliases[p.Schema+"."+p.Name])
		out = append(out, r.finish())
	}
	for _, w := range ownRelations() {
		t := newTable(w.schema, w.name, w.oid)
		for i, c := range w.columns {
			t.Columns = append(t.Columns, plan.Column{Name: c.name, Physical: c.name, Type: plan.Type{OID: c.oid, Mod: -1}, Num: int16(i + 1)})
		}
		out = append(out, (&relation{table: t, kind: 'v', own: &w}).finish())
	}
	return out
}

func newTable(schema, name string, oid uint32) *plan.Table {
	return &plan.Table{Connection: Connection, Schema: schema, Name: name, Object: schema + "." + name, OID: oid}
}

// baseType replaces a domain of information_schema by its base type, as RowDescription does.
func baseType(oid uint32, mod int32) plan.Type {
	t, ok := pgcat.TypeByOID(oid)
	if !ok || t.Kind != 'd' {
		return plan.Type{OID: oid, Mod: mod}
	}
	return plan.Type{OID: t.BaseType, Mod: t.TypMod}
}

// alias is a column that PostgreSQL 17 does not have.
type alias struct {
	name string
	oid  uint32
	of   string // the column whose value it has, "" for its type's zero
}

// olderNames are columns of PostgreSQL 10 to 16 that psql and drivers of those versions ask for, by relation.
func olderNames() map[string][]alias {
	return map[string][]alias{
		"pg_catalog.pg_attrdef":    {{"adsrc", pgcat.Text, "adbin"}},
		"pg_catalog.pg_class":      {{"relhasoids", pgcat.Bool, ""}, {"relhaspkey", pgcat.Bool, "relhasindex"}},
		"pg_catalog.pg_collation":  {{"colliculocale", pgcat.Text, "colllocale"}},
		"pg_catalog.pg_constraint": {{"consrc", pgcat.Text, "conbin"}, {"conperiod", pgcat.Bool, ""}, {"conenforced", pgcat.Bool, "convalidated"}},
		"pg_catalog.pg_database":   {{"daticulocale", pgcat.Text, "datlocale"}, {"datlastsysoid", pgcat.OID, ""}},
		"pg_catalog.pg_proc":       {{"proisagg", pgcat.Bool, ""}, {"proiswindow", pgcat.Bool, ""}, {"protransform", pgcat.Regproc, ""}},
		"pg_catalog.pg_authid":     {{"rolcatupdate", pgcat.Bool, "rolsuper"}},
		"pg_catalog.pg_roles":      {{"rolcatupdate", pgcat.Bool, "rolsuper"}},
		"pg_catalog.pg_user":       {{"usecatupd", pgcat.Bool, "usesuper"}},
	}
}

// systemColumns are the columns that each table, not view, has.
func systemColumns() []plan.Column {
	return []plan.Column{
		{Name: "tableoid", Type: plan.Type{OID: pgcat.OID, Mod: -1}, Num: -6, NotNull: true},
		{Name: "xmax", Type: plan.Type{OID: pgcat.XID, Mod: -1}, Num: -4, NotNull: true},
		{Name: "xmin", Type: plan.Type{OID: pgcat.XID, Mod: -1}, Num: -2, NotNull: true},
	}
}

// addHidden adds the columns that `*` leaves out.
func (r *relation) addHidden(aliases []alias) {
	if r.kind == 'r' {
		for _, c := range systemColumns() {
			c.Physical = c.Name
			r.table.Columns = append(r.table.Columns, c)
		}
	}
	for i, a := range aliases {
		r.table.Columns = append(r.table.Columns, plan.Column{Name: a.name, Physical: a.name,
			Type: plan.Type{OID: a.oid, Mod: -1}, Num: int16(-10 - i)})
	}
	r.aliases = aliases
}

// personal are the relations whose rows depend on the asking person and the moment, not on the view alone.
func personal() map[string]bool {
	return map[string]bool{
		"pg_catalog.pg_authid": true, "pg_catalog.pg_roles": true, "pg_catalog.pg_user": true, "pg_catalog.pg_shadow": true,
		"pg_catalog.pg_timezone_names": true, "pg_catalog.pg_timezone_abbrevs": true, "information_schema.enabled_roles": true, "information_schema.applicable_roles": true,
	}
}

// Shared reports whether a relation's rows depend on the view alone, so that a worker that read them may serve the other
// sessions of the view (invariant 8). Live relations of the schema waggle and those that name the person do not.
func Shared(schema, name string) bool {
	if personal()[schema+"."+name] {
		return false
	}
	for _, w := range ownRelations() {
		if w.schema == schema && w.name == name {
			return !w.live
		}
	}
	return strings.HasPrefix(schema, "pg_") || schema == "information_schema"
}
