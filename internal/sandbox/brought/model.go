package brought

import (
	"fmt"
	"slices"
	"strings"
)

// FactsFile is the file of a model's folder that says what may be asked of Salesforce's fields.
const FactsFile = "facts.yaml"

// File is a file of a model folder.
type File struct{ Name, Text string }

// Models writes a model for each schema, by the model's name: an entity for each table, of whatever source, with the file's types. It fails
// with F0000 where a folder's name cannot name a model.
func (d *Data) Models() (map[string][]File, error) {
	out := map[string][]File{}
	for _, schema := range d.Schemas() {
		model := word(schema)
		if reservedModel(model) || out[model] != nil {
			return nil, bad(d.Dir, "the schema %s cannot name a model", schema).WithHint("Rename its folder.")
		}
		files := []File{{"model.yaml", "name: " + model + "\n"}}
		if len(d.Relationships[schema]) > 0 {
			files[0].Text += "relationships:\n"
			for _, r := range d.Relationships[schema] {
				files[0].Text += r.model()
			}
		}
		used, facts := map[string]bool{}, ""
		for _, t := range d.tables(schema) {
			name := word(t.Name)
			if used[name] {
				name += "_" + t.Source
			}
			used[name] = true
			key := d.keyOf(t)
			if t.Object != nil && len(key) == 0 {
				key = []string{t.properties()[slices.IndexFunc(t.Columns, func(c Column) bool { return c.Name == "Id" })]}
			}
			files = append(files, File{name + ".yaml", t.entity(name, key)})
			facts += t.facts(name)
		}
		if facts != "" {
			files = append(files, File{FactsFile, facts})
		}
		out[model] = files
	}
	return out, nil
}

// tables returns the tables of a schema, of whatever source.
func (d *Data) tables(schema string) []Table {
	var out []Table
	for _, s := range d.Sources {
		for _, t := range s.Tables {
			if t.Schema == schema {
				out = append(out, t)
			}
		}
	}
	return out
}

// keyOf returns the columns by which a relationship refers to a table, in the model's words: they identify its rows.
func (d *Data) keyOf(t Table) []string {
	for _, r := range d.Relationships[t.Schema] {
		if r.To == t.Name {
			out := make([]string, len(r.On))
			for i, pair := range r.On {
				out[i] = word(pair[1])
			}
			return out
		}
	}
	return nil
}

// entity is the model file of a table.
func (t Table) entity(name string, key []string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s:\n  source: {connection: %s, object: %s}\n", name, t.Source, text(t.object()))
	if len(key) > 0 {
		fmt.Fprintf(&b, "  key: [%s]\n", strings.Join(key, ", "))
	}
	b.WriteString("  properties:\n")
	names := t.properties()
	for i, c := range t.Columns {
		fmt.Fprintf(&b, "    %s: {column: %s, type: %s", names[i], text(c.Name), text(t.Postgres(c)))
		if !c.Nullable {
			b.WriteString(", not_null: true")
		}
		b.WriteString("}\n")
	}
	return b.String()
}

// properties are the names of a table's columns in a model.
func (t Table) properties() []string {
	out := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		out[i] = word(c.Name)
		for slices.Contains(systemColumns(), out[i]) || slices.Contains(out[:i], out[i]) {
			out[i] += "_"
		}
	}
	return out
}

// facts is what the model's facts file has of an object of Salesforce's, as describe would say it; "" for any other table.
func (t Table) facts(name string) string {
	if t.Object == nil {
		return ""
	}
	out := name + ":\n  properties:\n"
	for i, property := range t.properties() {
		f := t.Object.Field(t.Columns[i].Name)
		out += fmt.Sprintf("    %s: {num: %d, field: {kind: %s", property, i+1, f.Type)
		var may []string
		for _, can := range []struct {
			word string
			does bool
		}{{"filter", f.Filterable()}, {"sort", f.Sortable()}, {"group", f.Groupable()}, {"aggregate", f.Aggregatable()}} {
			if can.does {
				may = append(may, can.word)
			}
		}
		out += ", can: [" + strings.Join(may, ", ") + "]"
		if f.CaseSensitive {
			out += ", case_sensitive: true"
		}
		if f.Restricted {
			out += ", restricted: true"
		}
		if f.ReferenceTo != "" {
			out += ", references: " + f.ReferenceTo + ", relationship: " + f.Relationship
		}
		out += "}}\n"
	}
	return out
}

// object is what a model calls the table at its source.
func (t Table) object() string {
	if t.Kind() == Salesforce {
		return part(t.Name)
	}
	return part(t.Schema) + "." + part(t.Name)
}

// part is a name as a part of an entity's object: quoted where it would not be read as one name.
func part(name string) string {
	if strings.ContainsAny(name, `."`) {
		return quote(name)
	}
	return name
}

// text is a text in YAML.
func text(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

// word makes a name that a model can have: lower-case letters, digits and underscores, no key word of SQL.
func word(name string) string {
	out := []byte(strings.ToLower(name))
	for i, c := range out {
		if !(c >= 'a' && c <= 'z' || c >= '0' && c <= '9') {
			out[i] = '_'
		}
	}
	word := string(out[:min(len(out), 60)])
	if word == "" || word[0] >= '0' && word[0] <= '9' {
		word = "_" + word
	}
	if slices.Contains(strings.Fields(keyWords), word) {
		word += "_"
	}
	return word
}

func reservedModel(name string) bool {
	return slices.Contains([]string{"information_schema", "public", "waggle", "catalog", "company", "revenue"}, name) || strings.HasPrefix(name, "pg_")
}

func systemColumns() []string { return []string{"tableoid", "xmin", "cmin", "xmax", "cmax", "ctid"} }

// keyWords are those that PostgreSQL does not let name a column bare
// (https://www.postgresql.org/docs/17/sql-keywords-appendix.html).
const keyWords = `all analyse analyze and any array as asc asymmetric authorization binary both case cast check collate collation column
concurrently constraint create cross current_catalog current_date current_role current_schema current_time current_timestamp
current_user default deferrable desc distinct do else end except false fetch for foreign freeze from full grant group having ilike
in initially inner intersect into is isnull join lateral leading left like limit localtime localtimestamp natural not notnull null
offset on only or order outer overlaps placing primary references returning right select session_user similar some symmetric
system_user table tablesample then to trailing true union unique user using variadic verbose when where window with`
