package databricks

import (
	"slices"
	"strings"
	"time"

	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/internal/sandbox/access"
	"github.com/waggle-sql/waggle/internal/sandbox/databricks/dbsql"
)

// limited compiles what is seen of a table as a statement over the whole of it: its row filters and column masks are SQL of the
// service's. A column that is not granted is as absent, as a view without it would have it: Unity Catalog has no privileges on columns.
func limited(env dbsql.Env, t *Table, sight access.Sight) (dbsql.Relation, error) {
	env.Parameters = nil
	env.Catalog, env.Schema = t.Catalog, t.Schema
	env.Table = func(_, _, _ string) (dbsql.Relation, error) { return t.relation(), nil }
	q, no := dbsql.Compile(t.statement(sight), env)
	if no != nil {
		return dbsql.Relation{}, no
	}
	names := make([]string, len(q.Columns))
	for i := range q.Columns {
		q.Columns[i].Name = sight.Columns[i]
		names[i] = quote(sight.Columns[i])
	}
	return dbsql.Relation{From: "(SELECT * FROM (" + q.SQL + ") AS seen(" + strings.Join(names, ", ") + "))", Columns: q.Columns}, nil
}

// statement reads what is seen of a table.
func (t *Table) statement(sight access.Sight) string {
	var items []string
	for _, name := range sight.Columns {
		expr := ticked(name)
		if mask, ok := sight.Masks[name]; ok {
			i := slices.IndexFunc(t.Columns, func(c dbsql.Column) bool { return c.Name == name })
			expr = "CAST((" + mask + ") AS " + t.Columns[i].Type.String() + ")"
		}
		items = append(items, expr+" AS "+ticked(name))
	}
	text := "SELECT " + strings.Join(items, ", ") + " FROM " + ticked(t.Catalog, t.Schema, t.Name)
	if len(sight.Where) > 0 {
		text += " WHERE (" + strings.Join(sight.Where, ") OR (") + ")"
	}
	return text
}

// checkRules compiles what every group sees of every table, so that a rule that is no SQL of the service's is told at the start. It
// fails with F0000.
func (s *Server) checkRules() error {
	if s.config.Policy == nil {
		return nil
	}
	env := dbsql.Env{Catalog: s.config.Catalog, Schema: "default", User: "admin", Now: time.Unix(0, 0), Session: defaults()}
	for i := range s.config.Tables {
		t := &s.config.Tables[i]
		for _, group := range s.config.Policy.Roles {
			sight, ok := s.config.Policy.Sees(group.Name, t.Key, t.names())
			if !ok {
				continue
			}
			env.Groups = s.config.Policy.Inherited(group.Name)
			if _, err := limited(env, t, sight); err != nil {
				return pgerr.New(pgerr.ConfigFile, "what grants.yaml says of %s for the role %s is no SQL of Databricks", t.Key, group.Name).
					WithDetail("%s", asError(err).Message).Because(err)
			}
		}
	}
	return nil
}

func quote(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

func literal(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }
