package workspace

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"io"
	"sync"

	"github.com/waggle-sql/waggle/dialect"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/planner/plan"
)

// The protocol: frames of a nine-byte head (length of the body, kind, stream) and a body. Control bodies are JSON, data
// bodies are pieces of an Arrow IPC stream. Backpressure is the pipe's. No frame holds a DSN, a person's name or a token.
const (
	frameConfig = 'C' // to the worker, first: config
	frameLoad   = 'L' // to the worker: loadOrder; then its data and end
	frameQuery  = 'Q' // to the worker: queryOrder
	frameData   = 'D' // both ways: a piece of an Arrow IPC stream
	frameEnd    = 'E' // both ways: the stream is complete; from the worker also: the load is done
	frameReady  = 'R' // from the worker, first: ready
	frameError  = 'X' // from the worker: failure of one stream
	frameBeat   = 'H' // from the worker: beat
)

const (
	headSize  = 9
	maxFrame  = 64 << 20
	dataFrame = 1 << 20
)

type config struct {
	Budget  int64 `json:"budget"`
	Threads int   `json:"threads"`
	Strict  bool  `json:"strict"`
}

type ready struct {
	Layers []Layer `json:"layers"`
	Error  string  `json:"error,omitempty"`
}

type loadOrder struct {
	Table string      `json:"table"`
	Names []string    `json:"names"`
	Types []plan.Type `json:"types"`
}

type queryOrder struct {
	SQL   string         `json:"sql"`
	Types []plan.Type    `json:"types"`
	Funcs []dialect.Func `json:"funcs"`
	Env   settings       `json:"env"`
}

type beat struct {
	Resident int64 `json:"resident"`
}

// failure is a *pgerr.Error on its way between the processes, also inside DuckDB's error texts.
type failure struct {
	Code     string `json:"c"`
	Message  string `json:"m"`
	Detail   string `json:"d,omitempty"`
	Hint     string `json:"h,omitempty"`
	Position int    `json:"p,omitempty"`
	Cause    string `json:"cause,omitempty"` // for the server's log: the shape of what DuckDB said
}

func asFailure(err error) failure {
	e := pgerr.From(err)
	f := failure{Code: e.Code, Message: e.Message, Detail: e.Detail, Hint: e.Hint, Position: e.Position}
	if e.Code == pgerr.Internal && e.Unwrap() != nil {
		f.Cause = e.Unwrap().Error()
	}
	return f
}

func (f failure) err() *pgerr.Error {
	e := &pgerr.Error{Code: f.Code, Message: f.Message, Detail: f.Detail, Hint: f.Hint, Position: f.Position}
	if f.Cause != "" {
		return e.Because(errors.New(f.Cause))
	}
	return e
}

// frameWriter writes whole frames; it may be used by several goroutines.
type frameWriter struct {
	mu   sync.Mutex
	w    io.Writer
	head [headSize]byte
}

func (f *frameWriter) write(kind byte, stream uint32, body []byte) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	binary.LittleEndian.PutUint32(f.head[0:], uint32(len(body)))
	f.head[4] = kind
	binary.LittleEndian.PutUint32(f.head[5:], stream)
	if _, err := f.w.Write(f.head[:]); err != nil {
		return err
	}
	_, err := f.w.Write(body)
	return err
}

func (f *frameWriter) control(kind byte, stream uint32, body any) error {
	b, err := json.Marshal(body)
	if err != nil {
		return err
	}
	return f.write(kind, stream, b)
}

// streamWriter cuts the bytes of one Arrow IPC stream into data frames. Flush sends what is buffered.
type streamWriter struct {
	to     *frameWriter
	stream uint32
	buf    []byte
}

func (s *streamWriter) Write(p []byte) (int, error) {
	n := len(p)
	if len(s.buf)+n <= dataFrame {
		s.buf = append(s.buf, p...)
		return n, nil
	}
	if err := s.Flush(); err != nil {
		return 0, err
	}
	for len(p) >= dataFrame {
		if err := s.to.write(frameData, s.stream, p[:dataFrame]); err != nil {
			return 0, err
		}
		p = p[dataFrame:]
	}
	s.buf = append(s.buf, p...)
	return n, nil
}

func (s *streamWriter) Flush() error {
	if len(s.buf) == 0 {
		return nil
	}
	err := s.to.write(frameData, s.stream, s.buf)
	s.buf = s.buf[:0]
	return err
}

type frame struct {
	kind   byte
	stream uint32
	body   []byte
}

var errFrameSize = errors.New("workspace: frame too large")

// readFrame reads one frame; the body is the caller's.
func readFrame(r io.Reader) (frame, error) {
	var head [headSize]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return frame{}, err
	}
	n := binary.LittleEndian.Uint32(head[0:])
	if n > maxFrame {
		return frame{}, errFrameSize
	}
	f := frame{kind: head[4], stream: binary.LittleEndian.Uint32(head[5:]), body: make([]byte, n)}
	_, err := io.ReadFull(r, f.body)
	return f, err
}

// inbox receives the data frames of one stream and reads as their bytes. Pushing blocks while the reader is behind.
type inbox struct {
	frames chan []byte
	rest   []byte
	gone   chan struct{} // closed when nobody reads any more
	once   sync.Once
	err    error // set before frames is closed
}

func newInbox() *inbox {
	return &inbox{frames: make(chan []byte, 4), gone: make(chan struct{})}
}

func (b *inbox) push(body []byte) {
	select {
	case b.frames <- body:
	case <-b.gone:
	}
}

// finish ends the stream; a nil err is its regular end. The pusher alone may call it, once.
func (b *inbox) finish(err error) {
	b.err = err
	close(b.frames)
}

// leave says that nobody reads any more.
func (b *inbox) leave() { b.once.Do(func() { close(b.gone) }) }

// Read implements io.Reader.
func (b *inbox) Read(p []byte) (int, error) {
	for len(b.rest) == 0 {
		body, ok := <-b.frames
		if !ok {
			if b.err != nil {
				return 0, b.err
			}
			return 0, io.EOF
		}
		b.rest = body
	}
	n := copy(p, b.rest)
	b.rest = b.rest[n:]
	return n, nil
}
