package engine

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/waggle-sql/waggle/audit"
	"github.com/waggle-sql/waggle/dialect"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/planner"
	"github.com/waggle-sql/waggle/planner/plan"
	"github.com/waggle-sql/waggle/source"
	"github.com/waggle-sql/waggle/vault"
)

// call prints a fragment with its keys, opens its source and starts it. The connection is closed with the run.
func (r *run) call(ctx context.Context, q *question) (source.Rows, error) {
	f := q.Fragment
	request, err := r.request(q)
	if err != nil {
		return nil, err
	}
	c := newCall(f, request)
	credential := source.Credential(source.Inside{Organisation: r.who.OrgName, Person: r.who.Login, View: r.plan.Input.View.ID()})
	if f.Connection != Catalog {
		if credential, err = r.bearer(ctx, f.Connection); err != nil {
			return nil, err
		}
		if err := r.engine.config.Audit.Access(ctx, r.audit, r.access(q, c.id, request)); err != nil {
			return nil, err
		}
		r.addCall(c)
	}
	conn, err := r.engine.config.Sources[f.Connection].Open(ctx, credential)
	if err != nil {
		return nil, r.addressed(f.Connection, err)
	}
	r.onClose(func() { _ = conn.Close() })
	rows, err := conn.Run(source.WithRequestID(ctx, string(r.audit)+"-"+c.id), request)
	if rows != nil {
		r.used(q.Connection)
		rows = c.watch(rows, func(err error) error { return r.addressed(f.Connection, err) })
	}
	return rows, r.addressed(f.Connection, err)
}

// addressed makes sure that an error of a credential says where to connect again, also when the source refuses the token
// that the sign-in server has just given.
func (r *run) addressed(connection string, err error) error {
	var e *pgerr.Error
	if !errors.As(err, &e) || e.Code != pgerr.InvalidAuthorization || connection == Catalog {
		return err
	}
	at := r.engine.config.Tokens.Address(connection)
	if strings.Contains(e.Message, at) {
		return err
	}
	return pgerr.New(e.Code, "%s: %s", e.Message, at).WithHint("Connect at %s, then run the query again.", at).Because(err)
}

// used tells that a SQL source has let the person in, so that its objects can be shown as it describes them.
func (r *run) used(connection string) {
	if _, ok := r.engine.capabilities[connection].SQL(); ok && r.engine.config.Used != nil {
		r.engine.config.Used(r.who, connection)
	}
}

func (r *run) addCall(c *call) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.calls = append(r.calls, c)
}

// request prints a question. Keys that the source's language cannot say are not sent.
func (r *run) request(q *question) (dialect.Request, error) {
	filled, err := plan.Fill(q.restricted(), r.args.Values, r.args.Env)
	if err != nil {
		return nil, err
	}
	request, err := r.print(q.Fragment, filled)
	if err != nil && q.keyed() {
		q.giveUp()
		return r.request(q)
	}
	return request, err
}

func (r *run) print(f planner.Fragment, filled plan.Node) (dialect.Request, error) {
	if f.Connection == Catalog {
		return dialect.CatalogRead(filled)
	}
	if sql, ok := r.engine.capabilities[f.Connection].In(r.plan.Input.Settings).SQL(); ok {
		return r.statement(filled, sql)
	}
	calls, err := dialect.REST(filled, r.engine.capabilities[f.Connection].Objects[f.Object], r.args.Env)
	return calls, err
}

// bearer gets the person's token; a source that rejects it may ask for the next one, under the same session.
func (r *run) bearer(ctx context.Context, connection string) (source.Credential, error) {
	t, err := r.engine.config.Tokens.Token(ctx, r.who, connection)
	if err != nil {
		return nil, err
	}
	rejected := func(ctx context.Context) error {
		_, err := r.engine.config.Tokens.Refresh(ctx, r.who, connection, t)
		return err
	}
	switch {
	case t.Certificate != nil:
		return source.Certificate{Owner: r.owner(t), User: t.User, Certificate: t.Certificate, Key: t.Access, Rejected: rejected}, nil
	case t.User != "":
		return source.Password{Owner: r.owner(t), User: t.User, Password: t.Access, Rejected: rejected}, nil
	}
	return r.bearerOf(connection, t), nil
}

func (r *run) bearerOf(connection string, t vault.Token) source.Bearer {
	return source.Bearer{
		Owner: r.owner(t), Token: t.Access, Expires: t.Expires, BaseURL: t.BaseURL(), Person: r.who.Email, Login: r.who.Login,
		Role: r.setting(connection, "role"), Warehouse: r.setting(connection, "warehouse"),
		Refresh: func(ctx context.Context) (source.Bearer, error) {
			next, err := r.engine.config.Tokens.Refresh(ctx, r.who, connection, t)
			return r.bearerOf(connection, next), err
		},
	}
}

// owner keys what a source keeps open to the asking person, also where the token is the organisation's.
func (r *run) owner(t vault.Token) source.Owner {
	return source.Owner{Organisation: string(r.who.Org), Person: string(r.who.Person), Generation: t.Generation}
}

func (r *run) access(q *question, id string, request dialect.Request) audit.Access {
	f := q.Fragment
	a := audit.Access{Source: f.Connection, Object: f.Object, Credential: string(vault.UserCredential), Request: id,
		Role: r.setting(f.Connection, "role"), Warehouse: r.setting(f.Connection, "warehouse")}
	caps := r.engine.capabilities[f.Connection]
	if caps.Org {
		a.Credential, a.Subject = string(vault.OrgCredential), "permission profile of "+r.who.Login
	}
	a.Template = caps.Objects[f.Object].Request
	if sql, ok := caps.In(r.plan.Input.Settings).SQL(); ok && f.Plan != nil {
		a.Template = sql.Template(q.shape(), true)
	}
	if c, ok := request.(dialect.Calls); ok {
		a.Template += template(c, caps.Objects[f.Object])
	}
	q.recordKeys(&a, r.engine.config.Audit)
	return a
}

// template describes a request without its values: which sinks were filled and which columns were asked for.
func template(c dialect.Calls, object dialect.Object) string {
	var b strings.Builder
	for _, s := range c.Sinks {
		for _, known := range object.Sinks {
			if known.Name == s.Sink {
				b.WriteString(" " + known.Into + "=$")
			}
		}
		if len(s.Values) > 1 {
			b.WriteString("×" + strconv.Itoa(len(s.Values)))
		}
	}
	return b.String() + " columns=" + strings.Join(c.Columns, ",")
}

// remaining is the time left until ctx's deadline, or the engine's own limit when nobody else has one; 0 means no limit.
func (r *run) remaining() time.Duration {
	if d, ok := r.ctx.Deadline(); ok {
		return max(time.Until(d), time.Millisecond)
	}
	if r.args.Clocked {
		return 0
	}
	return r.engine.config.Limits.Timeout
}
