package salesforce

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/waggle-sql/waggle/internal/sandbox/oauth"
	"github.com/waggle-sql/waggle/internal/sandbox/salesforce/soql"
)

// The states of a query job (https://developer.salesforce.com/docs/atlas.en-us.api_asynch.meta/api_asynch/query_get_one_job.htm).
const (
	jobQueued   = "UploadComplete"
	jobRunning  = "InProgress"
	jobAborted  = "Aborted"
	jobComplete = "JobComplete"
	jobFailed   = "Failed"
)

// job is a query job. Its fields below the first group change under the server's lock.
type job struct {
	id, owner, subject string
	operation, line    string
	version, table     string
	query              *soql.Query
	entry              *asked
	created            time.Time
	stop               context.CancelFunc

	state   string
	changed time.Time
	rows    int
	message string
}

// jobRequest is what creates a job.
type jobRequest struct {
	Operation       string `json:"operation"`
	Query           string `json:"query"`
	ContentType     string `json:"contentType"`
	ColumnDelimiter string `json:"columnDelimiter"`
	LineEnding      string `json:"lineEnding"`
}

// createJob is https://developer.salesforce.com/docs/atlas.en-us.api_asynch.meta/api_asynch/query_create_job.htm.
func (s *Server) createJob(in *input) (any, *refusal) {
	var want jobRequest
	dec := json.NewDecoder(strings.NewReader(string(in.body)))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&want); err != nil {
		return nil, badRequest("JSON_PARSER_ERROR", "the body cannot be read")
	}
	if !slices.Contains([]string{"query", "queryAll"}, want.Operation) || !slices.Contains([]string{"", "CSV"}, want.ContentType) ||
		!slices.Contains([]string{"", "COMMA"}, want.ColumnDelimiter) || !slices.Contains([]string{"", "LF", "CRLF"}, want.LineEnding) {
		return nil, badRequest("INVALIDJOB", "a query job has an operation of query or queryAll, CSV, COMMA, and lines that end with LF or CRLF")
	}
	e := s.begin(in, "bulk", want.Query)
	j, no := s.newJob(in, e, want)
	if no != nil {
		s.ended(e, 0, 0, no)
		return nil, no
	}
	s.Run(func() { s.run(j) })
	return s.info(j, false), nil
}

// newJob checks a job and queues it.
func (s *Server) newJob(in *input, e *asked, want jobRequest) (*job, *refusal) {
	q, bad := soql.Compile(want.Query, s.environment(in.grant.Person, s.config.Now()))
	if bad != nil {
		return nil, verdict(bad)
	}
	if what := unsupported(q.Traits); what != "" {
		return nil, badRequest("API_ERROR", what+" not supported in Bulk V2 Query with CSV content type.")
	}
	now := s.config.Now().UTC()
	j := &job{
		owner: in.grant.Person, subject: in.grant.Subject, operation: want.Operation, line: "LF", version: in.version, query: q,
		entry: e, created: now, state: jobQueued, changed: now,
	}
	if want.LineEnding != "" {
		j.line = want.LineEnding
	}
	j.id, j.table = s.next("750", "job")
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.jobs.now(now) >= s.config.BulkJobs {
		return nil, badRequest("EXCEEDEDQUOTA", "ApiBatchItems Limit exceeded.")
	}
	s.jobs.add(now, 1)
	e.Job, s.bulk[j.id] = j.id, j
	return j, nil
}

// unsupported names what a query has that no job may have.
func unsupported(t soql.Traits) string {
	switch {
	case t.Grouped, t.Children:
		return "Aggregate Relationships"
	case t.Offset:
		return "OFFSET"
	case t.AllFields:
		return "FIELDS() function"
	}
	return ""
}

// run reads a job's rows into a table.
func (s *Server) run(j *job) {
	ctx, stop := context.WithCancel(s.Life())
	defer stop()
	s.mu.Lock()
	waiting := j.state == jobQueued
	if waiting {
		j.state, j.changed, j.stop = jobRunning, s.config.Now().UTC(), stop
	}
	s.mu.Unlock()
	if !waiting {
		return
	}
	n, err := s.keepResult(ctx, j.table, j.query)
	s.mu.Lock()
	aborted := j.state == jobAborted
	if !aborted {
		j.state, j.rows = jobComplete, n
		if err != nil {
			j.state, j.message = jobFailed, "InternalServerError: An unexpected error occurred."
		}
		j.changed = s.config.Now().UTC()
	}
	s.mu.Unlock()
	if aborted {
		s.drop(j.table)
		return
	}
	var no *refusal
	if err != nil {
		no = s.because(j.entry, err)
	}
	s.ended(j.entry, n, n, no)
}

// job returns a person's job, or nil.
func (s *Server) job(in *input) *job {
	s.mu.Lock()
	defer s.mu.Unlock()
	if j := s.bulk[in.rest[0]]; j != nil && j.owner == in.grant.Person {
		return j
	}
	return nil
}

// OpenJobs is how many jobs have not been deleted.
func (s *Server) OpenJobs() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.bulk)
}

const jobTime = "2006-01-02T15:04:05.000+0000"

// info is what the API says of a job; whole adds what it says when it is asked for one.
func (s *Server) info(j *job, whole bool) map[string]any {
	s.mu.Lock()
	defer s.mu.Unlock()
	version, _ := strconv.ParseFloat(j.version, 64)
	out := map[string]any{
		"id": j.id, "operation": j.operation, "object": j.query.Object.Name, "createdById": oauth.SalesforceUser(j.subject),
		"createdDate": j.created.Format(jobTime), "systemModstamp": j.changed.Format(jobTime), "state": j.state, "concurrencyMode": "Parallel",
		"contentType": "CSV", "apiVersion": version, "lineEnding": j.line, "columnDelimiter": "COMMA",
	}
	if whole {
		out["jobType"], out["retries"], out["totalProcessingTime"] = "V2Query", 0, j.changed.Sub(j.created).Milliseconds()
		out["numberRecordsProcessed"] = j.rows
		out["isPkChunkingSupported"] = !j.query.Traits.Ordered && !j.query.Traits.Limited
		if j.message != "" {
			out["errorMessage"] = j.message
		}
	}
	return out
}

// jobInfo is https://developer.salesforce.com/docs/atlas.en-us.api_asynch.meta/api_asynch/query_get_one_job.htm.
func (s *Server) jobInfo(in *input) (any, *refusal) {
	j := s.job(in)
	if j == nil {
		return nil, notFound()
	}
	return s.info(j, true), nil
}

// abortJob is https://developer.salesforce.com/docs/atlas.en-us.api_asynch.meta/api_asynch/query_abort_job.htm.
func (s *Server) abortJob(in *input) (any, *refusal) {
	j := s.job(in)
	if j == nil {
		return nil, notFound()
	}
	var want struct {
		State string `json:"state"`
	}
	if json.Unmarshal(in.body, &want) != nil || want.State != jobAborted {
		return nil, badRequest("INVALIDJOB", "a job's state can be changed to Aborted only")
	}
	s.mu.Lock()
	if j.state != jobQueued && j.state != jobRunning {
		state := j.state
		s.mu.Unlock()
		return nil, badRequest("INVALIDJOBSTATE", "Aborting already "+state+" Job not allowed")
	}
	j.state, j.changed = jobAborted, s.config.Now().UTC()
	j.entry.Ended, j.entry.Status = time.Now(), "ABORTED"
	if j.stop != nil {
		j.stop()
	}
	s.mu.Unlock()
	return s.info(j, false), nil
}

// deleteJob is https://developer.salesforce.com/docs/atlas.en-us.api_asynch.meta/api_asynch/query_delete_job.htm.
func (s *Server) deleteJob(in *input) (any, *refusal) {
	j := s.job(in)
	if j == nil {
		return nil, notFound()
	}
	s.mu.Lock()
	over := j.state != jobQueued && j.state != jobRunning
	if over {
		delete(s.bulk, j.id)
	}
	s.mu.Unlock()
	if !over {
		return nil, badRequest("INVALIDJOBSTATE", "Only jobs that are Aborted, JobComplete or Failed can be deleted")
	}
	s.drop(j.table)
	in.w.WriteHeader(http.StatusNoContent)
	return written{}, nil
}
