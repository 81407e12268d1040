package workspace

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/ipc"

	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/planner/plan"
)

// Worker is one workspace process. Several Loads may run at once, then one Query; a worker serves one statement.
type Worker struct {
	pool   *Pool
	cmd    *exec.Cmd
	in     io.WriteCloser
	out    io.ReadCloser
	stderr tail
	frames *frameWriter
	layers []Layer
	memory atomic.Int64

	mu     sync.Mutex
	next   uint32
	boxes  map[uint32]*inbox
	cause  error // why this side killed it
	dead   error // how it ended, once it has
	gone   chan struct{}
	closed sync.Once
	demux  sync.WaitGroup
}

func newWorker(p *Pool) *Worker {
	return &Worker{pool: p, boxes: map[uint32]*inbox{}, gone: make(chan struct{})}
}

// spawn starts the process; it must be called on a thread that outlives the worker.
func (w *Worker) spawn(command []string) error {
	for _, attr := range attributes() {
		cmd := exec.Command(command[0], command[1:]...)
		cmd.Args[0] = "waggle"
		cmd.Env = w.environment()
		cmd.Dir = "/"
		cmd.SysProcAttr = attr
		cmd.Stderr = &w.stderr
		in, err := cmd.StdinPipe()
		if err != nil {
			return err
		}
		out, err := cmd.StdoutPipe()
		if err != nil {
			return err
		}
		if err = cmd.Start(); err == nil {
			w.cmd, w.in, w.out = cmd, in, out
			w.frames = &frameWriter{w: in}
			widen(in, out)
			return nil
		}
		if attr == nil || !optional(attr) {
			return err
		}
	}
	return nil
}

// environment is a worker's whole: it lives for one statement, so that its Go memory is collected only when it has grown, to half of what
// DuckDB leaves of the budget.
func (w *Worker) environment() []string {
	return []string{"GOGC=off", "GOMEMLIMIT=" + strconv.FormatInt(max(w.pool.config.Budget/8, 32<<20), 10)}
}

// greet configures a fresh worker, waits until it is hardened, and starts the goroutine that receives its frames.
func (w *Worker) greet(c config) error {
	timer := time.AfterFunc(30*time.Second, func() { w.kill(pgerr.New(pgerr.SystemError, "the workspace did not start in time")) })
	defer timer.Stop()
	var r ready
	err := w.frames.control(frameConfig, 0, c)
	if err == nil {
		var f frame
		if f, err = readFrame(w.out); err == nil {
			err = json.Unmarshal(f.body, &r)
		}
	}
	if err == nil && r.Error != "" {
		close(w.gone)
		return pgerr.New(pgerr.SystemError, "the workspace cannot be sandboxed: %s", r.Error).
			WithHint("Set workspace.sandbox to weak to serve without this layer.")
	}
	if err != nil {
		close(w.gone)
		return pgerr.New(pgerr.SystemError, "the workspace could not be started").Because(err).WithDetail("%s", w.stderr.String())
	}
	w.layers = r.Layers
	w.demux.Add(1)
	go w.receive()
	return nil
}

// receive hands each frame to its stream until the process ends, then tells every stream how it ended.
func (w *Worker) receive() {
	defer w.demux.Done()
	for {
		f, err := readFrame(w.out)
		if err != nil {
			break
		}
		w.dispatch(f)
	}
	_ = w.cmd.Wait()
	w.mu.Lock()
	w.dead = w.obituary()
	boxes := w.boxes
	w.boxes = nil
	close(w.gone)
	w.mu.Unlock()
	for _, b := range boxes {
		b.finish(w.dead)
	}
}

func (w *Worker) dispatch(f frame) {
	if f.kind == frameBeat {
		var b beat
		if json.Unmarshal(f.body, &b) == nil {
			w.memory.Store(b.Resident)
		}
		return
	}
	w.mu.Lock()
	box := w.boxes[f.stream]
	if f.kind != frameData {
		delete(w.boxes, f.stream)
	}
	w.mu.Unlock()
	if box == nil {
		return
	}
	switch f.kind {
	case frameData:
		box.push(f.body)
	case frameEnd:
		box.finish(nil)
	case frameError:
		var e failure
		if json.Unmarshal(f.body, &e) != nil || e.Code == "" {
			e = failure{Code: pgerr.Internal, Message: "the workspace sent a malformed error"}
		}
		box.finish(e.err())
	}
}

// obituary says why the process ended: killed by this side, by its memory limit, or by something else.
func (w *Worker) obituary() error {
	if w.cause != nil {
		return w.cause
	}
	text := w.stderr.String()
	low := strings.ToLower(text)
	for _, sign := range []string{"out of memory", "outofmemory", "cannot allocate memory", "failed to allocate", "bad_alloc", "pthread_create failed"} {
		if strings.Contains(low, sign) {
			return outOfMemory()
		}
	}
	if w.crashedFull() {
		return outOfMemory()
	}
	state := w.cmd.ProcessState.String()
	return pgerr.New(pgerr.SystemError, "the workspace process ended unexpectedly").WithDetail("It ended with %s.", state).
		WithHint("Run the statement again.").Because(errors.New(shape(text)))
}

// crashedFull reports a crash, not a kill, of a process that had used a quarter of its budget: C code that does not check what it
// allocates ends by a segmentation fault there.
func (w *Worker) crashedFull() bool {
	usage, ok := w.cmd.ProcessState.SysUsage().(*syscall.Rusage)
	status, waited := w.cmd.ProcessState.Sys().(syscall.WaitStatus)
	if !ok || !waited || status.Signaled() && status.Signal() == syscall.SIGKILL {
		return false
	}
	return usage.Maxrss<<10 >= w.pool.config.Budget/4
}

func (w *Worker) alive() bool {
	select {
	case <-w.gone:
		return false
	default:
		return true
	}
}

// kill ends the process at once; the first cause given is what its streams report.
func (w *Worker) kill(cause error) {
	w.mu.Lock()
	if w.cause == nil {
		w.cause = cause
	}
	w.mu.Unlock()
	_ = w.cmd.Process.Kill()
}

// open registers a stream for what the worker answers.
func (w *Worker) open() (uint32, *inbox, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.boxes == nil {
		return 0, nil, w.dead
	}
	w.next++
	b := newInbox()
	w.boxes[w.next] = b
	return w.next, b, nil
}

// Load streams r into a table of the workspace whose columns are called c<id>, and returns when it is complete. An error
// of r is returned as it is. Cancelling ctx kills the worker.
func (w *Worker) Load(ctx context.Context, table string, cols []plan.Col, r array.RecordReader) error {
	id, box, err := w.open()
	if err != nil {
		return err
	}
	defer context.AfterFunc(ctx, func() { w.kill(pgerr.From(context.Cause(ctx))) })()
	o := loadOrder{Table: table}
	for _, c := range cols {
		o.Names, o.Types = append(o.Names, columnName(c.ID)), append(o.Types, c.Type)
	}
	if err := w.frames.control(frameLoad, id, o); err != nil {
		return w.after(err)
	}
	if err := w.send(id, box, r); err != nil {
		return err
	}
	if _, err := io.Copy(io.Discard, box); err != nil {
		return err
	}
	return nil
}

// send writes the batches; it stops when the worker has given the load up.
func (w *Worker) send(id uint32, box *inbox, r array.RecordReader) error {
	to := &streamWriter{to: w.frames, stream: id, buf: make([]byte, 0, dataFrame)}
	out := ipc.NewWriter(to, ipc.WithSchema(r.Schema()))
	for r.Next() {
		if err := out.Write(r.RecordBatch()); err != nil {
			return w.after(err)
		}
		select {
		case <-box.frames:
			return box.err
		default:
		}
	}
	if err := r.Err(); err != nil {
		_ = w.frames.write(frameError, id, nil)
		return err
	}
	if err := out.Close(); err != nil {
		return w.after(err)
	}
	if err := to.Flush(); err != nil {
		return w.after(err)
	}
	if err := w.frames.write(frameEnd, id, nil); err != nil {
		return w.after(err)
	}
	return nil
}

// after explains a write that failed: the process is gone or about to be.
func (w *Worker) after(err error) error {
	select {
	case <-w.gone:
		return w.dead
	case <-time.After(5 * time.Second):
		return pgerr.New(pgerr.SystemError, "the workspace does not listen").Because(err)
	}
}

// Memory returns the worker's peak resident size in bytes, as of its last heartbeat.
func (w *Worker) Memory() int64 { return w.memory.Load() }

// PID returns the process id, for EXPLAIN and tests.
func (w *Worker) PID() int { return w.cmd.Process.Pid }

// Close kills and reaps the process; readers that are still open end with 57014.
func (w *Worker) Close() {
	w.closed.Do(func() {
		w.kill(pgerr.New(pgerr.QueryCanceled, "canceling statement due to user request").Because(errClosed))
		w.mu.Lock()
		for _, b := range w.boxes {
			b.leave()
		}
		w.mu.Unlock()
		w.demux.Wait()
		if w.cmd.ProcessState == nil {
			_ = w.cmd.Wait()
		}
		_ = w.in.Close()
		w.pool.workers.Done()
	})
}

// tail keeps the last bytes of what the worker says on stderr.
type tail struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.buf.Len() < 16<<10 {
		t.buf.Write(p)
	}
	return len(p), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.buf.String()
}

// widen gives both pipes room for a whole data frame where the system allows it.
func widen(pipes ...any) {
	for _, p := range pipes {
		c, ok := p.(syscall.Conn)
		if !ok {
			continue
		}
		if raw, err := c.SyscallConn(); err == nil {
			_ = raw.Control(widenPipe)
		}
	}
}
