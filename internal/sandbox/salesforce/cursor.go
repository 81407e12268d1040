package salesforce

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/waggle-sql/waggle/internal/sandbox/salesforce/sobject"
	"github.com/waggle-sql/waggle/internal/sandbox/salesforce/soql"
)

// maxCursors is how many cursors a person has; one more closes the one that was used least lately
// (https://developer.salesforce.com/docs/atlas.en-us.salesforce_app_limits_cheatsheet.meta/salesforce_app_limits_cheatsheet/salesforce_app_limits_platform_api.htm).
const maxCursors = 10

// cursor is a result that is read page by page. Its rows are in a table of DuckDB.
type cursor struct {
	id      string
	owner   string
	text    string
	query   *soql.Query
	table   string
	batch   int
	total   int
	used    time.Time
	expires time.Time
}

// open keeps a query's result behind a locator.
func (s *Server) open(in *input, q *soql.Query, batch int) (*cursor, error) {
	c := &cursor{owner: in.grant.Person, text: in.query.Get("q"), query: q, batch: batch, used: time.Now(), expires: s.config.Now().Add(s.config.CursorTTL)}
	c.id, c.table = s.next("01g", "cursor")
	total, err := s.keepResult(in.r.Context(), c.table, q)
	if err != nil {
		return nil, err
	}
	c.total = total
	s.mu.Lock()
	s.cursors = append(s.cursors, c)
	gone := s.crowded(c.owner)
	s.mu.Unlock()
	s.drop(gone...)
	return c, nil
}

// next returns the id of a new cursor or job, and the name of its table.
func (s *Server) next(prefix, kind string) (id, table string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.last++
	return sobject.NewID(prefix, s.last), kind + strconv.Itoa(s.last)
}

// keepResult makes a table of a query's rows and returns how many they are.
func (s *Server) keepResult(ctx context.Context, table string, q *soql.Query) (int, error) {
	if err := s.config.Database.Exec(ctx, "CREATE TABLE "+table+" AS "+q.SQL); err != nil {
		return 0, err
	}
	n, err := s.one(ctx, "SELECT CAST(count(*) AS VARCHAR) FROM "+table)
	if err != nil {
		s.drop(table)
		return 0, err
	}
	return strconv.Atoi(n)
}

// drop removes tables.
func (s *Server) drop(tables ...string) {
	for _, t := range tables {
		_ = s.config.Database.Exec(context.Background(), "DROP TABLE IF EXISTS "+t)
	}
}

// crowded closes a person's cursors that are too many or too old and returns their tables. The caller holds the lock.
func (s *Server) crowded(owner string) []string {
	now := s.config.Now()
	var own []*cursor
	for _, c := range s.cursors {
		if c.owner == owner && now.Before(c.expires) {
			own = append(own, c)
		}
	}
	slices.SortStableFunc(own, func(a, b *cursor) int { return cmp.Compare(b.used.UnixNano(), a.used.UnixNano()) })
	kept := own[:min(len(own), maxCursors)]
	var gone []string
	s.cursors = slices.DeleteFunc(s.cursors, func(c *cursor) bool {
		if c.owner != owner && now.Before(c.expires) || slices.Contains(kept, c) {
			return false
		}
		gone = append(gone, c.table)
		return true
	})
	return gone
}

// Cursors is how many cursors are open for a person, or for everybody when the login is empty.
func (s *Server) Cursors(login string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	count := 0
	for _, c := range s.cursors {
		if login == "" || c.owner == login {
			count++
		}
	}
	return count
}

// ExpireCursors closes a person's cursors; everybody's when the login is empty.
func (s *Server) ExpireCursors(login string) {
	s.mu.Lock()
	var gone []string
	s.cursors = slices.DeleteFunc(s.cursors, func(c *cursor) bool {
		if login != "" && c.owner != login {
			return false
		}
		gone = append(gone, c.table)
		return true
	})
	s.mu.Unlock()
	s.drop(gone...)
}

// more is the next page of a query (https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_query_more_results.htm).
func (s *Server) more(in *input) (any, *refusal) {
	id, offset, _ := strings.Cut(in.rest[0], "-")
	from, err := strconv.Atoi(offset)
	c := s.cursor(id, in.grant.Person)
	if c == nil || err != nil || from < 0 || from >= c.total {
		return nil, unknownLocator()
	}
	e := s.begin(in, "more", c.text)
	p, no := s.page(in, e, c, from)
	if no != nil {
		s.ended(e, 0, 0, no)
		return nil, no
	}
	s.ended(e, p.rows, p.total, nil)
	p.write(in)
	return written{}, nil
}

// cursor returns a person's cursor, or nil.
func (s *Server) cursor(id, owner string) *cursor {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.cursors {
		if c.id == id && c.owner == owner && s.config.Now().Before(c.expires) {
			c.used = time.Now()
			return c
		}
	}
	return nil
}

// page reads a page of a cursor.
func (s *Server) page(in *input, e *asked, c *cursor, from int) (*page, *refusal) {
	batch, no := in.batch(c.batch)
	if no != nil {
		return nil, no
	}
	p := s.newPage(c.query)
	p.total = c.total
	err := s.read(in, c.query, rows(c.table, from, batch), func(row []string, nulls []bool) error { return p.add(in, row, nulls) })
	if err != nil {
		return nil, s.because(e, err)
	}
	if from+p.rows < c.total {
		p.next = c.id + "-" + strconv.Itoa(from+p.rows)
	}
	return p, nil
}

// rows is the statement that reads a part of a kept result.
func rows(table string, from, n int) string {
	return "SELECT * FROM " + table + " WHERE rowid >= " + itoa(from) + " AND rowid < " + itoa(from+n) + " ORDER BY rowid"
}

func itoa(n int) string { return strconv.Itoa(n) }

// atoi reads a whole number; what is none is 0.
func atoi(text string) int {
	n, _ := strconv.Atoi(strings.TrimPrefix(text, "+"))
	return n
}
