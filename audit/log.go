package audit

import (
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"hash"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/waggle-sql/waggle/internal/pgerr"
)

// Literals says what becomes of the client's literals, parameters and sealed address.
type Literals string

// The two ways: under the person's audit key, or not kept at all.
const (
	Encrypted Literals = "encrypted"
	Drop      Literals = "drop"
)

// Options configure a log. Directory and Key are required, and Sealer unless Literals is Drop.
type Options struct {
	Directory    string // made with mode 0700 when missing
	Key          Key
	Sealer       Sealer
	Literals     Literals // "" is Encrypted
	SealAddress  bool     // the client's address goes to the sealed part, or is dropped with the literals
	SegmentBytes int64    // a segment that has grown past this is followed by a new one; 0 is 32 MiB

	create func(path string) (segmentFile, error)
}

const (
	patience        = 2 * time.Second        // how long a caller waits for durability
	probeEvery      = 250 * time.Millisecond // how often a failed log tries the disk again
	gatherFor       = 5 * time.Millisecond   // how long records for which nobody waits are gathered for one commit
	checkpointEvery = time.Second
	checkpointAfter = 1000     // records
	queueBytes      = 32 << 20 // beyond this BeginLater waits like Begin
)

// Log is an open audit directory. Its methods may be called from any goroutine; one process at a time has it.
type Log struct {
	opt  Options
	lock *os.File

	mu       sync.Mutex
	queue    []*item
	queued   int // bytes
	open     map[ID]owner
	failed   error // of the writer
	unsigned error // of the notary
	closed   bool
	head     head

	wake    chan struct{} // capacity 1: somebody waits for what is in the queue
	lazy    chan struct{} // capacity 1: the queue has something for which nobody waits
	flush   chan chan struct{}
	notify  chan struct{} // capacity 1: a checkpoint is due by count
	closing chan struct{}
	written chan struct{} // closed when the writer is gone
	signed  chan struct{} // closed when the notary is gone

	busy   atomic.Int64 // when the running commit began, Unix nanoseconds; 0 when none runs
	writer writer
	notary notary
}

// head is the durable log: what readers may see and the notary may sign.
type head struct {
	size int64
	root [32]byte
}

// Open takes the directory, cuts a torn tail back to the last whole record (and says so in the log), closes the statements
// of a process that died with query.aborted, and starts the log. It reads only what the last checkpoint does not vouch for
// and the last segment. A log that contradicts its last checkpoint is XX001; one in use is 55000. Close must be called.
func Open(opt Options) (*Log, error) {
	if opt.Literals == "" {
		opt.Literals = Encrypted
	}
	if err := opt.check(); err != nil {
		return nil, err
	}
	if opt.SegmentBytes == 0 {
		opt.SegmentBytes = 32 << 20
	}
	if opt.create == nil {
		opt.create = createSegment
	}
	if err := os.MkdirAll(opt.Directory, 0o700); err != nil {
		return nil, ioError("create", err)
	}
	lock, err := lockDir(opt.Directory)
	if err != nil {
		return nil, err
	}
	l := &Log{
		opt: opt, lock: lock, open: map[ID]owner{},
		wake: make(chan struct{}, 1), lazy: make(chan struct{}, 1), flush: make(chan chan struct{}), notify: make(chan struct{}, 1), closing: make(chan struct{}),
		written: make(chan struct{}), signed: make(chan struct{}),
	}
	if err := l.start(); err != nil {
		_ = lock.Close() // the first error says more
		return nil, err
	}
	return l, nil
}

func (o Options) check() error {
	switch {
	case o.Literals != Encrypted && o.Literals != Drop:
		return pgerr.New(pgerr.ConfigFile, "audit.literals is %q", string(o.Literals)).WithHint("write encrypted or drop")
	case o.Literals == Encrypted && o.Sealer == nil:
		return pgerr.New(pgerr.ConfigFile, "audit.literals is encrypted, but there is no vault to seal them").WithHint("configure keys.master")
	case o.Key.signer == nil:
		return pgerr.New(pgerr.ConfigFile, "the audit log has no signing key").WithHint("configure one")
	case o.Directory == "":
		return pgerr.New(pgerr.ConfigFile, "the audit log has no directory").WithHint("configure audit.directory")
	}
	return nil
}

// start recovers the directory, writes the first records and starts the two goroutines.
func (l *Log) start() error {
	r, err := l.recover()
	if err != nil {
		return err
	}
	l.writer = writer{log: l, tree: r.tree, hashes: r.hashes, open: r.open, clock: r.last}
	l.notary.log, l.notary.files = l, r.checkpoints
	l.notary.size.Store(r.checkpoints.last.size)
	first := []*item{logItem(kindOpen, r.facts)}
	for id, o := range r.open {
		first = append(first, abortItem(id, o))
	}
	err = l.writer.append(first)
	if err == nil {
		err = l.writer.publish()
	}
	if err == nil {
		err = l.notary.sign()
	}
	if err != nil {
		l.writer.abandon()
		_ = errors.Join(r.hashes.file.Close(), r.checkpoints.list.Close()) // the first error says more
		return err
	}
	go l.writer.run()
	go l.notary.run()
	return nil
}

// Close refuses what comes from now on, ends open statements as aborted, writes everything that is queued and a last
// checkpoint, and gives the directory up.
func (l *Log) Close() error {
	l.mu.Lock()
	if l.closed {
		l.mu.Unlock()
		return nil
	}
	l.closed = true
	for id, o := range l.open {
		l.queue = append(l.queue, abortItem(id, o))
	}
	clear(l.open)
	l.queue = append(l.queue, logItem(kindClose, nil))
	l.mu.Unlock()
	close(l.closing)
	<-l.written
	<-l.signed
	l.mu.Lock()
	err := l.failed
	l.mu.Unlock()
	return errors.Join(err, l.notary.close(), l.lock.Close())
}

// Ready returns nil while records can be written, else why not: for readiness probes.
func (l *Log) Ready() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.refusal()
}

// refusal is why nothing can be accepted now; l.mu is held.
func (l *Log) refusal() error {
	switch since := l.busy.Load(); {
	case l.closed:
		return pgerr.New(pgerr.AdminShutdown, "the audit log is closed")
	case l.failed != nil:
		return l.failed
	case l.unsigned != nil:
		return l.unsigned
	case since != 0 && time.Since(time.Unix(0, since)) > patience:
		return stalled()
	}
	return nil
}

// Digest returns a keyed hash (HMAC-SHA256) for Access.KeyDigest: the same keys give the same digest in this log, and
// nobody without the signing key can test a guess. Write each key with its length in front, then Sum.
func (l *Log) Digest() hash.Hash {
	return hmac.New(sha256.New, []byte(l.opt.Key.digest.Reveal()))
}
