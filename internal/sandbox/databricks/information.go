package databricks

import (
	"slices"
	"strconv"
	"strings"

	"github.com/waggle-sql/waggle/internal/sandbox/databricks/dbsql"
)

const informationSchema = "information_schema"

// information is a relation of the information schema as a person sees it: of what he may use
// (https://docs.databricks.com/aws/en/sql/language-manual/sql-ref-information-schema).
func (s *Server) information(env dbsql.Env, catalog, name string) (dbsql.Relation, error) {
	all := strings.EqualFold(catalog, "system")
	if !all && !s.exists(catalog, "") {
		return dbsql.Relation{}, refusal("NO_SUCH_CATALOG_EXCEPTION", "42704", "Catalog '"+catalog+"' was not found. Please verify that the catalog exists.")
	}
	var tables []*Table
	for _, t := range s.visible(env.Groups) {
		if all || strings.EqualFold(t.Catalog, catalog) {
			tables = append(tables, t)
		}
	}
	switch strings.ToLower(name) {
	case "catalogs":
		return listing([]string{"catalog_name", "catalog_owner", "comment"}, catalogs(tables)), nil
	case "schemata":
		return listing([]string{"catalog_name", "schema_name", "schema_owner", "comment"}, schemata(tables)), nil
	case "tables":
		return listing([]string{"table_catalog", "table_schema", "table_name", "table_type", "is_insertable_into", "commit_action", "table_owner",
			"comment", "data_source_format"}, tableRows(tables)), nil
	case "columns":
		return listing([]string{"table_catalog", "table_schema", "table_name", "column_name", "ordinal_position", "column_default", "is_nullable",
			"full_data_type", "data_type", "numeric_precision", "numeric_scale", "comment"}, s.columnRows(env, tables)), nil
	}
	return dbsql.Relation{}, refusal("TABLE_OR_VIEW_NOT_FOUND", "42P01", "The table or view "+ticked(catalog, informationSchema, name)+" cannot be found.")
}

// integers are the columns of the information schema that are no texts.
func integers() []string { return []string{"ordinal_position", "numeric_precision", "numeric_scale"} }

// listing is a relation of given rows: texts, of which "" is NULL.
func listing(names []string, rows [][]string) dbsql.Relation {
	out := dbsql.Relation{}
	items := make([]string, len(names))
	for i, name := range names {
		kind := dbsql.Type{Kind: dbsql.String}
		if slices.Contains(integers(), name) {
			kind.Kind = dbsql.Int
		}
		out.Columns = append(out.Columns, dbsql.Column{Name: name, Type: kind, Nullable: true})
		items[i] = "CAST(NULLIF(col" + strconv.Itoa(i) + ", '') AS " + kind.DuckDB() + ") AS " + quote(name)
	}
	values, where := make([]string, 0, len(rows)+1), ""
	for _, row := range rows {
		values = append(values, tuple(row))
	}
	if len(values) == 0 {
		values, where = append(values, tuple(make([]string, len(names)))), " WHERE false"
	}
	out.From = "(SELECT " + strings.Join(items, ", ") + " FROM (VALUES " + strings.Join(values, ", ") + ")" + where + ")"
	return out
}

func tuple(row []string) string {
	out := make([]string, len(row))
	for i, v := range row {
		out[i] = literal(v)
	}
	return "(" + strings.Join(out, ", ") + ")"
}

func catalogs(tables []*Table) [][]string {
	var out [][]string
	for _, t := range tables {
		if !slices.ContainsFunc(out, func(row []string) bool { return row[0] == t.Catalog }) {
			out = append(out, []string{t.Catalog, "admins", ""})
		}
	}
	return out
}

func schemata(tables []*Table) [][]string {
	var out [][]string
	for _, t := range tables {
		if !slices.ContainsFunc(out, func(row []string) bool { return row[0] == t.Catalog && row[1] == t.Schema }) {
			out = append(out, []string{t.Catalog, t.Schema, "admins", ""})
		}
	}
	return out
}

func tableRows(tables []*Table) [][]string {
	var out [][]string
	for _, t := range tables {
		out = append(out, []string{t.Catalog, t.Schema, t.Name, "MANAGED", "YES", "PRESERVE", "admins", "", "DELTA"})
	}
	return out
}

func (s *Server) columnRows(env dbsql.Env, tables []*Table) [][]string {
	var out [][]string
	for _, t := range tables {
		for i, c := range s.shown(env, t) {
			full := c.Type.String()
			kind, _, _ := strings.Cut(full, "(")
			precision, scale := "", ""
			if c.Type.Kind == dbsql.Decimal {
				precision, scale = strconv.Itoa(c.Type.Precision), strconv.Itoa(c.Type.Scale)
			}
			null := "NO"
			if c.Nullable {
				null = "YES"
			}
			out = append(out, []string{t.Catalog, t.Schema, t.Name, c.Name, strconv.Itoa(i), "", null, full, strings.ToUpper(kind), precision, scale, ""})
		}
	}
	return out
}

// shown are the columns of a table that a person sees.
func (s *Server) shown(env dbsql.Env, t *Table) []dbsql.Column {
	sight, _ := s.config.Policy.SeesAs(env.Groups, t.Key, t.names())
	return slices.DeleteFunc(slices.Clone(t.Columns), func(c dbsql.Column) bool { return !slices.Contains(sight.Columns, c.Name) })
}
