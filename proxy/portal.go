package proxy

import (
	"context"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5/pgproto3"

	"github.com/waggle-sql/waggle/internal/datum"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/planner"
)

// rows is what a portal reads from.
type rows interface {
	// at makes row n, from 1, the current one; false means that there are fewer.
	at(n int64) (bool, error)
	// encode appends the current row as a DataRow message.
	encode(dst []byte) ([]byte, error)
	close()
}

// portal is a statement with its parameters on its way: a portal of the extended protocol, a cursor of SQL, or the
// statement of a Query. It owns its rows until it is closed.
type portal struct {
	name      string
	statement *statement
	text      string
	args      []datum.Value
	size      int // bytes of the message that bound them
	columns   []planner.Column
	formats   []int16
	task      *task
	started   bool
	rows      rows
	tape      *tape // what rows reads, when that is a query's result
	tag       string
	pos       int64 // rows before it have been sent
	end       bool  // pos is behind the last row
	level     int   // savepoints when it was made
	scroll    bool
	hold      bool
	fresh     bool  // a WITH HOLD cursor of the running transaction
	gone      error // why its rows are no more
	used      time.Time
}

func (p *portal) close() {
	if p.rows != nil {
		p.rows.close()
		p.rows = nil
	}
	p.task.cancel(context.Canceled)
}

// stream sends up to limit rows (0: all) and reports how many, and whether the portal is at its end.
func (s *session) stream(ctx context.Context, p *portal, limit int64) (n int64, end bool, err error) {
	if p.rows == nil {
		return 0, true, nil
	}
	defer p.tape.panicking()
	n, end, err = s.sendRows(ctx, p, limit)
	if err != nil {
		p.tape.fail(err)
	}
	return n, end, err
}

func (s *session) sendRows(ctx context.Context, p *portal, limit int64) (n int64, end bool, err error) {
	p.used = time.Now()
	for limit == 0 || n < limit {
		ok, err := p.rows.at(p.pos + 1)
		if err != nil {
			return n, false, err
		}
		if !ok {
			p.end = true
			return n, true, nil
		}
		s.out.acquire()
		b, err := p.rows.encode(s.out.buf)
		if err != nil {
			return n, false, err
		}
		s.out.buf = b
		p.pos++
		n++
		if s.out.full() {
			if err := s.out.flush(); err != nil {
				return n, false, errGone
			}
			if ctx.Err() != nil {
				return n, false, context.Cause(ctx)
			}
		}
	}
	return n, false, nil
}

// complete sends CommandComplete; a tag that ends in a blank takes the number of rows.
func (s *session) complete(tag string, n int64) {
	var b [64]byte
	text := append(b[:0], tag...)
	if tag != "" && tag[len(tag)-1] == ' ' {
		text = strconv.AppendInt(text, n, 10)
	}
	s.out.send(&pgproto3.CommandComplete{CommandTag: text})
}

func (s *session) addPortal(p *portal) error {
	if p.name != "" && s.portals[p.name] != nil {
		return pgerr.New(pgerr.DuplicateCursor, `cursor "%s" already exists`, p.name)
	}
	s.closePortal(p.name)
	bytes := p.size
	for _, kept := range s.portals {
		bytes += kept.size
	}
	if len(s.portals) >= maxKept || bytes > maxKeptBytes {
		return tooMuchKept("portals", "close those that are not needed")
	}
	if s.portals == nil {
		s.portals = map[string]*portal{}
	}
	p.level = len(s.tx.savepoints)
	p.used = time.Now()
	s.portals[p.name] = p
	return nil
}

// findPortal returns an open portal; word is cursor in SQL and portal in the protocol.
func (s *session) findPortal(word, name string) (*portal, error) {
	p := s.portals[name]
	if p == nil {
		return nil, pgerr.New(pgerr.InvalidCursorName, `%s "%s" does not exist`, word, name)
	}
	return p, p.gone
}

func (s *session) closePortal(name string) {
	if p := s.portals[name]; p != nil {
		p.close()
		delete(s.portals, name)
	}
}

// closePortals closes those made at this depth of savepoints or deeper, but for kept WITH HOLD cursors.
func (s *session) closePortals(level int) {
	for name, p := range s.portals {
		if p.level >= level && (!p.hold || p.fresh) {
			s.closePortal(name)
		}
	}
}

// dropFreshHolds makes the WITH HOLD cursors of a transaction that is rolled back ordinary ones.
func (s *session) dropFreshHolds() {
	for _, p := range s.portals {
		p.hold = p.hold && !p.fresh
	}
}

// holdPortals reads the rest of the transaction's WITH HOLD cursors, so that they outlive it.
func (s *session) holdPortals() error {
	for _, p := range s.portals {
		if !p.hold || !p.fresh || p.gone != nil {
			continue
		}
		err := s.during(p.task, func(context.Context) error { return p.tape.readAll() })
		if err != nil {
			return err
		}
		p.fresh = false
		p.level = 0
	}
	return nil
}

// holdsReaders reports whether a portal keeps an engine's reader open.
func (s *session) holdsReaders() bool {
	for _, p := range s.portals {
		if p.tape != nil && p.tape.open() {
			return true
		}
	}
	return false
}

// expirePortals releases what portals hold that have not been used for the portal's idle time.
func (s *session) expirePortals() {
	limit := s.server.cfg.IdlePortalTimeout
	for _, p := range s.portals {
		if p.tape != nil && p.tape.open() && time.Since(p.used) >= limit {
			p.close()
			p.gone = pgerr.New(pgerr.InvalidCursorName, `cursor "%s" does not exist`, p.name).
				WithDetail("It was closed after %s without use.", limit)
		}
	}
}

// closeAll ends everything that the session holds.
func (s *session) closeAll() {
	for name := range s.portals {
		s.closePortal(name)
	}
	s.statements = nil
}

// dropUnnamed removes the unnamed statement and portal, as every Query does.
func (s *session) dropUnnamed() {
	delete(s.statements, "")
	s.closePortal("")
}
