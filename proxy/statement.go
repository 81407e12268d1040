package proxy

import (
	"context"
	"strings"

	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/planner"
	"github.com/waggle-sql/waggle/planner/plan"
)

// statement is a prepared statement of either protocol, or the one being run.
type statement struct {
	name     string
	text     string // the client's text that offsets count in
	parsed   plan.Statement
	prepared *planner.Prepared // of the query inside, if there is one
	declared []uint32          // parameter types as the client gave them
	params   []plan.Type
	columns  []planner.Column // nil when it returns no rows
	fresh    bool             // planned in this cycle: Bind need not plan again
}

// prepare plans what is inside a statement and finds its parameters and columns.
func (s *session) prepare(ctx context.Context, parsed plan.Statement, oids []uint32) (*statement, error) {
	st := &statement{text: s.text, parsed: parsed, declared: oids, fresh: true}
	return st, s.plan(ctx, st)
}

func (s *session) plan(ctx context.Context, st *statement) (err error) {
	switch p := st.parsed.(type) {
	case plan.Query:
		if err = s.planQuery(ctx, st, p.Span); err == nil {
			st.columns = st.prepared.Columns
			if st.columns == nil {
				st.columns = []planner.Column{}
			}
		}
	case plan.Explain:
		kind := uint32(pgcat.Text)
		if p.Format == "json" {
			kind = pgcat.JSON
		}
		st.columns = textColumns(kind, "QUERY PLAN")
		err = s.planQuery(ctx, st, p.Query)
	case plan.Declare:
		err = s.planQuery(ctx, st, p.Query)
	case plan.CopyOut:
		err = s.planQuery(ctx, st, p.Query)
		if err == nil && len(st.params) > 0 {
			err = pgerr.New(pgerr.UndefinedParameter, "there is no parameter $1")
		}
	case plan.Show:
		st.columns, err = s.showColumns(p)
	case plan.Fetch, plan.Execute:
		s.refresh(st)
	case plan.Write:
		err = pgerr.New(pgerr.ReadOnlyTransaction, "cannot execute %s in a read-only transaction", p.Tag).At(p.Offset)
	}
	return err
}

// refresh finds the columns of a statement that runs another one, which may be there only now.
func (s *session) refresh(st *statement) {
	switch p := st.parsed.(type) {
	case plan.Fetch:
		if c := s.portals[p.Cursor]; c != nil && !p.Move {
			st.columns = c.columns
		}
	case plan.Execute:
		if named := s.statements[p.Name]; named != nil {
			st.columns = named.columns
		}
	}
}

func (s *session) planQuery(ctx context.Context, st *statement, q plan.Span) error {
	p, err := s.server.cfg.Engine.Prepare(ctx, s.who, s.planSettings(), q, st.declared)
	if err != nil {
		return err
	}
	st.prepared, st.params = p, p.Params
	return nil
}

// replan plans a statement of an earlier cycle again, which the engine's cache makes cheap; settings and model may have changed.
func (s *session) replan(ctx context.Context, st *statement) error {
	if st.fresh || st.prepared == nil {
		return nil
	}
	again := *st
	if err := s.plan(ctx, &again); err != nil {
		return err
	}
	if !sameTypes(st.columns, again.columns) || len(st.params) != len(again.params) {
		return pgerr.New(pgerr.FeatureNotSupported, "cached plan must not change result type")
	}
	st.prepared, st.params, st.columns = again.prepared, again.params, again.columns
	return nil
}

func sameTypes(a, b []planner.Column) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i].Type != b[i].Type || a[i].Name != b[i].Name {
			return false
		}
	}
	return true
}

func textColumns(oid uint32, names ...string) []planner.Column {
	columns := make([]planner.Column, len(names))
	for i, name := range names {
		columns[i] = planner.Column{Name: name, Type: plan.Type{OID: oid, Mod: -1}, Index: i}
	}
	return columns
}

func (s *session) showColumns(p plan.Show) ([]planner.Column, error) {
	if strings.EqualFold(p.Name, "all") {
		return textColumns(pgcat.Text, "name", "setting", "description"), nil
	}
	name, _, err := s.settings.show(p.Name)
	return textColumns(pgcat.Text, name), err
}

// What a session may keep between its messages: statements and portals, each, and the bytes that the client sent for them.
const (
	maxKept      = 10_000
	maxKeptBytes = 32 << 20
)

// store keeps a statement under its name.
func (s *session) store(name string, st *statement) error {
	if name != "" && s.statements[name] != nil {
		return pgerr.New(pgerr.DuplicatePreparedStatement, `prepared statement "%s" already exists`, name)
	}
	bytes := len(st.text)
	for _, kept := range s.statements {
		bytes += len(kept.text)
	}
	if len(s.statements) >= maxKept || bytes > maxKeptBytes {
		return tooMuchKept("prepared statements", "DEALLOCATE those that are not needed")
	}
	if s.statements == nil {
		s.statements = map[string]*statement{}
	}
	st.name = name
	s.statements[name] = st
	return nil
}

func tooMuchKept(what, act string) error {
	return pgerr.New(pgerr.OutOfMemory, "the session keeps too many %s", what).
		WithDetail("It may keep %d of %d MiB together.", maxKept, maxKeptBytes>>20).WithHint("%s", act)
}

func (s *session) named(name string) (*statement, error) {
	st := s.statements[name]
	switch {
	case st != nil:
		return st, nil
	case name == "":
		return nil, pgerr.New(pgerr.InvalidStatementName, "unnamed prepared statement does not exist")
	}
	return nil, pgerr.New(pgerr.InvalidStatementName, `prepared statement "%s" does not exist`, name)
}
