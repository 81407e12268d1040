// Package duckselect builds DuckDB SELECTs from syntax trees: scopes and names, FROM, grouping, set operations, WITH, subqueries. What a
// language decides itself (types, expressions, relations, errors) it says as a Language and as Rules over its own type T.
package duckselect

import "github.com/waggle-sql/waggle/internal/sandbox/sqltree"

// Language is one statement's language and session.
type Language[T comparable] interface {
	Expressions[T]
	Relations[T]
	Convert(v Value[T], to T) Value[T]
	Sorted(sql string, t T, o sqltree.OrderItem) (string, *sqltree.Error) // a sort key with its direction and the place of its NULLs
	Limit(v Value[T], x sqltree.Expr) (string, *sqltree.Error)            // the number of rows of a LIMIT or OFFSET x; "" is no bound
}

// Expressions compiles expressions: Expr those that Scope.Expr has not compiled, Condition those of a condition.
type Expressions[T comparable] interface {
	Expr(s *Scope[T], x sqltree.Expr) (Value[T], *sqltree.Error)
	Condition(s *Scope[T], x sqltree.Expr) (Value[T], *sqltree.Error)
	Compare(op string, l, r Value[T]) (Value[T], *sqltree.Error)
}

// Relations compiles what FROM names. Relation is a DuckDB FROM item that yields columns named and typed as cols, or of types that cast
// to them; own are the names that qualify them. Function sees the columns to its left.
type Relations[T comparable] interface {
	Relation(parts []sqltree.Name) (from string, cols []Col[T], own []string, err *sqltree.Error)
	Function(s *Scope[T], f *sqltree.FunctionItem, left []Field[T]) (sql string, fields []Field[T], err *sqltree.Error)
}

// Rules are what a language always does.
type Rules[T comparable] struct {
	Fold         func(name string) string // two names are one when they fold alike
	Title        func(text string) string // the name of a select item without one
	ValuesColumn string                   // the name of a column of VALUES, of its number
	WhereAliases bool                     // WHERE sees the select list's aliases
	FirstAlias   bool                     // of two equal aliases the first one counts; else none
	Shadows      map[string]bool          // clauses in which a name of both a column and an alias is refused
	Recursive    bool                     // WITH needs no RECURSIVE to refer to itself
	IsAggregate  func(name string) bool
	Outer        func(f *sqltree.FunctionItem) bool // keeps the rows on its left for which it yields none
	DuckDB       func(t T) string
	Exact        func(t T) bool // a function's result is cast to it
	Boolean      T
	Union        func(a, b T) (T, bool) // of set operations
	Meet         func(a, b T) (T, bool) // of VALUES, CASE and COALESCE
	SameFamily   func(a, b T) bool      // of recursive WITH
	Output       func(t T) T            // of a result column
	Key          func(t T) *sqltree.Error
	Refusals[T]
}

// Refusals are a language's errors.
type Refusals[T comparable] struct {
	Ambiguous   func(s *Scope[T], parts []sqltree.Name, a, b *Field[T]) *sqltree.Error
	Unresolved  func(s *Scope[T], parts []sqltree.Name) *sqltree.Error
	Shadowed    func(s *Scope[T], parts []sqltree.Name) *sqltree.Error
	NotGrouped  func(parts []sqltree.Name) *sqltree.Error
	NotSortable func(s *Scope[T], x sqltree.Expr) *sqltree.Error
	Position    func(s *Scope[T], x *sqltree.NumberLit, n, of int) *sqltree.Error
	Star        func(s *Scope[T], it sqltree.SelectItem) *sqltree.Error
	Columns     func(op string, l, r int) *sqltree.Error
	Types       func(op string, i int, l, r T) *sqltree.Error
	RowWidth    func(s *Scope[T], b *sqltree.ValuesBody, want, got, row int) *sqltree.Error
	RowTypes    func(column int, a, b T) *sqltree.Error
	Mixed       func(name string, vs []Value[T]) *sqltree.Error
	Names       func(c *Compiler[T], names []sqltree.Name, want int) *sqltree.Error
	Correlated  func(parts []sqltree.Name) *sqltree.Error // a reference to the query around, where it is refused
	Form        func(what string) *sqltree.Error
	TooComplex  func() *sqltree.Error // beyond the limits of length, nesting and chains
}
