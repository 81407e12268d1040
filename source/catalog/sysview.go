package catalog

import (
	"strconv"

	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/pgcat"
)

// viewContents fills PostgreSQL's own views over the catalogs.
func viewContents() map[string]content {
	return map[string]content{
		"pg_catalog.pg_tables":           tables,
		"pg_catalog.pg_views":            views,
		"pg_catalog.pg_indexes":          indexViews,
		"pg_catalog.pg_stat_all_tables":  func(s *scope, out *rows) { tableStats(s, out, true) },
		"pg_catalog.pg_stat_user_tables": func(s *scope, out *rows) { tableStats(s, out, false) },
	}
}

// systemTables lists the relations of pg_catalog and information_schema.
func systemTables() []*listed {
	var out []*listed
	for _, r := range pgcat.Relations() {
		l := &listed{oid: r.OID, schema: r.Schema, name: r.Name, kind: r.Kind}
		for _, c := range r.Columns {
			l.columns = append(l.columns, listedColumn{name: c.Name, typ: baseType(c.Type, c.Mod), num: c.Num, notNull: c.NotNull})
		}
		out = append(out, l)
	}
	return out
}

func tables(s *scope, out *rows) {
	for _, l := range append(systemTables(), s.entities...) {
		if l.kind == 'r' {
			out.add(row{"schemaname": text(l.schema), "tablename": text(l.name), "tableowner": text(owner),
				"hasindexes": datum.Bool(l.entity == nil || l.key() != nil), "hasrules": datum.Bool(false), "hastriggers": datum.Bool(false),
				"rowsecurity": datum.Bool(false)})
		}
	}
}

func views(s *scope, out *rows) {
	for _, l := range append(systemTables(), s.own...) {
		if l.kind == 'v' {
			out.add(row{"schemaname": text(l.schema), "viewname": text(l.name), "viewowner": text(owner), "definition": text("")})
		}
	}
}

func indexViews(s *scope, out *rows) {
	for _, l := range s.entities {
		if key := l.key(); key != nil {
			out.add(row{"schemaname": text(l.schema), "tablename": text(l.name), "indexname": text(l.name + "_pkey"), "indexdef": text(indexDef(l, key))})
		}
	}
}

// tableStats has a row of zeros per table: nothing is counted.
func tableStats(s *scope, out *rows, system bool) {
	list := s.entities
	if system {
		list = append(systemTables(), list...)
	}
	for _, l := range list {
		if l.kind != 'r' {
			continue
		}
		r := row{"relid": oid(l.oid), "schemaname": text(l.schema), "relname": text(l.name)}
		for _, c := range out.relation.table.Columns {
			if c.Type.OID == pgcat.Int8 {
				r[c.Name] = datum.Int(0)
			}
		}
		out.add(r)
	}
}

func number(s string) uint32 {
	n, _ := strconv.ParseUint(s, 10, 32)
	return uint32(n)
}
