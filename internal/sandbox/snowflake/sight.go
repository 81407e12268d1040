package snowflake

import (
	"slices"
	"strings"
	"time"

	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/internal/sandbox/access"
	"github.com/waggle-sql/waggle/internal/sandbox/snowflake/result"
	"github.com/waggle-sql/waggle/internal/sandbox/snowflake/sfsql"
)

// table returns a table by its exact names, or nil.
func (s *Server) table(database, schema, name string) *Table {
	for i := range s.config.Tables {
		t := &s.config.Tables[i]
		if t.Database == database && t.Schema == schema && t.Name == name {
			return t
		}
	}
	return nil
}

// visible returns the tables that a role may read.
func (s *Server) visible(role string) []*Table {
	var out []*Table
	for i := range s.config.Tables {
		t := &s.config.Tables[i]
		if _, ok := s.config.Policy.Sees(role, t.Key, t.names()); ok && !s.Refused(t.Key) {
			out = append(out, t)
		}
	}
	return out
}

// sees tells whether a role may use a database, or a schema of it: it may where it may read a table.
func (s *Server) sees(role, database, schema string) bool {
	return slices.ContainsFunc(s.visible(role), func(t *Table) bool {
		return t.Database == database && (schema == "" || t.Schema == schema)
	})
}

// limited compiles what a role sees of a table as a statement over the whole of it. Its rules and masks may name columns as
// they are, in double quotes, or bare.
func limited(env sfsql.Env, t *Table, sight access.Sight) (sfsql.Relation, error) {
	env.Bindings = nil
	var first *sfsql.Error
	for _, name := range []func(string) string{func(c string) string { return c }, strings.ToUpper} {
		env.Table = func(_, _, _ string) (sfsql.Relation, error) { return t.named(name), nil }
		q, no := sfsql.Compile(t.statement(sight, name), env)
		if no == nil {
			for i := range q.Columns {
				q.Columns[i].Name = sight.Columns[i]
			}
			return renamed(q), nil
		}
		if first == nil {
			first = no
		}
		if no.Number != 904 {
			break
		}
	}
	return sfsql.Relation{}, refused(first)
}

// statement reads what is seen of a table whose columns are called as name says.
func (t *Table) statement(sight access.Sight, name func(string) string) string {
	var items []string
	for _, c := range sight.Columns {
		expr := quote(name(c))
		if mask, ok := sight.Masks[c]; ok {
			i := slices.IndexFunc(t.Columns, func(x result.Column) bool { return x.Name == c })
			expr = "CAST((" + mask + ") AS " + inner(t.Columns[i]).String() + ")"
		}
		items = append(items, expr+" AS "+quote(name(c)))
	}
	text := "SELECT " + strings.Join(items, ", ") + " FROM " + quote(t.Database) + "." + quote(t.Schema) + "." + quote(t.Name)
	if len(sight.Where) > 0 {
		text += " WHERE (" + strings.Join(sight.Where, ") OR (") + ")"
	}
	return text
}

// named is the whole of a table with its columns renamed.
func (t *Table) named(name func(string) string) sfsql.Relation {
	r := t.relation()
	items := make([]string, len(r.Columns))
	for i, c := range r.Columns {
		r.Columns[i].Name = name(c.Name)
		items[i] = quote(c.Name) + " AS " + quote(r.Columns[i].Name)
	}
	r.From = "(SELECT " + strings.Join(items, ", ") + " FROM " + r.From + ")"
	return r
}

// renamed makes a relation of a compiled query, whose columns go by position.
func renamed(q *sfsql.Query) sfsql.Relation {
	names := make([]string, len(q.Columns))
	for i, c := range q.Columns {
		names[i] = quote(c.Name)
	}
	return sfsql.Relation{From: "(SELECT * FROM (" + q.SQL + ") AS seen(" + strings.Join(names, ", ") + "))", Columns: q.Columns}
}

// checkRules compiles what every role sees of every table, so that a rule that is no SQL of Snowflake's is told at the start. It fails
// with F0000.
func (s *Server) checkRules() error {
	if s.config.Policy == nil {
		return nil
	}
	env := sfsql.Env{Database: "DEMO", Role: access.Public, User: "ADMIN", Now: time.Unix(0, 0), Parameters: map[string]string{}}
	for name, value := range defaults() {
		env.Parameters[name] = text(value)
	}
	for i := range s.config.Tables {
		t := &s.config.Tables[i]
		for _, role := range s.config.Policy.Roles {
			sight, ok := s.config.Policy.Sees(role.Name, t.Key, t.names())
			if !ok {
				continue
			}
			if _, err := limited(env, t, sight); err != nil {
				return pgerr.New(pgerr.ConfigFile, "what grants.yaml says of %s for the role %s is no SQL of Snowflake", t.Key, role.Name).WithDetail("%s", err).Because(err)
			}
		}
	}
	return nil
}
