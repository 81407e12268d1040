package plan

import "github.com/waggle-sql/waggle/internal/datum"

// Expr is a typed expression; the set is closed. Pos returns the byte offset of its token in the client's text, -1 for
// none (DECISIONS 12).
type Expr interface {
	Type() Type
	Pos() int
	expr()
}

// Base carries what every expression has.
type Base struct {
	T  Type
	At int
}

// Type returns the PostgreSQL type.
func (b Base) Type() Type { return b.T }

// Pos returns the byte offset in the client's text, or -1.
func (b Base) Pos() int { return b.At }
func (Base) expr()      {}

type (
	// Const is a literal, or an expression folded to one. A nil Value is NULL.
	Const struct {
		Base
		Value datum.Value
	}
	// Ref is a column of an input, or (inside a subquery or a lateral join) of an outer query.
	Ref struct {
		Base
		ID   ColID
		Name string
	}
	// Late is a leaf that is filled per transaction or execution (invariant 1).
	Late struct {
		Base
		Kind  LateKind
		Index int    // Parameter: from 1
		Name  string // Setting: its name; Text: the literal (as 'today')
	}
	// Call is a function of pg_proc, also when it was written as an operator. Op is the operator's name, "" for a function.
	// Proc decides; Name is pg_proc.proname.
	Call struct {
		Base
		Proc     uint32
		Name     string
		Op       string
		Args     []Expr
		Variadic bool // the last argument is the VARIADIC array itself
	}
	// Cast converts Arg to Type. Proc is the cast function for Method FunctionCast.
	Cast struct {
		Base
		Arg      Expr
		Method   CastMethod
		Proc     uint32
		Explicit bool // explicit casts truncate varchar(n), implicit ones raise
	}
	// And and Or are flat, with at least two arguments, three-valued.
	And struct {
		Base
		Args []Expr
	}
	// Or is a disjunction, see And.
	Or struct {
		Base
		Args []Expr
	}
	// Not negates.
	Not struct {
		Base
		Arg Expr
	}
	// IsNull tests for NULL; Negated is IS NOT NULL.
	IsNull struct {
		Base
		Arg     Expr
		Negated bool
	}
	// BoolTest is IS [NOT] TRUE|FALSE|UNKNOWN.
	BoolTest struct {
		Base
		Arg     Expr
		Truth   Truth
		Negated bool
	}
	// Distinct is IS [NOT] DISTINCT FROM; Proc is the equality function of the operands' common type.
	Distinct struct {
		Base
		Left, Right Expr
		Proc        uint32
		Negated     bool
	}
	// Case is CASE; the comparison of a simple CASE is already part of each When.Cond. Else may be nil.
	Case struct {
		Base
		Whens []When
		Else  Expr
	}
	// Choose is COALESCE, NULLIF, GREATEST or LEAST over arguments of one type. Proc is the equality of NULLIF and the
	// "less than" of GREATEST and LEAST.
	Choose struct {
		Base
		Kind ChooseKind
		Args []Expr
		Proc uint32
	}
	// In is arg IN (list): true when Proc (equality) holds for one item; Negated is NOT IN.
	In struct {
		Base
		Arg     Expr
		List    []Expr
		Proc    uint32
		Negated bool
	}
	// AnyAll is arg op ANY|ALL (array).
	AnyAll struct {
		Base
		Arg, Array Expr
		Proc       uint32
		Op         string
		All        bool
	}
	// ArrayOf is ARRAY[…]; nested ones make dimensions.
	ArrayOf struct {
		Base
		Items []Expr
	}
	// Subscript is array[index] or, with Slice, array[lower:upper] (either may be nil).
	Subscript struct {
		Base
		Arg          Expr
		Index        Expr
		Slice        bool
		Lower, Upper Expr
	}
	// Subquery is a scalar subquery, EXISTS, op ANY/ALL (query), or ARRAY(query). Test and Proc belong to Any and All.
	Subquery struct {
		Base
		Kind SubqueryKind
		Plan Node
		Test Expr
		Proc uint32
		Op   string
	}
	// RowOf is a row value: ROW(…) or a whole row of a relation. It is not compared (comparisons are expanded by the binder)
	// and travels as text: PostgreSQL's of a record, or with JSON as the object that functions of JSON make of it.
	RowOf struct {
		Base
		Items   []Expr
		Names   []string // of the fields
		JSON    bool
		Present Expr // nil, or what is true unless an outer join has put NULL in the row's place
	}
	// Agg is an aggregate call; it stands only in Aggregate and, with a frame, in Window nodes.
	Agg struct {
		Base
		Proc     uint32
		Name     string
		Args     []Expr // for ordered-set aggregates the direct arguments, then those of WITHIN GROUP
		Direct   int    // how many of Args are direct arguments of an ordered-set aggregate
		Star     bool
		Distinct bool
		Order    []SortKey
		Within   bool
		Filter   Expr // nil for none
	}
	// WindowFunc is a window function or an aggregate used as one; it stands only in Window nodes.
	WindowFunc struct {
		Base
		Agg
		Partition   []Expr
		Order       []SortKey
		Frame       Frame
		IgnoreNulls bool
	}
	// Grouping is GROUPING(…) over the group expressions with these indexes.
	Grouping struct {
		Base
		Groups []int
	}
)

// Type returns the PostgreSQL type of the result.
func (w *WindowFunc) Type() Type { return w.Base.T }

// Pos returns the byte offset in the client's text, or -1.
func (w *WindowFunc) Pos() int { return w.Base.At }
func (w *WindowFunc) expr()    {}

// When is one branch of a Case.
type When struct{ Cond, Then Expr }

// LateKind says what fills a Late leaf.
type LateKind uint8

// Parameter: $n. Now: transaction start (timestamptz). Today, NowLocal…: derived from it and the session's zone.
const (
	Parameter     LateKind = iota
	Now                    // now(), current_timestamp, transaction_timestamp(): timestamptz
	StatementTime          // statement_timestamp()
	ClockTime              // clock_timestamp(), timeofday()
	CurrentDate
	CurrentTime // timetz
	LocalTime   // time
	LocalTimestamp
	CurrentUser // current_user, user, current_role
	SessionUser
	CurrentCatalog
	CurrentSchema
	Setting   // current_setting('name')
	InputText // a literal whose meaning depends on the moment: 'today'::date; Name holds the text
)

// CastMethod is how a Cast converts.
type CastMethod uint8

// Relabel: the representation is the same. InOut: through text output and input. FunctionCast: pg_cast's function.
// ArrayCast: each element by the cast between the element types. Length: only the typmod changes (varchar(n), numeric(p,s)…).
const (
	Relabel CastMethod = iota
	InOut
	FunctionCast
	ArrayCast
	Length
)

// Truth is the object of a BoolTest.
type Truth uint8

// The three truth values.
const (
	True Truth = iota
	False
	Unknown
)

// ChooseKind names the functions that choose one of their arguments.
type ChooseKind uint8

// The four choosing functions.
const (
	Coalesce ChooseKind = iota
	NullIf
	Greatest
	Least
)

// SubqueryKind names the forms of a subquery in an expression.
type SubqueryKind uint8

// The forms of a subquery.
const (
	Scalar SubqueryKind = iota
	Exists
	Any
	All
	ArrayQuery
)

// SortKey is one key of an ORDER BY. Nulls order is always explicit.
type SortKey struct {
	Expr       Expr
	Desc       bool
	NullsFirst bool
}

// Frame is a window frame; the binder always fills it.
type Frame struct {
	Mode       FrameMode
	Start, End Bound
	Exclude    Exclusion
}

// FrameMode is the unit of a frame.
type FrameMode uint8

// The units of a frame.
const (
	Range FrameMode = iota
	Rows
	Groups
)

// Bound is one end of a frame. Offset is set for OffsetPreceding and OffsetFollowing.
type Bound struct {
	Kind   BoundKind
	Offset Expr
}

// BoundKind names the ends of a frame.
type BoundKind uint8

// The ends of a frame, in order.
const (
	UnboundedPreceding BoundKind = iota
	OffsetPreceding
	CurrentRow
	OffsetFollowing
	UnboundedFollowing
)

// Exclusion is a frame's EXCLUDE clause.
type Exclusion uint8

// The exclusions of a frame.
const (
	ExcludeNone Exclusion = iota
	ExcludeCurrentRow
	ExcludeGroup
	ExcludeTies
)
