package proxy

import (
	"net"
	"sync"

	"github.com/jackc/pgx/v5/pgproto3"
)

// flushSize is how full the buffer gets before it is written while rows stream; it is checked per row.
const flushSize = 48 << 10

// buffers are shared by all connections: an idle connection holds none.
var buffers = sync.Pool{New: func() any {
	b := make([]byte, 0, flushSize+16<<10)
	return &b
}}

// output collects messages and writes them. It belongs to the session's goroutine. After a failed write all is discarded.
type output struct {
	conn   net.Conn
	pooled *[]byte
	buf    []byte
	due    bool // to be written before the next blocking read
	err    error
}

// send appends a message. Messages of ours always encode, but for texts over 2 GiB.
func (o *output) send(m pgproto3.BackendMessage) {
	o.acquire()
	b, err := m.Encode(o.buf)
	if err != nil {
		o.err = err
		return
	}
	o.buf = b
}

func (o *output) acquire() {
	if o.pooled == nil {
		o.pooled = buffers.Get().(*[]byte)
		o.buf = (*o.pooled)[:0]
	}
}

// full reports whether it is time to write while rows stream.
func (o *output) full() bool { return len(o.buf) >= flushSize }

// flush writes everything; while the client does not read, it blocks: this is the backpressure.
func (o *output) flush() error {
	o.due = false
	if len(o.buf) > 0 && o.err == nil {
		_, o.err = o.conn.Write(o.buf)
	}
	o.buf = o.buf[:0]
	return o.err
}

// release gives the empty buffer back.
func (o *output) release() {
	if o.pooled == nil || len(o.buf) > 0 {
		return
	}
	if cap(o.buf) <= 128<<10 {
		*o.pooled = o.buf[:0]
		buffers.Put(o.pooled)
	}
	o.pooled, o.buf = nil, nil
}
