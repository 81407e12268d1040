package plan

// Node is a relational operator; the set is closed and values are immutable. Inputs excludes the plans of subqueries that
// stand in expressions.
type Node interface {
	Cols() []Col
	Inputs() []Node
	WithInputs([]Node) Node
}

// Table is a relation of one source as the plan sees it: an entity's physical object, or a catalog relation.
type Table struct {
	Connection string   // name of the source in waggle.yaml; "catalog" for the system's own relations
	Schema     string   // model name, pg_catalog, information_schema or waggle
	Name       string   // entity or relation
	Object     string   // physical object at the source
	OID        uint32   // pg_class.oid of the entity
	Columns    []Column // every physical column that the model or catalog knows
	Key        []int    // places in Columns of the declared key: a claim, which may choose between plans and changes no result
}

// Column is a physical column of a Table.
type Column struct {
	Name     string // property name; for a column that only an expr uses, its physical name
	Physical string // exact name at the source, never folded
	Type     Type
	Num      int16 // attribute number
	NotNull  bool
	Tags     []string // pii, phi, …
	// Collation of text at the source: "C.UTF-8" when its order is ours, "" when not known, else the source's name for it, after
	// Nondeterministic where different texts may be equal under it.
	Collation string
	Field     *Field // nil where it is not known
}

// Field is what a source that is asked by fields has said of one: what a request may do with it.
type Field struct {
	Kind          string // the source's word for its type: id, reference, picklist, currency, …
	Filter        bool   // it may stand in a condition
	Sort          bool   // rows may be ordered by it
	Group         bool   // rows may be grouped by it
	Aggregate     bool   // it may be summed, and its least and greatest value be found
	CaseSensitive bool   // texts that differ in case differ
	Restricted    bool   // its values are a closed list
	References    string // the object whose ids it holds, "" for none or several
	Relationship  string // the name under which that object's fields are reached from here
}

// Nondeterministic begins the name of a collation under which different texts may be equal.
const Nondeterministic = "nondeterministic "

// Origin says which table column an output column shows, for RowDescription.
type Origin struct {
	Table  uint32
	Column int16
}

type (
	// Scan reads a Table. Out[i] is the output column for Table.Columns[Fields[i]].
	Scan struct {
		Table  *Table
		Fields []int
		Out    []Col
		At     int
	}
	// Values is rows of expressions; all rows have len(Out) items.
	Values struct {
		Rows [][]Expr
		Out  []Col
	}
	// FuncScan is set-returning functions in FROM, side by side (ROWS FROM); Out are the functions' columns, then the
	// ordinality when Ordinality is set. It may refer to outer columns when it is the right side of a Lateral join.
	FuncScan struct {
		Calls      []*Call
		Out        []Col
		Ordinality bool
	}
	// Filter keeps the rows for which Cond is true.
	Filter struct {
		Input Node
		Cond  Expr
	}
	// Project computes Exprs; Out[i] names Exprs[i].
	Project struct {
		Input Node
		Exprs []Expr
		Out   []Col
	}
	// ProjectSet is a Project in which some Exprs are calls of set-returning functions, run in lockstep and padded by NULL.
	ProjectSet struct {
		Input Node
		Exprs []Expr
		Out   []Col
	}
	// Join joins two inputs; Cond is nil for a cross join. In a Lateral join, Right may refer to columns of Left.
	Join struct {
		Kind        JoinKind
		Left, Right Node
		Cond        Expr
		Lateral     bool
	}
	// Aggregate groups. Its columns are the Groups, then the Aggs. Sets, when not nil, are grouping sets: indexes of Groups.
	// An empty Groups without Sets yields one row.
	Aggregate struct {
		Input  Node
		Groups []Expr
		Sets   [][]int
		Aggs   []Expr // *Agg or *Grouping
		Out    []Col
	}
	// Window adds one column per window function to its input's.
	Window struct {
		Input Node
		Funcs []*WindowFunc
		Out   []Col // of Funcs alone
	}
	// Sort orders.
	Sort struct {
		Input Node
		Keys  []SortKey
	}
	// Limit skips Offset rows and passes Count (nil: all), with ties of the Sort below when WithTies is set.
	Limit struct {
		Input         Node
		Count, Offset Expr
		WithTies      bool
	}
	// SetOp is UNION, INTERSECT or EXCEPT over inputs with the same column types in order.
	SetOp struct {
		Kind        SetKind
		Left, Right Node
		All         bool
		Out         []Col
	}
	// Unique removes duplicate rows; with On, it keeps the first row for each value of On in the order of Keys.
	Unique struct {
		Input Node
		On    []Expr
		Keys  []SortKey
	}
	// With binds common table expressions for Body; a CTE may refer to those before it and, when Recursive, to itself.
	With struct {
		CTEs []CTE
		Body Node
	}
	// CTERef reads a CTE; Out[i] is a new id for the CTE's column i.
	CTERef struct {
		ID   int
		Name string
		Out  []Col
	}
	// Remote is a fragment: a subtree that one source answers. Its columns are Plan's.
	Remote struct {
		ID         int
		Connection string
		Plan       Node
	}
)

// CTE is one common table expression.
type CTE struct {
	ID        int
	Name      string
	Plan      Node // for a recursive one a SetOp whose right side reads CTERef{ID}
	Recursive bool
	Cols      []Col
}

// JoinKind is the kind of a Join. Semi and Anti keep columns of the left alone.
type JoinKind uint8

// The kinds of joins.
const (
	Inner JoinKind = iota
	Left
	Right
	Full
	Semi
	Anti
)

// SetKind is the kind of a SetOp.
type SetKind uint8

// The kinds of set operations.
const (
	Union SetKind = iota
	Intersect
	Except
)
