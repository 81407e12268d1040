package semantic

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"iter"
	"maps"
	"slices"

	"github.com/waggle-sql/waggle/planner/plan"
)

// View is the models as one person may see them, with the system's own relations: the planner's whole knowledge of names.
// Equal views have equal ids. It is immutable.
type View struct {
	id      string
	path    []string
	models  []*Model
	schemas map[string]map[string]*Relation
	order   []*Relation // the models' in declared order and by name, then the system's
	oids    map[string]uint32
}

// Relation is something that can stand in FROM.
type Relation struct {
	Table  *plan.Table
	Entity *Entity // nil for a system relation
	State  State
	hidden map[string]bool // properties and metrics, nil for none
}

// State says what a person's describe found of an object.
type State uint8

// Shown: listed. Hidden: not listed and not in `*`, yet bindable by name. Undescribed: listed as declared, not yet asked.
const (
	Shown State = iota
	Hidden
	Undescribed
)

// NewView builds a view of one organisation's models in the order of waggle.yaml and the system's relations
// (source/catalog.Tables). states says what is not Shown, by "model.entity" or "model.entity.property"; an expression or
// metric that reads a hidden property is hidden with it. Equal arguments give equal ids.
func NewView(models []*Model, system []*plan.Table, states map[string]State) *View {
	v := &View{schemas: make(map[string]map[string]*Relation), models: models, oids: assignOIDs(models)}
	for _, m := range models {
		v.path = append(v.path, m.Name)
		v.schemas[m.Name] = make(map[string]*Relation, len(m.Entities))
		for i, e := range m.Entities {
			v.add(v.entity(m.tables[i], e, states))
		}
	}
	v.path = append(v.path, "public")
	v.schemas["public"] = make(map[string]*Relation)
	for _, t := range system {
		v.add(&Relation{Table: t, hidden: systemHidden(t)})
	}
	v.id = viewID(models, system, states)
	return v
}

func (v *View) add(r *Relation) {
	names := v.schemas[r.Table.Schema]
	if names == nil {
		names = make(map[string]*Relation)
		v.schemas[r.Table.Schema] = names
	}
	names[r.Table.Name] = r
	v.order = append(v.order, r)
}

// entity makes an entity's relation; the table's columns are the model's own.
func (v *View) entity(table *plan.Table, e *Entity, states map[string]State) *Relation {
	path := e.Model + "." + e.Name
	t := *table
	t.OID = v.oids[path]
	r := &Relation{Table: &t, Entity: e, State: states[path]}
	if len(states) > 0 {
		r.hidden = hiddenColumns(e, states)
	}
	return r
}

// systemHidden hides the columns with negative numbers of a system relation: PostgreSQL's system columns, as tableoid, and
// names of other versions.
func systemHidden(t *plan.Table) map[string]bool {
	var hidden map[string]bool
	for _, c := range t.Columns {
		if c.Num < 0 {
			if hidden == nil {
				hidden = make(map[string]bool)
			}
			hidden[c.Name] = true
		}
	}
	return hidden
}

// hiddenColumns finds the columns of e that are hidden, and those whose expressions read one, to any depth.
func hiddenColumns(e *Entity, states map[string]State) map[string]bool {
	hidden := make(map[string]bool)
	for _, p := range e.Properties {
		if states[e.Model+"."+e.Name+"."+p.Name] == Hidden {
			hidden[p.Name] = true
		}
	}
	for before := 0; before < len(hidden); {
		before = len(hidden)
		for _, p := range e.Properties {
			if p.Expr != nil && !hidden[p.Name] && readsAny(p.Expr.Text, hidden) {
				hidden[p.Name] = true
			}
		}
	}
	if len(hidden) == 0 {
		return nil
	}
	for _, m := range e.Metrics {
		if readsAny(m.Expr.Text, hidden) {
			hidden[m.Name] = true
		}
	}
	return hidden
}

// viewID hashes what a view depends on; a system relation counts by its name, column names and types.
func viewID(models []*Model, system []*plan.Table, states map[string]State) string {
	h := sha256.New()
	for _, m := range models {
		fmt.Fprintf(h, "%q%q%q", m.Organisation, m.Name, m.Version)
	}
	for _, t := range system {
		fmt.Fprintf(h, "%q%q%d", t.Schema, t.Name, t.OID)
		for _, c := range t.Columns {
			fmt.Fprintf(h, "%q%d", c.Name, c.Type.OID)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(states)) {
		if s := states[name]; s != Shown {
			fmt.Fprintf(h, "%q%d", name, s)
		}
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}

// ID identifies what this view shows; it is part of the plan cache's key.
func (v *View) ID() string { return v.id }

// Path is the default search_path: the models in declared order, then public.
func (v *View) Path() []string { return v.path }

// Models are the view's models in declared order.
func (v *View) Models() []*Model { return v.models }

// Find looks a relation up; names are exact (the caller has folded them).
func (v *View) Find(schema, name string) (*Relation, bool) {
	r, ok := v.schemas[schema][name]
	return r, ok
}

// HasSchema reports whether a schema exists.
func (v *View) HasSchema(name string) bool { _, ok := v.schemas[name]; return ok }

// Schemas are the names of all schemas, in order.
func (v *View) Schemas() []string { return slices.Sorted(maps.Keys(v.schemas)) }

// Relations yields every relation, hidden ones too: the models' in declared order and by name, then the system's.
func (v *View) Relations() iter.Seq[*Relation] { return slices.Values(v.order) }

// OID returns the number of a schema "model", an entity "model.entity", its primary key "model.entity#key" with the index
// "model.entity#index", its row type "model.entity#type" and that one's array "model.entity#array", or a relationship
// "model#relationship"; 0 for any other.
func (v *View) OID(path string) uint32 { return v.oids[path] }

// ColumnState returns the state of a property, a metric, or a system relation's column. A hidden one is left out of `*`
// and of the catalog, and can be bound by name.
func (r *Relation) ColumnState(name string) State {
	switch {
	case r.hidden[name]:
		return Hidden
	case r.State == Hidden:
		return Shown // the relation is hidden as a whole; when it is named, `*` means its columns
	}
	return r.State
}
