// Package sfsql is Snowflake's SQL as the sandbox understands it: text in, DuckDB text and Snowflake's column types out.
//
// It is a strict rejecter. Syntax, functions and conversions are allow-listed, each with the vendor page that describes it;
// what is on the list behaves as Snowflake documents it, what is not is refused as Snowflake refuses it, and what Snowflake's
// documentation leaves open is refused with "Unsupported feature". Paths of pages are below https://docs.snowflake.com/en/.
//
// Every value has one DuckDB representation, given by Type.DuckDB. Names never reach DuckDB: relations are q1, q2, … and
// columns c1, c2, …, because DuckDB compares even quoted names without regard to case.
package sfsql

import (
	"time"

	"github.com/waggle-sql/waggle/internal/sandbox/sqltree"
)

// Kind is a family of Snowflake's data types (sql-reference/intro-summary-data-types).
type Kind uint8

// The kinds. Null is the type of a bare NULL; it never types a result column.
const (
	Null Kind = iota
	Number
	Float
	Varchar
	Boolean
	Date
	Time
	TimestampNTZ
	TimestampLTZ
	TimestampTZ
	Binary
	Variant
	Array
	Object
)

// Type is a Snowflake data type. Precision and Scale are of Number (38,0 at most 38); Scale alone is the fractional digits
// of Time and timestamps; Length is the characters of Varchar or the bytes of Binary.
type Type struct {
	Kind             Kind
	Precision, Scale int
	Length           int
}

// Column is a column of a relation or of a result.
type Column struct {
	Name     string
	Type     Type
	Nullable bool
}

// Relation is a table or view as the session's role may read it. From is a DuckDB FROM item without an alias; it yields
// columns named exactly as in Columns, of any DuckDB type that casts to Type.DuckDB() without loss.
type Relation struct {
	From    string
	Columns []Column
}

// Binding is the value of a placeholder as the REST protocol carries it. Type is FIXED, REAL, TEXT, BOOLEAN, DATE, TIME,
// TIMESTAMP_NTZ, TIMESTAMP_LTZ, TIMESTAMP_TZ or BINARY; Value is nil for NULL. Dates are milliseconds, times and timestamps
// nanoseconds since 1970 (a TIMESTAMP_TZ with its offset plus 1440 after a blank), binaries hexadecimal.
type Binding struct {
	Type  string
	Value *string
}

// Env is what a statement's meaning depends on besides its text. Parameters are session parameters by upper-case name.
// Bindings are keyed "1", "2", …. Table finds a relation by exact names; an *Error it returns is the statement's error, any
// other error means that the object does not exist.
type Env struct {
	Database, Schema, Role, User, Warehouse string
	Account, Session                        string
	Now                                     time.Time
	Parameters                              map[string]string
	Bindings                                map[string]Binding
	Table                                   func(database, schema, name string) (Relation, error)
}

// StatementKind says what a statement does.
type StatementKind uint8

// The statements. For all but Select the caller acts on Query.Statement; SQL is empty.
const (
	Select StatementKind = iota
	Show
	Describe
	Use
	AlterSession
)

// Statement is a statement other than a SELECT.
//
// Show: Object is TABLES, VIEWS, OBJECTS, COLUMNS, SCHEMAS, DATABASES, ROLES, WAREHOUSES, PARAMETERS or "PRIMARY KEYS"; Like is its
// pattern or nil; Scope is ACCOUNT, DATABASE, SCHEMA, TABLE or empty, and Name the scope's name parts.
// Describe: Object is TABLE or VIEW, Name its parts. Use: Object is ROLE, WAREHOUSE, DATABASE or SCHEMA, Name its parts.
// AlterSession: Set holds what is set, Unset what is unset, by upper-case parameter names.
type Statement struct {
	Object string
	Scope  string
	Name   []string
	Like   *string
	Limit  int
	Set    map[string]string
	Unset  []string
}

// Query is a compiled statement. SQL runs on a DuckDB database prepared by Setup and yields one column per entry of Columns,
// in order, of exactly the DuckDB type Type.DuckDB().
type Query struct {
	Kind      StatementKind
	SQL       string
	Columns   []Column
	Statement Statement
}

// Compile reads one statement, checks it as Snowflake's compiler does, and returns it as DuckDB text. It never panics and
// does no I/O but through env.Table.
func Compile(text string, env Env) (q *Query, err *Error) {
	p, fault := sqltree.NewParser(text, language)
	if fault != nil {
		return nil, refused(text, fault)
	}
	st, fault := (&statementParser{p}).statement()
	if fault != nil {
		return nil, refused(text, fault)
	}
	if st.query == nil {
		return &Query{Kind: st.kind, Statement: st.other}, nil
	}
	c := &compiler{env: &env, specials: specialTable(), dates: dateTable()}
	c.L, c.Rules, c.Text = c, &rules, text
	return c.statement(st.query)
}
