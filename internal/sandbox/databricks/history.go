package databricks

import (
	"time"

	"github.com/waggle-sql/waggle/internal/sandbox/databricks/result"
	"github.com/waggle-sql/waggle/internal/sandbox/databricks/tcli"
	"github.com/waggle-sql/waggle/internal/sandbox/emulator"
)

// Entry is a statement that the emulator has been given.
type Entry struct {
	ID        string    `json:"id"`
	Login     string    `json:"login"`
	Subject   string    `json:"subject"` // of the token that opened the session
	Groups    []string  `json:"groups"`
	Warehouse string    `json:"warehouse"`
	Tags      string    `json:"query_tags"`
	Text      string    `json:"text"`
	Session   string    `json:"session"`
	Started   time.Time `json:"started"`
	Ended     time.Time `json:"ended,omitzero"`
	Status    string    `json:"status"` // RUNNING, FINISHED, FAILED, CANCELED or TIMED_OUT
	SQLState  string    `json:"sql_state,omitempty"`
	Message   string    `json:"message,omitempty"`
	// Cause is the emulator's own reason in DuckDB's words, which clients are not told.
	Cause string `json:"cause,omitempty"`
	Rows  int64  `json:"rows"`
	// Linked tells that the result travelled behind addresses.
	Linked bool `json:"linked"`
}

// Person is whose statement it is.
func (op *operation) Person() string { return op.session.login }

// entry is a statement's line of the history.
func (op *operation) entry() Entry {
	n := op.session
	e := Entry{
		ID: op.handle.String(), Login: n.login, Subject: n.grant.Subject, Groups: n.groups, Warehouse: n.warehouse, Tags: op.tags,
		Text: op.in.Statement, Session: n.handle.String(), Started: op.started, Status: "RUNNING",
	}
	if !op.over() {
		return e
	}
	n.mu.Lock()
	e.Ended, e.Rows, e.Linked = op.ended, op.answer.rows, op.answer.linked
	n.mu.Unlock()
	e.Status = map[int32]string{tcli.Finished: "FINISHED", tcli.Errored: "FAILED", tcli.Canceled: "CANCELED", tcli.TimedOut: "TIMED_OUT"}[op.state]
	if op.fault != nil {
		e.SQLState, e.Message, e.Cause = op.fault.SQLState, op.fault.Message, op.cause
	}
	return e
}

// History returns the statements of a person in order of arrival; everybody's when the login is empty.
func (s *Server) History(login string) []Entry {
	return emulator.Entries(&s.Base, login, (*operation).entry)
}

// warmKey is a statement whose encoded result is kept.
type warmKey struct {
	login, text     string
	catalog, schema string
	form            result.Form
	download        bool
}

func (op *operation) key() warmKey {
	n := op.session
	form := op.form()
	n.mu.Lock()
	defer n.mu.Unlock()
	return warmKey{n.login, op.in.Statement, n.catalog, n.schema, form, is(op.in.CanDownload)}
}

// Warm makes the emulator keep the encoded result of every query from now on, and answer the same query of the same person from it,
// beyond its time: for measurements of who reads it.
func (s *Server) Warm() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.warm = map[warmKey]answer{}
}

// kept returns an earlier result that may answer a statement, or nil.
func (s *Server) kept(op *operation) *answer {
	if len(op.in.Parameters) > 0 {
		return nil
	}
	key := op.key()
	s.mu.Lock()
	defer s.mu.Unlock()
	if a, ok := s.warm[key]; ok {
		return &a
	}
	return nil
}

// keep remembers a query's result for kept; what is kept is dropped with the emulator.
func (s *Server) keep(op *operation) {
	key := op.key()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.warm == nil || len(op.in.Parameters) > 0 {
		return
	}
	s.Results.Keep(op.answer.chunks)
	s.warm[key] = op.answer
	op.batch = nil // so that nobody drops it
}

// Pad makes the emulator send all results behind addresses, with so many rows at the end of each that are none of the result's, as the
// vendor's files may have them; 0 stops it.
func (s *Server) Pad(rows int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pad = rows
}

// misbehaves tells by position which of a result's columns are sent with a wrong type, and how many rows too many.
func (s *Server) misbehaves(op *operation) (contradicted []bool, pad int64) {
	names := make([]string, len(op.answer.columns))
	for i, c := range op.answer.columns {
		names[i] = c.Name
	}
	contradicted = s.Contradicted(names)
	s.mu.Lock()
	defer s.mu.Unlock()
	if is(op.in.CanDownload) {
		pad = s.pad
	}
	return contradicted, pad
}
