// Package planner turns SQL text into a Prepared: what each source is asked, and what is left to do. It does no I/O
// and has no context (invariant 1): equal input, equal plan.
package planner

import (
	"github.com/apache/arrow-go/v18/arrow"

	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/planner/plan"
	"github.com/waggle-sql/waggle/semantic"
	"github.com/waggle-sql/waggle/source"
)

// Input is all that a plan depends on.
type Input struct {
	Query    plan.Span // one statement
	Params   []uint32  // parameter types given by the client, 0 for unknown
	View     *semantic.View
	Sources  map[string]source.Capabilities // by connection name
	Settings plan.Settings
	// Values are the parameters' values for a custom plan (DECISIONS 6); nil plans for any values.
	Values []datum.Value
}

// Prepared is a planned statement. It is immutable and holds no value of a person, so that equal views may share it.
type Prepared struct {
	Input     Input // what it was planned from, without Values
	Path      Path
	Columns   []Column
	Out       []plan.ColID  // the columns of the remainder's batches, in order
	Schema    *arrow.Schema // of the row's batch on path Local, nil on the others
	Params    []plan.Type
	Fragments []Fragment
	Keys      []plan.Keyed // in what order the fragments are asked, and which values of one restrict another
	// Remainder is computed over the fragments: by datum in the proxy on path Local, in the workspace on Extract and
	// Federate, and by nobody (nil) on Direct, where Fragments[0] answers.
	Remainder plan.Node
	Custom    bool // a parameter's value decides the plan: plan again at Bind with Values
	Entities  []EntityUse
	Named     []string // the connections of all entities that the statement names, also where no row of them is needed
	Notes     []Note
	Template  string   // the statement with each literal replaced by $n, all else verbatim
	Literals  []string // the literals, in order
}

// Path is where a statement is computed.
type Path uint8

// The paths, see DESIGN §1.
const (
	Local     Path = iota
	Workspace      // local, but with a FROM: in a worker, on nobody's data
	Direct
	Extract
	Federate
)

// Fragment is one Remote: the largest subtree that one source answers.
type Fragment struct {
	ID         int
	Connection string
	Object     string
	Table      *plan.Table
	Plan       plan.Node // its Late leaves are filled at execution, then it is printed into a Request
}

// Column describes one output column for RowDescription and for finishing.
type Column struct {
	Name   string
	Type   plan.Type
	Origin plan.Origin
	// Index is the column of the result's batches, of its numerator when there is something to finish.
	Index   int
	Finish  Finish
	Divisor int // the column of the denominator
}

// Finish says what rowenc still has to do to a column (DECISIONS 2).
type Finish uint8

// None: nothing. Quotient: numeric division of two columns by PostgreSQL's rules, NULL for an average of no rows. Division: the
// same for a division that was written as one, 22012 where the divisor is 0.
const (
	None Finish = iota
	Quotient
	Division
)

// EntityUse is one entity with the columns that a statement reads, for the audit log.
type EntityUse struct {
	Name          string // model.entity
	Columns       []string
	FilterColumns []string
}

// Note says why something stayed: an expression that the source does not answer, or answers inexactly.
type Note struct {
	Fragment   int
	Expression string
	Reason     string
}
