// Package dbsql is Databricks SQL in ANSI mode as the sandbox understands it: text in, DuckDB text and Databricks's column types out.
//
// It is a strict rejecter. Syntax, functions and conversions are allow-listed, each with the vendor page that describes it; what is
// on the list behaves as Databricks documents it, what is not is refused as Databricks refuses it, and what its documentation leaves
// open is refused with UNSUPPORTED_FEATURE. Paths of pages are below https://docs.databricks.com/aws/en/sql/language-manual/.
//
// Every value has one DuckDB representation, given by Type.DuckDB. Names never reach DuckDB: relations are q1, q2, … and columns
// c1, c2, ….
package dbsql

import (
	"time"
)

// Column is a column of a relation or of a result.
type Column struct {
	Name     string
	Type     Type
	Nullable bool
}

// Relation is a table or view as the session's user may read it. From is a DuckDB FROM item without an alias; it yields columns named
// exactly as in Columns, of any DuckDB type that casts to Type.DuckDB() without loss.
type Relation struct {
	From    string
	Columns []Column
}

// Parameter is the value of a placeholder: named, or positional with an empty Name. Type is a type's name in SQL, such as BIGINT or
// DECIMAL(10,2); Value is nil for NULL, else the literal's text.
type Parameter struct {
	Name  string
	Type  string
	Value *string
}

// Env is what a statement's meaning depends on besides its text. Session holds configuration by lower-case name (timezone is the one
// that compiled texts depend on). Table finds a relation by its three names; an *Error that it returns is the statement's error, any
// other error means that the object does not exist.
type Env struct {
	Catalog, Schema string
	User            string
	Groups          []string
	Now             time.Time
	Session         map[string]string
	Parameters      []Parameter
	Table           func(catalog, schema, name string) (Relation, error)
}

// StatementKind says what a statement does.
type StatementKind uint8

// The statements. For all but Select the caller acts on Query.Statement; SQL is empty.
const (
	Select StatementKind = iota
	Show
	Describe
	Use
	Set
)

// Statement is a statement other than a SELECT.
//
// Show: Object is CATALOGS, SCHEMAS, TABLES or COLUMNS; Like is its pattern or nil, Name the parts of the name after IN.
// Describe: Object is TABLE, Name its parts, Extended as said. Use: Object is CATALOG or SCHEMA, Name its parts.
// Set: Set holds what is set, by lower-case names; empty without an assignment.
type Statement struct {
	Object   string
	Name     []string
	Like     *string
	Extended bool
	Set      map[string]string
}

// Query is a compiled statement. SQL runs on a DuckDB database prepared by Setup and yields one column per entry of Columns, in
// order, of exactly the DuckDB type Type.DuckDB().
type Query struct {
	Kind      StatementKind
	SQL       string
	Columns   []Column
	Statement Statement
}

// Compile reads one statement, checks it as Databricks does, and returns it as DuckDB text. It never panics and does no I/O but
// through env.Table.
func Compile(text string, env Env) (*Query, *Error) {
	p, fault := newParser(text)
	if fault != nil {
		return nil, refused(text, fault)
	}
	st, fault := p.statement()
	if fault != nil {
		return nil, refused(text, fault)
	}
	if st.query == nil {
		return &Query{Kind: st.kind, Statement: st.other}, nil
	}
	c := &compiler{env: &env, specials: specialTable(), raws: rawTable()}
	c.L, c.Rules, c.Text = c, &rules, text
	return c.statement(st.query)
}
