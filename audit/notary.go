package audit

import (
	"errors"
	"sync/atomic"
	"time"
)

// notary is the one goroutine that signs checkpoints: every second or thousand records, and at the end.
type notary struct {
	log   *Log
	files *checkpoints
	size  atomic.Int64 // of the last checkpoint
}

func (n *notary) run() {
	defer close(n.log.signed)
	tick := time.NewTicker(checkpointEvery)
	defer tick.Stop()
	for {
		select {
		case <-n.log.notify:
		case <-tick.C:
		case <-n.log.written:
			n.attempt()
			return
		}
		n.attempt()
	}
}

// attempt signs the present head; while it cannot, the log refuses.
func (n *notary) attempt() {
	err := n.sign()
	n.log.mu.Lock()
	n.log.unsigned = err
	n.log.mu.Unlock()
}

// sign writes a checkpoint of the present head unless there is one.
func (n *notary) sign() error {
	n.log.mu.Lock()
	h := n.log.head
	n.log.mu.Unlock()
	if h.size == n.size.Load() {
		return nil
	}
	cp, err := sign(n.log.opt.Key, h.size, h.root)
	if err == nil {
		err = n.files.write(cp)
	}
	if err == nil {
		n.size.Store(h.size)
	}
	return err
}

// close ends the notary's files; an error means that the last checkpoint is not what it should be.
func (n *notary) close() error {
	n.log.mu.Lock()
	err := n.log.unsigned
	n.log.mu.Unlock()
	if e := errors.Join(n.files.list.Sync(), n.files.list.Close()); e != nil {
		err = errors.Join(err, ioError("write", e))
	}
	return err
}
