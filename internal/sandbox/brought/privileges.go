package brought

import (
	"fmt"
	"slices"
	"strings"

	"github.com/waggle-sql/waggle/internal/sandbox/access"
)

// masked tells whether a table's values are masked for somebody: then what people read is a view of it.
func (s *Server) masked(t Table) bool {
	return s.policy != nil && len(s.policy.Tables[t.Key()].Masks) > 0
}

// base is where a table's rows are; name is what people read.
func (s *Server) base(t Table) string {
	if s.masked(t) {
		return quote(t.Schema+"_behind_masks") + "." + quote(t.Name)
	}
	return t.name()
}

func (t Table) name() string { return quote(t.Schema) + "." + quote(t.Name) }

// definition makes a table with its schema.
func (s *Server) definition(t Table) string {
	out := "CREATE SCHEMA IF NOT EXISTS " + quote(t.Schema) + "; GRANT USAGE ON SCHEMA " + quote(t.Schema) + " TO " + quote(group(access.Public)) + "; "
	if s.masked(t) {
		out += "CREATE SCHEMA IF NOT EXISTS " + quote(t.Schema+"_behind_masks") + "; "
	}
	items := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		items[i] = quote(c.Name) + " " + c.Postgres()
		if !c.Nullable {
			items[i] += " NOT NULL"
		}
	}
	return out + "CREATE TABLE " + s.base(t) + " (" + strings.Join(items, ", ") + ")"
}

// privileges are the statements that let a table be read by whom grants.yaml says: privileges on columns, row-level policies, and a
// view where values are masked.
func (s *Server) privileges(t Table) string {
	if s.policy == nil {
		return "GRANT SELECT ON " + t.name() + " TO " + quote(group(access.Public))
	}
	rule := s.policy.Tables[t.Key()]
	var out []string
	switch {
	case s.masked(t):
		out = append(out, s.view(t, rule))
	case len(rule.Rows) > 0:
		out = append(out, "ALTER TABLE "+t.name()+" ENABLE ROW LEVEL SECURITY")
		for _, role := range rule.Select {
			out = append(out, fmt.Sprintf("CREATE POLICY %s ON %s FOR SELECT TO %s USING (%s)", quote(role), t.name(), quote(group(role)), rows(rule, role)))
		}
	}
	for _, role := range rule.Select {
		columns := ""
		if only, limited := rule.Columns[role]; limited {
			quoted := make([]string, len(only))
			for i, c := range only {
				quoted[i] = quote(c)
			}
			columns = " (" + strings.Join(quoted, ", ") + ")"
		}
		out = append(out, "GRANT SELECT"+columns+" ON "+t.name()+" TO "+quote(group(role)))
	}
	return strings.Join(append(out, "SELECT"), "; ")
}

// rows is the condition of the rows that a role sees.
func rows(rule access.Table, role string) string {
	if text, limited := rule.Rows[role]; limited {
		return text
	}
	return "true"
}

// has is the condition that who asks has a role.
func has(role string) string {
	return "pg_has_role(current_user, " + literal(group(role)) + ", 'USAGE')"
}

// view shows a table with masks: a value as it is to who has a role that shows it bare, else by the first role's mask.
func (s *Server) view(t Table, rule access.Table) string {
	items := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		var bare, masks []string
		for _, role := range rule.Select {
			if only, limited := rule.Columns[role]; limited && !slices.Contains(only, c.Name) {
				continue
			}
			if mask, masked := rule.Masks[role][c.Name]; masked {
				masks = append(masks, "WHEN "+has(role)+" THEN CAST(("+mask+") AS "+c.Postgres()+")")
			} else {
				bare = append(bare, has(role))
			}
		}
		items[i] = quote(c.Name)
		if len(masks) > 0 {
			shown := ""
			if len(bare) > 0 {
				shown = "WHEN " + strings.Join(bare, " OR ") + " THEN " + quote(c.Name) + " "
			}
			items[i] = "CASE " + shown + strings.Join(masks, " ") + " END AS " + quote(c.Name)
		}
	}
	var where []string
	for _, role := range rule.Select {
		where = append(where, has(role)+" AND ("+rows(rule, role)+")")
	}
	return "CREATE VIEW " + t.name() + " WITH (security_barrier) AS SELECT " + strings.Join(items, ", ") + " FROM " + s.base(t) +
		" WHERE " + strings.Join(where, " OR ")
}
