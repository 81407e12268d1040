package databricks

import (
	"context"

	"github.com/waggle-sql/waggle/dialect"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/source"
)

// conn is one person's connection; the sessions that it uses come from the source's pool and go back there.
type conn struct {
	system    *system
	warehouse string
	tokens    *source.Renewable
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
	return source.Key{Owner: c.tokens.Bearer().Owner, Warehouse: c.warehouse}
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
