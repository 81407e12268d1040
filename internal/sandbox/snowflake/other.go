package snowflake

import (
	"slices"
	"strings"

	"github.com/waggle-sql/waggle/internal/sandbox/snowflake/result"
	"github.com/waggle-sql/waggle/internal/sandbox/snowflake/sfsql"
)

// other does what a statement that is no query says.
func (s *Server) other(j *job, q *sfsql.Query) error {
	switch q.Kind {
	case sfsql.Show:
		j.kind = statementShow
		return s.show(j, q.Statement)
	case sfsql.Describe:
		j.kind = statementShow
		return s.describe(j, q.Statement)
	}
	j.kind, j.columns = statementSession, []result.Column{{Name: "status", Type: result.Text, Length: 16777216, Nullable: true}}
	j.rowset = [][]*string{}
	if j.in.DescribeOnly {
		return nil
	}
	j.session.mu.Lock()
	defer j.session.mu.Unlock()
	no := s.change(j.session, q)
	if no != nil {
		return no
	}
	done := "Statement executed successfully."
	j.rowset, j.rows = [][]*string{{&done}}, 1
	return nil
}

// change does USE and ALTER SESSION. The caller holds the session's lock.
func (s *Server) change(n *session, q *sfsql.Query) error {
	st := q.Statement
	if q.Kind == sfsql.Use {
		if no := s.use(n, st.Object, st.Name); no != nil {
			return no
		}
		return nil
	}
	for name, value := range st.Set {
		if no := n.set(name, &value); no != nil {
			return no
		}
	}
	for _, name := range st.Unset {
		if no := n.set(name, nil); no != nil {
			return no
		}
	}
	return nil
}

// use changes a session's role, warehouse, database or schema.
func (s *Server) use(n *session, object string, name []string) *failure {
	last := name[len(name)-1]
	switch object {
	case "ROLE":
		if !slices.Contains(n.granted, last) {
			if s.config.Policy.Known(last) {
				return fail("003013", "42501", "SQL access control error:\nRequested role '"+last+"' is not assigned to the executing user. Specify another role to activate.")
			}
			return inoperable()
		}
		if !n.anyRole && last != n.role {
			return fail("003013", "42501", "SQL access control error:\nRequested role '"+last+"' is not allowed by the session's access token.")
		}
		n.role = last
	case "WAREHOUSE":
		if !slices.Contains(s.config.Warehouses, last) {
			return inoperable()
		}
		n.warehouse = last
	case "DATABASE":
		if !s.sees(n.role, last, "") {
			return inoperable()
		}
		n.database, n.schema = last, ""
	default:
		database := n.database
		if len(name) == 2 {
			database = name[0]
		}
		if !s.sees(n.role, database, last) {
			return inoperable()
		}
		n.database, n.schema = database, last
	}
	return nil
}

func inoperable() *failure {
	return fail("002043", "02000", "SQL compilation error:\nObject does not exist, or operation cannot be performed.")
}

// describe lists a table's columns as the role sees them (https://docs.snowflake.com/en/sql-reference/sql/desc-table).
func (s *Server) describe(j *job, st sfsql.Statement) error {
	j.columns = texts("name", "type", "kind", "null?", "default", "primary key", "unique key", "check", "expression", "comment", "policy name", "privacy domain")
	database, schema, name, ok := j.qualified(st.Name)
	if !ok {
		return fail("090105", "22000", "Cannot perform operation. This session does not have a current database. Call 'USE DATABASE', or use a qualified name.")
	}
	r, err := s.environment(j).Table(database, schema, name)
	if err != nil {
		return refused(missing(title(st.Object), database, schema, name))
	}
	j.rowset = [][]*string{}
	for _, c := range r.Columns {
		null := "N"
		if c.Nullable {
			null = "Y"
		}
		j.row(c.Name, c.Type.String(), "COLUMN", null, nil, "N", "N", nil, nil, nil, nil, nil)
	}
	return nil
}

func title(object string) string { return object[:1] + strings.ToLower(object[1:]) }

// qualified completes a table's name from the session.
func (j *job) qualified(name []string) (database, schema, table string, ok bool) {
	n := j.session
	n.mu.Lock()
	defer n.mu.Unlock()
	full := append([]string{n.database, n.schema}[:max(3-len(name), 0)], name...)
	full = full[len(full)-3:]
	return full[0], full[1], full[2], full[0] != "" && full[1] != ""
}

func texts(names ...string) []result.Column {
	out := make([]result.Column, len(names))
	for i, name := range names {
		out[i] = result.Column{Name: name, Type: result.Text, Length: 16777216, Nullable: true}
	}
	return out
}

// row adds a row of a JSON result; a nil is NULL. Described statements have no rows.
func (j *job) row(values ...any) {
	if j.in.DescribeOnly {
		return
	}
	row := make([]*string, len(values))
	for i, v := range values {
		if v != nil {
			value := text(v)
			row[i] = &value
		}
	}
	j.rowset, j.rows = append(j.rowset, row), j.rows+1
}
