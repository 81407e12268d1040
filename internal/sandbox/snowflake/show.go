package snowflake

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/waggle-sql/waggle/internal/sandbox/snowflake/result"
	"github.com/waggle-sql/waggle/internal/sandbox/snowflake/sfsql"
)

// show lists what the role sees (https://docs.snowflake.com/en/sql-reference/sql/show): tables, columns, schemas, databases, roles,
// warehouses, parameters. There are no views and no keys.
func (s *Server) show(j *job, st sfsql.Statement) error {
	list, ok := shows()[st.Object]
	if !ok {
		return fail("000002", "0A000", "SQL compilation error:\nUnsupported feature 'SHOW "+st.Object+"'.")
	}
	j.columns, j.rowset = texts(list.columns...), [][]*string{}
	scope, no := s.scope(j, st)
	if no != nil {
		return no
	}
	list.rows(s, j, scope)
	j.filter(list.name, st)
	return nil
}

// listing is what a SHOW answers. Its name is the position of the column that LIKE filters.
type listing struct {
	name    int
	columns []string
	rows    func(*Server, *job, scope)
}

// scope is the part of the account that a SHOW is about; empty names are all.
type scope struct{ role, database, schema, table string }

func shows() map[string]listing {
	nothing := func(*Server, *job, scope) {}
	return map[string]listing{
		"TABLES": {1, []string{"created_on", "name", "database_name", "schema_name", "kind", "comment", "cluster_by", "rows", "bytes", "owner",
			"retention_time"}, (*Server).showTables},
		"VIEWS":   {1, []string{"created_on", "name", "reserved", "database_name", "schema_name", "owner", "comment", "text"}, nothing},
		"OBJECTS": {1, []string{"created_on", "name", "database_name", "schema_name", "kind", "comment"}, (*Server).showObjects},
		"COLUMNS": {2, []string{"table_name", "schema_name", "column_name", "data_type", "null?", "default", "kind", "expression", "comment",
			"database_name", "autoincrement"}, (*Server).showColumns},
		"SCHEMAS":    {1, []string{"created_on", "name", "is_default", "is_current", "database_name", "owner", "comment"}, (*Server).showSchemas},
		"DATABASES":  {1, []string{"created_on", "name", "is_default", "is_current", "origin", "owner", "comment"}, (*Server).showDatabases},
		"ROLES":      {1, []string{"created_on", "name", "is_default", "is_current", "is_inherited", "comment"}, (*Server).showRoles},
		"WAREHOUSES": {0, []string{"name", "state", "type", "size", "is_default", "is_current", "comment"}, (*Server).showWarehouses},
		"PARAMETERS": {0, []string{"key", "value", "default", "level", "description", "type"}, (*Server).showParameters},
		"PRIMARY KEYS": {4, []string{"created_on", "database_name", "schema_name", "table_name", "column_name", "key_sequence", "constraint_name",
			"rely", "comment"}, nothing},
	}
}

// scope reads IN DATABASE d, IN SCHEMA s and IN TABLE t; without one it is the current schema or database, or the account.
func (s *Server) scope(j *job, st sfsql.Statement) (scope, *failure) {
	n := j.session
	n.mu.Lock()
	out := scope{role: n.role, database: n.database, schema: n.schema}
	n.mu.Unlock()
	switch part := st.Name; st.Scope {
	case "ACCOUNT":
		out.database, out.schema = "", ""
	case "DATABASE":
		out.schema = ""
		if len(part) == 1 {
			out.database = part[0]
		}
	case "SCHEMA":
		if len(part) > 0 {
			out.schema = part[len(part)-1]
		}
		if len(part) == 2 {
			out.database = part[0]
		}
	case "TABLE":
		full := append([]string{out.database, out.schema}[:max(3-len(part), 0)], part...)
		full = full[len(full)-3:]
		out.database, out.schema, out.table = full[0], full[1], full[2]
		if len(s.within(out)) == 0 {
			return out, refused(missing("Table", full...))
		}
	}
	if out.database != "" && !s.sees(out.role, out.database, out.schema) {
		return out, inoperable()
	}
	return out, nil
}

// within returns the tables of a scope that its role sees.
func (s *Server) within(in scope) []*Table {
	var out []*Table
	for _, t := range s.visible(in.role) {
		if (in.database == "" || in.database == t.Database) && (in.schema == "" || in.schema == t.Schema) && (in.table == "" || in.table == t.Name) {
			out = append(out, t)
		}
	}
	return out
}

const created = "2026-01-01 00:00:00.000 +0000"

func (s *Server) showTables(j *job, in scope) {
	for _, t := range s.within(in) {
		j.row(created, t.Name, t.Database, t.Schema, "TABLE", "", "", nil, nil, "SYSADMIN", "1")
	}
}

func (s *Server) showObjects(j *job, in scope) {
	for _, t := range s.within(in) {
		j.row(created, t.Name, t.Database, t.Schema, "TABLE", "")
	}
}

func (s *Server) showColumns(j *job, in scope) {
	for _, t := range s.within(in) {
		sight, _ := s.config.Policy.Sees(in.role, t.Key, t.names())
		for _, c := range t.Columns {
			if slices.Contains(sight.Columns, c.Name) {
				j.row(t.Name, t.Schema, c.Name, dataType(c), boolean(c.Nullable), "", "COLUMN", "", "", t.Database, "")
			}
		}
	}
}

// dataType is the JSON by which SHOW COLUMNS tells a type.
func dataType(c result.Column) string {
	out := map[string]any{"type": strings.ToUpper(c.Type), "nullable": c.Nullable}
	switch c.Type {
	case result.Fixed:
		out["precision"], out["scale"] = c.Precision, c.Scale
	case result.Text, result.Binary:
		out["length"], out["byteLength"] = c.Length, min(4*c.Length, 16777216)
	case result.Time, result.TimestampNTZ, result.TimestampLTZ, result.TimestampTZ:
		out["precision"], out["scale"] = 0, c.Scale
	}
	text, _ := json.Marshal(out) // of texts and numbers: cannot fail
	return string(text)
}

func boolean(b bool) string {
	if b {
		return "true"
	}
	return "false"
}

func yes(b bool) string {
	if b {
		return "Y"
	}
	return "N"
}

func (s *Server) showSchemas(j *job, in scope) {
	current := in.schema
	in.schema = ""
	var seen [][2]string
	for _, t := range s.within(in) {
		if name := [2]string{t.Database, t.Schema}; !slices.Contains(seen, name) {
			seen = append(seen, name)
			j.row(created, t.Schema, "N", yes(t.Schema == current), t.Database, "SYSADMIN", "")
		}
	}
}

func (s *Server) showDatabases(j *job, in scope) {
	var seen []string
	for _, t := range s.within(scope{role: in.role}) {
		if !slices.Contains(seen, t.Database) {
			seen = append(seen, t.Database)
			j.row(created, t.Database, "N", yes(t.Database == in.database), "", "SYSADMIN", "")
		}
	}
}

func (s *Server) showRoles(j *job, in scope) {
	standard := s.config.Policy.Default(j.session.login)
	inherited := s.config.Policy.Inherited(in.role)
	for _, role := range j.session.granted {
		j.row(created, role, yes(role == standard), yes(role == in.role), yes(role != in.role && slices.Contains(inherited, role)), "")
	}
}

func (s *Server) showWarehouses(j *job, _ scope) {
	for _, w := range s.config.Warehouses {
		j.row(w, "STARTED", "STANDARD", "X-Small", "N", yes(w == j.warehouse), "")
	}
}

func (s *Server) showParameters(j *job, _ scope) {
	standard := defaults()
	for _, p := range nameValues(j.session.shown()) {
		name := p["name"].(string)
		level, kind := "", "STRING"
		if p["value"] != standard[name] {
			level = "SESSION"
		}
		switch standard[name].(type) {
		case bool:
			kind = "BOOLEAN"
		case int:
			kind = "NUMBER"
		}
		j.row(name, p["value"], standard[name], level, "", kind)
	}
}

// filter keeps the rows whose name is LIKE a pattern, without regard to case, and no more than a limit.
func (j *job) filter(column int, st sfsql.Statement) {
	if st.Like != nil {
		j.rowset = slices.DeleteFunc(j.rowset, func(row []*string) bool {
			return row[column] == nil || !like(strings.ToUpper(*row[column]), strings.ToUpper(*st.Like))
		})
	}
	if st.Limit > 0 && len(j.rowset) > st.Limit {
		j.rowset = j.rowset[:st.Limit]
	}
	j.rows = int64(len(j.rowset))
}

// like matches % and _.
func like(text, pattern string) bool {
	if pattern == "" {
		return text == ""
	}
	switch pattern[0] {
	case '%':
		for i := 0; i <= len(text); i++ {
			if like(text[i:], pattern[1:]) {
				return true
			}
		}
		return false
	case '_':
		return text != "" && like(text[1:], pattern[1:])
	}
	return text != "" && text[0] == pattern[0] && like(text[1:], pattern[1:])
}
