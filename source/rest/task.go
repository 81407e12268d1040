package rest

import (
	"context"
	"crypto/rand"
	"errors"
	"strconv"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/waggle-sql/waggle/dialect"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/source"
)

// errEnough ends the requests of a read that has its rows.
var errEnough = errors.New("enough rows")

// task is one Run: it asks for pages and hands on their rows as record batches.
type task struct {
	conn   *conn
	object *object
	want   dialect.Calls
	base   string // of the ids that we send
	emit   source.Emit

	mu     sync.Mutex
	report source.Report
	ids    int
	pages  int
	made   int64 // rows handed on
}

func (t *task) definition() *Definition { return t.conn.system.config.Definition }

func (t *task) count(change func()) {
	t.mu.Lock()
	defer t.mu.Unlock()
	change()
}

// sent notes the id of an exchange.
func (t *task) sent(id string) { t.count(func() { t.report.Requests = append(t.report.Requests, id) }) }

// nextID is the id that we send with an exchange.
func (t *task) nextID() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.base == "" {
		t.base = rand.Text()
	}
	t.ids++
	return t.base + "-" + strconv.Itoa(t.ids)
}

// run reads everything that was asked for.
func (t *task) run(ctx context.Context) error {
	a, err := t.object.ask(t.want.Sinks)
	if err != nil || a.empty {
		return err
	}
	seen, err := t.visibility(ctx)
	if err != nil || seen != nil && len(seen.workspaces) == 0 {
		return err
	}
	table, err := newTable(t, a, seen)
	if err != nil {
		return err
	}
	bound, err := t.parents(ctx, a)
	if err != nil {
		return err
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(t.concurrency())
	for _, b := range bound {
		for lists := range combinations(a.lists) {
			if ctx.Err() != nil {
				break
			}
			c := t.object.prepare(b)
			c.fill(a, lists)
			c.want(table.needs())
			t.size(c, table)
			group.Go(func() error { return pgerr.Contained(func() error { return t.read(ctx, c, table) }) })
		}
	}
	if err := group.Wait(); !errors.Is(err, errEnough) {
		return err
	}
	return nil
}

func (t *task) concurrency() int {
	if t.object.parent != nil {
		return t.object.parent.concurrency
	}
	return 1
}

// size asks for large pages, or for no more rows than are wanted where each record is one.
func (t *task) size(c *call, table *table) {
	g := t.object.pages
	if g.size.in == "" {
		return
	}
	n := g.max
	if t.want.Limit > 0 && t.want.Limit < int64(n) && table.plain() {
		n = int(t.want.Limit)
	}
	c.set(g.size, n)
}

// parents returns what each request's path is bound to: the parent's rows that the filters allow. They are read even when
// the filters name them, so that a filter never shows what is not among the parent's rows.
func (t *task) parents(ctx context.Context, a *asked) ([]map[string]string, error) {
	p := t.object.parent
	if p == nil {
		return []map[string]string{nil}, nil
	}
	column := p.object.column(p.column)
	c := p.object.prepare(nil)
	c.want(column.needs)
	if p.object.pages.size.in != "" {
		c.set(p.object.pages.size, p.object.pages.max)
	}
	var all []map[string]string
	only, limited := a.bound[p.bind]
	before := 0
	err := t.walk(ctx, c, collector{
		begin: func() { all = all[:before] },
		record: func(record any) error {
			v := textOf(column.raw(scope{row: record, record: record}))
			if v != "" && (!limited || only[v]) {
				all = append(all, map[string]string{p.bind: v})
			}
			return nil
		},
		end: func() error { before = len(all); return nil },
	})
	return all, err
}

func textOf(v any) string {
	s, _ := v.(string)
	return s
}

// collector takes a page's records as they come: begin before each attempt, which makes what came before it void, and end
// when the page is whole.
type collector struct {
	begin  func()
	record func(any) error
	end    func() error
}

// walk reads the call's pages one after the other.
func (t *task) walk(ctx context.Context, c *call, to collector) error {
	for last := ""; ; {
		if err := t.spend(); err != nil {
			return err
		}
		doc, err := t.page(ctx, c, to.begin, to.record)
		if err != nil {
			return err
		}
		if err := to.end(); err != nil {
			return err
		}
		next := c.object.pages.next.text(any(doc))
		if next == "" {
			return nil
		}
		if next == last {
			return pgerr.New(pgerr.ProtocolViolation, "the source %s names the same next page twice", t.conn.system.config.Name)
		}
		last = next
		c.set(c.object.pages.into, next)
	}
}

// spend counts a page against the budget.
func (t *task) spend() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.pages++
	if b := t.definition().budget; t.pages > b.pages {
		return pgerr.New(pgerr.ProgramLimitExceeded, "the statement reads more than %d pages of %s", b.pages, t.object.name).
			WithDetail("the source is %s", t.conn.system.config.Name).WithHint("add filters that the source can be asked for: EXPLAIN shows them")
	}
	return nil
}

// read hands on the rows of one call's pages. A page's rows leave together, once all of it has come: until then it can be
// asked for again. The next page is asked for while the reader works on this one.
func (t *task) read(ctx context.Context, c *call, table *table) error {
	page := &page{table: table, bound: c.bound}
	defer page.begin()
	return t.walk(ctx, c, collector{begin: page.begin, record: page.add, end: func() error {
		batch := page.batch()
		if batch == nil {
			return nil
		}
		rows := batch.NumRows()
		if err := t.emit(ctx, batch); err != nil {
			return err
		}
		return t.earn(rows)
	}})
}

// earn counts rows against the limit and the budget.
func (t *task) earn(rows int64) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.made += rows
	switch b := t.definition().budget; {
	case t.want.Limit >= 0 && t.made >= t.want.Limit:
		return errEnough
	case t.made > int64(b.rows):
		return pgerr.New(pgerr.ProgramLimitExceeded, "the statement reads more than %d rows of %s", b.rows, t.object.name).
			WithHint("add filters that the source can be asked for: EXPLAIN shows them")
	}
	return nil
}
