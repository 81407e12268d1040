package proxy

import (
	"context"
	"math"
	"strconv"

	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/planner/plan"
)

// declare opens a cursor over the query of p's statement.
func (s *session) declare(p *portal, d plan.Declare) error {
	if !d.Hold && s.tx.state == txSingle {
		return onlyInBlock("DECLARE CURSOR")
	}
	q := p.statement.prepared
	c := &portal{name: d.Name, statement: p.statement, text: p.text, args: p.args, columns: q.Columns, started: true,
		tag: "SELECT ", scroll: d.Scroll, hold: d.Hold, fresh: d.Hold, task: newTask(s.ctx)}
	if d.Binary {
		c.formats, _ = resultFormats([]int16{1}, len(q.Columns))
	}
	if err := s.addPortal(c); err != nil {
		c.close()
		return err
	}
	var limit int64
	if d.Scroll || d.Hold {
		limit = s.server.cfg.CursorBytes
	}
	err := s.during(c.task, func(ctx context.Context) error { return s.open(ctx, c, q, limit) })
	if err != nil {
		s.closePortal(d.Name)
	}
	return err
}

func (s *session) closeCursor(st plan.CloseCursor) (string, error) {
	if st.Name == "" {
		for name, p := range s.portals {
			if p.rows != nil || !p.started {
				s.closePortal(name)
			}
		}
		return "CLOSE CURSOR ALL", nil
	}
	if _, err := s.findPortal("cursor", st.Name); err != nil {
		return "", err
	}
	s.closePortal(st.Name)
	return "CLOSE CURSOR", nil
}

// startFetch gives p the window of the cursor's rows that FETCH asks for; MOVE passes over it.
func (s *session) startFetch(p *portal, f plan.Fetch) error {
	c, err := s.findPortal("cursor", f.Cursor)
	if err != nil {
		return err
	}
	if _, query := c.statement.parsed.(plan.Query); query && !c.started { // bound by the protocol, and not executed yet
		if err := s.during(c.task, func(ctx context.Context) error { return s.start(ctx, c) }); err != nil {
			c.gone = notRunnable(c)
			return err
		}
	}
	if c.rows == nil {
		return notRunnable(c)
	}
	s.text = "" // the query's positions count in another text
	w := &window{session: s, cursor: c, rows: c.rows}
	if err := w.aim(f); err != nil {
		return w.fail(err)
	}
	if f.Move {
		n, err := w.pass()
		p.tag = "MOVE " + strconv.FormatInt(n, 10)
		return err
	}
	p.tag, p.columns, p.rows = "FETCH ", c.columns, w
	if c.tape == nil {
		return nil
	}
	if _, declared := c.statement.parsed.(plan.Declare); declared && c.formats != nil {
		p.formats = c.formats
	}
	b, err := s.encoded(c.tape, c.columns, p.formats)
	if err != nil {
		return err
	}
	b.borrows, w.rows = true, b
	return nil
}

func notRunnable(p *portal) error {
	return pgerr.New(pgerr.ObjectNotInPrerequisite, `portal "%s" cannot be run`, p.name)
}

// window is what a FETCH sees of a cursor: its own row n is the cursor's row first + step × (n − 1). Reading it moves the cursor.
type window struct {
	session *session
	cursor  *portal
	rows    rows
	first   int64
	step    int64
	count   int64
}

// aim finds the rows that a FETCH means. A cursor stands before its first row, on a row, or behind its last one.
func (w *window) aim(f plan.Fetch) error {
	c := w.cursor
	here := c.pos
	if c.end {
		here++
	}
	onRow := c.pos > 0 && !c.end
	n := f.Count
	w.step, w.count = 1, 1
	switch f.Direction {
	case plan.Absolute:
		if n < 0 {
			total, err := w.total()
			if err != nil {
				return err
			}
			n += total + 1
		}
		w.first = max(n, 0)
		return nil
	case plan.Relative:
		w.first = max(here+n, 0)
		return nil
	case plan.Backward:
		if n != math.MinInt64 {
			n = -n
		}
	}
	switch {
	case n == 0 && onRow:
		w.first = here
	case n == 0:
		w.count = 0
	case n > 0:
		w.first, w.count = here+1, n
		if c.end {
			w.count = 0
		}
	default:
		w.first, w.step, w.count = here-1, -1, -n
		if !c.scroll {
			return errForwardOnly()
		}
	}
	return nil
}

// total reads the whole result to count it, which only a cursor that keeps its rows can.
func (w *window) total() (int64, error) {
	if !w.cursor.scroll {
		return 0, errForwardOnly()
	}
	for n := w.cursor.pos + 1; ; n++ {
		ok, err := w.row(n)
		if err != nil {
			return 0, err
		}
		if !ok {
			return n - 1, nil
		}
	}
}

// row makes a row current, under the cursor's own task when it has to be read, so that cancelling reaches it.
func (w *window) row(n int64) (ok bool, err error) {
	t := w.cursor.tape
	if t == nil || t.current.holds(n) {
		return w.rows.at(n)
	}
	err = w.session.during(w.cursor.task, func(context.Context) error {
		ok, err = w.rows.at(n)
		return err
	})
	return ok, err
}

func (w *window) at(n int64) (bool, error) {
	if n > w.count {
		return false, nil
	}
	ok, err := w.moveTo(n)
	if err != nil {
		err = w.fail(err)
	}
	return ok, err
}

// fail ends a cursor that an error has left in an unknown place.
func (w *window) fail(err error) error {
	w.cursor.tape.fail(err)
	w.cursor.close()
	w.cursor.gone = notRunnable(w.cursor)
	return err
}

func (w *window) moveTo(n int64) (bool, error) {
	c, target := w.cursor, w.first+w.step*(n-1)
	if target < 1 {
		if !c.scroll && c.pos > 0 {
			return false, errForwardOnly()
		}
		c.pos, c.end = 0, false
		return false, nil
	}
	for !c.scroll && target > c.pos+1 && !c.end { // a cursor that only goes forward passes over each row
		ok, err := w.row(c.pos + 1)
		if err != nil {
			return false, err
		}
		c.end = !ok
		if ok {
			c.pos++
		}
	}
	if c.end && target > c.pos {
		return false, nil
	}
	ok, err := w.row(target)
	if err != nil {
		return false, err
	}
	if ok {
		c.pos, c.end = target, false
		return true, nil
	}
	if c.end = true; c.tape != nil {
		c.pos = c.tape.read
	}
	return false, nil
}

// pass moves over the window and counts its rows.
func (w *window) pass() (int64, error) {
	for n := int64(0); ; n++ {
		if ok, err := w.at(n + 1); !ok {
			return n, err
		}
	}
}

func (w *window) encode(dst []byte) ([]byte, error) { return w.rows.encode(dst) }

func (w *window) close() {}
