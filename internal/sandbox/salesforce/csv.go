package salesforce

import (
	"bytes"
	"encoding/base64"
	"net/http"
	"strconv"
	"strings"

	"github.com/waggle-sql/waggle/internal/sandbox/salesforce/sobject"
	"github.com/waggle-sql/waggle/internal/sandbox/salesforce/soql"
)

// results is https://developer.salesforce.com/docs/atlas.en-us.api_asynch.meta/api_asynch/query_get_job_results.htm: a part of a
// job's rows as CSV, the names of the columns in the first part only.
func (s *Server) results(in *input) (any, *refusal) {
	j := s.job(in)
	if j == nil {
		return nil, notFound()
	}
	s.mu.Lock()
	state, total := j.state, j.rows
	s.mu.Unlock()
	if state != jobComplete {
		return nil, badRequest("INVALIDJOBSTATE", "the job has no results: it is "+state)
	}
	size := s.config.BulkRows
	if in.query.Has("maxRecords") {
		n, err := strconv.Atoi(in.query.Get("maxRecords"))
		if err != nil || n < 1 {
			return nil, badRequest("INVALID_QUERY_PARAMETER", "maxRecords is a number above zero")
		}
		size = min(n, size)
	}
	from, ok := offset(in.query.Get("locator"))
	if !ok || from > 0 && from >= total {
		return nil, badRequest("INVALID_QUERY_LOCATOR", "invalid query locator")
	}
	var out bytes.Buffer
	c := csvWriter{out: &out, columns: j.query.Columns, wrong: s.contradicted(j.query), end: map[string]string{"LF": "\n", "CRLF": "\r\n"}[j.line]}
	if from == 0 {
		c.header()
	}
	n := 0
	err := s.read(in, j.query, rows(j.table, from, size), func(row []string, nulls []bool) error {
		n++
		c.row(row, nulls)
		return nil
	})
	if err != nil {
		return nil, s.because(j.entry, err)
	}
	locator := "null"
	if from+n < total {
		locator = base64.RawURLEncoding.EncodeToString([]byte(itoa(from + n)))
	}
	in.w.Header().Set("Content-Type", "text/csv")
	in.w.Header().Set("Sforce-Locator", locator)
	in.w.Header().Set("Sforce-NumberOfRecords", itoa(n))
	in.w.WriteHeader(http.StatusOK)
	_, _ = in.w.Write(out.Bytes())
	return written{}, nil
}

// offset is where a locator points to.
func offset(locator string) (int, bool) {
	if locator == "" || locator == "null" {
		return 0, true
	}
	text, err := base64.RawURLEncoding.DecodeString(locator)
	if err != nil {
		return 0, false
	}
	n, err := strconv.Atoi(string(text))
	return n, err == nil && n > 0
}

// csvWriter writes rows as Bulk API 2.0 does: every value in quotes, what is missing as an empty text.
type csvWriter struct {
	out     *bytes.Buffer
	columns []soql.Column
	wrong   []bool // columns that are sent with a wrong type
	end     string
}

func (c *csvWriter) header() {
	c.line(func(i int) string { return strings.Join(c.columns[i].Path, ".") })
}

func (c *csvWriter) row(row []string, nulls []bool) {
	c.line(func(i int) string {
		switch t := c.columns[i].Type; {
		case c.wrong[i]:
			return "unexpected"
		case nulls[i]:
			return ""
		case t.Decimal():
			return double(row[i])
		case t == sobject.Datetime:
			return strings.TrimSuffix(row[i], "+0000") + "Z"
		}
		return row[i]
	})
}

func (c *csvWriter) line(value func(i int) string) {
	first := true
	for i := range c.columns {
		if c.columns[i].Hidden {
			continue
		}
		if !first {
			c.out.WriteByte(',')
		}
		first = false
		c.out.WriteString(`"` + strings.ReplaceAll(value(i), `"`, `""`) + `"`)
	}
	c.out.WriteString(c.end)
}
