// Package semantic is the virtual business model: entities, properties, relationships and metrics that point at objects
// of sources. A loaded model is immutable. It holds no data and no permissions.
package semantic

import (
	"github.com/waggle-sql/waggle/planner/plan"
)

// Model is one model folder, loaded and checked.
type Model struct {
	Name          string // its schema's name
	Label         string
	Description   string
	Entities      []*Entity // in the order of their names
	Relationships []*Relationship
	Version       string // changes with any change of meaning
}

// Entity is a virtual table: one object of one source.
type Entity struct {
	Model       string
	Name        string
	Label       string
	Synonyms    []string
	Description string
	Connection  string // name of a source in waggle.yaml
	Object      string // physical object
	Key         []string
	Time        string // the property of time, "" when none
	Properties  []*Property
	Filters     []*Filter
	Metrics     []*Metric
	OID         uint32 // DECISIONS 22
	At          Place
}

// Property is a column of an entity: a physical column, or an expression over the entity's other properties.
type Property struct {
	Name        string
	Column      string      // exact physical name, "" for an expression
	Expr        *Expression // nil for a physical column
	Type        plan.Type
	Description string
	Unit        string
	Synonyms    []string
	Values      map[string][]string // value → its synonyms
	Tags        []string            // pii, phi, …
	NotNull     bool
	Num         int16 // attribute number, from the facts file
	At          Place
}

// Filter is a named condition over an entity's properties.
type Filter struct {
	Name        string
	Where       *Expression
	Description string
	Synonyms    []string
	At          Place
}

// Metric is an aggregate expression over an entity's properties. It is listed after the properties, not in `*`.
type Metric struct {
	Name        string
	Expr        *Expression
	Type        plan.Type // OID 0 until the binder has typed it
	Label       string
	Description string
	Unit        string
	Synonyms    []string
	Num         int16
	At          Place
}

// Relationship is a declared claim: each row of From has at most one row of To with equal keys (to-one), shown as a
// foreign key. No rule relies on it (DECISIONS 11).
type Relationship struct {
	Name     string
	From, To string // entity names
	FromKey  []string
	ToKey    []string
	KeysFlow []string // directions in which values may cross sources as join keys: "from-to", "to-from"
	OID      uint32
	Descr    string
	At       Place
}

// Expression is PostgreSQL text from the model, with its place for error messages.
type Expression struct {
	Text string
	At   Place
}

// Place is a position in a model file, counted from 1.
type Place struct {
	File         string
	Line, Column int
}
