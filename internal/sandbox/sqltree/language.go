package sqltree

import "strings"

// Language is what tells one SQL from another for the lexer and the parser. Words are upper case. Languages are constants of the
// packages that have them.
type Language struct {
	Reserved  map[string]bool     // name nothing unquoted
	NotAlias  map[string]bool     // end a select or FROM item, so that they are no alias without AS
	Bare      map[string]bool     // functions without parentheses
	Callable  map[string]bool     // reserved, and functions too
	Types     map[string]bool     // names of types, of one or two words
	Nested    map[string]bool     // types that have types in angle brackets
	Typed     map[string]bool     // types that may stand before a string literal
	Levels    [][]string          // binary operators, loosest level first
	Compares  []string            // comparison operators
	Operators []string            // operators of several characters, longest first
	Singles   string              // operators of one character
	Between   map[string][]string // functions whose arguments words may separate, in their order
	Exclude   string              // the word after SELECT * that leaves columns out
	MaxText   int                 // bytes of a statement
	MaxList   int                 // elements of an IN list; 0 is no bound

	// Escape decodes the escape sequence at the start of s, a backslash, into b and returns its length.
	Escape func(s string, b *strings.Builder) (int, bool)

	Features
}

// Features are the pieces of grammar that a language has.
type Features struct {
	KeepCase      bool // an unquoted identifier keeps its spelling; else it is upper-cased
	Backticks     bool // `name` is an identifier and "text" a string; else "name" is an identifier
	Joined        bool // string literals side by side are one; r'text' knows no escapes; '' is no quote
	Suffixes      bool // numbers may end in L, S, Y, D, F or BD
	Dollars       bool // $$text$$ is a string, // begins a comment, :1 is a placeholder
	NamedBinds    bool // :name is a placeholder
	TextIntervals bool // INTERVAL 'text'; else INTERVAL value unit …
	Truth         bool // IS TRUE, IS FALSE, IS UNKNOWN
	Quantified    bool // x = ANY (query)
	Filter        bool // aggregate(x) FILTER (WHERE …)
	Lambdas       bool // x -> expression
	Trims         bool // TRIM(BOTH x FROM y)
	SetAll        bool // INTERSECT ALL, EXCEPT ALL
	Fetch         bool // OFFSET … FETCH …; else OFFSET may stand alone
	SemiJoins     bool // LEFT SEMI JOIN, LEFT ANTI JOIN
	LateralViews  bool // LATERAL VIEW, and functions in FROM without TABLE(…)
}
