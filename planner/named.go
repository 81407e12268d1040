package planner

import (
	"slices"
	"strings"

	"github.com/waggle-sql/waggle/semantic"
)

// hides reports whether a statement names what the view hides from the person, a table or a column: that its source refuses him is the
// source's to say (invariant 12), also where no row could be.
func hides(v *semantic.View, named []EntityUse) bool {
	return slices.ContainsFunc(named, func(u EntityUse) bool {
		r, ok := relation(v, u)
		return ok && (r.State == semantic.Hidden || slices.ContainsFunc(u.Columns, func(c string) bool { return r.ColumnState(c) == semantic.Hidden }))
	})
}

// connections are those of the entities, each once.
func connections(v *semantic.View, named []EntityUse) []string {
	var out []string
	for _, u := range named {
		if r, ok := relation(v, u); ok && !slices.Contains(out, r.Table.Connection) {
			out = append(out, r.Table.Connection)
		}
	}
	return out
}

func relation(v *semantic.View, u EntityUse) (*semantic.Relation, bool) {
	schema, name, _ := strings.Cut(u.Name, ".")
	return v.Find(schema, name)
}
