package workspace

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"time"
	_ "time/tzdata" // zones without files

	"golang.org/x/sys/unix"

	"github.com/waggle-sql/waggle/internal/pgerr"
)

// Main is the worker process: cmd/waggle calls it when it is executed as `waggle worker`. It takes orders from stdin,
// answers on stdout, and does not return: it ends when stdin ends.
func Main() {
	out := &frameWriter{w: os.Stdout}
	if err := work(bufio.NewReaderSize(os.Stdin, 1<<20), out); err != nil {
		fmt.Fprintln(os.Stderr, "workspace:", err)
		os.Exit(1)
	}
	os.Exit(0)
}

// work opens and hardens, says ready, then serves frames until the parent closes the pipe.
func work(in io.Reader, out *frameWriter) error {
	first, err := readFrame(in)
	if err != nil {
		return err
	}
	var c config
	if first.kind != frameConfig || json.Unmarshal(first.body, &c) != nil {
		return fmt.Errorf("the first frame is no configuration")
	}
	s := &server{out: out, inboxes: map[uint32]*inbox{}}
	layers, err := s.start(c)
	answer := ready{Layers: layers}
	if err != nil {
		answer.Error = err.Error()
	}
	if err := out.control(frameReady, 0, answer); err != nil || answer.Error != "" {
		return err
	}
	go s.beats()
	return s.serve(in)
}

// server is the worker's side of the protocol.
type server struct {
	out     *frameWriter
	db      *database
	inboxes map[uint32]*inbox // of the serving goroutine alone
}

func (s *server) start(c config) ([]Layer, error) {
	if err := hardenEarly(); err != nil {
		return nil, err
	}
	db, err := openDatabase(c)
	if err != nil {
		return nil, err
	}
	s.db = db
	return hardenLate(c)
}

// beats reports the peak resident size ten times a second, as long as the process lives.
func (s *server) beats() {
	for range time.Tick(100 * time.Millisecond) {
		if s.beat() != nil {
			return
		}
	}
}

// beat reports once; a kernel that does not tell is no error.
func (s *server) beat() error {
	var u unix.Rusage
	if unix.Getrusage(unix.RUSAGE_SELF, &u) != nil {
		return nil
	}
	return s.out.control(frameBeat, 0, beat{Resident: int64(u.Maxrss) << 10})
}

func (s *server) serve(in io.Reader) error {
	for {
		f, err := readFrame(in)
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		switch f.kind {
		case frameLoad:
			var o loadOrder
			if err := json.Unmarshal(f.body, &o); err != nil {
				return err
			}
			box := newInbox()
			s.inboxes[f.stream] = box
			go s.finish(f.stream, func() error { defer box.leave(); return s.db.load(o, box) })
		case frameData:
			if box := s.inboxes[f.stream]; box != nil {
				box.push(f.body)
			}
		case frameEnd, frameError:
			s.endInput(f)
		case frameQuery:
			var o queryOrder
			if err := json.Unmarshal(f.body, &o); err != nil {
				return err
			}
			go s.finish(f.stream, func() error { return s.query(o, f.stream) })
		default:
			return fmt.Errorf("unknown frame %q", f.kind)
		}
	}
}

func (s *server) endInput(f frame) {
	box := s.inboxes[f.stream]
	delete(s.inboxes, f.stream)
	if box == nil {
		return
	}
	if f.kind == frameError {
		box.finish(pgerr.New(pgerr.QueryCanceled, "the source's stream was given up"))
		return
	}
	box.finish(nil)
}

func (s *server) query(o queryOrder, stream uint32) error {
	w := &streamWriter{to: s.out, stream: stream, buf: make([]byte, 0, dataFrame)}
	if err := s.db.query(o, w); err != nil {
		return err
	}
	return w.Flush()
}

// finish runs one order and reports how it ended.
func (s *server) finish(stream uint32, order func() error) {
	err := contained(order)
	gone := s.beat() // so that a short order has its peak too
	if err != nil {
		gone = errors.Join(gone, s.out.control(frameError, stream, asFailure(err)))
	} else {
		gone = errors.Join(gone, s.out.write(frameEnd, stream, nil))
	}
	if gone != nil {
		os.Exit(1) // nobody listens any more
	}
}

func contained(order func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = pgerr.New(pgerr.Internal, "the workspace failed").Because(fmt.Errorf("%v", r))
		}
	}()
	return order()
}
