package salesforce

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/waggle-sql/waggle/internal/pgerr"
)

const (
	bulkRows  = 20_000 // records of one answer, which is handed on when it has come whole
	batchRows = 8192
)

// part is one answer with results of a job.
type part struct {
	batches []arrow.RecordBatch
	rows    int64
	next    string // the locator of the next one, "null" for none
}

// results reads a job's results, part by part.
func (t *task) results(ctx context.Context, id string) error {
	var names []string
	seen := map[string]bool{}
	for locator := ""; locator != "null"; {
		p, err := t.part(ctx, id, locator, &names)
		if err != nil {
			return err
		}
		if err := t.emitAll(ctx, p.batches); err != nil {
			return err
		}
		if seen[locator] = true; p.next == "" || seen[p.next] || p.rows == 0 && p.next != "null" {
			return t.conn.system.malformed(errors.New("the results name a next part that is none"))
		}
		locator = p.next
	}
	return nil
}

var errUncounted = errors.New("the results do not say how many records they have")

// part reads one part of a job's results. names are the columns', once they are known.
func (t *task) part(ctx context.Context, id, locator string, names *[]string) (part, error) {
	path := "jobs/query/" + id + "/results?maxRecords=" + strconv.Itoa(bulkRows)
	if locator != "" {
		path += "&locator=" + url.QueryEscape(locator)
	}
	var p part
	err := t.exchange(ctx, call{method: http.MethodGet, path: path, accept: "text/csv"}, func(a *http.Response) (err error) {
		if locator == "" {
			*names = nil // of an answer that has been cut off
		}
		p.next = a.Header.Get("Sforce-Locator")
		if p.rows, err = strconv.ParseInt(a.Header.Get("Sforce-NumberOfRecords"), 10, 64); err != nil || p.rows < 0 {
			return errUncounted
		}
		p.batches, err = t.form.csv(a.Body, names, p.rows)
		return err
	})
	return p, err
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
	sheet   *sheet
	at      []int // of each column, its cell in a row
	batch   *batch
	rows    int64
	batches []arrow.RecordBatch
}

// csv reads an answer that should have a number of records. The names of the columns stand above the first answer, and may stand
// above others.
func (f *form) csv(r io.Reader, names *[]string, due int64) ([]arrow.RecordBatch, error) {
	t := &table{form: f, sheet: newSheet(f.source, r), batch: f.batch()}
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
	t.sheet.csv.FieldsPerRecord = len(*names)
	row, err := t.sheet.row()
	switch {
	case err == io.EOF && due == 0:
		return nil
	case err != nil:
		return noEnd(err)
	}
	begins := *names == nil
	if begins {
		*names = slices.Clone(row)
	}
	if err := t.head(*names); err != nil {
		return err
	}
	var heading []string
	if slices.Equal(row, *names) {
		heading = slices.Clone(row)
	} else if err := t.row(row); err != nil {
		return err
	}
	if err := t.rest(); err != nil {
		return err
	}
	if !begins && heading != nil && t.rows == due-1 { // a record whose values are the columns' names
		if err := t.row(heading); err != nil {
			return err
		}
	}
	return t.counted(due)
}

func (t *table) rest() error {
	for {
		row, err := t.sheet.row()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if err := t.row(row); err != nil {
			return err
		}
	}
}

// counted holds what was read to what the answer says.
func (t *table) counted(due int64) error {
	switch {
	case t.rows < due:
		return io.ErrUnexpectedEOF
	case t.rows > due:
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
