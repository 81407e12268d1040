// Package semantic is the virtual business model: entities, properties, relationships and metrics that point at objects
// of sources. A loaded model is immutable. It holds no data and no permissions.
package semantic

import (
	"github.com/waggle-sql/waggle/internal/strictyaml"
	"github.com/waggle-sql/waggle/planner/plan"
)

// Model is one model folder, loaded and checked.
type Model struct {
	Organisation  string // whose model it is; with the names it decides the OIDs
	Name          string // its schema's name
	Label         string
	Description   string
	Calendar      Calendar
	Entities      []*Entity       // in the order of their names
	Relationships []*Relationship // in the order of model.yaml
	Metrics       []*Metric       // across entities, in the order of model.yaml
	Version       string          // changes with any change of the files
	At            Place
	tables        []*plan.Table // parallel to Entities, without OIDs
}

// Calendar says what "this week" and "this fiscal year" mean.
type Calendar struct {
	TimeZone        string // IANA name, "" for the session's
	WeekStart       string // lower-case day, monday when not given
	FiscalYearStart string // lower-case month, january when not given
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
	Time        string      // the property of time, "" when none
	Properties  []*Property // in declared order
	Filters     []*Filter
	Metrics     []*Metric
	At          Place
}

// Property is a column of an entity: a physical column, or an expression over the entity's other properties.
type Property struct {
	Name        string
	Column      string      // exact physical name, "" for an expression
	Expr        *Expression // nil for a physical column
	Type        plan.Type
	Label       string
	Description string
	Unit        string
	Synonyms    []string
	Values      []Value     // known values, in declared order
	Tags        []string    // pii, phi, …
	NotNull     bool        // declared, or part of the key
	Collation   string      // of the physical column as the facts file records it, "" when not recorded
	Field       *plan.Field // what the facts file records of a field that its source is asked by, nil when nothing
	Num         int16       // attribute number: the facts file's, else in declared order; 1 to MaxProperties
	At          Place
}

// Value is a known value of a property, with the words for it.
type Value struct {
	Value    string
	Synonyms []string
}

// Filter is a named condition over an entity's properties.
type Filter struct {
	Name        string
	Where       *Expression
	Label       string
	Description string
	Synonyms    []string
	At          Place
}

// Metric is an aggregate expression over an entity's properties, or at the model's level over entities' metrics. An
// entity's metric is a column, listed after the properties and not in `*`.
type Metric struct {
	Name        string
	Expr        *Expression
	Type        plan.Type // OID 0 until the check given to Load has typed it
	Label       string
	Description string
	Unit        string
	Synonyms    []string
	Num         int16 // above MaxProperties; 0 for a metric of the model
	At          Place
}

// MaxProperties is PostgreSQL's limit of a table's columns (MaxHeapAttributeNumber). Metrics are numbered above it, so
// that a new property never renumbers them and they are always listed last.
const MaxProperties = 1600

// Relationship is a declared claim: each row of From has at most one row of To with equal keys (to-one), shown as a
// foreign key. No rule relies on it (DECISIONS 11).
type Relationship struct {
	Name     string
	From, To string // entity names
	FromKey  []string
	ToKey    []string
	KeysFlow []string // directions in which values may cross sources as join keys: "from-to", "to-from"
	Across   bool     // they may also cross from one region to another
	Descr    string
	At       Place
}

// Expression is PostgreSQL text from the model, with the place of its first character for error messages.
type Expression struct {
	Text string
	At   Place
}

// Place is a position in a model file, counted from 1.
type Place = strictyaml.Place

// Entity returns an entity by its name.
func (m *Model) Entity(name string) (*Entity, bool) {
	for _, e := range m.Entities {
		if e.Name == name {
			return e, true
		}
	}
	return nil, false
}

// Property returns a property by its name.
func (e *Entity) Property(name string) (*Property, bool) {
	for _, p := range e.Properties {
		if p.Name == name {
			return p, true
		}
	}
	return nil, false
}

// Metric returns a metric by its name.
func (e *Entity) Metric(name string) (*Metric, bool) {
	for _, m := range e.Metrics {
		if m.Name == name {
			return m, true
		}
	}
	return nil, false
}

// Problem is one thing that is wrong with a model, at its place: what LoadOptions.Check returns.
type Problem = strictyaml.Problem
