package engine

import (
	"context"
	"time"

	"github.com/waggle-sql/waggle/audit"
	"github.com/waggle-sql/waggle/identity"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/planner"
	"github.com/waggle-sql/waggle/source"
)

// Describe asks a source for an object's columns as one person may see them, through the one door: his token, an Access
// record, an end. purpose stands in the audit log in a statement's place.
func (e *Engine) Describe(ctx context.Context, who *identity.Session, connection, object, purpose string) (source.Schema, error) {
	src, ok := e.config.Sources[connection]
	if !ok {
		return source.Schema{}, pgerr.New(pgerr.UndefinedObject, "there is no source %q", connection)
	}
	r := &run{engine: e, who: who, began: time.Now(), plan: &planner.Prepared{Template: purpose, Path: planner.Direct}}
	r.ctx, r.cancel = context.WithCancelCause(ctx)
	var s source.Schema
	err := pgerr.Contained(func() (err error) { s, err = r.describe(src, connection, object); return err })
	r.finish(int64(len(s.Columns)), 0, err)
	return s, err
}

func (r *run) describe(src source.Source, connection, object string) (source.Schema, error) {
	if err := r.engine.config.Standing.Alive(r.ctx, r.who); err != nil {
		return source.Schema{}, err
	}
	credential, err := r.bearer(r.ctx, connection)
	if err != nil {
		return source.Schema{}, err
	}
	id, err := r.engine.config.Audit.Begin(r.ctx, audit.Begin{Session: r.who, Statement: r.plan.Template, Path: r.plan.Path.String()})
	if err != nil {
		return source.Schema{}, err
	}
	r.audit = id
	err = r.engine.config.Audit.Access(r.ctx, id, r.access(&question{Fragment: planner.Fragment{Connection: connection, Object: object}}, "describe", nil))
	if err != nil {
		return source.Schema{}, err
	}
	conn, err := src.Open(r.ctx, credential)
	if err != nil {
		return source.Schema{}, err
	}
	r.onClose(func() { _ = conn.Close() })
	return conn.Describe(r.ctx, object)
}
