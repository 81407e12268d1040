package salesforce

import (
	"context"
	"errors"
	"net/url"
	"regexp"
	"strconv"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/waggle-sql/waggle/dialect"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/source"
)

const (
	partsAtOnce = 4
	longestPath = 14_000 // bytes of a statement in an address, which has 16,384 with the headers
)

// task is one running request.
type task struct {
	conn *conn
	text dialect.Text
	base string // of our requests' ids
	form *form
	emit source.Emit

	mu     sync.Mutex
	report source.Report
}

func (t *task) note(f func()) {
	t.mu.Lock()
	defer t.mu.Unlock()
	f()
}

// maxRequests bounds the ids that are kept of one request.
const maxRequests = 1000

func (t *task) nextID() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.report.Pages++
	id := t.base + "-" + strconv.Itoa(t.report.Pages)
	if len(t.report.Requests) < maxRequests {
		t.report.Requests = append(t.report.Requests, id)
	}
	return id
}

// enough says that there are so many records that they are fetched in bulk.
type enough struct{ records int64 }

func (e *enough) Error() string { return "there are " + strconv.FormatInt(e.records, 10) + " records" }

// run asks the statement, or its parts beside each other.
func (t *task) run(ctx context.Context) error {
	parts := t.text.Records.Parts
	if len(parts) == 0 {
		return t.whole(ctx)
	}
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(partsAtOnce)
	for _, part := range parts {
		g.Go(func() error {
			return pgerr.Contained(func() error { return t.pages(ctx, part, 0) })
		})
	}
	return g.Wait()
}

// whole asks for all records at once: page by page, or in bulk where there are many or where the statement does not fit into an
// address.
func (t *task) whole(ctx context.Context) error {
	many := int64(0)
	if t.text.Records.Rows {
		many = t.conn.system.config.BulkAbove
	}
	if len(url.QueryEscape(t.text.Text)) > longestPath {
		if many == 0 {
			return pgerr.New(pgerr.StatementTooComplex, "the statement for the source %s is too long", t.conn.system.config.Name).
				WithDetail("It would have more than %d bytes in an address.", longestPath)
		}
		return t.bulk(ctx)
	}
	err := t.pages(ctx, t.text.Text, many)
	var more *enough
	if errors.As(err, &more) {
		return t.bulk(ctx)
	}
	return err
}

// nextForm is the address of a further page.
var nextForm = regexp.MustCompile(`^/services/data/v[0-9]{2,3}\.0/query/[A-Za-z0-9_-]{1,200}$`)

// pages reads the answer to a statement page by page; *enough when it has more records than many, unless that is 0. Salesforce's last page
// says that all records were returned
// (https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_query_more_results.htm): so they are as many as it says.
func (t *task) pages(ctx context.Context, soql string, many int64) error {
	read := int64(0)
	for path := "query?q=" + url.QueryEscape(soql); path != ""; {
		p, err := t.page(ctx, path, many)
		if err != nil {
			return err
		}
		read += p.rows
		if err := t.follows(p, read); err != nil {
			p.release()
			return err
		}
		if p.batch != nil {
			if err := t.emit(ctx, p.batch); err != nil {
				return err
			}
		}
		path, many = p.next, 0
	}
	return nil
}

// follows holds a page to the number of records that have been read with it, and to an address of a next one that leads on.
func (t *task) follows(p *page, read int64) error {
	name := t.conn.system.config.Name
	switch {
	case p.next != "" && (p.rows == 0 || read >= p.total || !nextForm.MatchString(p.next)):
		return pgerr.New(pgerr.ProtocolViolation, "the source %s names a next page that is none", name)
	case p.next != "", read == p.total, t.form.counted && read == 0:
		return nil
	}
	return pgerr.New(pgerr.ProtocolViolation, "the source %s sends another number of records than it says", name).
		WithDetail("It says that there are %d, and has sent %d.", p.total, read).
		WithHint("somebody may have deleted some meanwhile: try again")
}
