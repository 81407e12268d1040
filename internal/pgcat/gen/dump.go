package main

import (
	"context"
	"strings"

	"github.com/jackc/pgx/v5"
)

// dump says how one relation is written: its rows in the given order, with some columns replaced. A regproc is written
// as its number, because its name may be ambiguous.
type dump struct {
	name    string // of the file; schema-qualified when not of pg_catalog
	order   string
	replace map[string]string // column → expression
	where   string
}

// dumps lists the relations whose content is PostgreSQL's own. Nothing that names the generating machine is kept.
var dumps = []dump{
	{name: "pg_aggregate", order: "aggfnoid::oid"},
	{name: "pg_am", order: "oid"},
	{name: "pg_amop", order: "oid"},
	{name: "pg_amproc", order: "oid"},
	{name: "pg_attribute", order: "attrelid, attnum", where: "attrelid < 16384 AND attrelid IN " + systemRelations,
		replace: map[string]string{"attmissingval": "NULL"}},
	{name: "pg_authid", order: "oid", replace: map[string]string{"rolpassword": "NULL"}},
	{name: "pg_auth_members", order: "oid"},
	{name: "pg_cast", order: "oid"},
	{name: "pg_class", order: "oid", where: "oid IN " + systemRelations, replace: map[string]string{
		"relpages": "0", "reltuples": "-1", "relallvisible": "0", "relfilenode": "0", "relfrozenxid": "'3'", "relminmxid": "'1'"}},
	{name: "pg_collation", order: "oid"},
	{name: "pg_constraint", order: "oid", replace: map[string]string{"conbin": "pg_get_expr(conbin, conrelid)"}},
	{name: "pg_conversion", order: "oid"},
	{name: "pg_description", order: "classoid, objoid, objsubid", where: "classoid NOT IN (2607, 2616, 2753, 2603, 2602, 3601, 3600, 3764, 3602)"},
	{name: "pg_index", order: "indexrelid", replace: map[string]string{
		"indexprs": "pg_get_expr(indexprs, indrelid)", "indpred": "pg_get_expr(indpred, indrelid)"}},
	{name: "pg_language", order: "oid"},
	{name: "pg_namespace", order: "oid"},
	{name: "pg_opclass", order: "oid"},
	{name: "pg_operator", order: "oid"},
	{name: "pg_opfamily", order: "oid"},
	{name: "pg_proc", order: "oid", replace: map[string]string{
		"proargdefaults": "pg_get_expr(proargdefaults, 'pg_proc'::regclass)", "prosqlbody": "NULL"}},
	{name: "pg_range", order: "rngtypid"},
	{name: "pg_settings", order: "name", replace: map[string]string{
		"setting": local("setting"), "reset_val": local("reset_val"), "boot_val": local("boot_val"),
		"sourcefile": "NULL", "sourceline": "NULL", "source": "'default'", "pending_restart": "false"}},
	{name: "pg_shdescription", order: "classoid, objoid", where: "classoid = 'pg_authid'::regclass"},
	{name: "pg_tablespace", order: "oid"},
	{name: "pg_timezone_names", order: `name COLLATE "C"`, where: "name !~ '^(posix|right)/|^localtime$|^posixrules$'",
		replace: map[string]string{"utc_offset": "NULL", "is_dst": "NULL", "abbrev": "NULL"}},
	{name: "pg_type", order: "oid", replace: map[string]string{"typdefaultbin": "NULL"}},
	{name: "information_schema.sql_features", order: "feature_id, sub_feature_id"},
	{name: "information_schema.sql_implementation_info", order: "implementation_info_id"},
	{name: "information_schema.sql_parts", order: "feature_id"},
	{name: "information_schema.sql_sizing", order: "sizing_id"},
	{name: "pg_get_keywords", order: "word"},
}

// systemRelations are the relations of pg_catalog and information_schema, without TOAST tables and their indexes.
const systemRelations = "(SELECT oid FROM pg_class WHERE relnamespace IN (11, 'information_schema'::regnamespace))"

// local hides what a setting says about the machine.
func local(column string) string {
	return "CASE WHEN category = 'File Locations' OR name IN ('port', 'listen_addresses', 'unix_socket_directories', " +
		"'log_timezone', 'fsync', 'shared_memory_size', 'shared_memory_size_in_huge_pages') THEN NULL ELSE " + column + " END"
}

// query returns the SELECT to copy and the column names of the file, separated by tabs.
func (d dump) query(ctx context.Context, conn *pgx.Conn) (query, columns string, err error) {
	from := d.name
	if d.name == "pg_get_keywords" {
		from += "()"
	}
	rows, err := conn.Query(ctx, "SELECT * FROM "+from+" LIMIT 0")
	if err != nil {
		return "", "", err
	}
	fields := rows.FieldDescriptions()
	rows.Close()
	if rows.Err() != nil {
		return "", "", rows.Err()
	}
	var list, names []string
	for _, f := range fields {
		expr := pgx.Identifier{f.Name}.Sanitize()
		if f.DataTypeOID == 24 {
			expr += "::oid"
		}
		if r, ok := d.replace[f.Name]; ok {
			expr = r
		}
		list = append(list, expr)
		names = append(names, f.Name)
	}
	query = "SELECT " + strings.Join(list, ", ") + " FROM " + from
	if d.where != "" {
		query += " WHERE " + d.where
	}
	return query + " ORDER BY " + d.order, strings.Join(names, "\t"), nil
}
