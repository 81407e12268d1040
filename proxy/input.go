package proxy

import (
	"encoding/binary"
	"errors"
	"io"
	"net"
	"os"
	"sync"

	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/planner"
)

const (
	// idleBytes is what a waiting connection keeps for the start of the next message; most messages fit.
	idleBytes = 512
	// readBytes is the buffer of a busy connection, and readAhead what is read of further messages while a statement runs.
	readBytes = 16 << 10
	readAhead = 1 << 20
)

var readBuffers = sync.Pool{New: func() any {
	b := make([]byte, readBytes)
	return &b
}}

// input cuts the client's bytes into messages. The session's goroutine owns it, but while a watcher reads ahead.
type input struct {
	conn   net.Conn
	max    int // bytes of a message's body
	small  [idleBytes]byte
	pooled *[]byte
	buf    []byte // small, *pooled or a larger one
	r, w   int    // unread bytes are buf[r:w]
	err    error  // found while reading ahead
	over   int    // bytes of a message that is refused because of reason
	reason error
}

func newInput(conn net.Conn, limit int) *input {
	in := &input{conn: conn, max: limit}
	in.buf = in.small[:]
	return in
}

// errInvalidLength is a header that no message can have; the stream cannot be understood any more.
var errInvalidLength = pgerr.New(pgerr.ProtocolViolation, "invalid message length")

// next returns the next message's type and body, valid until the next call. wait is called before it blocks. A Query whose text
// is longer than any may be is passed over, which is an error of type passed.
func (in *input) next(wait func() error) (byte, []byte, error) {
	if in.over > 0 {
		return 0, nil, in.pass(wait)
	}
	if in.r == in.w {
		in.rest()
	}
	if err := in.need(5, wait); err != nil {
		return 0, nil, err
	}
	kind := in.buf[in.r]
	n := int(int32(binary.BigEndian.Uint32(in.buf[in.r+1:])))
	if n < 4 {
		return kind, nil, errInvalidLength
	}
	if n-4 > in.max {
		return kind, nil, pgerr.New(pgerr.ProgramLimitExceeded, "message is too long").
			WithDetail("It has %d bytes; a message may have %d.", n-4, in.max)
	}
	if kind == 'Q' {
		if err := planner.CheckLength(n - 5); err != nil {
			in.over, in.reason = 1+n, err
			return kind, nil, in.pass(wait)
		}
	}
	if err := in.need(1+n, wait); err != nil {
		return 0, nil, err
	}
	body := in.buf[in.r+5 : in.r+1+n]
	in.r += 1 + n
	return kind, body, nil
}

// passed is why a message was thrown away as it arrived; what comes after it is understood.
type passed struct{ error }

// pass throws over bytes away as they arrive, so that a message refused by its header costs no memory. After a timeout next
// goes on with it.
func (in *input) pass(wait func() error) error {
	for {
		n := min(in.over, in.w-in.r)
		in.r += n
		if in.over -= n; in.over == 0 {
			return passed{in.reason}
		}
		in.r, in.w = 0, 0
		if err := in.need(1, wait); err != nil {
			return err
		}
	}
}

// take returns the next n bytes, for the startup packets, which have no type.
func (in *input) take(n int) ([]byte, error) {
	if err := in.need(n, nil); err != nil {
		return nil, err
	}
	in.r += n
	return in.buf[in.r-n : in.r], nil
}

// buffered is the number of bytes that have arrived and are not read yet.
func (in *input) buffered() int { return in.w - in.r }

// done gives a long message's buffer back as soon as its body has been decoded.
func (in *input) done() {
	if in.r == in.w {
		in.rest()
	}
}

// rest shrinks an empty buffer to the idle one.
func (in *input) rest() {
	if in.pooled != nil {
		readBuffers.Put(in.pooled)
		in.pooled = nil
	}
	in.buf, in.r, in.w = in.small[:], 0, 0
}

func (in *input) need(n int, wait func() error) error {
	for in.w-in.r < n {
		if in.err != nil {
			return in.err
		}
		in.room(n)
		if wait != nil {
			if err := wait(); err != nil {
				return err
			}
		}
		m, err := in.conn.Read(in.buf[in.w:])
		in.w += m
		if err != nil && m == 0 {
			if err == io.EOF && in.w > in.r {
				err = io.ErrUnexpectedEOF
			}
			return err
		}
	}
	return nil
}

// room makes place to read into. The buffer of a long message, of want bytes in all, grows as its bytes arrive, so that a
// header alone costs nothing; it grows fourfold, so that the buffers left behind are a third of the last.
func (in *input) room(want int) {
	switch {
	case in.w < len(in.buf):
	case in.r > 0:
		in.w = copy(in.buf, in.buf[in.r:in.w])
		in.r = 0
	case len(in.buf) == idleBytes:
		in.pooled = readBuffers.Get().(*[]byte)
		in.w = copy(*in.pooled, in.buf)
		in.buf = *in.pooled
	default:
		size := 4 * len(in.buf)
		if want > len(in.buf) {
			size = min(size, want)
		}
		grown := make([]byte, size)
		in.w = copy(grown, in.buf)
		in.buf = grown
		if in.pooled != nil {
			readBuffers.Put(in.pooled)
			in.pooled = nil
		}
	}
}

// ahead reads what arrives while a statement runs, until the read deadline passes (nil), the client is gone (an error), or
// so much lies unread that watching has to stop (nil).
func (in *input) ahead() error {
	for in.w-in.r < readAhead {
		in.room(0)
		n, err := in.conn.Read(in.buf[in.w:])
		in.w += n
		if errors.Is(err, os.ErrDeadlineExceeded) {
			return nil
		}
		if err != nil {
			in.err = err
			return err
		}
	}
	return nil
}
