package audit

import (
	"bytes"
	"encoding/json"

	"github.com/waggle-sql/waggle/internal/pgerr"
)

// kindQuery is the kind of an entry that is a statement.
const kindQuery = "query"

// newEntry makes an entry of a statement's first record, or of an act.
func newEntry(r *record, sealed []byte) *Entry {
	e := &Entry{
		Seq: r.Seq, Time: r.Time, Kind: r.Kind, Organisation: r.OrgName, Org: r.Org, Statement: r.Statement, Path: r.Path,
		Model: r.Model, Entities: r.Entities, QueryID: r.Query, key: r.Key, sealed: bytes.Clone(sealed),
	}
	if a := r.Actor; a != nil {
		e.Person, e.Login, e.Role, e.Method, e.Session, e.Token = a.Person, a.Login, a.Role, a.Method, a.Session, a.Token
	}
	if c := r.Client; c != nil {
		e.Application, e.ClientAddress = c.Application, c.Address
	}
	if r.Kind == kindBegin {
		e.Kind, e.Outcome = kindQuery, Running
		return e
	}
	if r.Kind == kindDone {
		e.Kind = kindQuery
		e.end(r)
		return e
	}
	e.Organisation = string(r.Org)
	if a := r.Act; a != nil {
		e.Source, e.SQLState, e.Detail = a.Source, a.Code, a.Detail
	}
	return e
}

// end adds what a statement's last record says.
func (e *Entry) end(r *record) {
	if r.End == nil {
		e.Outcome = Aborted
		return
	}
	e.Rows, e.Bytes, e.Duration, e.SQLState = r.End.Rows, r.End.Bytes, r.End.Duration, r.End.SQLState
	e.Outcome, e.Cached, e.Workspace = r.End.Outcome, r.End.Cached, r.End.Workspace
	for _, c := range r.End.Calls {
		e.call(c)
	}
}

// call joins a call's end to its beginning; one whose beginning is not recorded is shown on its own.
func (e *Entry) call(c Call) {
	at := -1
	for i := range e.SourceCalls {
		if e.SourceCalls[i].Request == c.Request {
			at = i
		}
	}
	if at < 0 {
		at = len(e.SourceCalls)
		e.SourceCalls = append(e.SourceCalls, SourceCall{Access: Access{Request: c.Request}})
	}
	s := &e.SourceCalls[at]
	s.QueryID, s.RequestIDs, s.Pages, s.Retries = c.QueryID, c.RequestIDs, c.Pages, c.Retries
	s.Rows, s.Bytes, s.Status, s.Done = c.Rows, c.Bytes, c.Status, true
}

// CallsJSON returns the calls as one JSON array, [] for none.
func (e *Entry) CallsJSON() string { return jsonArray(e.SourceCalls, len(e.SourceCalls)) }

// EntitiesJSON returns the entities with their columns as one JSON array, [] for none.
func (e *Entry) EntitiesJSON() string { return jsonArray(e.Entities, len(e.Entities)) }

func jsonArray(v any, n int) string {
	if n == 0 {
		return "[]"
	}
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return "[]"
	}
	return string(bytes.TrimSpace(out.Bytes()))
}

func decodePrivate(plain []byte) (Private, error) {
	var p Private
	if err := json.Unmarshal(plain, &p); err != nil {
		return p, pgerr.New(pgerr.DataCorrupted, "a record's sealed part does not hold what was sealed").Because(err)
	}
	return p, nil
}
