// Package dialect says plans in each source's language: which expressions can be said at all, exactly or not, and the
// request that says them. It is data and pure functions; it calls nothing.
package dialect

import "github.com/waggle-sql/waggle/planner/plan"

// Request is what a source is asked; the set is closed (DECISIONS 19).
type Request interface{ request() }

type (
	// Text is a statement in the source's language with its literals in it.
	Text struct {
		Text     string
		Columns  []plan.Col // of the result, in order
		Settings []Setting  // what the meaning of Text depends on
		Records  *Records   // of a source that answers with records; else nil
	}
	// Calls is one logical read of an object of a REST source: which sinks get which values, which columns are
	// needed, and how many rows at most. The connector turns it into pages of HTTP calls.
	Calls struct {
		Object  string
		Columns []string // physical names, in the order of the fragment's columns
		Sinks   []SinkValue
		Limit   int64 // rows wanted at most; -1 for all
		Empty   bool  // no row can match: nothing needs to be asked
	}
	// Read is a read of a catalog relation.
	Read struct {
		Schema, Relation string
		Columns          []string
	}
)

// Records is what a source that answers with records is told beside its statement.
type Records struct {
	Values []RecordValue // of each column
	// Parts, when there are any, are asked instead of the statement, which is too long for one request: each row is in the answer
	// to one of them.
	Parts []string
	Rows  bool // records are rows of an object, neither grouped nor ordered nor limited: they may be fetched by any means
}

// RecordValue says where a column's value stands in a record.
type RecordValue struct {
	Path  string // names joined by dots; "" for the number of records that the answer counts
	Scale int32  // digits after the point of a computed number, -1 for one that is shown as it is
}

// Setting is a session setting at a SQL source: TimeZone, DateStyle, IntervalStyle and the like.
type Setting struct{ Name, Value string }

func (Text) request()  {}
func (Calls) request() {}
func (Read) request()  {}

// SinkValue is values for one parameter of a REST object. Values are PostgreSQL's text of the column's type, in ISO style
// and UTC.
type SinkValue struct {
	Sink   string
	Values []string
}

// Form is how one signature is said.
type Form struct {
	Text    string
	Support plan.Support
}

// Sink is one parameter of a REST object that a filter can fill: `column op value`.
type Sink struct {
	Name      string // unique within the object; the connector knows where it goes
	Into      string // where it goes, for EXPLAIN: "body.filter.fromDateTime"
	Column    string // physical name
	Op        string // =, in, <, <=, >, >=
	Support   plan.Support
	MaxValues int // for in: values per request; 0 means one
}

// Object is what a REST or catalog source declares of one object.
type Object struct {
	Request string // method and path, for EXPLAIN and the audit log
	Sinks   []Sink
	Limit   bool // the connector stops after a number of rows
}

// Keys is how many join keys from elsewhere one statement of a SQL source takes, how many bytes of text they may make, and
// whether they are said as one array (`= ANY`) rather than as an IN list of literals. The zero value takes none.
type Keys struct {
	Max   int
	Bytes int
	Array bool
}
