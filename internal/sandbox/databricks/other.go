package databricks

import (
	"path"
	"slices"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"github.com/waggle-sql/waggle/internal/sandbox/databricks/dbsql"
	"github.com/waggle-sql/waggle/internal/sandbox/databricks/result"
	"github.com/waggle-sql/waggle/internal/sandbox/databricks/tcli"
	"github.com/waggle-sql/waggle/internal/sandbox/shelf"
)

// other does what a statement that is no query says.
func (s *Server) other(op *operation, q *dbsql.Query) error {
	switch q.Kind {
	case dbsql.Show:
		return s.show(op, q.Statement)
	case dbsql.Describe:
		return s.describe(op, q.Statement)
	case dbsql.Use:
		if no := s.use(op.session, q.Statement); no != nil {
			return no
		}
		return s.tell(op, nil, nil)
	}
	return s.change(op, q.Statement.Set)
}

// change sets parameters of the session.
func (s *Server) change(op *operation, set map[string]string) error {
	n := op.session
	var rows [][]string
	n.mu.Lock()
	for name, value := range set {
		if no := n.set(name, value); no != nil {
			n.mu.Unlock()
			return no
		}
		rows = append(rows, []string{name, value})
	}
	if len(set) == 0 {
		for name, value := range n.conf {
			rows = append(rows, []string{name, value})
		}
	}
	n.mu.Unlock()
	slices.SortFunc(rows, slices.Compare)
	return s.tell(op, []string{"key", "value"}, rows)
}

// enter takes the catalog and schema in which a session begins.
func (s *Server) enter(n *session, at *tcli.Namespace) *dbsql.Error {
	if at == nil {
		return nil
	}
	if at.Catalog != nil && *at.Catalog != "" {
		if no := s.use(n, dbsql.Statement{Object: "CATALOG", Name: []string{*at.Catalog}}); no != nil {
			return no
		}
	}
	if at.Schema != nil && *at.Schema != "" {
		return s.use(n, dbsql.Statement{Object: "SCHEMA", Name: []string{*at.Schema}})
	}
	return nil
}

// use changes a session's catalog or schema. It needs a privilege there.
func (s *Server) use(n *session, st dbsql.Statement) *dbsql.Error {
	n.mu.Lock()
	defer n.mu.Unlock()
	catalog, schema := n.catalog, ""
	switch {
	case st.Object == "CATALOG":
		catalog = st.Name[0]
	case len(st.Name) > 1:
		catalog, schema = st.Name[0], st.Name[1]
	default:
		schema = st.Name[0]
	}
	standard := strings.EqualFold(schema, "default") || strings.EqualFold(schema, informationSchema)
	switch {
	case !s.exists(catalog, ""):
		return refusal("NO_SUCH_CATALOG_EXCEPTION", "42704", "Catalog '"+catalog+"' was not found. Please verify that the catalog exists.")
	case schema != "" && !standard && !s.exists(catalog, schema):
		return refusal("SCHEMA_NOT_FOUND", "42704", "The schema "+ticked(catalog, schema)+" cannot be found. Verify the spelling and correctness of the schema and catalog.")
	case schema != "" && !standard && !s.usable(n.groups, catalog, schema):
		return insufficient("USE SCHEMA", "Schema", catalog, schema)
	}
	if schema == "" {
		schema = "default"
	}
	n.catalog, n.schema = catalog, schema
	return nil
}

// describe lists a table's columns as the person sees them
// (https://docs.databricks.com/aws/en/sql/language-manual/sql-ref-syntax-aux-describe-table).
func (s *Server) describe(op *operation, st dbsql.Statement) error {
	env := s.environment(op)
	full := append([]string{env.Catalog, env.Schema}[:max(3-len(st.Name), 0)], st.Name...)
	columns := []string{"col_name", "data_type", "comment"}
	var rows [][]string
	if strings.EqualFold(full[1], informationSchema) {
		r, err := s.information(env, full[0], full[2])
		if err != nil {
			return err
		}
		return s.tell(op, columns, described(r.Columns))
	}
	t, _, no := s.seen(env, full[0], full[1], full[2])
	if no != nil {
		return no
	}
	rows = described(s.shown(env, t))
	if st.Extended {
		rows = append(rows, [][]string{{"", "", ""}, {"# Detailed Table Information", "", ""}, {"Catalog", t.Catalog, ""}, {"Database", t.Schema, ""},
			{"Table", t.Name, ""}, {"Owner", "admins", ""}, {"Type", "MANAGED", ""}, {"Provider", "delta", ""}}...)
	}
	return s.tell(op, columns, rows)
}

func described(columns []dbsql.Column) [][]string {
	var out [][]string
	for _, c := range columns {
		out = append(out, []string{c.Name, c.Type.String(), "\x00"})
	}
	return out
}

// show lists what the person may use
// (https://docs.databricks.com/aws/en/sql/language-manual/sql-ref-syntax-aux-show-tables and its neighbours).
func (s *Server) show(op *operation, st dbsql.Statement) error {
	env := s.environment(op)
	tables := s.visible(env.Groups)
	switch st.Object {
	case "CATALOGS":
		return s.tell(op, []string{"catalog"}, matching(first(catalogs(tables), 0), 0, st.Like))
	case "SCHEMAS":
		catalog := env.Catalog
		if len(st.Name) > 0 {
			catalog = st.Name[0]
		}
		return s.tell(op, []string{"databaseName"}, matching(first(schemata(within(tables, catalog, "")), 1), 0, st.Like))
	case "TABLES":
		at := append([]string{env.Catalog, env.Schema}[:max(2-len(st.Name), 0)], st.Name...)
		var rows [][]string
		for _, t := range within(tables, at[0], at[1]) {
			rows = append(rows, []string{t.Schema, t.Name, "false"})
		}
		return s.tell(op, []string{"database", "tableName", "isTemporary"}, matching(rows, 1, st.Like))
	}
	full := append([]string{env.Catalog, env.Schema}[:max(3-len(st.Name), 0)], st.Name...)
	t, _, no := s.seen(env, full[0], full[1], full[2])
	if no != nil {
		return no
	}
	return s.tell(op, []string{"col_name"}, first(described(s.shown(env, t)), 0))
}

func within(tables []*Table, catalog, schema string) []*Table {
	return slices.DeleteFunc(slices.Clone(tables), func(t *Table) bool {
		return !strings.EqualFold(t.Catalog, catalog) || schema != "" && !strings.EqualFold(t.Schema, schema)
	})
}

// first keeps one column.
func first(rows [][]string, column int) [][]string {
	var out [][]string
	for _, row := range rows {
		out = append(out, row[column:column+1])
	}
	return out
}

// matching keeps the rows whose name matches a pattern without regard to case: * is any text, and | separates patterns.
func matching(rows [][]string, column int, pattern *string) [][]string {
	if pattern == nil {
		return rows
	}
	return slices.DeleteFunc(rows, func(row []string) bool {
		return !slices.ContainsFunc(strings.Split(strings.ToLower(*pattern), "|"), func(p string) bool {
			ok, _ := path.Match(p, strings.ToLower(row[column])) // a pattern that cannot be read matches nothing
			return ok
		})
	})
}

// tell answers with texts, of which "\x00" is NULL.
func (s *Server) tell(op *operation, columns []string, rows [][]string) error {
	for _, name := range columns {
		op.answer.columns = append(op.answer.columns, result.Column{Name: name, Type: dbsql.Type{Kind: dbsql.String}})
	}
	keep := s.Results.Begin()
	encoder := result.NewEncoder(op.answer.columns, op.form(), func(p result.Part) error {
		op.answer.rows += p.Rows
		return keep.Add(shelf.Chunk{Owner: op.session.login, Rows: p.Rows, Size: int64(len(p.Data))}, p.Data)
	})
	var err error
	if op.answer.head, err = encoder.Head(); err != nil {
		return err
	}
	batch := texts(columns, rows)
	defer batch.Release()
	if err = encoder.Add(batch); err == nil {
		err = encoder.Close()
	}
	op.batch, op.answer.chunks = keep, keep.Chunks()
	return err
}

func texts(columns []string, rows [][]string) arrow.RecordBatch {
	fields, arrays := make([]arrow.Field, len(columns)), make([]arrow.Array, len(columns))
	for i, name := range columns {
		b := array.NewStringBuilder(memory.DefaultAllocator)
		defer b.Release()
		for _, row := range rows {
			if row[i] == "\x00" {
				b.AppendNull()
			} else {
				b.Append(row[i])
			}
		}
		fields[i], arrays[i] = arrow.Field{Name: name, Type: arrow.BinaryTypes.String, Nullable: true}, b.NewArray()
		defer arrays[i].Release()
	}
	return array.NewRecordBatch(arrow.NewSchema(fields, nil), arrays, int64(len(rows)))
}
