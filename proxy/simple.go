package proxy

import (
	"context"
	"strings"

	"github.com/jackc/pgx/v5/pgproto3"

	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/planner"
	"github.com/waggle-sql/waggle/planner/plan"
)

// query serves a Query message: its statements run in one implicit transaction block, as far as they do not say otherwise.
func (s *session) query(body []byte) error {
	var m pgproto3.Query
	err := m.Decode(body)
	if err != nil {
		err = malformed(body)
	} else {
		s.in.done()
		err = s.runText(m.String)
	}
	return s.answered(err)
}

// refuseQuery answers a Query message whose body has not been kept.
func (s *session) refuseQuery(reason error) error {
	if s.skip {
		return nil
	}
	return s.answered(reason)
}

// answered ends a Query's cycle.
func (s *session) answered(err error) error {
	if err != nil {
		if err = s.fail(err); err != nil {
			return err
		}
	}
	s.text = ""
	s.ready()
	return nil
}

func (s *session) runText(text string) error {
	s.text = text
	s.dropUnnamed()
	if err := checkUTF8(text); err != nil {
		return err
	}
	pieces, err := planner.Split(text)
	if err != nil {
		return err
	}
	if len(pieces) > 1 {
		if err := s.checkSyntax(pieces); err != nil {
			return err
		}
	}
	for _, p := range pieces {
		if err := s.runPiece(p, len(pieces) > 1); err != nil {
			return err
		}
	}
	return s.finish()
}

// checkSyntax refuses a text of several statements before the first one runs when a later one cannot be parsed.
func (s *session) checkSyntax(pieces []planner.Piece) error {
	for _, p := range pieces {
		st, err := planner.Parse(p)
		if q, ok := st.(plan.Query); ok && err == nil && !s.tx.failed {
			err = s.once(func(ctx context.Context) error {
				_, err := s.server.cfg.Engine.Prepare(ctx, s.who, s.planSettings(), q.Span, nil)
				return err
			})
		}
		if e := pgerr.From(err); e != nil && e.Code == pgerr.SyntaxError && strings.HasPrefix(e.Message, "syntax error") {
			return err
		}
	}
	return nil
}

func (s *session) runPiece(p planner.Piece, several bool) error {
	st, err := planner.Parse(p)
	if err != nil {
		return err
	}
	if _, ok := st.(plan.Empty); ok {
		s.out.send(&pgproto3.EmptyQueryResponse{})
		return nil
	}
	if s.tx.failed && !endsTransaction(st) {
		return errInFailed()
	}
	if several {
		s.begin(txImplicit)
	} else {
		s.begin(txSingle)
	}
	run := &portal{text: p.Text, level: len(s.tx.savepoints), task: newTask(s.ctx)}
	defer run.close()
	return s.during(run.task, func(ctx context.Context) error { return s.runSimple(ctx, run, st) })
}

// runSimple runs a statement to its end and sends its rows in text, but for those of a binary cursor.
func (s *session) runSimple(ctx context.Context, p *portal, st plan.Statement) (err error) {
	if p.statement, err = s.prepare(ctx, st, nil); err != nil {
		return err
	}
	_, query := st.(plan.Query)
	if query { // before it runs, as PostgreSQL does
		s.describeRows(p.statement.columns, nil)
	}
	if err := s.start(ctx, p); err != nil {
		return err
	}
	if p.rows != nil && !query {
		s.describeRows(p.columns, p.formats)
	}
	n, _, err := s.stream(ctx, p, 0)
	if err != nil {
		return err
	}
	s.complete(p.tag, n)
	return nil
}
