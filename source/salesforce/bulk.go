package salesforce

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"regexp"
	"time"

	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/source"
)

const (
	firstPoll    = 50 * time.Millisecond
	longestPoll  = 5 * time.Second
	createTime   = 20 * time.Second // for making a job, also when its statement has ended
	farewellTime = 10 * time.Second
)

// job is a query job of Bulk API 2.0
// (https://developer.salesforce.com/docs/atlas.en-us.api_asynch.meta/api_asynch/queries.htm).
type job struct {
	ID      string `json:"id"`
	State   string `json:"state"`
	Message string `json:"errorMessage"`
}

// The states of a job.
const (
	jobQueued   = "UploadComplete"
	jobRunning  = "InProgress"
	jobComplete = "JobComplete"
	jobFailed   = "Failed"
	jobAborted  = "Aborted"
)

// over reports whether Salesforce works no more on a job.
func (j job) over() bool {
	return j.State == jobComplete || j.State == jobFailed || j.State == jobAborted
}

var jobForm = regexp.MustCompile(`^[A-Za-z0-9]{15,18}$`)

// bulk asks the statement as a job and reads its results. The job is removed when all was read or nothing more is wanted.
func (t *task) bulk(ctx context.Context) error {
	j, err := t.create(ctx)
	if err != nil {
		return err
	}
	t.note(func() { t.report.QueryID = j.ID })
	defer func() { t.conn.system.later.finish(func() error { return t.end(j) }) }()
	if j, err = t.await(ctx, j); err != nil {
		return err
	}
	return t.results(ctx, j.ID)
}

// create makes a job. What comes of a request that is broken off is not known: so this one outlives its statement, and a job that is
// made when nobody waits for it any more is ended at once. A source that closes makes none: 57P01.
func (t *task) create(ctx context.Context) (job, error) {
	type answer struct {
		job job
		err error
	}
	late, _ := source.Unreached(t.conn.system.config.Name, context.DeadlineExceeded)
	made := make(chan answer)
	begun := t.conn.system.later.start(func() error {
		own, cancel := context.WithTimeoutCause(context.WithoutCancel(ctx), createTime, late)
		defer cancel()
		var a answer
		a.err = pgerr.Contained(func() (err error) {
			a.job, err = t.post(own)
			return err
		})
		select {
		case made <- a:
			return nil
		case <-ctx.Done():
		}
		if a.err != nil {
			return a.err
		}
		return t.end(a.job)
	})
	if !begun {
		return job{}, pgerr.New(pgerr.AdminShutdown, "the server is shutting down")
	}
	select {
	case a := <-made:
		return a.job, a.err
	case <-ctx.Done():
		return job{}, context.Cause(ctx)
	}
}

func (t *task) post(ctx context.Context) (job, error) {
	body, err := json.Marshal(map[string]string{"operation": "query", "query": t.text.Text, "contentType": "CSV", "columnDelimiter": "COMMA", "lineEnding": "LF"})
	if err != nil {
		return job{}, pgerr.From(err)
	}
	j, err := t.job(ctx, call{method: http.MethodPost, path: "jobs/query", body: string(body), once: true})
	if err == nil && !jobForm.MatchString(j.ID) {
		err = t.conn.system.malformed(errors.New("the job has no id"))
	}
	return j, err
}

func (s *system) malformed(err error) error {
	return pgerr.New(pgerr.ProtocolViolation, "the source %s sends an answer that cannot be read", s.config.Name).Because(err)
}

// job makes a call that is answered with a job's state.
func (t *task) job(ctx context.Context, c call) (j job, err error) {
	c.accept = "application/json"
	err = t.exchange(ctx, c, func(a *http.Response) error {
		j = job{}
		return noEnd(json.NewDecoder(io.LimitReader(a.Body, 1<<20)).Decode(&j))
	})
	return j, err
}

// await asks for the job's state until it is done, less and less often.
func (t *task) await(ctx context.Context, j job) (job, error) {
	for wait := firstPoll; ; wait = min(wait*3/2, longestPoll) {
		switch j.State {
		case jobComplete:
			return j, nil
		case jobFailed, jobAborted:
			return j, pgerr.New(pgerr.SystemError, "the source %s has ended a bulk query: %s", t.conn.system.config.Name, lastLine(j.Message)).
				WithDetail("Bulk API job %s.", j.ID)
		case jobQueued, jobRunning:
		default:
			return j, t.conn.system.malformed(errors.New("the job is in no state"))
		}
		if err := sleep(ctx, wait); err != nil {
			return j, err
		}
		next, err := t.job(ctx, call{method: http.MethodGet, path: "jobs/query/" + j.ID})
		if err != nil {
			return j, err
		}
		j.State, j.Message = next.State, next.Message
	}
}

// end removes a job, which is aborted before if it runs. It is work and storage of the customer's: so no allowance keeps us from it.
func (t *task) end(j job) error {
	ctx, cancel := context.WithTimeout(context.Background(), farewellTime)
	defer cancel()
	last := &task{conn: t.conn, base: t.base + "-end"}
	c := call{method: http.MethodPatch, path: "jobs/query/" + j.ID, body: `{"state":"Aborted"}`, accept: "application/json", always: true}
	nothing := func(*http.Response) error { return nil }
	if !j.over() {
		if err := last.exchange(ctx, c, nothing); ctx.Err() != nil {
			return err
		}
	}
	c.method, c.body = http.MethodDelete, ""
	return last.exchange(ctx, c, nothing)
}
