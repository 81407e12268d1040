package proxy

import (
	"context"
	"strings"

	"github.com/waggle-sql/waggle/engine"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/planner"
	"github.com/waggle-sql/waggle/planner/plan"
	"github.com/waggle-sql/waggle/proxy/rowenc"
)

// start begins a portal's statement: afterwards it has rows to stream, or is done; its tag is known.
func (s *session) start(ctx context.Context, p *portal) (err error) {
	p.started = true
	p.columns = p.statement.columns
	switch st := p.statement.parsed.(type) {
	case plan.Query:
		p.tag = "SELECT "
		return s.open(ctx, p, p.statement.prepared, 0)
	case plan.Explain:
		p.tag = "EXPLAIN"
		lines, err := s.server.cfg.Engine.Explain(ctx, s.who, s.planSettings(), st, s.engineArgs(p))
		p.rows = lineRows(lines)
		return err
	case plan.Show:
		p.tag = "SHOW"
		p.rows, err = s.showRows(st)
		return err
	case plan.Fetch:
		return s.startFetch(p, st)
	case plan.Execute:
		return s.startExecute(ctx, p, st)
	case plan.CopyOut:
		return s.copyOut(ctx, p, st)
	case plan.Declare:
		p.tag = "DECLARE CURSOR"
		return s.declare(p, st)
	case plan.Prepare:
		p.tag = "PREPARE"
		return s.prepareSQL(ctx, st)
	}
	p.tag, err = s.command(p.statement.parsed)
	return err
}

func (s *session) engineArgs(p *portal) engine.Args {
	return engine.Args{Values: p.args, Env: s.environment(), Sources: s.sources(), Clocked: s.statementTimeout() > 0}
}

// open runs a query; limit is what its tape may keep.
func (s *session) open(ctx context.Context, p *portal, q *planner.Prepared, limit int64) error {
	s.tx.queried = true
	args := s.engineArgs(p)
	result, err := s.server.cfg.Engine.Execute(ctx, s.who, q, args)
	if err != nil {
		return err
	}
	t := &tape{result: result, limit: limit}
	rows, err := s.encoded(t, q.Columns, p.formats)
	if err != nil {
		t.fail(err)
		t.close()
		return err
	}
	p.tape, p.rows = t, rows
	return nil
}

// encoded makes rows of a tape in these formats.
func (s *session) encoded(t *tape, columns []planner.Column, formats []int16) (*batchRows, error) {
	cols := make([]rowenc.Column, len(columns))
	for i, c := range columns {
		if f := formatOf(formats, i); f != 0 && f != 1 {
			return nil, pgerr.New(pgerr.InvalidParameterValue, "unsupported format code: %d", f)
		}
		cols[i] = rowenc.Column{Type: c.Type, Index: c.Index, Quotient: c.Finish != planner.None, Strict: c.Finish == planner.Division,
			Divisor: c.Divisor, Format: formatOf(formats, i)}
	}
	encoder, err := rowenc.New(cols, s.environment())
	if err != nil {
		return nil, err
	}
	return &batchRows{tape: t, encoder: encoder}, nil
}

func lineRows(lines []string) *textRows {
	t := &textRows{values: make([][]string, len(lines))}
	for i, line := range lines {
		t.values[i] = []string{line}
	}
	return t
}

func (s *session) showRows(st plan.Show) (*textRows, error) {
	if !strings.EqualFold(st.Name, "all") {
		_, value, err := s.settings.show(st.Name)
		return &textRows{values: [][]string{{value}}}, err
	}
	t := &textRows{}
	for _, g := range parameters() {
		t.values = append(t.values, []string{g.name, g.show(s.settings.value(strings.ToLower(g.name))), g.about})
	}
	for _, name := range s.settings.custom() {
		t.values = append(t.values, []string{name, s.settings.value(name), ""})
	}
	return t, nil
}

// command runs a statement without rows and returns its tag.
func (s *session) command(st plan.Statement) (string, error) {
	switch st := st.(type) {
	case plan.Set:
		return "SET", s.runSet(st)
	case plan.SetTransaction:
		return "SET", s.runSetTransaction(st)
	case plan.Reset:
		err := s.settings.reset(st.Name)
		s.settingsChanged()
		return "RESET", err
	case plan.Begin:
		return st.Tag, s.runBegin(st)
	case plan.Commit:
		return s.runCommit(st)
	case plan.Rollback:
		return s.runRollback(st)
	case plan.Savepoint:
		return "SAVEPOINT", s.runSavepoint(st.Name)
	case plan.Release:
		return "RELEASE", s.runRelease(st.Name)
	case plan.RollbackTo:
		return "ROLLBACK", s.runRollbackTo(st.Name)
	case plan.Deallocate:
		return s.deallocate(st)
	case plan.Discard:
		return s.discard(st)
	case plan.CloseCursor:
		return s.closeCursor(st)
	case plan.Listen:
		return st.Tag, nil
	}
	return "", pgerr.New(pgerr.FeatureNotSupported, "this statement is not supported")
}

func (s *session) runSet(st plan.Set) error {
	if st.Local && s.tx.state == txSingle {
		s.warn(pgerr.NoActiveTransaction, "SET LOCAL can only be used in transaction blocks")
	}
	if st.Default {
		return s.setDefault(st)
	}
	value, err := flatten(st.Name, st.Values)
	if err != nil {
		return err
	}
	return s.assign(st.Name, value, st.Local)
}

func (s *session) setDefault(st plan.Set) error {
	defer s.settingsChanged()
	if !st.Local {
		return s.settings.reset(st.Name)
	}
	kept := s.settings.session
	if err := s.settings.reset(st.Name); err != nil {
		return err
	}
	value := s.settings.value(strings.ToLower(st.Name))
	s.settings.session = kept
	s.settings.set(st.Name, value, true)
	return nil
}

func (s *session) deallocate(st plan.Deallocate) (string, error) {
	if st.Name == "" {
		clear(s.statements)
		return "DEALLOCATE ALL", nil
	}
	if _, err := s.named(st.Name); err != nil {
		return "", err
	}
	delete(s.statements, st.Name)
	return "DEALLOCATE", nil
}

func (s *session) discard(st plan.Discard) (string, error) {
	if st.What != "ALL" {
		return "DISCARD " + st.What, nil
	}
	if s.tx.state == txExplicit || s.tx.state == txImplicit {
		return "", pgerr.New(pgerr.ActiveTransaction, "DISCARD ALL cannot run inside a transaction block")
	}
	for name, p := range s.portals {
		if p.rows != nil || !p.started {
			s.closePortal(name)
		}
	}
	clear(s.statements)
	err := s.settings.reset("")
	s.settingsChanged()
	return "DISCARD ALL", err
}

// prepareSQL is PREPARE: the statement shares its name space with the protocol's.
func (s *session) prepareSQL(ctx context.Context, p plan.Prepare) error {
	oids := make([]uint32, len(p.Types))
	for i, t := range p.Types {
		oids[i] = t.OID
	}
	if s.statements[p.Name] != nil {
		return pgerr.New(pgerr.DuplicatePreparedStatement, `prepared statement "%s" already exists`, p.Name)
	}
	st, err := s.prepare(ctx, plan.Query{Span: p.Query}, oids)
	if err != nil {
		return err
	}
	return s.store(p.Name, st)
}
