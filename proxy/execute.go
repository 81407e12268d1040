package proxy

import (
	"context"

	"github.com/waggle-sql/waggle/engine"
	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/planner"
	"github.com/waggle-sql/waggle/planner/plan"
)

// startExecute is EXECUTE of SQL: it computes the arguments, then runs the named statement in p's place.
func (s *session) startExecute(ctx context.Context, p *portal, e plan.Execute) error {
	named, err := s.named(e.Name)
	if err != nil {
		return err
	}
	if len(e.Args) != len(named.params) {
		return pgerr.New(pgerr.SyntaxError, `wrong number of parameters for prepared statement "%s"`, e.Name).
			WithDetail("Expected %d parameters but got %d.", len(named.params), len(e.Args))
	}
	values := make([]datum.Value, len(e.Args))
	for i, arg := range e.Args {
		if values[i], err = s.evaluate(ctx, arg, named.params[i]); err != nil {
			return err
		}
	}
	s.text = named.text
	if err := s.replan(ctx, named); err != nil {
		return err
	}
	again := *p
	again.statement, again.args = named, values
	if err := s.start(ctx, &again); err != nil {
		return err
	}
	p.columns, p.rows, p.tape, p.tag, p.formats = again.columns, again.rows, again.tape, again.tag, again.formats
	return nil
}

// evaluate computes one expression without a FROM, as a value of type t.
func (s *session) evaluate(ctx context.Context, arg plan.Span, t plan.Type) (datum.Value, error) {
	kind, ok := pgcat.TypeByOID(t.OID)
	if !ok {
		return nil, pgerr.New(pgerr.UndefinedObject, "type with OID %d does not exist", t.OID)
	}
	const before = "SELECT ("
	q := plan.Span{Text: before + arg.Text + `)::pg_catalog.` + quoteIdentifier(kind.Name), Offset: arg.Offset - len(before)}
	prepared, err := s.server.cfg.Engine.Prepare(ctx, s.who, s.planSettings(), q, nil)
	if err != nil {
		return nil, err
	}
	if len(prepared.Columns) != 1 || len(prepared.Params) > 0 || prepared.Columns[0].Finish != planner.None {
		return nil, pgerr.New(pgerr.FeatureNotSupported, "this argument of EXECUTE is not supported").At(arg.Offset)
	}
	result, err := s.server.cfg.Engine.Execute(ctx, s.who, prepared, engine.Args{Env: s.environment(), Clocked: s.statementTimeout() > 0})
	if err != nil {
		return nil, err
	}
	defer result.Release()
	if result.Next() {
		if batch := result.RecordBatch(); batch.NumRows() > 0 {
			c := prepared.Columns[0]
			return plan.ArrowValue(batch.Column(c.Index), 0, c.Type), nil
		}
	}
	return nil, result.Err()
}
