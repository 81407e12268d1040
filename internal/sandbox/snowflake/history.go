package snowflake

import (
	"time"

	"github.com/waggle-sql/waggle/internal/sandbox/emulator"
	"github.com/waggle-sql/waggle/internal/sandbox/snowflake/result"
)

// Entry is a statement that the emulator has been given.
type Entry struct {
	ID           string    `json:"id"`
	RequestID    string    `json:"request_id"`
	Login        string    `json:"login"`
	User         string    `json:"user"`
	Subject      string    `json:"subject"` // of the token that opened the session
	Role         string    `json:"role"`
	Warehouse    string    `json:"warehouse"`
	Tag          string    `json:"query_tag"`
	Text         string    `json:"text"`
	Session      int64     `json:"session"`
	DescribeOnly bool      `json:"describe_only"`
	Started      time.Time `json:"started"`
	Ended        time.Time `json:"ended,omitzero"`
	Status       string    `json:"status"` // RUNNING, SUCCESS, FAILED_WITH_ERROR or ABORTED
	ErrorCode    string    `json:"error_code,omitempty"`
	ErrorMessage string    `json:"error_message,omitempty"`
	// Cause is the emulator's own reason in DuckDB's words, which clients are not told.
	Cause string `json:"cause,omitempty"`
	Rows  int64  `json:"rows"`
}

// Person is whose statement it is.
func (j *job) Person() string { return j.session.login }

// entry is a statement's line of the history.
func (j *job) entry() Entry {
	e := Entry{
		ID: j.id, RequestID: j.requestID, Login: j.session.login, User: j.session.user, Subject: j.session.grant.Subject, Role: j.role,
		Warehouse: j.warehouse, Tag: j.tag, Text: j.in.SQLText, Session: j.session.id, DescribeOnly: j.in.DescribeOnly,
		Started: j.started, Status: "RUNNING",
	}
	if !j.over() {
		return e
	}
	e.Ended, e.Rows, e.Status = j.ended, j.rows, "SUCCESS"
	if j.failure != nil {
		e.Cause = j.cause
		e.ErrorCode, e.ErrorMessage, e.Status = j.failure.code, j.failure.message, "FAILED_WITH_ERROR"
		if j.failure.state == "57014" {
			e.Status = "ABORTED"
		}
	}
	return e
}

// History returns the statements of a person in order of arrival; everybody's when the login is empty.
func (s *Server) History(login string) []Entry { return emulator.Entries(&s.Base, login, (*job).entry) }

// warmKey is a statement whose encoded chunks are kept.
type warmKey struct{ login, role, warehouse, text string }

func (j *job) key() warmKey { return warmKey{j.session.login, j.role, j.warehouse, j.in.SQLText} }

// Warm makes the emulator keep the encoded chunks of every statement from now on, and answer the same statement of the same person
// and role from them, beyond their time: for measurements of who reads them.
func (s *Server) Warm() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.warm = map[warmKey]*job{}
}

// kept returns an earlier statement that may answer this one.
func (s *Server) kept(j *job) *job {
	s.mu.Lock()
	defer s.mu.Unlock()
	if j.in.DescribeOnly || len(j.in.Bindings) > 0 {
		return nil
	}
	return s.warm[j.key()]
}

// keep remembers a statement that has been read for kept.
func (s *Server) keep(j *job) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.warm == nil || len(j.in.Bindings) > 0 {
		return
	}
	s.Results.Keep(j.chunks)
	s.warm[j.key()] = &job{columns: j.columns, first: j.first, chunks: j.chunks, headers: j.headers, rows: j.rows, kind: j.kind}
}

// contradicted tells by position which of a result's columns are sent with a wrong type.
func (s *Server) contradicted(columns []result.Column) []bool {
	names := make([]string, len(columns))
	for i, c := range columns {
		names[i] = c.Name
	}
	return s.Contradicted(names)
}
