package catalog

import (
	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/planner/plan"
	"github.com/waggle-sql/waggle/semantic"
)

// schemaContents fills information_schema but for its views of keys. Its definitions are in PostgreSQL's
// information_schema.sql.
func schemaContents() map[string]content {
	name := func(view string) string { return "information_schema." + view }
	return map[string]content{
		name("information_schema_catalog_name"): func(s *scope, out *rows) { out.add(row{"catalog_name": s.database()}) },
		name("schemata"):                        schemata,
		name("tables"):                          schemaTables,
		name("columns"):                         schemaColumns,
		name("views"):                           schemaViews,
		name("table_privileges"):                privileges,
		name("role_table_grants"):               privileges,
		name("column_privileges"):               columnPrivileges,
		name("element_types"):                   elementTypes,
		name("character_sets"):                  characterSets,
		name("enabled_roles"):                   enabledRoles,
	}
}

func (s *scope) database() datum.Value { return text(s.who.Organisation) }

// all lists every relation that information_schema shows.
func (s *scope) all() []*listed { return append(systemTables(), s.tables()...) }

func schemata(s *scope, out *rows) {
	for _, name := range append(s.view.Schemas(), "pg_toast") {
		out.add(row{"catalog_name": s.database(), "schema_name": text(name), "schema_owner": text(owner)})
	}
}

func schemaTables(s *scope, out *rows) {
	for _, l := range s.all() {
		kind := "BASE TABLE"
		if l.kind == 'v' {
			kind = "VIEW"
		}
		out.add(row{"table_catalog": s.database(), "table_schema": text(l.schema), "table_name": text(l.name), "table_type": text(kind),
			"is_insertable_into": text("NO"), "is_typed": text("NO")})
	}
}

func schemaViews(s *scope, out *rows) {
	for _, l := range s.all() {
		if l.kind == 'v' {
			out.add(row{"table_catalog": s.database(), "table_schema": text(l.schema), "table_name": text(l.name), "check_option": text("NONE"),
				"is_updatable": text("NO"), "is_insertable_into": text("NO"), "is_trigger_updatable": text("NO"),
				"is_trigger_deletable": text("NO"), "is_trigger_insertable_into": text("NO")})
		}
	}
}

func schemaColumns(s *scope, out *rows) {
	for _, l := range s.all() {
		for _, c := range l.columns {
			r := row{"table_catalog": s.database(), "table_schema": text(l.schema), "table_name": text(l.name), "column_name": text(c.name),
				"ordinal_position": datum.Int(c.num), "is_nullable": yesNo(!c.notNull), "dtd_identifier": text(itoa(c.num)),
				"is_self_referencing": text("NO"), "is_identity": text("NO"), "identity_cycle": text("NO"), "is_generated": text("NEVER"),
				"is_updatable": text("NO")}
			if c.expr != "" {
				r["is_generated"], r["generation_expression"] = text("ALWAYS"), text(c.expr)
			}
			s.describeType(r, c.typ)
			out.add(r)
		}
	}
}

// describeType fills the columns that tell a type, as the functions _pg_char_max_length and so on do.
func (s *scope) describeType(r row, t plan.Type) {
	p := typeOf(t.OID)
	r["udt_catalog"], r["udt_schema"], r["udt_name"] = s.database(), text("pg_catalog"), text(p.Name)
	r["data_type"] = text(dataType(p))
	switch t.OID {
	case pgcat.Bpchar, pgcat.Varchar, pgcat.Text:
		r["character_octet_length"] = datum.Int(1 << 30)
		if t.Mod > 4 {
			r["character_maximum_length"] = datum.Int(t.Mod - 4)
			r["character_octet_length"] = datum.Int((t.Mod - 4) * 4)
		}
	case pgcat.Name:
		r["collation_catalog"], r["collation_schema"], r["collation_name"] = s.database(), text("pg_catalog"), text("C")
	case pgcat.Date:
		r["datetime_precision"] = datum.Int(0)
	case pgcat.Time, pgcat.TimeTZ, pgcat.Timestamp, pgcat.TimestampTZ:
		r["datetime_precision"] = precision(t.Mod, t.Mod)
	case pgcat.Interval:
		r["datetime_precision"] = precision(t.Mod, t.Mod&0xffff)
	case pgcat.Numeric:
		r["numeric_precision_radix"] = datum.Int(10)
		if t.Mod > 4 {
			r["numeric_precision"], r["numeric_scale"] = datum.Int((t.Mod-4)>>16), datum.Int((t.Mod-4)&0x7ff)
		}
	}
	if bits, ok := map[uint32]int{pgcat.Int2: 16, pgcat.Int4: 32, pgcat.Int8: 64, pgcat.Float4: 24, pgcat.Float8: 53}[t.OID]; ok {
		r["numeric_precision"], r["numeric_precision_radix"] = datum.Int(bits), datum.Int(2)
		if t.OID != pgcat.Float4 && t.OID != pgcat.Float8 {
			r["numeric_scale"] = datum.Int(0)
		}
	}
}

func dataType(p *pgcat.Type) string {
	if p.Category == 'A' && p.Len == -1 && p.Elem != 0 {
		return "ARRAY"
	}
	if p.OID == pgcat.Bpchar {
		return "character" // what format_type says of it without a modifier's place
	}
	return semantic.FormatType(plan.Type{OID: p.OID, Mod: -1})
}

// precision is 6 when a modifier gives none.
func precision(mod, digits int32) datum.Value {
	if mod < 0 || digits == 0xffff {
		return datum.Int(6)
	}
	return datum.Int(digits)
}

// privileges: everybody may select from what he is shown; the sources decide on the rest.
func privileges(s *scope, out *rows) {
	for _, l := range s.tables() {
		out.add(row{"grantor": text(owner), "grantee": text("PUBLIC"), "table_catalog": s.database(), "table_schema": text(l.schema),
			"table_name": text(l.name), "privilege_type": text("SELECT"), "is_grantable": text("NO"), "with_hierarchy": text("YES")})
	}
}

func columnPrivileges(s *scope, out *rows) {
	for _, l := range s.tables() {
		for _, c := range l.columns {
			out.add(row{"grantor": text(owner), "grantee": text("PUBLIC"), "table_catalog": s.database(), "table_schema": text(l.schema),
				"table_name": text(l.name), "column_name": text(c.name), "privilege_type": text("SELECT"), "is_grantable": text("NO")})
		}
	}
}

func elementTypes(s *scope, out *rows) {
	for _, l := range s.all() {
		for _, c := range l.columns {
			p := typeOf(c.typ.OID)
			if dataType(p) != "ARRAY" {
				continue
			}
			r := row{"object_catalog": s.database(), "object_schema": text(l.schema), "object_name": text(l.name), "object_type": text("TABLE"),
				"collection_type_identifier": text(itoa(c.num)), "dtd_identifier": text("a" + itoa(c.num)), "udt_catalog": s.database(),
				"udt_schema": text("pg_catalog"), "udt_name": text(typeOf(p.Elem).Name), "data_type": text(dataType(typeOf(p.Elem)))}
			out.add(r)
		}
	}
}

func characterSets(s *scope, out *rows) {
	out.add(row{"character_set_name": text("UTF8"), "character_repertoire": text("UCS"), "form_of_use": text("UTF8"),
		"default_collate_catalog": s.database(), "default_collate_schema": text("pg_catalog"), "default_collate_name": text("C.UTF-8")})
}

func enabledRoles(s *scope, out *rows) { out.add(row{"role_name": text(s.who.Person)}) }

func yesNo(b bool) datum.Value {
	if b {
		return text("YES")
	}
	return text("NO")
}
