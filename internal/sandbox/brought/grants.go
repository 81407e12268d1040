package brought

import (
	"errors"
	"io/fs"
	"os"
	"slices"

	"github.com/waggle-sql/waggle/internal/sandbox/access"
	"github.com/waggle-sql/waggle/internal/strictyaml"
)

// grantsShape is grants.yaml.
func grantsShape() *strictyaml.Shape {
	text := &strictyaml.Shape{}
	texts := &strictyaml.Shape{Kind: strictyaml.OneOrList, Elem: text}
	byRole := func(elem *strictyaml.Shape) *strictyaml.Shape {
		return &strictyaml.Shape{Kind: strictyaml.MapOf, Elem: elem}
	}
	return &strictyaml.Shape{Kind: strictyaml.Object, Fields: []strictyaml.Field{
		{Name: "roles", Required: true, Shape: byRole(&strictyaml.Shape{Kind: strictyaml.Object, Fields: []strictyaml.Field{{Name: "members", Shape: texts}}})},
		{Name: "tables", Required: true, Shape: &strictyaml.Shape{Kind: strictyaml.MapOf, Elem: &strictyaml.Shape{Kind: strictyaml.Object, Fields: []strictyaml.Field{
			{Name: "select", Required: true, Shape: texts}, {Name: "columns", Shape: byRole(texts)}, {Name: "rows", Shape: byRole(text)},
			{Name: "masks", Shape: byRole(byRole(text))},
		}}}},
	}}
}

// grantsReader turns the document into a policy.
type grantsReader struct {
	data     *Data
	policy   *access.Policy
	problems strictyaml.Problems
}

// readGrants reads grants.yaml; without the file it returns nil. All that is wrong is told with file, line and column.
func readGrants(file string, data *Data) (*access.Policy, error) {
	text, err := os.ReadFile(file)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case err != nil:
		return nil, bad(file, "it cannot be read").WithDetail("%s", err).Because(err)
	}
	g := &grantsReader{data: data, policy: &access.Policy{Tables: map[string]access.Table{}}}
	n := strictyaml.Read(file, text, &g.problems)
	if n == nil && g.problems.Empty() {
		g.problems.Add(strictyaml.Place{File: file, Line: 1, Column: 1}, "", "the file is empty")
	}
	if g.problems.Empty() {
		grantsShape().Check(n, "the file", &g.problems)
	}
	if g.problems.Empty() {
		g.read(n)
	}
	return g.policy, g.problems.Err()
}

func (g *grantsReader) read(n *strictyaml.Node) {
	for _, p := range n.Get("roles").Pairs {
		if p.Key == access.Public {
			g.problems.Add(p.At, "Everybody has it; leave it out.", "the role PUBLIC needs no members")
		}
		g.policy.Roles = append(g.policy.Roles, access.Role{Name: p.Key, Members: p.Value.Strings("members")})
	}
	for _, p := range n.Get("tables").Pairs {
		t, ok := g.data.table(p.Key)
		if !ok {
			g.problems.Add(p.At, strictyaml.Suggest(p.Key, g.data.keys()), "there is no table %s", p.Key)
			continue
		}
		g.policy.Tables[p.Key] = g.table(p.Value, t)
	}
}

// table reads one table's grants.
func (g *grantsReader) table(n *strictyaml.Node, t Table) access.Table {
	out := access.Table{Columns: map[string][]string{}, Rows: map[string]string{}, Masks: map[string]map[string]string{}}
	for _, role := range n.Get("select").Scalars() {
		g.role(role.At, role.Text)
		out.Select = append(out.Select, role.Text)
	}
	g.each(n.Get("columns"), out, func(role string, v *strictyaml.Node) {
		for _, c := range v.Scalars() {
			g.column(c.At, c.Text, t)
			out.Columns[role] = append(out.Columns[role], c.Text)
		}
	})
	g.each(n.Get("rows"), out, func(role string, v *strictyaml.Node) { out.Rows[role] = v.Text })
	if masks := n.Get("masks"); masks != nil && t.Kind() == Salesforce {
		g.problems.Add(masks.At, "Hide the field with columns.", "Salesforce masks no values")
	}
	g.each(n.Get("masks"), out, func(role string, v *strictyaml.Node) {
		out.Masks[role] = map[string]string{}
		for _, p := range v.Pairs {
			g.column(p.At, p.Key, t)
			out.Masks[role][p.Key] = p.Value.Text
		}
	})
	return out
}

// each hands over what a map has for roles that may read the table.
func (g *grantsReader) each(n *strictyaml.Node, t access.Table, do func(string, *strictyaml.Node)) {
	if n == nil {
		return
	}
	for _, p := range n.Pairs {
		g.role(p.At, p.Key)
		if !slices.Contains(t.Select, p.Key) {
			g.problems.Add(p.At, "Add it to select.", "the role %s may not read the table", p.Key)
		}
		do(p.Key, p.Value)
	}
}

func (g *grantsReader) role(at strictyaml.Place, name string) {
	if !g.policy.Known(name) {
		g.problems.Add(at, "Declare it below roles.", "there is no role %s", name)
	}
}

func (g *grantsReader) column(at strictyaml.Place, name string, t Table) {
	names := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		names[i] = c.Name
	}
	if !slices.Contains(names, name) {
		g.problems.Add(at, strictyaml.Suggest(name, names), "the table %s has no column %s", t.Name, name)
	}
}

func (d *Data) table(key string) (Table, bool) {
	for _, s := range d.Sources {
		for _, t := range s.Tables {
			if t.Key() == key {
				return t, true
			}
		}
	}
	return Table{}, false
}

func (d *Data) keys() []string {
	var out []string
	for _, s := range d.Sources {
		for _, t := range s.Tables {
			out = append(out, t.Key())
		}
	}
	return out
}

// Schemas returns the names of all schemas, each once, in the order of the sources.
func (d *Data) Schemas() []string {
	var out []string
	for _, s := range d.Sources {
		for _, t := range s.Tables {
			if !slices.Contains(out, t.Schema) {
				out = append(out, t.Schema)
			}
		}
	}
	return out
}
