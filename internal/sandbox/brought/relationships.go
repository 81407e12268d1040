package brought

import (
	"errors"
	"io/fs"
	"os"
	"strings"

	"github.com/waggle-sql/waggle/internal/strictyaml"
)

// Relationship is a claim of relationships.yaml: how two tables of a schema refer to each other, and which way keys may cross between
// their sources.
type Relationship struct {
	Name, From, To string
	On             [][2]string // column of From, column of To
	KeysFlow       []string
}

// relationshipsShape is relationships.yaml: by schema and name, what a model says.
func relationshipsShape() *strictyaml.Shape {
	text := &strictyaml.Shape{}
	return &strictyaml.Shape{Kind: strictyaml.MapOf, Elem: &strictyaml.Shape{Kind: strictyaml.MapOf, Elem: &strictyaml.Shape{Kind: strictyaml.Object,
		Fields: []strictyaml.Field{
			{Name: "from", Required: true, Shape: text}, {Name: "to", Required: true, Shape: text},
			{Name: "on", Required: true, Shape: &strictyaml.Shape{Kind: strictyaml.MapOf, Elem: text, NonEmpty: true}},
			{Name: "keys_flow", Shape: &strictyaml.Shape{Kind: strictyaml.OneOrList, Elem: &strictyaml.Shape{Enum: []string{"from-to", "to-from"}}}},
		}}}}
}

// readRelationships reads relationships.yaml, by schema; without the file there are none. All that is wrong is told with file, line and
// column.
func readRelationships(file string, data *Data) (map[string][]Relationship, error) {
	text, err := os.ReadFile(file)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case err != nil:
		return nil, bad(file, "it cannot be read").WithDetail("%s", err).Because(err)
	}
	var problems strictyaml.Problems
	n := strictyaml.Read(file, text, &problems)
	if problems.Empty() && n != nil {
		relationshipsShape().Check(n, "the file", &problems)
	}
	out := map[string][]Relationship{}
	if n == nil || !problems.Empty() {
		return out, problems.Err()
	}
	for _, schema := range n.Pairs {
		for _, p := range schema.Value.Pairs {
			r := Relationship{Name: p.Key, From: p.Value.String("from"), To: p.Value.String("to"), KeysFlow: p.Value.Strings("keys_flow")}
			for _, on := range p.Value.Get("on").Pairs {
				r.On = append(r.On, [2]string{on.Key, on.Value.Text})
			}
			data.checkRelationship(schema.Key, r, p.At, &problems)
			out[schema.Key] = append(out[schema.Key], r)
		}
	}
	return out, problems.Err()
}

// checkRelationship tells of tables and columns that are not there.
func (d *Data) checkRelationship(schema string, r Relationship, at strictyaml.Place, problems *strictyaml.Problems) {
	for side, name := range []string{r.From, r.To} {
		t, ok := find(d.tables(schema), name)
		if !ok {
			problems.Add(at, "", "the schema %s has no table %s", schema, name)
			continue
		}
		for _, on := range r.On {
			if !t.has(on[side]) {
				problems.Add(at, "", "the table %s has no column %s", name, on[side])
			}
		}
	}
}

func find(tables []Table, name string) (Table, bool) {
	for _, t := range tables {
		if t.Name == name {
			return t, true
		}
	}
	return Table{}, false
}

func (t Table) has(column string) bool {
	for _, c := range t.Columns {
		if c.Name == column {
			return true
		}
	}
	return false
}

// model is a relationship in a model file.
func (r Relationship) model() string {
	on := make([]string, len(r.On))
	for i, pair := range r.On {
		on[i] = word(pair[0]) + ": " + word(pair[1])
	}
	out := "  " + word(r.Name) + ": {from: " + word(r.From) + ", to: " + word(r.To) + ", on: {" + strings.Join(on, ", ") + "}"
	if len(r.KeysFlow) > 0 {
		out += ", keys_flow: [" + strings.Join(r.KeysFlow, ", ") + "]"
	}
	return out + "}\n"
}
