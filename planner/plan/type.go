// Package plan is the logical plan: immutable nodes and expressions, typed by PostgreSQL's types, and the one table from
// PostgreSQL's types to Arrow's.
package plan

// Type is a PostgreSQL type: OID of pg_type and type modifier (-1 when none). It is the contract of a column;
// Arrow is its transport.
type Type struct {
	OID uint32
	Mod int32
}

// Support says how faithfully a source answers an expression.
type Support uint8

// None: cannot be said. Superset: the source may return too much, so the filter is repeated here. Exact: as PostgreSQL.
const (
	None Support = iota
	Superset
	Exact
)

// ColID identifies a column within one plan; names never do.
type ColID int32

// Col is a column of a node's output.
type Col struct {
	ID   ColID
	Name string // for people: EXPLAIN and RowDescription
	Type Type
	// Property is the model's whose expression computes the column, where that stands in the plan; nil for any other column.
	Property *Property
}

// Property is a property that the model computes by an expression.
type Property struct {
	Name string
	Tags []string // pii, phi, …
}
