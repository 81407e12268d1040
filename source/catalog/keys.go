package catalog

import (
	"strconv"

	"github.com/waggle-sql/waggle/internal/datum"
)

// keyContents fills information_schema's views of keys, by which BI tools find joins.
func keyContents() map[string]content {
	name := func(view string) string { return "information_schema." + view }
	return map[string]content{
		name("table_constraints"):       tableConstraints,
		name("key_column_usage"):        keyColumns,
		name("referential_constraints"): references,
		name("constraint_column_usage"): constraintColumns,
		name("constraint_table_usage"):  constraintTables,
	}
}

func tableConstraints(s *scope, out *rows) {
	add := func(l *listed, name, kind string) {
		out.add(row{"constraint_catalog": s.database(), "constraint_schema": text(l.schema), "constraint_name": text(name),
			"table_catalog": s.database(), "table_schema": text(l.schema), "table_name": text(l.name), "constraint_type": text(kind),
			"is_deferrable": text("NO"), "initially_deferred": text("NO"), "enforced": text("YES")})
	}
	for _, l := range s.entities {
		if l.key() != nil {
			add(l, l.name+"_pkey", "PRIMARY KEY")
		}
	}
	for _, f := range s.foreigns() {
		add(f.from, f.rel.Name, "FOREIGN KEY")
	}
}

func keyColumns(s *scope, out *rows) {
	add := func(l *listed, name string, i int, c listedColumn, position datum.Value) {
		out.add(row{"constraint_catalog": s.database(), "constraint_schema": text(l.schema), "constraint_name": text(name),
			"table_catalog": s.database(), "table_schema": text(l.schema), "table_name": text(l.name), "column_name": text(c.name),
			"ordinal_position": datum.Int(i + 1), "position_in_unique_constraint": position})
	}
	for _, l := range s.entities {
		for i, c := range l.key() {
			add(l, l.name+"_pkey", i, c, nil)
		}
	}
	for _, f := range s.foreigns() {
		for i, c := range f.fromCols {
			add(f.from, f.rel.Name, i, c, f.position(i))
		}
	}
}

// position is where the i-th referenced column stands in the referenced key, NULL when it is no key.
func (f foreign) position(i int) datum.Value {
	if !f.matchesKey() {
		return nil
	}
	for k, name := range f.to.entity.Key {
		if name == f.rel.ToKey[i] {
			return datum.Int(k + 1)
		}
	}
	return nil
}

func references(s *scope, out *rows) {
	for _, f := range s.foreigns() {
		r := row{"constraint_catalog": s.database(), "constraint_schema": text(f.from.schema), "constraint_name": text(f.rel.Name),
			"match_option": text("NONE"), "update_rule": text("NO ACTION"), "delete_rule": text("NO ACTION")}
		if f.matchesKey() {
			r["unique_constraint_catalog"], r["unique_constraint_schema"] = s.database(), text(f.to.schema)
			r["unique_constraint_name"] = text(f.to.name + "_pkey")
		}
		out.add(r)
	}
}

func constraintColumns(s *scope, out *rows) {
	add := func(l *listed, columns []listedColumn, schema, name string) {
		for _, c := range columns {
			out.add(row{"table_catalog": s.database(), "table_schema": text(l.schema), "table_name": text(l.name), "column_name": text(c.name),
				"constraint_catalog": s.database(), "constraint_schema": text(schema), "constraint_name": text(name)})
		}
	}
	for _, l := range s.entities {
		add(l, l.key(), l.schema, l.name+"_pkey")
	}
	for _, f := range s.foreigns() {
		add(f.to, f.toCols, f.from.schema, f.rel.Name)
	}
}

func constraintTables(s *scope, out *rows) {
	add := func(l *listed, schema, name string) {
		out.add(row{"table_catalog": s.database(), "table_schema": text(l.schema), "table_name": text(l.name),
			"constraint_catalog": s.database(), "constraint_schema": text(schema), "constraint_name": text(name)})
	}
	for _, l := range s.entities {
		if l.key() != nil {
			add(l, l.schema, l.name+"_pkey")
		}
	}
	for _, f := range s.foreigns() {
		add(f.to, f.from.schema, f.rel.Name)
	}
}

func itoa(n int16) string { return strconv.Itoa(int(n)) }
