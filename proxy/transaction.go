package proxy

import (
	"time"

	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/planner/plan"
)

// transaction is the state of a session's transaction. Nothing is written, so it keeps settings, cursors and a clock.
type transaction struct {
	state      txState
	failed     bool
	queried    bool // a query has run: too late for SET TRANSACTION
	start      time.Time
	before     settings // to go back to
	savepoints []savepoint
}

type txState uint8

const (
	txNone     txState = iota
	txSingle           // one statement, or an extended sequence up to Sync
	txImplicit         // several statements of one Query
	txExplicit         // after BEGIN
)

type savepoint struct {
	name   string
	before settings
}

// status is the byte of ReadyForQuery.
func (t *transaction) status() byte {
	switch {
	case t.state != txExplicit:
		return 'I'
	case t.failed:
		return 'E'
	}
	return 'T'
}

// begin enters a transaction of this kind where there is none.
func (s *session) begin(state txState) {
	if s.tx.state == txNone {
		s.tx = transaction{state: state, start: time.Now(), before: s.settings}
	}
}

// finish ends a transaction that no BEGIN has made.
func (s *session) finish() error {
	if s.tx.state == txNone || s.tx.state == txExplicit {
		return nil
	}
	return s.commit()
}

// commit ends the transaction and keeps what was set. It fails when a WITH HOLD cursor cannot be kept.
func (s *session) commit() error {
	if err := s.holdPortals(); err != nil {
		s.rollback()
		return err
	}
	s.closePortals(0)
	changed := s.settings.local != nil
	s.settings.local = nil
	s.tx = transaction{}
	if changed {
		s.settingsChanged()
	}
	return nil
}

// rollback ends the transaction and puts the settings back.
func (s *session) rollback() {
	s.dropFreshHolds()
	s.closePortals(0)
	s.settings.session, s.settings.local = s.tx.before.session, s.tx.before.local
	s.tx = transaction{}
	s.settingsChanged()
}

// abort is what an error does: it ends the transaction, or marks the explicit one as failed.
func (s *session) abort() {
	if s.tx.state != txExplicit {
		if s.tx.state != txNone {
			s.rollback()
		}
		return
	}
	if s.tx.failed {
		return
	}
	s.tx.failed = true
	before, level := s.tx.before, 0
	if n := len(s.tx.savepoints); n > 0 {
		before, level = s.tx.savepoints[n-1].before, n
	}
	s.closePortals(level)
	s.settings.session, s.settings.local = before.session, before.local
	s.settingsChanged()
}

func errInFailed() error {
	return pgerr.New(pgerr.InFailedTransaction, "current transaction is aborted, commands ignored until end of transaction block")
}

// endsTransaction reports whether a statement is admitted in a failed transaction.
func endsTransaction(st plan.Statement) bool {
	switch st.(type) {
	case plan.Commit, plan.Rollback, plan.RollbackTo:
		return true
	}
	return false
}

func (s *session) runBegin(b plan.Begin) error {
	if s.tx.state == txExplicit {
		s.warn(pgerr.ActiveTransaction, "there is already a transaction in progress")
	} else {
		if s.tx.state == txNone {
			s.begin(txExplicit)
		}
		s.tx.state = txExplicit
	}
	return s.setMode(b.Mode, true)
}

func (s *session) runCommit(c plan.Commit) (tag string, err error) {
	if s.tx.failed {
		return s.runRollback(plan.Rollback(c))
	}
	if err := s.checkEnd("COMMIT", c.Chain); err != nil {
		return "", err
	}
	kept := s.settings.local
	if err := s.commit(); err != nil {
		return "", err
	}
	s.chain(c.Chain, kept)
	return "COMMIT", nil
}

func (s *session) runRollback(r plan.Rollback) (tag string, err error) {
	if err := s.checkEnd("ROLLBACK", r.Chain); err != nil {
		return "", err
	}
	kept := s.settings.local
	if s.tx.failed {
		kept = s.tx.before.local
	}
	s.rollback()
	s.chain(r.Chain, kept)
	return "ROLLBACK", nil
}

// checkEnd warns, or with AND CHAIN refuses, when no BEGIN has been seen.
func (s *session) checkEnd(command string, chain bool) error {
	if s.tx.state == txExplicit {
		return nil
	}
	if chain {
		return pgerr.New(pgerr.NoActiveTransaction, "%s AND CHAIN can only be used in transaction blocks", command)
	}
	s.warn(pgerr.NoActiveTransaction, "there is no transaction in progress")
	return nil
}

// chain starts the next transaction with the characteristics of the former one.
func (s *session) chain(chain bool, local map[string]string) {
	if chain {
		s.begin(txExplicit)
		s.settings.local = onlyTransaction(local)
	}
}

func (s *session) runSavepoint(name string) error {
	if s.tx.state != txExplicit {
		return onlyInBlock("SAVEPOINT")
	}
	s.tx.savepoints = append(s.tx.savepoints, savepoint{name, s.settings})
	return nil
}

func onlyInBlock(command string) error {
	return pgerr.New(pgerr.NoActiveTransaction, "%s can only be used in transaction blocks", command)
}

func (s *session) findSavepoint(name string) (int, error) {
	for i := len(s.tx.savepoints) - 1; i >= 0; i-- {
		if s.tx.savepoints[i].name == name {
			return i, nil
		}
	}
	return 0, pgerr.New(pgerr.InvalidSavepoint, `savepoint "%s" does not exist`, name)
}

func (s *session) runRelease(name string) error {
	if s.tx.state != txExplicit {
		return onlyInBlock("RELEASE SAVEPOINT")
	}
	i, err := s.findSavepoint(name)
	if err != nil {
		return err
	}
	s.tx.savepoints = s.tx.savepoints[:i]
	for _, p := range s.portals {
		p.level = min(p.level, i)
	}
	return nil
}

func (s *session) runRollbackTo(name string) error {
	if s.tx.state != txExplicit {
		return onlyInBlock("ROLLBACK TO SAVEPOINT")
	}
	i, err := s.findSavepoint(name)
	if err != nil {
		return err
	}
	s.closePortals(i + 1)
	before := s.tx.savepoints[i].before
	s.settings.session, s.settings.local = before.session, before.local
	s.tx.savepoints = s.tx.savepoints[:i+1]
	s.tx.failed = false
	s.settingsChanged()
	return nil
}

// setMode sets the characteristics of the transaction, or with local false the session's defaults.
func (s *session) setMode(m plan.TransactionMode, local bool) error {
	prefix := "default_transaction_"
	if local {
		prefix = "transaction_"
	}
	access := m.Access
	if access != "" {
		access = onOff(access == "read only")
	}
	for _, a := range []assignment{{"isolation", m.Isolation}, {"read_only", access}, {"deferrable", m.Deferrable}} {
		if a.value == "" {
			continue
		}
		if err := s.assign(prefix+a.name, a.value, local); err != nil {
			return err
		}
	}
	return nil
}

func (s *session) runSetTransaction(st plan.SetTransaction) error {
	switch {
	case st.Session:
		return s.setMode(st.Mode, false)
	case s.tx.state == txSingle:
		s.warn(pgerr.NoActiveTransaction, "SET TRANSACTION can only be used in transaction blocks")
		return nil
	case s.tx.queried && st.Mode.Isolation != "" && st.Mode.Isolation != s.settings.value("transaction_isolation"):
		return pgerr.New(pgerr.ActiveTransaction, "SET TRANSACTION ISOLATION LEVEL must be called before any query")
	case s.tx.queried && st.Mode.Access == "read write" && s.settings.value("transaction_read_only") == "on":
		return pgerr.New(pgerr.ActiveTransaction, "transaction read-write mode must be set before any query")
	}
	return s.setMode(st.Mode, true)
}
