// Package workspace is the ephemeral DuckDB: a sandboxed process of the same binary, fed and read over Arrow IPC, used for
// one statement, then killed and reaped (invariant 8). It alone imports DuckDB.
package workspace

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"time"

	"github.com/waggle-sql/waggle/internal/pgerr"
)

// Config is how workers are made.
type Config struct {
	Size    int      // workers kept ready; 0 means one per core
	Budget  int64    // bytes of memory of one worker; 0 means 512 MiB
	Threads int      // DuckDB's threads; 0 means 2
	Weak    bool     // serve although the kernel has no seccomp (workspace.sandbox: weak)
	Command []string // the worker's command line; nil means this binary's `worker`
}

func (c Config) filled() Config {
	if c.Size <= 0 {
		c.Size = runtime.NumCPU()
	}
	if c.Budget <= 0 {
		c.Budget = 512 << 20
	}
	if c.Threads <= 0 {
		c.Threads = 2
	}
	if c.Command == nil {
		c.Command = []string{"/proc/self/exe", "worker"}
	}
	return c
}

// Pool keeps workers started ahead of need. Its methods may be called from many goroutines.
type Pool struct {
	config  Config
	layers  []Layer
	idle    chan *Worker
	refill  chan struct{} // one token per missing worker
	failed  chan error
	spawns  chan spawn
	stop    chan struct{}
	filler  sync.WaitGroup
	starter sync.WaitGroup
	workers sync.WaitGroup // live workers, whoever holds them
	once    sync.Once
}

// NewPool starts the pool and waits for its first worker, so that a system which cannot serve is known at once: without
// seccomp it returns an error unless c.Weak is set.
func NewPool(c Config) (*Pool, error) {
	c = c.filled()
	p := &Pool{
		config: c, idle: make(chan *Worker, c.Size), refill: make(chan struct{}, c.Size), failed: make(chan error),
		spawns: make(chan spawn), stop: make(chan struct{}),
	}
	p.starter.Go(p.spawner)
	first, err := p.start()
	if err != nil {
		p.Close()
		return nil, err
	}
	p.layers = first.layers
	p.idle <- first
	for range c.Size - 1 {
		p.refill <- struct{}{}
	}
	p.filler.Go(p.fill)
	return p, nil
}

// Layers returns the layers of the sandbox that the kernel granted the first worker.
func (p *Pool) Layers() []Layer { return p.layers }

// Budget returns the memory of one worker in bytes, which the caller accounts for.
func (p *Pool) Budget() int64 { return p.config.Budget }

// Acquire returns a worker that nobody has used; the caller must Close it. It waits while none is ready.
func (p *Pool) Acquire(ctx context.Context) (*Worker, error) {
	for {
		select {
		case w := <-p.idle:
			p.refill <- struct{}{} // never blocks: one token per place in idle
			if w.alive() {
				return w, nil
			}
			w.Close()
		case err := <-p.failed:
			return nil, err
		case <-ctx.Done():
			return nil, pgerr.From(ctx.Err())
		case <-p.stop:
			return nil, pgerr.New(pgerr.AdminShutdown, "the workspace is shutting down")
		}
	}
}

// Close kills every idle worker and waits until those in use are closed by their holders.
func (p *Pool) Close() {
	p.once.Do(func() {
		close(p.stop)
		p.filler.Wait()
		for len(p.idle) > 0 {
			(<-p.idle).Close()
		}
		p.workers.Wait()
		close(p.spawns)
		p.starter.Wait()
	})
}

// fill starts a worker for each missing one.
func (p *Pool) fill() {
	for {
		select {
		case <-p.stop:
			return
		case <-p.refill:
		}
		p.yield()
		for !p.fillOne() {
			select {
			case <-p.stop:
				return
			case <-time.After(100 * time.Millisecond):
			}
		}
	}
}

// courtesy is how long the making of a worker waits for the statement that took the last one, while another is ready.
const courtesy = 25 * time.Millisecond

// yield leaves the processor to the statement that has just taken a worker: starting the next one takes as much of it.
func (p *Pool) yield() {
	if len(p.idle) == 0 {
		return
	}
	select {
	case <-p.stop:
	case <-time.After(courtesy):
	}
}

// fillOne reports whether a worker was added; a failure goes to whoever is waiting.
func (p *Pool) fillOne() bool {
	w, err := p.start()
	if err != nil {
		select {
		case p.failed <- err:
		case <-p.stop:
		case <-time.After(time.Second):
		}
		return false
	}
	select {
	case <-p.stop:
		w.Close()
	case p.idle <- w:
	}
	return true
}

type spawn struct {
	worker *Worker
	err    chan error
}

// spawner starts processes from one thread that lives as long as the pool: a worker dies with the thread that started it
// (PR_SET_PDEATHSIG), and inherits its priority, which is below the server's: what computes must not delay who only asks.
func (p *Pool) spawner() {
	runtime.LockOSThread() // never unlocked: the thread ends with the goroutine
	lowerPriority()
	for s := range p.spawns {
		s.err <- s.worker.spawn(p.config.Command)
	}
}

// start makes one worker and waits until it is ready.
func (p *Pool) start() (*Worker, error) {
	w := newWorker(p)
	s := spawn{worker: w, err: make(chan error, 1)}
	p.workers.Add(1)
	select {
	case <-p.stop:
		p.workers.Done()
		return nil, pgerr.New(pgerr.AdminShutdown, "the workspace is shutting down")
	case p.spawns <- s:
	}
	if err := <-s.err; err != nil {
		p.workers.Done()
		return nil, pgerr.New(pgerr.SystemError, "the workspace could not be started").Because(err)
	}
	if err := w.greet(config{Budget: p.config.Budget, Threads: p.config.Threads, Strict: !p.config.Weak}); err != nil {
		w.Close()
		return nil, err
	}
	return w, nil
}

var errClosed = errors.New("workspace: worker closed")
