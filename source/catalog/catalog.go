// Package catalog is PostgreSQL's system catalog as a source: pg_catalog and information_schema as PostgreSQL 17 has them,
// filled from a person's view, and the schema waggle. It knows no query texts: clients' introspection is planned like
// any other statement (invariant 11).
package catalog

import (
	"context"
	"sync"

	"github.com/apache/arrow-go/v18/arrow"

	"github.com/waggle-sql/waggle/dialect"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/semantic"
	"github.com/waggle-sql/waggle/source"
)

// Views finds the view that a source.Inside names by its id.
type Views interface {
	View(id string) (*semantic.View, bool)
}

// Source is the catalog. Its methods may be called from many goroutines.
type Source struct {
	views     Views
	provider  Provider
	relations map[string]*relation
	contents  map[string]content
	mu        sync.Mutex
	cache     map[string]map[string]arrow.RecordBatch // by view id, then relation
	used      []string                                // view ids in the order of their first use
}

// maxViews bounds the views whose rows are kept.
const maxViews = 64

// New returns the catalog over views; provider gives the live relations' rows.
func New(views Views, provider Provider) *Source {
	s := &Source{views: views, provider: provider, relations: make(map[string]*relation), contents: contents(),
		cache: make(map[string]map[string]arrow.RecordBatch)}
	for _, r := range newRelations() {
		s.relations[r.table.Object] = r
	}
	return s
}

// Capabilities says that relations can be read, each column for itself.
func (s *Source) Capabilities() source.Capabilities {
	c := source.Capabilities{Language: "catalog", Version: "17", Objects: make(map[string]dialect.Object, len(s.relations))}
	for name := range s.relations {
		c.Objects[name] = dialect.Object{}
	}
	return c
}

// Open returns a connection for the view that a source.Inside names. Inside.Organisation is the database's name and
// Inside.Person the login, as the catalog shows them.
func (s *Source) Open(_ context.Context, c source.Credential) (source.Conn, error) {
	inside, ok := c.(source.Inside)
	if !ok {
		return nil, pgerr.New(pgerr.Internal, "the catalog takes no credential")
	}
	view, ok := s.views.View(inside.View)
	if !ok {
		return nil, pgerr.New(pgerr.ObjectNotInPrerequisite, "the model has changed while the statement was planned").
			WithHint("run the statement again")
	}
	return &conn{source: s, who: inside, view: view}, nil
}

// Forget does nothing: the catalog keeps nothing of a person.
func (s *Source) Forget(source.Owner) {}

// Close does nothing.
func (s *Source) Close() error { return nil }

type conn struct {
	source *Source
	who    source.Inside
	view   *semantic.View
}

// Close does nothing: a connection holds nothing.
func (c *conn) Close() error { return nil }

// Describe returns the columns of "schema.relation".
func (c *conn) Describe(_ context.Context, object string) (source.Schema, error) {
	r, ok := c.source.relations[object]
	if !ok {
		return source.Schema{}, pgerr.New(pgerr.UndefinedTable, "relation %q does not exist", object)
	}
	var out source.Schema
	for _, col := range r.table.Columns {
		out.Columns = append(out.Columns, source.Column{Name: col.Name, Type: col.Type, NotNull: col.NotNull})
	}
	return out, nil
}

// Run answers a dialect.Read with the columns that it names, in its order.
func (c *conn) Run(ctx context.Context, q dialect.Request) (source.Rows, error) {
	read, ok := q.(dialect.Read)
	if !ok {
		return nil, pgerr.New(pgerr.Internal, "the catalog is asked in another language")
	}
	r, ok := c.source.relations[read.Schema+"."+read.Relation]
	if !ok {
		return nil, pgerr.New(pgerr.UndefinedTable, "relation %q does not exist", read.Schema+"."+read.Relation)
	}
	fields := make([]int, len(read.Columns))
	for i, name := range read.Columns {
		if fields[i], ok = r.index[name]; !ok {
			return nil, pgerr.New(pgerr.UndefinedColumn, "column %q of relation %q does not exist", name, read.Relation)
		}
	}
	if r.own != nil && r.own.live {
		return c.live(ctx, r, fields), nil
	}
	static, err := r.static()
	if err != nil {
		return nil, err
	}
	own, err := c.ownRows(r)
	if err != nil {
		return nil, err
	}
	return newBatches(r, fields, static, own), nil
}

// ownRows returns the rows that the view brings, kept for views' other readers unless they depend on the person.
func (c *conn) ownRows(r *relation) (arrow.RecordBatch, error) {
	s, name := c.source, r.table.Object
	fill := s.contents[name]
	if fill == nil {
		return nil, nil
	}
	shared := Shared(r.table.Schema, r.table.Name)
	if shared {
		if batch := s.cached(c.view.ID(), name); batch != nil {
			return batch, nil
		}
	}
	out := &rows{relation: r}
	fill(newScope(c), out)
	if out.err != nil {
		return nil, pgerr.New(pgerr.Internal, "relation %q cannot be shown", name).Because(out.err)
	}
	batch, err := r.batch(out.list)
	if err == nil && shared {
		s.keep(c.view.ID(), name, batch)
	}
	return batch, err
}

func (s *Source) cached(view, name string) arrow.RecordBatch {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.cache[view][name]
}

// keep remembers a batch, and forgets the view that was first kept when there are too many. A forgotten batch lives as long
// as its readers.
func (s *Source) keep(view, name string, batch arrow.RecordBatch) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.cache[view] == nil {
		if len(s.used) == maxViews {
			delete(s.cache, s.used[0])
			s.used = s.used[1:]
		}
		s.cache[view] = make(map[string]arrow.RecordBatch)
		s.used = append(s.used, view)
	}
	s.cache[view][name] = batch
}
