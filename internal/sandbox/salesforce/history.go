package salesforce

import (
	"context"
	"errors"
	"time"

	"github.com/waggle-sql/waggle/internal/sandbox/emulator"
)

// Entry is a query that the emulator has been given.
type Entry struct {
	Kind    string    `json:"kind"` // query, more, explain or bulk
	Login   string    `json:"login"`
	Subject string    `json:"subject"`
	Text    string    `json:"text"`
	Client  string    `json:"client,omitempty"` // what the caller says of itself in Sforce-Call-Options
	Job     string    `json:"job,omitempty"`
	Started time.Time `json:"started"`
	Ended   time.Time `json:"ended,omitzero"`
	Rows    int       `json:"rows"`            // of this answer; of a job, of the whole result
	Total   int       `json:"total,omitempty"` // of the query
	Status  string    `json:"status"`          // RUNNING, SUCCESS, FAILED or ABORTED
	Code    string    `json:"error_code,omitempty"`
	Message string    `json:"error_message,omitempty"`
	// Cause is the emulator's own reason in DuckDB's words, which clients are not told.
	Cause string `json:"cause,omitempty"`
}

// clientGone marks a query whose client did not wait for its answer.
const clientGone = "CLIENT_GONE"

// asked is a query with its entry, which changes under the server's lock.
type asked struct{ Entry }

// Person is whose query it is.
func (a *asked) Person() string { return a.Login }

// begin adds a query to the history.
func (s *Server) begin(in *input, kind, text string) *asked {
	a := &asked{Entry{
		Kind: kind, Login: in.grant.Person, Subject: in.grant.Subject, Text: text, Client: in.r.Header.Get("Sforce-Call-Options"),
		Started: time.Now(), Status: "RUNNING",
	}}
	s.Remember(a)
	return a
}

// ended completes a query's entry.
func (s *Server) ended(a *asked, rows, total int, no *refusal) {
	s.mu.Lock()
	defer s.mu.Unlock()
	a.Ended, a.Rows, a.Total, a.Status = time.Now(), rows, total, "SUCCESS"
	if no != nil {
		a.Status, a.Code, a.Message = "FAILED", no.code, no.message
	}
	if no != nil && no.code == clientGone {
		a.Status = "ABORTED"
	}
}

// because keeps DuckDB's words of a failure, and returns what the client is told.
func (s *Server) because(a *asked, err error) *refusal {
	if errors.Is(err, context.Canceled) {
		return &refusal{status: 499, code: clientGone, message: "the client has gone"}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	a.Cause = err.Error()
	return broken()
}

// History returns the queries of a person in order of arrival; everybody's when the login is empty.
func (s *Server) History(login string) []Entry {
	return emulator.Entries(&s.Base, login, func(a *asked) Entry {
		s.mu.Lock()
		defer s.mu.Unlock()
		return a.Entry
	})
}
