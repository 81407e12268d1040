package salesforce

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"time"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/waggle-sql/waggle/internal/pgerr"
)

const (
	bulkRows     = 20_000 // records of one answer, which is handed on when it has come whole
	batchRows    = 8192
	firstPoll    = 50 * time.Millisecond
	longestPoll  = 5 * time.Second
	farewellTime = 10 * time.Second
)

// job is a query job of Bulk API 2.0
// (https://developer.salesforce.com/docs/atlas.en-us.api_asynch.meta/api_asynch/queries.htm).
type job struct {
	ID      string `json:"id"`
	State   string `json:"state"`
	Message string `json:"errorMessage"`
}

var jobForm = regexp.MustCompile(`^[A-Za-z0-9]{15,18}$`)

// bulk asks the statement as a job and reads its results. The job is removed when all was read or nothing more is wanted.
func (t *task) bulk(ctx context.Context) error {
	body, err := json.Marshal(map[string]string{"operation": "query", "query": t.text.Text, "contentType": "CSV", "columnDelimiter": "COMMA", "lineEnding": "LF"})
	if err != nil {
		return pgerr.From(err)
	}
	j := job{}
	if err := t.job(ctx, call{method: http.MethodPost, path: "jobs/query", body: string(body)}, &j); err != nil {
		return err
	}
	if !jobForm.MatchString(j.ID) {
		return t.conn.system.malformed(errors.New("the job has no id"))
	}
	t.note(func() { t.report.QueryID = j.ID })
	defer t.farewell(j.ID, func() bool { return j.State == "JobComplete" || j.State == "Failed" })
	if err := t.await(ctx, &j); err != nil {
		return err
	}
	var names []string
	for locator := ""; locator != "null"; {
		batches, next, err := t.results(ctx, j.ID, locator, &names)
		if err != nil {
			return err
		}
		if err := t.emitAll(ctx, batches); err != nil {
			return err
		}
		if next == "" || next == locator {
			return t.conn.system.malformed(errors.New("the results have no locator"))
		}
		locator = next
	}
	return nil
}

func (s *system) malformed(err error) error {
	return pgerr.New(pgerr.ProtocolViolation, "the source %s sends an answer that cannot be read", s.config.Name).Because(err)
}

// job makes a call that is answered with a job's state.
func (t *task) job(ctx context.Context, c call, into *job) error {
	c.accept = "application/json"
	return t.exchange(ctx, c, func(a *http.Response) error {
		return noEnd(json.NewDecoder(io.LimitReader(a.Body, 1<<20)).Decode(into))
	})
}

// await asks for the job's state until it is done, less and less often.
func (t *task) await(ctx context.Context, j *job) error {
	for wait := firstPoll; ; wait = min(wait*3/2, longestPoll) {
		switch j.State {
		case "JobComplete":
			return nil
		case "Failed", "Aborted":
			return pgerr.New(pgerr.SystemError, "the source %s has ended a bulk query: %s", t.conn.system.config.Name, lastLine(j.Message)).
				WithDetail("Bulk API job %s.", j.ID)
		}
		if err := sleep(ctx, wait); err != nil {
			return err
		}
		id := j.ID
		if err := t.job(ctx, call{method: http.MethodGet, path: "jobs/query/" + id}, j); err != nil {
			return err
		}
		j.ID = id
	}
}

// farewell removes a job, which is aborted before if it runs, without making anybody wait.
func (t *task) farewell(id string, ended func() bool) {
	t.conn.system.farewells.Go(func() {
		ctx, cancel := context.WithTimeout(context.Background(), farewellTime)
		defer cancel()
		last := &task{conn: t.conn, base: t.base + "-end"}
		nothing := func(*http.Response) error { return nil }
		if !ended() {
			_ = last.exchange(ctx, call{method: http.MethodPatch, path: "jobs/query/" + id, body: `{"state":"Aborted"}`, accept: "application/json"}, nothing)
		}
		_ = last.exchange(ctx, call{method: http.MethodDelete, path: "jobs/query/" + id, accept: "application/json"}, nothing)
	})
}

// results reads one part of a job's results, and the locator of the next one: "null" for none. names are the columns', once they are known.
func (t *task) results(ctx context.Context, id, locator string, names *[]string) (batches []arrow.RecordBatch, next string, err error) {
	path := "jobs/query/" + id + "/results?maxRecords=" + strconv.Itoa(bulkRows)
	if locator != "" {
		path += "&locator=" + url.QueryEscape(locator)
	}
	err = t.exchange(ctx, call{method: http.MethodGet, path: path, accept: "text/csv"}, func(a *http.Response) error {
		due, err := strconv.ParseInt(a.Header.Get("Sforce-NumberOfRecords"), 10, 64)
		if err != nil {
			due = -1
		}
		next = a.Header.Get("Sforce-Locator")
		batches, err = t.form.csv(a.Body, names, due)
		return err
	})
	return batches, next, err
}

func (t *task) emitAll(ctx context.Context, batches []arrow.RecordBatch) error {
	for i, b := range batches {
		if err := t.emit(ctx, b); err != nil {
			release(batches[i+1:])
			return err
		}
	}
	return nil
}

func release(batches []arrow.RecordBatch) {
	for _, b := range batches {
		b.Release()
	}
}

// table reads one answer of CSV.
type table struct {
	form    *form
	read    *csv.Reader
	at      []int // of each column, its cell in a row
	batch   *batch
	rows    int64
	batches []arrow.RecordBatch
}

// csv reads an answer that should have a number of records, unless that is below 0. The names of the columns stand above the first
// answer, and may stand above others.
func (f *form) csv(r io.Reader, names *[]string, due int64) ([]arrow.RecordBatch, error) {
	t := &table{form: f, read: csv.NewReader(r), batch: f.batch()}
	t.read.ReuseRecord = true
	err := t.all(names, due)
	if b := t.batch.finish(); b != nil {
		t.batches = append(t.batches, b)
	}
	if err != nil {
		release(t.batches)
		return nil, err
	}
	return t.batches, nil
}

var errCount = errors.New("the answer has more records than it says")

func (t *table) all(names *[]string, due int64) error {
	first, err := t.read.Read()
	if err == io.EOF && due <= 0 {
		return nil
	}
	if err != nil {
		return noEnd(err)
	}
	head := *names == nil || slices.Equal(first, *names)
	if *names == nil {
		*names = slices.Clone(first)
	}
	if t.read.FieldsPerRecord = len(*names); len(first) != len(*names) {
		return csv.ErrFieldCount
	}
	if err := t.head(*names); err != nil {
		return err
	}
	for row := first; ; {
		if !head {
			if err := t.row(row); err != nil {
				return err
			}
		}
		head = false
		if row, err = t.read.Read(); err == io.EOF {
			return t.counted(due)
		}
		if err != nil {
			return noEnd(err)
		}
	}
}

// counted holds what was read to what the answer says.
func (t *table) counted(due int64) error {
	switch {
	case due >= 0 && t.rows < due:
		return io.ErrUnexpectedEOF
	case due >= 0 && t.rows > due:
		return errCount
	}
	return nil
}

// head finds the columns by their names.
func (t *table) head(names []string) error {
	for _, c := range t.form.columns {
		i := slices.Index(names, c.path)
		if i < 0 {
			return pgerr.New(pgerr.ProtocolViolation, "the source %s does not answer with the field %s", c.source, c.path)
		}
		t.at = append(t.at, i)
	}
	return nil
}

// row adds a row; an empty cell is NULL, since Salesforce has no empty text.
func (t *table) row(row []string) error {
	for i, at := range t.at {
		if t.batch.cells[i] = (cell{raw, row[at]}); row[at] == "" {
			t.batch.cells[i] = cell{kind: null}
		}
	}
	if err := t.batch.row(); err != nil {
		return err
	}
	if t.rows++; t.batch.rows >= batchRows {
		t.batches = append(t.batches, t.batch.finish())
		t.batch = t.form.batch()
	}
	return nil
}
