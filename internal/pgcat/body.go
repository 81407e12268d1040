package pgcat

import (
	"maps"
	"slices"
	"sync"
)

// SQLBody returns the query that answers a function whose answer is in the system catalog: one row of one column, none
// for NULL, with the function's arguments as $1, $2, …. The relations pg_catalog.waggle_… hold what PostgreSQL's own
// functions compute (source/catalog). Names resolve under any search_path.
func SQLBody(proc uint32) (string, bool) {
	body, ok := bodies()[proc]
	return body, ok
}

var bodies = sync.OnceValue(func() map[uint32]string {
	out := make(map[uint32]string)
	for signature, body := range bodyTexts() {
		if p, ok := ProcBySignature(signature); ok {
			out[p.OID] = body
		}
	}
	for _, name := range privilegeFunctions() {
		for _, p := range ProcsByName(name.function) {
			out[p.OID] = name.body(len(p.Args))
		}
	}
	return out
})

// bodyTexts are the bodies by name and argument types. There are no triggers, rules, partitions, extended statistics and
// publications, nothing is stored, and the text of an expression is the expression.
func bodyTexts() map[string]string {
	const description = "SELECT description FROM pg_catalog.pg_description WHERE objoid = $1 AND "
	out := map[string]string{
		"obj_description(oid)":      description + "objsubid = 0",
		"obj_description(oid,name)": description + "objsubid = 0 AND classoid = (SELECT oid FROM pg_catalog.pg_class WHERE relname = $2 AND relnamespace = 11)",
		"col_description(oid,int4)": description + "classoid = 1259 AND objsubid = $2",
		"shobj_description(oid,name)": "SELECT description FROM pg_catalog.pg_shdescription WHERE objoid = $1 AND " +
			"classoid = (SELECT oid FROM pg_catalog.pg_class WHERE relname = $2 AND relnamespace = 11)",
		"pg_get_userbyid(oid)": "SELECT coalesce((SELECT rolname FROM pg_catalog.pg_authid WHERE oid = $1), " +
			"('unknown (OID=' || $1::pg_catalog.text || ')')::pg_catalog.name)",
		"pg_get_expr(pg_node_tree,oid)":            "SELECT CASE WHEN $2 IS NOT NULL THEN $1::pg_catalog.text END",
		"pg_get_expr(pg_node_tree,oid,bool)":       "SELECT CASE WHEN $2 IS NOT NULL THEN $1::pg_catalog.text END",
		"pg_get_constraintdef(oid)":                "SELECT def FROM pg_catalog.waggle_constraintdef WHERE oid = $1",
		"pg_get_constraintdef(oid,bool)":           "SELECT def FROM pg_catalog.waggle_constraintdef WHERE oid = $1",
		"pg_get_indexdef(oid)":                     "SELECT def FROM pg_catalog.waggle_indexdef WHERE oid = $1 AND column_no = 0",
		"pg_get_indexdef(oid,int4,bool)":           "SELECT def FROM pg_catalog.waggle_indexdef WHERE oid = $1 AND column_no = $2",
		"pg_get_function_arguments(oid)":           "SELECT arguments FROM pg_catalog.waggle_functiondef WHERE oid = $1",
		"pg_get_function_identity_arguments(oid)":  "SELECT identity_arguments FROM pg_catalog.waggle_functiondef WHERE oid = $1",
		"pg_get_function_result(oid)":              "SELECT result FROM pg_catalog.waggle_functiondef WHERE oid = $1",
		"to_regclass(text)":                        "SELECT (" + RegclassOID + ")::pg_catalog.regclass",
		"pg_get_functiondef(oid)":                  "SELECT def FROM pg_catalog.waggle_functiondef WHERE oid = $1",
		"pg_get_function_sqlbody(oid)":             "SELECT NULL::pg_catalog.text",
		"pg_blocking_pids(int4)":                   "SELECT CASE WHEN $1 IS NOT NULL THEN '{}'::pg_catalog.int4[] END",
		"pg_stat_get_numscans(oid)":                "SELECT CASE WHEN $1 IS NOT NULL THEN 0::pg_catalog.int8 END",
		"pg_describe_object(oid,oid,int4)":         "SELECT NULL::pg_catalog.text",
		"age(xid)":                                 "SELECT CASE WHEN $1 IS NOT NULL THEN 2147483647 END",
		"txid_current()":                           "SELECT 3::pg_catalog.int8",
		"pg_relation_is_publishable(regclass)":     "SELECT CASE WHEN $1 IS NOT NULL THEN false END",
		"pg_is_other_temp_schema(oid)":             "SELECT CASE WHEN $1 IS NOT NULL THEN false END",
		"pg_my_temp_schema()":                      "SELECT 0::pg_catalog.oid",
		"pg_is_in_recovery()":                      "SELECT false",
		"pg_tablespace_location(oid)":              "SELECT CASE WHEN $1 IS NOT NULL THEN '' END",
		"pg_get_serial_sequence(text,text)":        "SELECT NULL::pg_catalog.text",
		"pg_get_partition_constraintdef(oid)":      "SELECT NULL::pg_catalog.text",
		"pg_get_statisticsobjdef_expressions(oid)": "SELECT NULL::pg_catalog.text[]",
		"pg_type_is_visible(oid)":                  visible("pg_type", "typ"),
		"pg_table_is_visible(oid)":                 visible("pg_class", "rel"),
	}
	out["pg_index_column_has_property(regclass,int4,text)"] = "SELECT CASE WHEN pg_catalog.lower($3) IN ('asc', 'nulls_last', 'orderable', " +
		"'returnable', 'search_array', 'search_nulls') THEN true WHEN pg_catalog.lower($3) IN ('desc', 'nulls_first', 'distance_orderable') " +
		"THEN false END FROM pg_catalog.pg_index i WHERE i.indexrelid = $1::pg_catalog.oid AND $2 BETWEEN 1 AND i.indnatts" // of keys, all btree
	out["pg_index_has_property(regclass,text)"] = "SELECT CASE WHEN pg_catalog.lower($2) IN ('clusterable', 'index_scan', 'bitmap_scan', " +
		"'backward_scan') THEN true END FROM pg_catalog.pg_index i WHERE i.indexrelid = $1::pg_catalog.oid"
	for _, f := range []string{"pg_get_triggerdef(oid)", "pg_get_triggerdef(oid,bool)", "pg_get_ruledef(oid)", "pg_get_ruledef(oid,bool)",
		"pg_get_partkeydef(oid)", "pg_get_statisticsobjdef(oid)", "pg_get_statisticsobjdef_columns(oid)", "pg_get_viewdef(oid)",
		"pg_get_viewdef(oid,bool)", "pg_get_viewdef(oid,int4)"} {
		out[f] = "SELECT NULL::pg_catalog.text"
	}
	for _, f := range []string{"pg_relation_size(regclass)", "pg_relation_size(regclass,text)", "pg_table_size(regclass)",
		"pg_indexes_size(regclass)", "pg_total_relation_size(regclass)", "pg_database_size(oid)", "pg_database_size(name)",
		"pg_tablespace_size(oid)", "pg_tablespace_size(name)"} {
		out[f] = "SELECT CASE WHEN $1 IS NOT NULL THEN 0::pg_catalog.int8 END"
	}
	for f, of := range map[string][2]string{"function": {"pg_proc", "pro"}, "operator": {"pg_operator", "opr"},
		"opclass": {"pg_opclass", "opc"}, "opfamily": {"pg_opfamily", "opf"}, "collation": {"pg_collation", "coll"},
		"conversion": {"pg_conversion", "con"}, "statistics_obj": {"pg_statistic_ext", "stx"}, "ts_parser": {"pg_ts_parser", "prs"},
		"ts_dict": {"pg_ts_dict", "dict"}, "ts_template": {"pg_ts_template", "tmpl"}, "ts_config": {"pg_ts_config", "cfg"}} {
		out["pg_"+f+"_is_visible(oid)"] = "SELECT n.nspname = ANY (pg_catalog.current_schemas(true)) FROM pg_catalog." + of[0] +
			" x JOIN pg_catalog.pg_namespace n ON n.oid = x." + of[1] + "namespace WHERE x.oid = $1"
	}
	return out
}

// visible is the body that holds for a relation or type of the search path that none of the same name stands before.
func visible(catalog, prefix string) string {
	namespace, name := prefix+"namespace", prefix+"name"
	const position = "pg_catalog.array_position(pg_catalog.current_schemas(true), "
	return "SELECT n.nspname = ANY (pg_catalog.current_schemas(true)) AND NOT EXISTS (SELECT 1 FROM pg_catalog." + catalog +
		" o JOIN pg_catalog.pg_namespace m ON m.oid = o." + namespace + " WHERE o." + name + " = c." + name + " AND " +
		position + "m.nspname) < " + position + "n.nspname)) FROM pg_catalog." + catalog +
		" c JOIN pg_catalog.pg_namespace n ON n.oid = c." + namespace + " WHERE c.oid = $1"
}

// RegclassText is the query that prints an object identifier as a cast of regclass to text does, with it as $1.
const RegclassText = "SELECT CASE WHEN $1::pg_catalog.oid = 0 THEN '-' ELSE coalesce((SELECT CASE WHEN " +
	"pg_catalog.pg_table_is_visible(c.oid) THEN '' ELSE pg_catalog.quote_ident(n.nspname) || '.' END || pg_catalog.quote_ident(c.relname) " +
	"FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = $1::pg_catalog.oid), " +
	"$1::pg_catalog.oid::pg_catalog.text) END"

// RegclassOID is the query that finds the relation that a text names, with the text as $1; it has no row for none.
const RegclassOID = "SELECT c.oid" + relationNamed

// relationNamed finds the relation c that the text $1 names.
const relationNamed = " FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE CASE " +
	"WHEN pg_catalog.cardinality(" + parsedName + ") = 1 THEN c.relname = (" + parsedName + ")[1] AND pg_catalog.pg_table_is_visible(c.oid) " +
	"ELSE n.nspname = (" + parsedName + ")[1] AND c.relname = (" + parsedName + ")[2] END"

// RowtypeOID is the query that finds the row type of the table that a text names, with the text as $1; it has no row for none.
const RowtypeOID = "SELECT nullif(c.reltype, 0)::pg_catalog.regtype" + relationNamed

// parsedName takes the name $1 apart; a number in its place is no name.
const parsedName = "pg_catalog.parse_ident(CASE WHEN $1 ~ '^([0-9]+|-)$' THEN 'x.x.x' ELSE $1 END)"

// SetBody returns the query that answers a set-returning function without arguments in FROM.
func SetBody(name string) (string, bool) {
	if name == "pg_get_keywords" {
		return "SELECT word, catcode, barelabel, catdesc, baredesc FROM pg_catalog.waggle_keywords", true
	}
	return "", false
}

// privilege is what everybody has of one kind of object: reading what he is shown. The source decides on the rest.
type privilege struct{ function, word string }

func privilegeFunctions() []privilege {
	return []privilege{{"has_table_privilege", "SELECT"}, {"has_any_column_privilege", "SELECT"}, {"has_column_privilege", "SELECT"},
		{"has_schema_privilege", "USAGE"}, {"has_database_privilege", "CONNECT"}, {"has_function_privilege", "EXECUTE"},
		{"has_type_privilege", "USAGE"}, {"has_language_privilege", "USAGE"}, {"has_sequence_privilege", "SELECT"},
		{"has_tablespace_privilege", "USAGE"}, {"has_foreign_data_wrapper_privilege", "SELECT"}, {"has_server_privilege", "SELECT"}}
}

// body tests whether one of the privileges that the last of n arguments lists is the one that everybody has.
func (p privilege) body(n int) string {
	last := "$" + string(rune('0'+n))
	condition := "pg_catalog.upper(" + last + ") ~ '(^|,)[[:space:]]*" + p.word + "[[:space:]]*(,|$)'"
	if n == 2 {
		return "SELECT CASE WHEN $1 IS NOT NULL THEN " + condition + " END"
	}
	return "SELECT CASE WHEN $1 IS NOT NULL AND $2 IS NOT NULL THEN " + condition + " END"
}

// BodySignatures are the signatures that have a body, privileges apart.
func BodySignatures() []string { return slices.Sorted(maps.Keys(bodyTexts())) }
