package brought

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/waggle-sql/waggle/internal/sandbox/salesforce/sobject"
	"github.com/waggle-sql/waggle/internal/strictyaml"
)

// objectsShape is objects.yaml: by object what its file does not say, by field too.
func objectsShape() *strictyaml.Shape {
	text, flag := &strictyaml.Shape{}, &strictyaml.Shape{Kind: strictyaml.Flag}
	var types []string
	for _, t := range sobject.Types() {
		types = append(types, string(t))
	}
	field := &strictyaml.Shape{Kind: strictyaml.Object, Fields: []strictyaml.Field{
		{Name: "type", Shape: &strictyaml.Shape{Enum: types}}, {Name: "label", Shape: text}, {Name: "length", Shape: &strictyaml.Shape{Kind: strictyaml.Whole}},
		{Name: "reference", Shape: text}, {Name: "relationshipName", Shape: text}, {Name: "children", Shape: text},
		{Name: "picklist", Shape: &strictyaml.Shape{Kind: strictyaml.OneOrList, Elem: text}}, {Name: "restricted", Shape: flag},
		{Name: "caseSensitive", Shape: flag}, {Name: "formula", Shape: flag},
	}}
	return &strictyaml.Shape{Kind: strictyaml.MapOf, Elem: &strictyaml.Shape{Kind: strictyaml.Object, Fields: []strictyaml.Field{
		{Name: "label", Shape: text}, {Name: "plural", Shape: text}, {Name: "prefix", Shape: text},
		{Name: "fields", Shape: &strictyaml.Shape{Kind: strictyaml.MapOf, Elem: field}},
	}}}
}

// objectsReader completes the tables of a Salesforce source to objects.
type objectsReader struct {
	source   *Source
	problems strictyaml.Problems
}

// objects makes objects of a Salesforce source's tables, as their files and objects.yaml say. A file without Id gets one.
func (r *reader) objects(ctx context.Context, s *Source) error {
	for i := range s.Tables {
		o, err := r.object(ctx, &s.Tables[i], i)
		if err != nil {
			return err
		}
		s.Tables[i].Object = o
	}
	file := filepath.Join(r.data.Dir, s.Name, ObjectsFile)
	text, err := os.ReadFile(file)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return bad(file, "it cannot be read").WithDetail("%s", err).Because(err)
	}
	o := &objectsReader{source: s}
	n := strictyaml.Read(file, text, &o.problems)
	if n == nil || !o.problems.Empty() {
		return o.problems.Err()
	}
	if objectsShape().Check(n, "the file", &o.problems); o.problems.Empty() {
		for _, p := range n.Pairs {
			o.object(p)
		}
	}
	o.children()
	return o.problems.Err()
}

// children names the ways from objects to those that refer to them: after the object that refers, unless its file says otherwise. Of
// several references that would have one name, the first has it.
func (o *objectsReader) children() {
	taken := map[string]bool{}
	for _, t := range o.source.Tables {
		for i := range t.Object.Fields {
			f := &t.Object.Fields[i]
			if f.Type != sobject.Reference {
				continue
			}
			name := f.Children
			if name == "" {
				name = strings.ReplaceAll(t.Object.Plural, " ", "")
				if sobject.Custom(f.Name) || sobject.Custom(t.Name) {
					name += "__r"
				}
			}
			f.Children = ""
			if key := f.ReferenceTo + " " + strings.ToLower(name); sobject.ValidName(name) && !taken[key] {
				f.Children, taken[key] = name, true
			}
		}
	}
}

// object describes a table as Salesforce would, by its file alone.
func (r *reader) object(ctx context.Context, t *Table, n int) (*sobject.Object, error) {
	out := &sobject.Object{Name: t.Name, Label: label(t.Name), Plural: label(t.Name) + "s", Prefix: sobject.Prefix(t.Name, n), Key: t.Key()}
	if !sobject.ValidName(t.Name) {
		return nil, bad(t.File, "%q cannot name an object", t.Name).WithHint("A name has letters, digits and single underscores, or two before the c of an own one.")
	}
	if !slices.ContainsFunc(t.Columns, func(c Column) bool { return strings.EqualFold(c.Name, "Id") }) {
		t.Columns = append([]Column{{Name: "Id", Type: Text, Made: true}}, t.Columns...)
	}
	lengths, err := r.lengths(ctx, *t)
	if err != nil {
		return nil, bad(t.File, "it cannot be read").WithDetail("%s", err).Because(err)
	}
	for i := range t.Columns {
		c := &t.Columns[i]
		if c.Type == Decimal && c.Precision > 18 {
			c.Precision = 18 // more digits are found when the file is loaded
		}
		switch {
		case c.Type == Binary || c.Scale > 17:
			return nil, bad(t.File, "the column %q is of a type that Salesforce does not have", c.Name)
		case !sobject.ValidName(c.Name):
			return nil, bad(t.File, "%q cannot name a field", c.Name).WithHint("A name has letters, digits and single underscores, or two before the c of an own one.")
		}
		f := field(*c, lengths[c.Name])
		if strings.EqualFold(c.Name, "Id") {
			if c.Type != Text {
				return nil, bad(t.File, "the column %q has no ids of Salesforce's", c.Name).WithHint("Give it another name, as Number__c: an object's Id is made where its file has none.")
			}
			c.Name, c.Nullable = "Id", false
			f = sobject.Field{Name: "Id", Label: "Record ID", Type: sobject.ID, Length: 18}
			out.Fields = append([]sobject.Field{f}, out.Fields...)
			continue
		}
		out.Fields = append(out.Fields, f)
	}
	return out, nil
}

// lengths are how long the longest texts of a file are, in characters, by column.
func (r *reader) lengths(ctx context.Context, t Table) (map[string]int, error) {
	var items, names []string
	for _, c := range t.Columns {
		if c.Type == Text && !c.Made {
			items = append(items, "CAST(coalesce(max(length("+quote(c.Name)+")), 0) AS VARCHAR)")
			names = append(names, c.Name)
		}
	}
	out := map[string]int{}
	if len(items) == 0 {
		return out, nil
	}
	err := r.rows(ctx, "SELECT "+strings.Join(items, ", ")+" FROM "+t.scan(), func(v []string) error {
		for i, name := range names {
			out[name], _ = strconv.Atoi(v[i])
		}
		return nil
	})
	return out, err
}

// field describes a column as Salesforce would.
func field(c Column, length int) sobject.Field {
	f := sobject.Field{Name: c.Name, Label: label(c.Name), Nillable: c.Nullable, Type: sobject.String, Length: sobject.Longest}
	if c.Type != Text {
		f.Length = 0
	}
	switch c.Type {
	case Text:
		if length > sobject.Longest {
			f.Type, f.Length = sobject.TextArea, max(32768, length)
		}
	case Integer:
		f.Type, f.Digits = sobject.Int, 9
		if c.Precision == 64 {
			f.Type, f.Digits, f.Precision = sobject.Double, 0, 18
		}
	case Decimal:
		f.Type, f.Precision, f.Scale = sobject.Double, c.Precision, c.Scale
	case Double:
		f.Type, f.Precision, f.Scale, f.Floating = sobject.Double, 18, 15, true
	case Boolean:
		f.Type, f.Nillable = sobject.Boolean, false
	case Date:
		f.Type = sobject.Date
	case Time:
		f.Type = sobject.Time
	case Timestamp, TimestampTZ:
		f.Type = sobject.Datetime
	}
	return f
}

// label is a name for people.
func label(name string) string {
	return strings.TrimSpace(strings.ReplaceAll(strings.TrimSuffix(name, "__c"), "_", " "))
}

// object reads what objects.yaml says of one object.
func (o *objectsReader) object(p strictyaml.Pair) {
	i := slices.IndexFunc(o.source.Tables, func(t Table) bool { return t.Name == p.Key })
	if i < 0 {
		o.problems.Add(p.At, strictyaml.Suggest(p.Key, o.names()), "there is no file of the object %s", p.Key)
		return
	}
	t := &o.source.Tables[i]
	obj := t.Object
	for _, s := range []struct {
		key  string
		into *string
	}{{"label", &obj.Label}, {"plural", &obj.Plural}, {"prefix", &obj.Prefix}} {
		if v := p.Value.Get(s.key); v != nil {
			*s.into = v.Text
		}
	}
	if v := p.Value.Get("prefix"); v != nil && !sobject.ValidPrefix(v.Text) {
		o.problems.Add(v.At, "", "a prefix has three letters or digits")
	}
	fields := p.Value.Get("fields")
	if fields == nil {
		return
	}
	for _, q := range fields.Pairs {
		c := slices.IndexFunc(t.Columns, func(c Column) bool { return c.Name == q.Key })
		if c < 0 || q.Key == "Id" {
			o.problems.Add(q.At, strictyaml.Suggest(q.Key, obj.Names()[1:]), "the file of %s has no column %s", obj.Name, q.Key)
			continue
		}
		o.field(q, obj.Field(q.Key), t.Columns[c])
	}
}

func (o *objectsReader) names() []string {
	var out []string
	for _, t := range o.source.Tables {
		out = append(out, t.Name)
	}
	return out
}

// field reads what objects.yaml says of one field.
func (o *objectsReader) field(p strictyaml.Pair, f *sobject.Field, c Column) {
	n := p.Value
	if v := n.Get("label"); v != nil {
		f.Label = v.Text
	}
	if v := n.Get("type"); v != nil {
		o.retype(v, f, c, sobject.Type(v.Text))
	}
	if v := n.Get("picklist"); v != nil {
		if f.Values = n.Strings("picklist"); f.Type != sobject.MultiPicklist {
			o.retype(v, f, c, sobject.Picklist)
		}
	}
	if v := n.Get("reference"); v != nil {
		o.retype(v, f, c, sobject.Reference)
		o.reference(v, n.Get("relationshipName"), n.String("children"), f)
	} else if f.Type == sobject.Reference {
		o.problems.Add(p.At, "Add reference: and the object's name.", "the field %s does not say what it refers to", f.Name)
	}
	if v := n.Get("length"); v != nil {
		length, _ := strconv.Atoi(v.Text)
		if !f.Type.Text() || length < 1 || length > 131_072 || f.Type != sobject.TextArea && length > sobject.Longest {
			o.problems.Add(v.At, "", "a field of type %s has no length %s", f.Type, v.Text)
		}
		f.Length = length
	}
	f.Restricted, f.CaseSensitive, f.Calculated = n.Bool("restricted"), n.Bool("caseSensitive") || f.CaseSensitive, n.Bool("formula")
	if v := n.Get("caseSensitive"); v != nil && f.Type != sobject.String {
		o.problems.Add(v.At, "", "a field of type %s cannot be case-sensitive", f.Type)
	}
}

// retype gives a field another type, which its column must be able to hold.
func (o *objectsReader) retype(at *strictyaml.Node, f *sobject.Field, c Column, t sobject.Type) {
	number := c.Type == Decimal || c.Type == Double || c.Type == Integer
	fits := t == f.Type || t.Text() && c.Type == Text || t.Key() && c.Type == Text || t.Decimal() && number
	if !fits {
		o.problems.Add(at.At, "", "the column %s cannot be of type %s", f.Name, t)
		return
	}
	switch {
	case t.Key():
		f.Length = 18
	case t == sobject.TextArea && f.Type != sobject.TextArea:
		f.Length = 32768
	case t.Text() && t != sobject.TextArea:
		f.Length = sobject.Longest
	case t.Decimal() && f.Type == sobject.Int:
		f.Precision, f.Digits = 18, 0
	}
	f.Type = t
}

func (o *objectsReader) reference(to, name *strictyaml.Node, children string, f *sobject.Field) {
	if !slices.Contains(o.names(), to.Text) {
		o.problems.Add(to.At, strictyaml.Suggest(to.Text, o.names()), "there is no file of the object %s", to.Text)
	}
	f.ReferenceTo = to.Text
	f.Children = children
	switch {
	case name != nil:
		f.Relationship = name.Text
	case sobject.Custom(f.Name):
		f.Relationship = f.Name[:len(f.Name)-1] + "r"
	case strings.HasSuffix(f.Name, "Id") && len(f.Name) > 2:
		f.Relationship = strings.TrimSuffix(f.Name, "Id")
	}
	if !sobject.ValidName(strings.TrimSuffix(f.Relationship, "__r")) {
		o.problems.Add(to.At, "Add relationshipName.", "the reference %s has no name that a path can use", f.Name)
	}
}
