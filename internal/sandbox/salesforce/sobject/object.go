// Package sobject describes the objects and fields of an emulated Salesforce organisation: what a describe call says of them, and
// what a query may do with them (https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/api_fields.htm).
package sobject

import (
	"regexp"
	"slices"
	"strings"
)

// Type is a field's type, by the name that describe gives it.
type Type string

// The types that the emulator serves.
const (
	ID            Type = "id"
	String        Type = "string"
	Boolean       Type = "boolean"
	Int           Type = "int"
	Double        Type = "double"
	Currency      Type = "currency"
	Percent       Type = "percent"
	Date          Type = "date"
	Datetime      Type = "datetime"
	Time          Type = "time"
	Email         Type = "email"
	Phone         Type = "phone"
	URL           Type = "url"
	Picklist      Type = "picklist"
	MultiPicklist Type = "multipicklist"
	TextArea      Type = "textarea"
	Reference     Type = "reference"
)

// Types are all types, for who reads them from a file.
func Types() []Type {
	return []Type{ID, String, Boolean, Int, Double, Currency, Percent, Date, Datetime, Time, Email, Phone, URL, Picklist, MultiPicklist, TextArea, Reference}
}

// Text tells whether a type's values are texts; ids are not counted among them.
func (t Type) Text() bool {
	switch t {
	case String, Email, Phone, URL, Picklist, MultiPicklist, TextArea:
		return true
	}
	return false
}

// Key tells whether a type's values are ids.
func (t Type) Key() bool { return t == ID || t == Reference }

// Decimal tells whether a type's values are numbers with a scale.
func (t Type) Decimal() bool { return t == Double || t == Currency || t == Percent }

// Longest is how many characters a field has that can be filtered.
const Longest = 255

// Field is a field of an object.
type Field struct {
	Name, Label string
	Type        Type
	Length      int // of texts and ids, in characters
	Precision   int // of numbers with a scale
	Scale       int
	Digits      int // of Int
	// Floating tells that a Double has no fixed scale: its values are binary floating-point numbers.
	Floating      bool
	Nillable      bool
	CaseSensitive bool
	Calculated    bool // a formula
	Restricted    bool // a picklist that takes its own values only
	Values        []string
	ReferenceTo   string // the object that a Reference means
	Relationship  string // what a path calls it
	// Children is what a subquery of the object that a Reference means calls the records that refer to it; "" when none may ask.
	Children string
}

// Long tells whether a field is a long text area.
func (f *Field) Long() bool { return f.Type == TextArea && f.Length > Longest }

// Filterable tells whether a WHERE clause may name the field.
func (f *Field) Filterable() bool { return !f.Long() }

// Sortable tells whether an ORDER BY clause may name the field.
func (f *Field) Sortable() bool { return !f.Long() && f.Type != MultiPicklist }

// Groupable tells whether a GROUP BY clause may name the field: no numbers with a scale, no datetimes, no formulas
// (https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_select_group_by_field_types.htm).
func (f *Field) Groupable() bool {
	switch f.Type {
	case Double, Currency, Percent, Datetime, Time, MultiPicklist, TextArea:
		return false
	}
	return !f.Calculated
}

// Aggregatable tells whether an aggregate function may take the field.
func (f *Field) Aggregatable() bool {
	return f.Type != Boolean && f.Type != Time && f.Type != MultiPicklist && !f.Long()
}

// Object is an object with its fields, Id first.
type Object struct {
	Name, Label, Plural string
	// Prefix is the three characters with which the ids of its records begin.
	Prefix string
	// Key names the object in grants.yaml.
	Key    string
	Fields []Field
}

// Custom tells whether a name is one of an organisation's own.
func Custom(name string) bool { return strings.HasSuffix(strings.ToLower(name), "__c") }

// Field returns a field by its name, which has no case; nil when there is none.
func (o *Object) Field(name string) *Field {
	i := slices.IndexFunc(o.Fields, func(f Field) bool { return strings.EqualFold(f.Name, name) })
	if i < 0 {
		return nil
	}
	return &o.Fields[i]
}

// Parent returns the reference that a relationship's name means; nil when there is none.
func (o *Object) Parent(relationship string) *Field {
	i := slices.IndexFunc(o.Fields, func(f Field) bool {
		return f.Type == Reference && f.Relationship != "" && strings.EqualFold(f.Relationship, relationship)
	})
	if i < 0 {
		return nil
	}
	return &o.Fields[i]
}

// Names are the fields' names.
func (o *Object) Names() []string {
	out := make([]string, len(o.Fields))
	for i := range o.Fields {
		out[i] = o.Fields[i].Name
	}
	return out
}

// Only returns the object as somebody sees it who may read some fields: these, and Id always.
func (o *Object) Only(names []string) *Object {
	out := *o
	out.Fields = slices.DeleteFunc(slices.Clone(o.Fields), func(f Field) bool { return f.Type != ID && !slices.Contains(names, f.Name) })
	return &out
}

// names are what an object or a field may be called.
var names = regexp.MustCompile(`^[A-Za-z](_?[A-Za-z0-9])*(__[A-Za-z0-9](_?[A-Za-z0-9])*){0,2}$`)

// ValidName tells whether an object or a field may have a name.
func ValidName(name string) bool { return len(name) <= 80 && names.MatchString(name) }

// ValidPrefix tells whether three characters may begin the ids of an object's records.
func ValidPrefix(prefix string) bool {
	return len(prefix) == 3 && strings.Trim(prefix, base62) == ""
}
