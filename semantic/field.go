package semantic

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/waggle-sql/waggle/internal/strictyaml"
	"github.com/waggle-sql/waggle/planner/plan"
)

// The words of a field's facts.
const (
	mayFilter    = "filter"
	maySort      = "sort"
	mayGroup     = "group"
	mayAggregate = "aggregate"
)

func fieldShape() *shape {
	return object("What a source that is asked by fields, as Salesforce, says of this one.",
		strictyaml.Field{Name: "kind", Required: true, Shape: &shape{Doc: "Its type there, as picklist."}},
		strictyaml.Field{Name: "can", Shape: &shape{Kind: strictyaml.OneOrList, Elem: &shape{Enum: []string{mayFilter, maySort, mayGroup, mayAggregate}},
			Doc: "What a request may do with it."}},
		strictyaml.Field{Name: "case_sensitive", Shape: &shape{Kind: strictyaml.Flag, Doc: "Texts that differ in case differ."}},
		strictyaml.Field{Name: "restricted", Shape: &shape{Kind: strictyaml.Flag, Doc: "Its values are a closed list."}},
		strictyaml.Field{Name: "references", Shape: &shape{Doc: "The object whose ids it holds."}},
		strictyaml.Field{Name: "relationship", Shape: &shape{Doc: "The name under which that object's fields are reached."}})
}

// readField reads a field's facts; nil when there are none.
func readField(n *strictyaml.Node) *plan.Field {
	if n == nil {
		return nil
	}
	may := n.Strings("can")
	return &plan.Field{
		Kind: n.String("kind"), Filter: slices.Contains(may, mayFilter), Sort: slices.Contains(may, maySort), Group: slices.Contains(may, mayGroup),
		Aggregate: slices.Contains(may, mayAggregate), CaseSensitive: n.Bool("case_sensitive"), Restricted: n.Bool("restricted"),
		References: n.String("references"), Relationship: n.String("relationship"),
	}
}

// FieldFacts writes a field's facts as the facts file has them: {kind: picklist, can: [filter, sort]}.
func FieldFacts(f *plan.Field) string {
	var may []string
	for _, c := range []struct {
		word string
		does bool
	}{{mayFilter, f.Filter}, {maySort, f.Sort}, {mayGroup, f.Group}, {mayAggregate, f.Aggregate}} {
		if c.does {
			may = append(may, c.word)
		}
	}
	out := "{kind: " + f.Kind + ", can: [" + strings.Join(may, ", ") + "]"
	if f.CaseSensitive {
		out += ", case_sensitive: true"
	}
	if f.Restricted {
		out += ", restricted: true"
	}
	if f.References != "" {
		out += ", references: " + f.References + ", relationship: " + f.Relationship
	}
	return out + "}"
}

// WithFields returns the view with what sources have told this person of fields, by "model.entity.property", in place of what the facts
// files record of them. Equal facts of equal views give equal ids.
func (v *View) WithFields(told map[string]*plan.Field) *View {
	if len(told) == 0 {
		return v
	}
	h, out, differs := sha256.New(), *v, false
	out.schemas, out.order = make(map[string]map[string]*Relation, len(v.schemas)), nil
	for name := range v.schemas {
		out.schemas[name] = make(map[string]*Relation)
	}
	fmt.Fprintf(h, "%q", v.id)
	for _, r := range v.order {
		if t := r.told(told); t != nil {
			for _, c := range t.Columns {
				fmt.Fprintf(h, "%q%q%q%s", t.Schema, t.Name, c.Name, factsOf(c.Field))
			}
			changed := *r
			changed.Table, r, differs = t, &changed, true
		}
		out.add(r)
	}
	if !differs {
		return v
	}
	out.id = hex.EncodeToString(h.Sum(nil)[:16])
	return &out
}

// told is the relation's table with other facts of its fields; nil when nothing differs.
func (r *Relation) told(told map[string]*plan.Field) *plan.Table {
	var out *plan.Table
	for i, c := range r.Table.Columns {
		f := told[r.Table.Schema+"."+r.Table.Name+"."+c.Name]
		if f == nil || c.Field != nil && *c.Field == *f {
			continue
		}
		if out == nil {
			t := *r.Table
			t.Columns = slices.Clone(t.Columns)
			out = &t
		}
		out.Columns[i].Field = f
	}
	return out
}

func factsOf(f *plan.Field) string {
	if f == nil {
		return "none"
	}
	return FieldFacts(f)
}
