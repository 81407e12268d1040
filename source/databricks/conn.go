package databricks

import (
	"context"
	"sync"

	"github.com/waggle-sql/waggle/dialect"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/source"
)

// conn is one person's connection; the sessions that it uses come from the source's pool and go back there.
type conn struct {
	system *system
	mu     sync.Mutex
	bearer source.Bearer
}

// credential is the person's token at the moment.
func (c *conn) credential() source.Bearer {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.bearer
}

// next asks for the person's next token, which the connection uses from now on.
func (c *conn) next(ctx context.Context) (source.Bearer, error) {
	present := c.credential()
	if present.Refresh == nil {
		return source.Bearer{}, errNoRefresh
	}
	next, err := present.Refresh(ctx)
	if err != nil {
		return source.Bearer{}, err
	}
	next.Warehouse = present.Warehouse
	c.mu.Lock()
	defer c.mu.Unlock()
	c.bearer = next
	return next, nil
}

// Close does nothing: a session is the request's, then the pool's.
func (c *conn) Close() error { return nil }

// Run starts a dialect.Text. It returns at once; what Databricks answers, a refusal too, comes from the reader.
func (c *conn) Run(ctx context.Context, r dialect.Request) (source.Rows, error) {
	text, ok := r.(dialect.Text)
	if !ok {
		return nil, pgerr.New(pgerr.Internal, "a Databricks source takes statements alone")
	}
	return c.start(ctx, text), nil
}

type lease = source.Lease[*session]

// lease returns a session of the person whose warehouse is as patient as the request.
func (c *conn) lease(ctx context.Context) (*lease, error) {
	l, err := c.system.pool.Acquire(ctx, c.key(), c.open)
	if err != nil || l.Session.patience >= source.Patience(ctx) {
		return l, err
	}
	l.Destroy()
	return c.system.pool.Open(ctx, c.key(), c.open)
}

func (c *conn) key() source.Key {
	bearer := c.credential()
	return source.Key{Owner: bearer.Owner, Warehouse: bearer.Warehouse}
}

// query runs a statement in a session of the person. A session that Databricks has forgotten is replaced once: its statement
// has not been run. The lease is returned also on errors of the statement; nil when there is none.
func (c *conn) query(ctx context.Context, rec *recorder, text string) (*lease, answer, error) {
	l, err := c.lease(ctx)
	if err != nil {
		return nil, nil, err
	}
	out, err := l.Session.query(ctx, text)
	if err == nil || !l.Reused || !rec.sessionGone() {
		return l, out, err
	}
	l.Destroy()
	c.system.pool.Forget(c.key().Owner) // what ended one of the person's sessions has ended the others
	if l, err = c.system.pool.Open(ctx, c.key(), c.open); err != nil {
		return nil, nil, err
	}
	out, err = l.Session.query(ctx, text)
	return l, out, err
}
