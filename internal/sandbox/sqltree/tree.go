// Package sqltree reads SQL into syntax trees for the sandbox's warehouses, and holds what else their languages have in common on
// the way to DuckDB. What a language has and lacks is a value of Language; names, types, functions and errors are the languages' own.
package sqltree

// Name is an identifier as it names: upper-cased unless it was quoted or the language keeps its case.
type Name struct {
	Text   string
	Quoted bool
	At     int
}

// Expr is an expression; Pos is the bytes of the text that it covers.
type Expr interface{ Pos() (from, to int) }

// Span is the bytes of the text that an expression covers.
type Span struct{ From, To int }

// Pos returns both ends.
func (s Span) Pos() (int, int) { return s.From, s.To }

// The expressions.
type (
	// Reference is a possibly qualified reference; star references are select items, not expressions.
	Reference struct {
		Span
		Parts []Name
	}
	// NumberLit is a number without a sign; with its suffix, if it has one.
	NumberLit struct {
		Span
		Text string
	}
	StringLit struct {
		Span
		Text string
	}
	BoolLit struct {
		Span
		Value bool
	}
	NullLit  struct{ Span }
	BindExpr struct {
		Span
		Key string
	}
	// Call is a function call: aggregate and window functions too.
	Call struct {
		Span
		Name     string
		Args     []Expr
		Named    map[string]Expr
		Star     bool
		Distinct bool
		Filter   Expr
		Within   []OrderItem
		Nulls    string // "IGNORE", "RESPECT" or ""
		Over     *Window
	}
	Window struct {
		Partition []Expr
		Order     []OrderItem
		Frame     *Frame
	}
	// Frame has a unit ROWS or RANGE and two bounds.
	Frame struct {
		Unit   string
		Lo, Hi Bound
	}
	// Bound is kind "UNBOUNDED PRECEDING", "n PRECEDING", "CURRENT ROW", "n FOLLOWING" or "UNBOUNDED FOLLOWING"; N is n's digits.
	Bound struct {
		Kind string
		N    string
	}
	Unary struct {
		Span
		Op string // - + NOT
		X  Expr
	}
	Binary struct {
		Span
		Op   string
		L, R Expr
	}
	// Logic is a flat AND or OR.
	Logic struct {
		Span
		Op string
		Xs []Expr
	}
	IsNull struct {
		Span
		X   Expr
		Not bool
	}
	// IsTruth is x IS [NOT] TRUE, FALSE or UNKNOWN.
	IsTruth struct {
		Span
		X     Expr
		Value string
		Not   bool
	}
	IsDistinct struct {
		Span
		L, R Expr
		Not  bool
	}
	Between struct {
		Span
		X, Lo, Hi Expr
		Not       bool
	}
	InList struct {
		Span
		X    Expr
		List []Expr
		Not  bool
	}
	InQuery struct {
		Span
		X   Expr
		Q   *Query
		Not bool
	}
	Quantified struct {
		Span
		Op  string
		X   Expr
		Q   *Query
		All bool
	}
	Exists struct {
		Span
		Q *Query
	}
	// Like is LIKE, ILIKE or RLIKE, with several patterns under ANY or ALL.
	Like struct {
		Span
		Op       string
		X        Expr
		Patterns []Expr
		All      bool
		Escape   Expr
		Not      bool
	}
	CaseExpr struct {
		Span
		Operand Expr
		Whens   []When
		Other   Expr
	}
	When     struct{ Cond, Then Expr }
	CastExpr struct {
		Span
		X   Expr
		To  TypeName
		Try bool
	}
	Subquery struct {
		Span
		Q *Query
	}
	// Path is x:a.b[0]["c"]: each step a key (string literal) or an index expression. Colon is false for x[0].
	Path struct {
		Span
		Colon bool
		X     Expr
		Steps []Expr
	}
	// Interval is INTERVAL 'text', or the sum of INTERVAL value unit ….
	Interval struct {
		Span
		Text  string
		Parts []IntervalPart
	}
	// IntervalPart is 1 DAY, '1' DAY, or '1 02:03' DAY TO MINUTE.
	IntervalPart struct {
		X        Expr
		Unit, To string
	}
	// Lambda is (a, b) -> x.
	Lambda struct {
		Span
		Params []Name
		X      Expr
	}
)

// TypeName is a type as the text names it; Of are the types in its angle brackets.
type TypeName struct {
	Name string
	Args []int
	Of   []TypeName
	At   int
}

// Query is a SELECT with what may stand around it.
type Query struct {
	Span
	With          []Cte
	Recursive     bool
	Body          Body
	Order         []OrderItem
	Limit, Offset Expr
}

// Cte is an element of WITH.
type Cte struct {
	Name    Name
	Columns []Name
	Q       *Query
}

// OrderItem is a sort key.
type OrderItem struct {
	X     Expr
	Desc  bool
	Nulls string // FIRST, LAST or ""
}

// Direction is ASC or DESC.
func (o OrderItem) Direction() string {
	if o.Desc {
		return "DESC"
	}
	return "ASC"
}

// Body is *SelectBody, *SetBody, *ValuesBody or *Query (in parentheses).
type Body interface{}

// SelectBody is one SELECT; At is where it begins.
type SelectBody struct {
	At                     int
	Distinct               bool
	Items                  []SelectItem
	From                   FromItem
	Where, Having, Qualify Expr
	Group                  *Grouping
}

// SelectItem is an expression, or a star with an optional qualifier.
type SelectItem struct {
	X       Expr
	Alias   *Name
	Star    bool
	Of      []Name
	Exclude []Name
	At      int
}

// Grouping is GROUP BY: one list of sets per element; a plain element is one set of one expression.
type Grouping struct {
	All   bool
	Items []GroupItem
}

// GroupItem's Kind is "" (one set of one expression), "ROLLUP", "CUBE" or "GROUPING SETS" (Sets holds them).
type GroupItem struct {
	Kind string
	Sets [][]Expr
}

// SetBody is a set operation.
type SetBody struct {
	Op   string // UNION, INTERSECT or EXCEPT, each with or without " ALL"
	L, R Body
}

// ValuesBody is VALUES.
type ValuesBody struct {
	At   int
	Rows [][]Expr
}

// FromItem is *TableItem, *QueryItem, *FunctionItem or *JoinItem.
type FromItem interface{}

// TableItem is a table, view or WITH name.
type TableItem struct {
	Parts   []Name
	Alias   *Name
	Columns []Name
}

// QueryItem is a query in parentheses.
type QueryItem struct {
	Q       *Query
	Lateral bool
	Alias   *Name
	Columns []Name
}

// FunctionItem is a function that yields rows; Outer keeps a row on the left that it yields none for.
type FunctionItem struct {
	F       *Call
	Alias   *Name
	Columns []Name
	Outer   bool
}

// JoinItem's Kind is INNER, LEFT, RIGHT, FULL, CROSS, SEMI or ANTI.
type JoinItem struct {
	At      int
	Kind    string
	Natural bool
	L, R    FromItem
	On      Expr
	Using   []Name
}
