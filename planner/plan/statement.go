package plan

// Statement is what one SQL statement asks of the session; the set is closed. Query texts inside carry their byte offset
// in the client's whole text.
type Statement interface{ statement() }

// Span is a piece of the client's text. Offset is its byte offset in the whole text.
type Span struct {
	Text   string
	Offset int
}

type (
	// Empty is a statement of blanks and comments.
	Empty struct{}
	// Query is SELECT, VALUES, TABLE or WITH … SELECT: planned, then run.
	Query struct{ Span }
	// Set is SET [LOCAL]; Values are the items as text; Default is SET … TO DEFAULT.
	Set struct {
		Name    string
		Values  []string
		Default bool
		Local   bool
	}
	// SetTransaction is SET TRANSACTION and SET SESSION CHARACTERISTICS.
	SetTransaction struct {
		Session bool
		Mode    TransactionMode
	}
	// Show is SHOW name, or SHOW ALL when Name is "all".
	Show struct{ Name string }
	// Reset is RESET name, or RESET ALL when Name is "".
	Reset struct{ Name string }
	// Begin is BEGIN or START TRANSACTION (Tag).
	Begin struct {
		Tag  string
		Mode TransactionMode
	}
	// Commit is COMMIT or END; Chain is AND CHAIN.
	Commit struct{ Chain bool }
	// Rollback is ROLLBACK or ABORT.
	Rollback struct{ Chain bool }
	// Savepoint is SAVEPOINT name.
	Savepoint struct{ Name string }
	// Release is RELEASE SAVEPOINT name.
	Release struct{ Name string }
	// RollbackTo is ROLLBACK TO SAVEPOINT name.
	RollbackTo struct{ Name string }
	// Prepare is PREPARE name (types) AS query.
	Prepare struct {
		Name  string
		Types []Type
		Query Span
	}
	// Execute is EXECUTE name (args); Args are expressions without a FROM.
	Execute struct {
		Name string
		Args []Span
	}
	// Deallocate is DEALLOCATE name, or ALL when Name is "".
	Deallocate struct{ Name string }
	// Discard is DISCARD ALL, PLANS, SEQUENCES or TEMP (What, upper case).
	Discard struct{ What string }
	// Declare is DECLARE name CURSOR FOR query.
	Declare struct {
		Name   string
		Binary bool
		Scroll bool
		Hold   bool
		Query  Span
	}
	// Fetch is FETCH or, with Move, MOVE.
	Fetch struct {
		Cursor    string
		Direction Direction
		Count     int64 // FetchAll for ALL
		Move      bool
	}
	// CloseCursor is CLOSE name, or ALL when Name is "".
	CloseCursor struct{ Name string }
	// CopyOut is COPY (query) TO STDOUT, or COPY relation TO STDOUT made into a query.
	CopyOut struct {
		Query  Span
		Format string // text, csv or binary
		Header bool
		Delim  string // "" for the format's own
		Null   *string
		Quote  string
		Escape string
		Force  []string // FORCE QUOTE columns; "*" for all
	}
	// Explain is EXPLAIN of a query.
	Explain struct {
		Query   Span
		Analyze bool
		Verbose bool
		Format  string // text or json
	}
	// Listen, Unlisten and Notify are accepted and do nothing: there is nobody to notify.
	Listen struct{ Tag string }
	// Write is any statement that would change something; it is refused with 25006. Tag is its command tag.
	Write struct {
		Tag    string
		Offset int
	}
)

func (Empty) statement()          {}
func (Query) statement()          {}
func (Set) statement()            {}
func (SetTransaction) statement() {}
func (Show) statement()           {}
func (Reset) statement()          {}
func (Begin) statement()          {}
func (Commit) statement()         {}
func (Rollback) statement()       {}
func (Savepoint) statement()      {}
func (Release) statement()        {}
func (RollbackTo) statement()     {}
func (Prepare) statement()        {}
func (Execute) statement()        {}
func (Deallocate) statement()     {}
func (Discard) statement()        {}
func (Declare) statement()        {}
func (Fetch) statement()          {}
func (CloseCursor) statement()    {}
func (CopyOut) statement()        {}
func (Explain) statement()        {}
func (Listen) statement()         {}
func (Write) statement()          {}

// TransactionMode is the characteristics named in BEGIN or SET TRANSACTION; empty fields were not named.
type TransactionMode struct {
	Isolation  string // read committed, …
	Access     string // read only or read write
	Deferrable string // on or off
}

// Direction is the direction of a FETCH.
type Direction uint8

// The directions of a FETCH.
const (
	Forward Direction = iota
	Backward
	Absolute
	Relative
)

// FetchAll is the Count of FETCH ALL.
const FetchAll = int64(1<<63 - 1)
