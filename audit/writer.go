package audit

import (
	"path/filepath"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/waggle-sql/waggle/identity"
)

// writer is the one goroutine that appends: everything that is queued goes out with one write and one fdatasync.
type writer struct {
	log    *Log
	tree   *tree
	hashes *hashFile
	open   map[ID]owner // statements whose Begin is durable and whose end is not
	clock  time.Time    // of the last record; time never goes back

	file    segmentFile // nil before the first record and after a failure
	path    string
	durable int64 // bytes of file
	torn    bool  // path may have bytes past durable
	kept    []*item
	buf     []byte
}

// run commits until the log closes, and on a failing disk tries again every probeEvery.
func (w *writer) run() {
	defer close(w.log.written)
	probe := time.NewTicker(probeEvery)
	defer probe.Stop()
	var due <-chan time.Time // of what is gathered
	for {
		select {
		case <-w.log.wake:
			due = nil
			w.commit(w.log.take())
		case <-w.log.lazy:
			if due == nil {
				due = time.After(gatherFor)
			}
		case <-due:
			due = nil
			w.commit(w.log.take())
		case done := <-w.log.flush:
			w.commit(w.log.take())
			close(done)
		case <-probe.C:
			w.probe()
		case <-w.log.closing:
			w.commit(w.log.take())
			if err := w.close(); err != nil {
				w.log.setFailed(err)
			}
			return
		}
	}
}

// take empties the queue.
func (l *Log) take() []*item {
	l.mu.Lock()
	defer l.mu.Unlock()
	batch := l.queue
	l.queue, l.queued = nil, 0
	return batch
}

func (l *Log) setFailed(err error) {
	l.mu.Lock()
	l.failed = err
	l.mu.Unlock()
}

// probe tries a failed disk again with what was kept; success opens the log again.
func (w *writer) probe() {
	w.log.mu.Lock()
	failed := w.log.failed
	w.log.mu.Unlock()
	if failed != nil {
		w.commit(w.log.take())
	}
}

// commit makes a batch durable and tells its callers. After a failed write or fsync the descriptor is never used again: the
// batch is written once more to a new segment, and when that fails too, the log refuses.
func (w *writer) commit(batch []*item) {
	w.log.busy.Store(time.Now().UnixNano())
	defer w.log.busy.Store(0)
	batch = append(w.kept, batch...)
	w.kept = nil
	err := w.append(batch)
	if err != nil {
		w.abandon()
		err = w.append(batch)
	}
	if err != nil {
		w.abandon()
		w.refuse(batch, err)
		return
	}
	// Records are durable here. A hash file that cannot be written holds back the head, and so further records.
	w.log.setFailed(w.publish())
	for _, it := range batch {
		it.tell(nil)
	}
}

func (it *item) tell(err error) {
	if it.done != nil {
		it.done <- err
	}
}

// refuse keeps the records for which nobody waits and tells the others.
func (w *writer) refuse(batch []*item, err error) {
	w.log.setFailed(err)
	for _, it := range batch {
		if it.done == nil {
			w.kept = append(w.kept, it)
		} else {
			it.tell(err)
		}
	}
}

// append writes the batch and syncs it; only then do tree and open statements change.
func (w *writer) append(batch []*item) error {
	if w.file != nil && w.durable >= w.log.opt.SegmentBytes {
		if err := w.closeSegment(); err != nil {
			return ioError("write", err)
		}
	}
	if w.file == nil {
		if err := w.newSegment(); err != nil {
			return ioError("write", err)
		}
		batch = append([]*item{w.segmentItem()}, batch...)
	}
	batch = w.pairable(batch)
	if len(batch) == 0 {
		return nil
	}
	leaves := w.encode(batch)
	w.torn = true
	if _, err := w.file.Write(w.buf); err != nil {
		return ioError("write", err)
	}
	if err := w.file.Sync(); err != nil {
		return ioError("write", err)
	}
	w.torn = false
	w.durable += int64(len(w.buf))
	return w.settle(batch, leaves)
}

// pairable leaves out the end of a statement whose Begin was refused and never written.
func (w *writer) pairable(batch []*item) []*item {
	begun := map[ID]bool{}
	out := make([]*item, 0, len(batch))
	for _, it := range batch {
		c := class(it.kind)
		if c == 'b' {
			begun[it.id] = true
		} else if _, open := w.open[it.id]; (c == 'a' || c == 'e') && !open && !begun[it.id] {
			continue
		}
		out = append(out, it)
	}
	return out
}

// encode puts the batch's frames into buf and returns their leaf hashes.
func (w *writer) encode(batch []*item) []tlog.Hash {
	if cap(w.buf) > 8<<20 {
		w.buf = nil
	}
	w.buf = w.buf[:0]
	if now := time.Now(); now.After(w.clock) {
		w.clock = now
	}
	leaves := make([]tlog.Hash, len(batch))
	var clear []byte
	at := w.clock.UTC().Format(timeLayout)
	for i, it := range batch {
		clear = appendClear(clear[:0], w.tree.size+int64(i), at, it.body)
		leaves[i] = leafHash(clear, it.sealed)
		w.buf = appendFrame(w.buf, &frame{
			class: class(it.kind), org: tag(string(it.owner.org)), person: tag(string(it.owner.person)), clear: clear, sealed: it.sealed,
		})
	}
	return leaves
}

// settle moves tree and open statements past a durable batch.
func (w *writer) settle(batch []*item, leaves []tlog.Hash) error {
	for i, it := range batch {
		hashes, err := w.tree.add(leaves[i])
		if err != nil {
			return err
		}
		w.hashes.add(hashes)
		switch class(it.kind) {
		case 'b':
			w.open[it.id] = it.owner
		case 'e':
			delete(w.open, it.id)
		}
	}
	return nil
}

// publish stores the hashes and lets readers and the notary see the new head.
func (w *writer) publish() error {
	if err := w.hashes.flush(); err != nil {
		return err
	}
	root, err := w.tree.root()
	if err != nil {
		return err
	}
	l := w.log
	l.mu.Lock()
	l.head = head{w.tree.size, root}
	l.mu.Unlock()
	if w.tree.size-l.notary.size.Load() >= checkpointAfter {
		select {
		case l.notify <- struct{}{}:
		default:
		}
	}
	return nil
}

// segmentItem is the first record of a segment: it carries over which statements are open.
func (w *writer) segmentItem() *item {
	facts := &logFacts{}
	for id, o := range w.open {
		facts.Open = append(facts.Open, openStatement{id, o.org, o.person})
	}
	return logItem(kindSegment, facts)
}

// newSegment begins a file, after what a failure left in the former one is cut off.
func (w *writer) newSegment() error {
	if w.torn {
		if err := cutFile(w.path, w.durable); err != nil {
			return err
		}
		w.torn = false
	}
	path := filepath.Join(w.log.opt.Directory, segmentName(w.tree.size))
	f, err := w.log.opt.create(path)
	if err != nil {
		return err
	}
	w.file, w.path, w.durable, w.torn = f, path, 0, true
	return nil
}

// closeSegment gives up a file whose bytes are durable.
func (w *writer) closeSegment() error {
	f := w.file
	w.file = nil
	return f.Close()
}

// abandon gives up a file that failed. Its error adds nothing to the one that is being handled.
func (w *writer) abandon() {
	if w.file != nil {
		_ = w.closeSegment()
	}
}

// close ends the writer's files.
func (w *writer) close() error {
	if w.file != nil {
		if err := w.closeSegment(); err != nil {
			return ioError("close", err)
		}
	}
	if err := w.hashes.file.Sync(); err != nil {
		return ioError("write", err)
	}
	if err := w.hashes.file.Close(); err != nil {
		return ioError("close", err)
	}
	return nil
}

var _ identity.Journal = (*Log)(nil)
