package engine

import (
	"strconv"
	"time"

	"github.com/waggle-sql/waggle/audit"
	"github.com/waggle-sql/waggle/dialect"
	"github.com/waggle-sql/waggle/planner"
	"github.com/waggle-sql/waggle/source"
)

// call is one Run of one Request: opened under the person's token, recorded before it leaves.
type call struct {
	id       string // our request id, unique within the statement
	fragment int
	request  dialect.Request
	began    time.Time
	rows     *watched
}

func newCall(f planner.Fragment, request dialect.Request) *call {
	return &call{id: strconv.Itoa(f.ID), fragment: f.ID, request: request, began: time.Now()}
}

// watched is the rows of a call with the moments at which they came, and with what the engine has to say of their error.
type watched struct {
	source.Rows
	first, last time.Time
	explain     func(error) error
}

func (c *call) watch(rows source.Rows, explain func(error) error) source.Rows {
	c.rows = &watched{Rows: rows, explain: explain}
	return c.rows
}

// Err is why the rows have ended early.
func (w *watched) Err() error { return w.explain(w.Rows.Err()) }

// Next moves to the next batch.
func (w *watched) Next() bool {
	more := w.Rows.Next()
	w.last = time.Now()
	if w.first.IsZero() {
		w.first = w.last
	}
	return more
}

func (c *call) report() audit.Call {
	out := audit.Call{Request: c.id}
	if c.rows == nil {
		out.Status = "failed"
		return out
	}
	r := c.rows.Report()
	out.QueryID, out.RequestIDs, out.Status = r.QueryID, r.Requests, r.Status
	out.Pages, out.Retries, out.Rows, out.Bytes = int64(r.Pages), int64(r.Retries), r.Rows, r.Bytes
	return out
}
