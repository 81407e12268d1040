package snowflake

import (
	"context"

	sf "github.com/snowflakedb/gosnowflake/v2"

	"github.com/waggle-sql/waggle/dialect"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/source"
)

// conn is one person's connection; the sessions that it uses come from the source's pool and go back there.
type conn struct {
	system *system
	bearer source.Bearer
}

// Close does nothing: a session is the request's, then the pool's.
func (c *conn) Close() error { return nil }

// Run starts a dialect.Text. It returns at once; what Snowflake answers, a refusal too, comes from the reader.
func (c *conn) Run(ctx context.Context, r dialect.Request) (source.Rows, error) {
	text, ok := r.(dialect.Text)
	if !ok {
		return nil, pgerr.New(pgerr.Internal, "a Snowflake source takes statements alone")
	}
	return c.start(ctx, text), nil
}

type lease = source.Lease[*session]

// lease returns a session of the person. A token that Snowflake rejects is replaced once.
func (c *conn) lease(ctx context.Context) (*lease, error) {
	l, err := c.system.pool.Acquire(ctx, c.key(), c.open)
	if !tokenRejected(err) || c.bearer.Refresh == nil {
		return l, err
	}
	next, err := c.bearer.Refresh(ctx)
	if err != nil {
		return nil, err
	}
	next.Role, next.Warehouse = c.bearer.Role, c.bearer.Warehouse
	c.bearer = next
	return c.system.pool.Acquire(ctx, c.key(), c.open)
}

func (c *conn) key() source.Key {
	return source.Key{Owner: c.bearer.Owner, Role: c.bearer.Role, Warehouse: c.bearer.Warehouse}
}

// query runs a statement in a session of the person. A session that Snowflake has forgotten is replaced once: its statement
// has not been run. The lease is returned also on errors of the statement; nil when there is none.
func (c *conn) query(ctx context.Context, text string) (*lease, sf.ArrowStreamLoader, error) {
	l, err := c.lease(ctx)
	if err != nil {
		return nil, nil, err
	}
	loader, err := l.Session.query(ctx, text)
	if !sessionGone(err) {
		return l, loader, err
	}
	l.Destroy()
	c.system.pool.Forget(c.bearer.Owner) // what ended one of the person's sessions has ended the others
	if l, err = c.lease(ctx); err != nil {
		return nil, nil, err
	}
	loader, err = l.Session.query(ctx, text)
	return l, loader, err
}
