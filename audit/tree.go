package audit

import (
	"crypto/sha256"
	"errors"
	"io"
	"os"

	"golang.org/x/mod/sumdb/tlog"
)

const leafPrefix = "waggle audit leaf v1\x00"

// leafHash is the RFC 6962 hash of a record. The leaf is a fixed-size commitment to the clear and to the sealed bytes, so
// that either part can be shown, or be gone, without the other.
func leafHash(clear, sealed []byte) tlog.Hash {
	var leaf [len(leafPrefix) + 2*sha256.Size]byte
	copy(leaf[:], leafPrefix)
	c, s := sha256.Sum256(clear), sha256.Sum256(sealed)
	copy(leaf[len(leafPrefix):], c[:])
	copy(leaf[len(leafPrefix)+sha256.Size:], s[:])
	return tlog.RecordHash(leaf[:])
}

// tree is the right edge of the Merkle tree: the complete subtrees that size is the sum of. That is all that appending and
// the root need.
type tree struct {
	size int64
	edge map[int64]tlog.Hash // by stored hash index
}

func newTree() *tree { return &tree{edge: map[int64]tlog.Hash{}} }

// ReadHashes makes the edge a tlog.HashReader.
func (t *tree) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(indexes))
	for i, x := range indexes {
		h, ok := t.edge[x]
		if !ok {
			return nil, damaged("the audit log's tree misses a hash")
		}
		out[i] = h
	}
	return out, nil
}

// add appends a leaf and returns the hashes to store, which begin at tlog.StoredHashIndex(0, size before).
func (t *tree) add(leaf tlog.Hash) ([]tlog.Hash, error) {
	hashes, err := tlog.StoredHashesForRecordHash(t.size, leaf, t)
	if err != nil {
		return nil, err
	}
	top := len(hashes) - 1
	for level := range top {
		delete(t.edge, tlog.StoredHashIndex(level, t.size>>level-1))
	}
	t.edge[tlog.StoredHashIndex(top, t.size>>top)] = hashes[top]
	t.size++
	return hashes, nil
}

func (t *tree) root() (tlog.Hash, error) { return tlog.TreeHash(t.size, t) }

// hashFile is the file of stored hashes, in tlog's order. It is derived data: it makes opening fast, and it lets the offline
// check name the record that changed.
type hashFile struct {
	file    *os.File
	written int64 // hashes in the file
	pending []byte
}

func openHashFile(path string) (*hashFile, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, ioError("open", err)
	}
	return &hashFile{file: f}, nil
}

// ReadHashes makes the file a tlog.HashReader.
func (h *hashFile) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(indexes))
	for i, x := range indexes {
		if _, err := h.file.ReadAt(out[i][:], x*tlog.HashSize); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// treeAt reads the right edge of the tree of the given size and its root; io.EOF when the file is too short.
func (h *hashFile) treeAt(size int64) (*tree, tlog.Hash, error) {
	t := newTree()
	root, err := tlog.TreeHash(size, tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		hashes, err := h.ReadHashes(indexes)
		for i := range hashes {
			t.edge[indexes[i]] = hashes[i]
		}
		return hashes, err
	}))
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, root, ioError("read", err)
	}
	t.size = size
	return t, root, err
}

// cut forgets every hash of records from size on.
func (h *hashFile) cut(size int64) error {
	h.written, h.pending = tlog.StoredHashCount(size), nil
	if err := h.file.Truncate(h.written * tlog.HashSize); err != nil {
		return ioError("write", err)
	}
	return nil
}

func (h *hashFile) add(hashes []tlog.Hash) {
	for i := range hashes {
		h.pending = append(h.pending, hashes[i][:]...)
	}
}

// flush writes what was added; after an error the same bytes are written again to the same place.
func (h *hashFile) flush() error {
	if len(h.pending) == 0 {
		return nil
	}
	if _, err := h.file.WriteAt(h.pending, h.written*tlog.HashSize); err != nil {
		return ioError("write", err)
	}
	h.written += int64(len(h.pending)) / tlog.HashSize
	h.pending = h.pending[:0]
	return nil
}
