package engine

import (
	"context"
	"encoding/binary"

	"github.com/waggle-sql/waggle/audit"
	"github.com/waggle-sql/waggle/identity"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/planner"
	"github.com/waggle-sql/waggle/planner/plan"
)

// Prepare plans one query for a person, or finds its plan in the cache. params are the parameter types that the client
// gave, 0 for unknown. It calls no source.
func (e *Engine) Prepare(ctx context.Context, who *identity.Session, set plan.Settings, q plan.Span, params []uint32) (*planner.Prepared, error) {
	view, err := e.config.Views.View(ctx, who)
	if err != nil {
		return nil, err
	}
	key := planKey{text: q.Text, offset: q.Offset, params: packed(params), view: view.ID(), settings: set, version: e.version}
	if p, ok := e.plans.get(key); ok {
		return p, nil
	}
	p, err := planner.Prepare(planner.Input{Query: q, Params: params, View: view, Sources: e.capabilities, Settings: set})
	if err != nil {
		return nil, e.refused(ctx, who, q.Text, err)
	}
	e.plans.put(key, p)
	return p, nil
}

// refused records a statement that could not be planned, and returns why; what the log itself refuses with comes first.
func (e *Engine) refused(ctx context.Context, who *identity.Session, text string, cause error) error {
	b := audit.Begin{Session: who}
	b.Statement, b.Literals = planner.Template(text)
	id, err := e.config.Audit.BeginLater(ctx, b)
	if err != nil {
		return err
	}
	// A failing End is kept by the log and written when the disk answers again.
	_ = e.config.Audit.End(id, audit.End{SQLState: pgerr.Code(cause), Outcome: outcome(cause)})
	return cause
}

func packed(params []uint32) string {
	b := make([]byte, 0, 4*len(params))
	for _, p := range params {
		b = binary.BigEndian.AppendUint32(b, p)
	}
	return string(b)
}

// current returns the plan to run: p itself, or for a custom plan one made for these values (DECISIONS 6).
func (e *Engine) current(p *planner.Prepared, args Args) (*planner.Prepared, error) {
	if !p.Custom {
		return p, nil
	}
	in := p.Input
	in.Values = args.Values
	in.Params = make([]uint32, len(p.Params))
	for i, t := range p.Params {
		in.Params[i] = t.OID
	}
	c, err := planner.Prepare(in)
	if err != nil {
		return nil, err
	}
	return c, nil
}
