package proxy

import (
	"bytes"
	"context"
	"slices"

	"github.com/jackc/pgx/v5/pgproto3"

	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/planner"
	"github.com/waggle-sql/waggle/planner/plan"
)

// extended serves Parse, Bind, Describe, Execute and Close. After an error all messages up to Sync are skipped.
func (s *session) extended(kind byte, body []byte) error {
	var err error
	switch kind {
	case 'P':
		err = s.parse(body)
	case 'B':
		err = s.bind(body)
	case 'D':
		err = s.describe(body)
	case 'E':
		err = s.execute(body)
	case 'C':
		err = s.closeNamed(body)
	}
	if err == nil {
		return nil
	}
	s.skip = true
	err = s.fail(err)
	s.out.due = true
	return err
}

// sync ends a cycle of the extended protocol, and with it a transaction that no BEGIN has made.
func (s *session) sync() error {
	s.skip = false
	if err := s.finish(); err != nil {
		if err = s.fail(err); err != nil {
			return err
		}
	}
	for _, st := range s.statements {
		st.fresh = false
	}
	s.text = ""
	s.ready()
	return nil
}

func (s *session) parse(body []byte) error {
	var m pgproto3.Parse
	if m.Decode(body) != nil {
		return malformed(body)
	}
	s.in.done()
	s.text = m.Query
	if err := checkUTF8(m.Query); err != nil {
		return err
	}
	s.begin(txSingle)
	if m.Name == "" {
		delete(s.statements, "")
	}
	pieces, err := planner.Split(m.Query)
	if err != nil {
		return err
	}
	if len(pieces) > 1 {
		return pgerr.New(pgerr.SyntaxError, "cannot insert multiple commands into a prepared statement")
	}
	parsed, err := planner.Parse(pieces[0])
	if err != nil {
		return err
	}
	if s.tx.failed && !endsTransaction(parsed) && parsed != (plan.Statement)(plan.Empty{}) {
		return errInFailed()
	}
	var st *statement
	err = s.once(func(ctx context.Context) (err error) {
		st, err = s.prepare(ctx, parsed, slices.Clone(m.ParameterOIDs))
		return err
	})
	if err != nil {
		return err
	}
	if err := s.store(m.Name, st); err != nil {
		return err
	}
	s.out.send(&pgproto3.ParseComplete{})
	return nil
}

func (s *session) bind(body []byte) error {
	var m pgproto3.Bind
	if m.Decode(body) != nil {
		return malformed(body)
	}
	st, err := s.named(m.PreparedStatement)
	if err != nil {
		return err
	}
	s.text = st.text
	if s.tx.failed && !endsTransaction(st.parsed) {
		return errInFailed()
	}
	s.begin(txSingle)
	s.refresh(st)
	if !st.fresh && st.prepared != nil {
		for i, raw := range m.Parameters { // they lie in the input, which is read ahead meanwhile
			m.Parameters[i] = bytes.Clone(raw)
		}
		if err := s.once(func(ctx context.Context) error { return s.replan(ctx, st) }); err != nil {
			return err
		}
	}
	p := &portal{name: m.DestinationPortal, statement: st, text: st.text, columns: st.columns, size: len(body)}
	if p.args, err = s.arguments(&m, st); err != nil {
		return err
	}
	if p.formats, err = resultFormats(m.ResultFormatCodes, len(st.columns)); err != nil {
		return err
	}
	p.task = newTask(s.ctx)
	if err := s.addPortal(p); err != nil {
		p.close()
		return err
	}
	s.out.send(&pgproto3.BindComplete{})
	return nil
}

// resultFormats spreads the format codes over the columns.
func resultFormats(codes []int16, columns int) ([]int16, error) {
	switch {
	case len(codes) == 0 || len(codes) == 1 && codes[0] == 0:
		return nil, nil
	case len(codes) == 1:
		return slices.Repeat(codes, columns), nil
	case len(codes) != columns && columns > 0:
		return nil, pgerr.New(pgerr.ProtocolViolation, "bind message has %d result formats but query has %d columns", len(codes), columns)
	}
	return slices.Clone(codes), nil
}

func (s *session) describe(body []byte) error {
	var m pgproto3.Describe
	if m.Decode(body) != nil {
		return malformed(body)
	}
	switch m.ObjectType {
	case 'S':
		return s.describeStatement(m.Name)
	case 'P':
		p, err := s.findPortal("portal", m.Name)
		if err != nil {
			return err
		}
		if s.tx.failed && p.columns != nil {
			return errInFailed()
		}
		s.describeColumns(p.columns, p.formats)
		return nil
	}
	return pgerr.New(pgerr.ProtocolViolation, "invalid DESCRIBE message subtype %d", m.ObjectType)
}

func (s *session) describeStatement(name string) error {
	st, err := s.named(name)
	if err != nil {
		return err
	}
	if s.tx.failed && st.columns != nil {
		return errInFailed()
	}
	s.refresh(st)
	var m pgproto3.ParameterDescription
	for _, t := range st.params {
		m.ParameterOIDs = append(m.ParameterOIDs, t.OID)
	}
	s.out.send(&m)
	s.describeColumns(st.columns, nil)
	return nil
}

func (s *session) execute(body []byte) error {
	var m pgproto3.Execute
	if m.Decode(body) != nil {
		return malformed(body)
	}
	p, err := s.findPortal("portal", m.Portal)
	if err != nil {
		return err
	}
	s.text = p.text
	if _, ok := p.statement.parsed.(plan.Empty); ok {
		s.out.send(&pgproto3.EmptyQueryResponse{})
		return nil
	}
	if s.tx.failed && !endsTransaction(p.statement.parsed) {
		return errInFailed()
	}
	s.begin(txSingle)
	if p.started && p.rows == nil {
		return notRunnable(p)
	}
	limit := int64(int32(m.MaxRows))
	return s.during(p.task, func(ctx context.Context) error { return s.runPortal(ctx, p, max(limit, 0)) })
}

func (s *session) runPortal(ctx context.Context, p *portal, limit int64) error {
	if !p.started {
		if err := s.start(ctx, p); err != nil {
			return err
		}
	}
	n, end, err := s.stream(ctx, p, limit)
	switch {
	case err != nil:
		return err
	case end:
		s.complete(p.tag, n)
	default:
		s.out.send(&pgproto3.PortalSuspended{})
	}
	return nil
}

func (s *session) closeNamed(body []byte) error {
	var m pgproto3.Close
	if m.Decode(body) != nil {
		return malformed(body)
	}
	switch m.ObjectType {
	case 'S':
		delete(s.statements, m.Name)
	case 'P':
		s.closePortal(m.Name)
	default:
		return pgerr.New(pgerr.ProtocolViolation, "invalid CLOSE message subtype %d", m.ObjectType)
	}
	s.out.send(&pgproto3.CloseComplete{})
	return nil
}
