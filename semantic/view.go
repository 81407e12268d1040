package semantic

import "github.com/waggle-sql/waggle/planner/plan"

// View is the models as one person may see them, with the system's own relations: the planner's whole knowledge of names.
// Equal views have equal ids. It is immutable.
type View struct {
	id      string
	path    []string
	schemas map[string]map[string]*Relation
}

// Relation is something that can stand in FROM.
type Relation struct {
	Table  *plan.Table
	Entity *Entity // nil for a system relation
	State  State
}

// State says what a person's describe found of an object.
type State uint8

// Shown: listed. Hidden: not listed and not in `*`, yet bindable by name. Undescribed: listed as declared, not yet asked.
const (
	Shown State = iota
	Hidden
	Undescribed
)

// ID identifies what this view shows; it is part of the plan cache's key.
func (v *View) ID() string { return v.id }

// Path is the default search_path: the models in declared order, then public.
func (v *View) Path() []string { return v.path }

// Find looks a relation up; names are exact (the caller has folded them).
func (v *View) Find(schema, name string) (*Relation, bool) {
	r, ok := v.schemas[schema][name]
	return r, ok
}

// HasSchema reports whether a schema exists.
func (v *View) HasSchema(name string) bool { _, ok := v.schemas[name]; return ok }
