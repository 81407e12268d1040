package salesforce

import (
	"bytes"
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"

	"github.com/waggle-sql/waggle/internal/sandbox/salesforce/soql"
)

// The bounds of a page (https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/headers_queryoptions.htm).
const (
	leastPage = 200
	mostPage  = 2000
)

// errEnough ends the reading of rows.
var errEnough = errors.New("enough rows")

// query is https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_query.htm.
func (s *Server) query(in *input) (any, *refusal) {
	if in.query.Has("explain") {
		return s.explain(in)
	}
	text := in.query.Get("q")
	e := s.begin(in, "query", text)
	page, no := s.first(in, e, text)
	if no != nil {
		s.ended(e, 0, 0, no)
		return nil, no
	}
	s.ended(e, page.rows, page.total, nil)
	page.write(in)
	return written{}, nil
}

// first runs a query and returns its first page; what does not fit in it is kept behind a locator.
func (s *Server) first(in *input, e *asked, text string) (*page, *refusal) {
	if !in.query.Has("q") {
		return nil, badRequest(soql.MalformedQuery, "A query string has to be specified")
	}
	batch, no := in.batch(mostPage)
	if no != nil {
		return nil, no
	}
	q, bad := soql.Compile(text, s.environment(in.grant.Person, s.config.Now()))
	if bad != nil {
		return nil, verdict(bad)
	}
	if q.Aggregate {
		batch = mostPage
	}
	p := s.newPage(q)
	err := s.read(in, q, q.SQL, func(row []string, nulls []bool) error {
		if p.rows == batch {
			return errEnough
		}
		return p.add(in, row, nulls)
	})
	switch {
	case errors.Is(err, errEnough) && q.Aggregate:
		return nil, badRequest(soql.ExceededLimit, "Aggregate query does not support queryMore(), use LIMIT to restrict the results to a single batch")
	case errors.Is(err, errEnough):
		c, err := s.open(in, q, batch)
		if err != nil {
			return nil, s.because(e, err)
		}
		return s.page(in, e, c, 0)
	case err != nil:
		return nil, s.because(e, err)
	}
	if q.Counting {
		p.total, p.rows = p.count, 0
		return p, nil
	}
	p.total = p.rows
	return p, nil
}

// batch is how many records the client wants in a page.
func (in *input) batch(standard int) (int, *refusal) {
	for part := range strings.SplitSeq(in.r.Header.Get("Sforce-Query-Options"), ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		if name != "batchSize" {
			continue
		}
		n, err := strconv.Atoi(strings.TrimSpace(value))
		if err != nil || n < leastPage || n > mostPage {
			return 0, badRequest("INVALID_BATCH_SIZE", "batch size must be between 200 and 2000")
		}
		return n, nil
	}
	return standard, nil
}

// read runs a statement that yields texts and hands its rows over; what they hold is valid until each returns.
func (s *Server) read(in *input, q *soql.Query, text string, each func(row []string, nulls []bool) error) error {
	width := max(len(q.Columns), 1)
	row, nulls := make([]string, width), make([]bool, width)
	return s.config.Database.Query(in.r.Context(), text, func(b arrow.RecordBatch) error {
		columns := make([]*array.String, width)
		for i := range columns {
			var ok bool
			if columns[i], ok = b.Column(i).(*array.String); !ok {
				return errors.New("a column is no text")
			}
		}
		for n := range int(b.NumRows()) {
			for i, c := range columns {
				if nulls[i] = c.IsNull(n); !nulls[i] {
					row[i] = c.Value(n)
				}
			}
			if err := each(row, nulls); err != nil {
				return err
			}
		}
		return nil
	})
}

// page is an answer with records.
type page struct {
	query *soql.Query
	body  bytes.Buffer
	rows  int
	total int
	count int    // of SELECT COUNT()
	next  string // the locator of the next page
	wrong []bool // the columns that Contradict names
}

func (s *Server) newPage(q *soql.Query) *page { return &page{query: q, wrong: s.contradicted(q)} }

// contradicted tells by position which columns are sent with a wrong type.
func (s *Server) contradicted(q *soql.Query) []bool {
	names := make([]string, len(q.Columns))
	for i, c := range q.Columns {
		names[i] = c.Path[len(c.Path)-1]
	}
	return s.Contradicted(names)
}

func (p *page) add(in *input, row []string, nulls []bool) error {
	if p.query.Counting {
		var err error
		p.count, err = strconv.Atoi(row[0])
		p.rows++
		return err
	}
	if p.rows > 0 {
		p.body.WriteByte(',')
	}
	p.rows++
	r := recordWriter{out: &p.body, in: in, query: p.query, row: row, nulls: nulls, wrong: p.wrong}
	r.record(p.query.Record)
	return nil
}

func (p *page) write(in *input) {
	var out bytes.Buffer
	out.WriteString(`{"totalSize":` + strconv.Itoa(p.total) + `,"done":` + strconv.FormatBool(p.next == ""))
	if p.next != "" {
		out.WriteString(`,"nextRecordsUrl":"` + in.url("/query/"+p.next) + `"`)
	}
	out.WriteString(`,"records":[`)
	out.Write(p.body.Bytes())
	out.WriteString("]}")
	in.w.Header().Set("Content-Type", "application/json;charset=UTF-8")
	in.w.WriteHeader(http.StatusOK)
	_, _ = in.w.Write(out.Bytes())
}

// explain is https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/dome_query_explain.htm.
func (s *Server) explain(in *input) (any, *refusal) {
	text := in.query.Get("explain")
	e := s.begin(in, "explain", text)
	q, bad := soql.Compile(text, s.environment(in.grant.Person, s.config.Now()))
	if bad != nil {
		no := verdict(bad)
		s.ended(e, 0, 0, no)
		return nil, no
	}
	size, err := s.one(in.r.Context(), "SELECT CAST(count(*) AS VARCHAR) FROM "+s.object(q.Object.Name).from())
	if err != nil {
		no := s.because(e, err)
		s.ended(e, 0, 0, no)
		return nil, no
	}
	s.ended(e, 0, 0, nil)
	n, _ := strconv.Atoi(size)
	return map[string]any{"sourceQuery": text, "plans": []any{map[string]any{
		"cardinality": n, "fields": []string{}, "leadingOperationType": "TableScan", "notes": []any{}, "relativeCost": 1.0,
		"sobjectCardinality": n, "sobjectType": q.Object.Name,
	}}}, nil
}
