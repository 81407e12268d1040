package audit

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/waggle-sql/waggle/internal/pgerr"
)

// recovery is what Open finds in a directory.
type recovery struct {
	dir         string
	tree        *tree
	hashes      *hashFile
	checkpoints *checkpoints
	open        map[ID]owner
	last        time.Time // of the last record
	facts       *logFacts // what was cut, nil when nothing was
	list        []segment
	trusted     int64 // records whose hashes the last checkpoint vouches for
}

// recover reads the directory up to its last whole record.
func (l *Log) recover() (*recovery, error) {
	r := &recovery{dir: l.opt.Directory, open: map[ID]owner{}}
	if err := r.load(l.opt.Key); err != nil {
		if r.checkpoints != nil {
			_ = r.checkpoints.list.Close() // the first error says more
		}
		if r.hashes != nil {
			_ = r.hashes.file.Close()
		}
		return nil, err
	}
	return r, nil
}

func (r *recovery) load(key Key) error {
	verifier, err := note.NewVerifier(key.Public())
	if err != nil {
		return badKey(key.Name(), "has no public key")
	}
	var found bool
	if r.checkpoints, found, err = openCheckpoints(r.dir, note.VerifierList(verifier)); err != nil {
		return err
	}
	if r.list, err = listSegments(r.dir); err != nil {
		return err
	}
	if r.hashes, err = openHashFile(filepath.Join(r.dir, hashName)); err != nil {
		return err
	}
	if !found {
		if len(r.list) > 0 {
			return damaged("the audit log's last checkpoint is missing").WithDetail("file %s", lastName).WithHint("run: waggle audit verify")
		}
		return r.empty(key)
	}
	if err := r.trust(); err != nil {
		return err
	}
	if err := r.trim(); err != nil {
		return err
	}
	if err := r.scan(); err != nil {
		return err
	}
	if size := r.checkpoints.last.size; r.tree.size < size {
		return damaged("the audit log has lost records").
			WithDetail("its last checkpoint signs %d records, %d are there", size, r.tree.size).WithHint("run: waggle audit verify")
	}
	return r.hashes.flush()
}

// empty signs the tree without records, so that a log without a checkpoint is never a log whose process died early.
func (r *recovery) empty(key Key) error {
	r.tree = newTree()
	root, err := r.tree.root()
	if err != nil {
		return err
	}
	cp, err := sign(key, 0, root)
	if err != nil {
		return err
	}
	if err := r.checkpoints.write(cp); err != nil {
		return err
	}
	return r.hashes.cut(0)
}

// trust takes the tree of the last checkpoint from the stored hashes when they agree with it; otherwise all are made again.
func (r *recovery) trust() error {
	cp := r.checkpoints.last
	t, root, err := r.hashes.treeAt(cp.size)
	switch {
	case err == nil && root == cp.root:
		r.tree, r.trusted = t, cp.size
	case err == nil || errors.Is(err, io.EOF):
		r.tree = newTree()
	default:
		return err
	}
	return r.hashes.cut(r.tree.size)
}

// trim takes away last segments that have not even one whole record: a process died as it began them.
func (r *recovery) trim() error {
	for len(r.list) > 0 {
		s := r.list[len(r.list)-1]
		in, err := openFrames(s.path)
		if err != nil {
			return err
		}
		_, err = in.next()
		in.close()
		if err == nil || s.first < r.checkpoints.last.size {
			return nil
		}
		if err := r.cut(s, 0, s.first); err != nil {
			return err
		}
		r.list = r.list[:len(r.list)-1]
	}
	return nil
}

// scan reads the segments from the first whose hashes are not trusted, and the last one in any case: it knows which
// statements are open.
func (r *recovery) scan() error {
	from := len(r.list) - 1
	for from > 0 && r.list[from].first > r.tree.size {
		from--
	}
	for i := max(from, 0); i < len(r.list); i++ {
		if err := r.segment(r.list[i], i == len(r.list)-1); err != nil {
			return err
		}
	}
	return nil
}

// segment reads one file. Only the last one, past the last checkpoint, may end in a torn record.
func (r *recovery) segment(s segment, last bool) error {
	in, err := openFrames(s.path)
	if err != nil {
		return err
	}
	defer in.close()
	for seq := s.first; ; seq++ {
		f, err := in.next()
		if err == nil {
			err = r.record(&f, seq)
		}
		var e *pgerr.Error
		switch {
		case err == nil:
		case err == io.EOF && in.offset > 0:
			return nil
		case errors.As(err, &e) && e.Code != pgerr.DataCorrupted:
			return err
		case !last || seq < r.checkpoints.last.size:
			return damaged("the audit log is damaged").
				WithDetail("record %d in %s: %v", seq, filepath.Base(s.path), err).WithHint("run: waggle audit verify")
		default:
			return r.cut(s, in.offset, seq)
		}
	}
}

// record takes one frame into the tree and the open statements.
func (r *recovery) record(f *frame, seq int64) error {
	rec, err := decodeRecord(f.clear)
	if err != nil {
		return err
	}
	if rec.Seq != seq || seq > r.tree.size {
		return damaged("it is number %d", rec.Seq)
	}
	switch {
	case rec.Kind == kindSegment:
		clear(r.open)
		if rec.Log != nil {
			for _, o := range rec.Log.Open {
				r.open[o.ID] = owner{o.Org, o.Person}
			}
		}
	case f.class == 'b':
		r.open[rec.Query] = rec.owner(nil)
	case f.class == 'e':
		delete(r.open, rec.Query)
	}
	r.last = rec.Time
	if seq < r.tree.size {
		return nil
	}
	return r.add(leafHash(f.clear, f.sealed))
}

func (r *recovery) add(leaf tlog.Hash) error {
	hashes, err := r.tree.add(leaf)
	if err != nil {
		return err
	}
	r.hashes.add(hashes)
	if cp := r.checkpoints.last; r.tree.size == cp.size {
		if root, err := r.tree.root(); err != nil || root != cp.root {
			return damaged("the records up to here are not those that the last checkpoint signs")
		}
	}
	return nil
}

// cut takes a torn tail off the last segment. Its bytes are kept beside the log, and its size enters the log.
func (r *recovery) cut(s segment, at, seq int64) error {
	all, err := os.Open(s.path)
	if err != nil {
		return ioError("read", err)
	}
	defer all.Close()
	path := filepath.Join(r.dir, fmt.Sprintf("cut-%016d-%d", seq, time.Now().UnixNano()))
	out, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return ioError("write", err)
	}
	n, err := io.Copy(out, io.NewSectionReader(all, at, 1<<62))
	if err = errors.Join(err, out.Sync(), out.Close()); err != nil {
		return ioError("write", err)
	}
	if err := cutFile(s.path, at); err != nil {
		return ioError("write", err)
	}
	r.facts = &logFacts{CutBytes: n, CutFrom: filepath.Base(s.path)}
	return nil
}
