package salesforce

import (
	"slices"
	"time"
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

const maxHistory = 100_000

// begin adds a query to the history; the oldest half goes when it is full.
func (s *Server) begin(in *input, kind, text string) *Entry {
	e := &Entry{
		Kind: kind, Login: in.grant.Person, Subject: in.grant.Subject, Text: text, Client: in.r.Header.Get("Sforce-Call-Options"),
		Started: time.Now(), Status: "RUNNING",
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.history) == maxHistory {
		s.history = slices.Clone(s.history[maxHistory/2:])
	}
	s.history = append(s.history, e)
	return e
}

// ended completes a query's entry.
func (s *Server) ended(e *Entry, rows, total int, no *refusal) {
	s.mu.Lock()
	defer s.mu.Unlock()
	e.Ended, e.Rows, e.Total, e.Status = time.Now(), rows, total, "SUCCESS"
	if no != nil {
		e.Status, e.Code, e.Message = "FAILED", no.code, no.message
	}
}

// because keeps DuckDB's words of a failure, and returns what the client is told.
func (s *Server) because(e *Entry, err error) *refusal {
	s.mu.Lock()
	defer s.mu.Unlock()
	e.Cause = err.Error()
	return broken()
}

// History returns the queries of a person in order of arrival; everybody's when the login is empty.
func (s *Server) History(login string) []Entry {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []Entry
	for _, e := range s.history {
		if login == "" || e.Login == login {
			out = append(out, *e)
		}
	}
	return out
}

// Forget empties the history; queries that run are forgotten too.
func (s *Server) Forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.history = nil
}
