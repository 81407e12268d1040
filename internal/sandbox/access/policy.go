// Package access decides who sees what in the sandbox: people have roles, roles are granted to roles, and roles may read tables,
// perhaps some columns or rows of them only, or masked values.
package access

import (
	"slices"
	"strings"
)

// Public is the role that everybody has (https://docs.snowflake.com/en/user-guide/security-access-control-overview).
const Public = "PUBLIC"

// Policy says who may read what. A nil *Policy lets everybody read everything.
type Policy struct {
	Roles  []Role           // in the order in which they were declared
	Tables map[string]Table // by source.schema.table
}

// Role is a set of privileges. Its members are people, and roles that inherit it.
type Role struct {
	Name    string
	Members []string
}

// Table says which roles may read a table; the maps limit them, each by role.
type Table struct {
	Select  []string
	Columns map[string][]string          // the only columns that a role sees
	Rows    map[string]string            // a condition in the source's SQL: the rows that a role sees
	Masks   map[string]map[string]string // by role and column: an expression in the source's SQL, shown instead
}

// Person tells whether a member's name means a person: his whole login, or what is before its @.
func Person(member, login string) bool {
	local, _, _ := strings.Cut(login, "@")
	return strings.EqualFold(member, login) || strings.EqualFold(member, local)
}

// Granted returns the roles that a person may take: those granted to him in the order of their declaration, what they inherit,
// and PUBLIC.
func (p *Policy) Granted(login string) []string {
	var out []string
	if p != nil {
		for _, r := range p.Roles {
			if slices.ContainsFunc(r.Members, func(m string) bool { return Person(m, login) }) {
				out = append(out, r.Name)
			}
		}
	}
	return p.inherited(out)
}

// Default is the role of a person who asks for none.
func (p *Policy) Default(login string) string { return p.Granted(login)[0] }

// Inherited returns a role with all that were granted to it, PUBLIC included: their privileges are its own.
func (p *Policy) Inherited(role string) []string { return p.inherited([]string{role}) }

func (p *Policy) inherited(out []string) []string {
	out = slices.Clone(out)
	for i := 0; p != nil && i < len(out); i++ {
		for _, r := range p.Roles {
			if slices.Contains(r.Members, out[i]) && !slices.Contains(out, r.Name) {
				out = append(out, r.Name)
			}
		}
	}
	if !slices.Contains(out, Public) {
		out = append(out, Public)
	}
	return out
}

// Known tells whether a role exists.
func (p *Policy) Known(role string) bool {
	return role == Public || p != nil && slices.ContainsFunc(p.Roles, func(r Role) bool { return r.Name == role })
}

// Sight is what a role sees of a table. Where is "" when it sees all rows; otherwise the conditions of which one must hold.
type Sight struct {
	Columns []string // in the table's order
	Where   []string
	Masks   map[string]string
}

// Whole tells whether nothing is hidden or masked in a table of so many columns.
func (s Sight) Whole(columns int) bool {
	return len(s.Columns) == columns && len(s.Where) == 0 && len(s.Masks) == 0
}

// Sees returns what a role sees of a table, and false where it may not read it. The privileges of several inherited roles add up:
// a row is seen when one of them shows it, a value is masked only when all that show its column mask it.
func (p *Policy) Sees(role, table string, columns []string) (Sight, bool) {
	return p.SeesAs(p.Inherited(role), table, columns)
}

// SeesAs is Sees for who has several roles at once; what they inherit must be among them.
func (p *Policy) SeesAs(roles []string, table string, columns []string) (Sight, bool) {
	if p == nil {
		return Sight{Columns: columns}, true
	}
	t, ok := p.Tables[table]
	if !ok {
		return Sight{}, false
	}
	var granting []string
	for _, r := range roles {
		if slices.Contains(t.Select, r) {
			granting = append(granting, r)
		}
	}
	if len(granting) == 0 {
		return Sight{}, false
	}
	return t.sight(granting, columns), true
}

func (t Table) sight(roles, columns []string) Sight {
	out := Sight{Masks: map[string]string{}}
	for _, c := range columns {
		shown, mask, bare := false, "", false
		for _, r := range roles {
			if only, limited := t.Columns[r]; limited && !slices.Contains(only, c) {
				continue
			}
			m, masked := t.Masks[r][c]
			shown, bare = true, bare || !masked
			if mask == "" {
				mask = m
			}
		}
		if shown {
			out.Columns = append(out.Columns, c)
		}
		if shown && !bare {
			out.Masks[c] = mask
		}
	}
	for _, r := range roles {
		rule, limited := t.Rows[r]
		if !limited {
			out.Where = nil
			break
		}
		out.Where = append(out.Where, rule)
	}
	return out
}
