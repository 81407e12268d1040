// Package shelf keeps the parts of large results until their time is over: the first ones in memory, the others in files. Each has an
// address that cannot be guessed.
package shelf

import (
	"crypto/rand"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"time"

	"github.com/waggle-sql/waggle/internal/pgerr"
)

// memoryLimit is how many bytes of one result stay in memory; what is beyond goes to files.
const memoryLimit = 8 << 20

// Shelf keeps chunks. It is safe for use by several goroutines.
type Shelf struct {
	dir string
	ttl time.Duration
	now func() time.Time

	mu     sync.Mutex
	chunks map[string]*Chunk
	files  int
}

// Chunk is one part of a result. Who adds it fills the exported fields but Key; they do not change afterwards.
type Chunk struct {
	Key    string // the address
	Owner  string // whose result it is
	Secret string // what who asks for it must know beside the address
	Rows   int64
	Size   int64  // before compression
	Bytes  int64  // as it is kept
	Head   []byte // what is sent before the data

	data    []byte
	file    string
	expires time.Time
	kept    bool // beyond its time
}

// New returns a shelf whose files are in a new directory below dir, the system's temporary one when dir is empty. It fails with 58030.
func New(dir string, ttl time.Duration, now func() time.Time) (*Shelf, error) {
	own, err := os.MkdirTemp(dir, "results-")
	if err != nil {
		return nil, pgerr.New(pgerr.IOError, "the emulator's directory cannot be made").WithDetail("%s", err).Because(err)
	}
	return &Shelf{dir: own, ttl: ttl, now: now, chunks: map[string]*Chunk{}}, nil
}

// Close removes all files.
func (s *Shelf) Close() { _ = os.RemoveAll(s.dir) }

// Batch gathers the chunks of one result.
type Batch struct {
	shelf  *Shelf
	chunks []*Chunk
	bytes  int64
}

// Begin begins a result.
func (s *Shelf) Begin() *Batch { return &Batch{shelf: s} }

// Add keeps a chunk with its data. It fails with 58030 where the file cannot be written.
func (b *Batch) Add(c Chunk, data []byte) error {
	c.Key, c.Bytes, c.data = rand.Text()+rand.Text(), int64(len(data)), data
	b.chunks = append(b.chunks, &c)
	b.bytes += c.Bytes
	if b.bytes <= memoryLimit {
		return nil
	}
	if err := b.shelf.spill(&c); err != nil {
		return pgerr.New(pgerr.IOError, "a result's chunk cannot be kept").WithDetail("%s", err).Because(err)
	}
	return nil
}

// Chunks are those that have been added.
func (b *Batch) Chunks() []*Chunk { return b.chunks }

// Bytes is how much has been added.
func (b *Batch) Bytes() int64 { return b.bytes }

func (s *Shelf) spill(c *Chunk) error {
	s.mu.Lock()
	s.files++
	c.file = filepath.Join(s.dir, strconv.Itoa(s.files))
	s.mu.Unlock()
	data := c.data
	c.data = nil
	return os.WriteFile(c.file, data, 0o600)
}

// Finish makes the chunks available from now on, and removes those of other results whose time is over.
func (b *Batch) Finish() []*Chunk {
	s := b.shelf
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	for key, c := range s.chunks {
		if !c.kept && !now.Before(c.expires) {
			delete(s.chunks, key)
			c.remove()
		}
	}
	for _, c := range b.chunks {
		c.expires = now.Add(s.ttl)
		s.chunks[c.Key] = c
	}
	return b.chunks
}

// Drop removes the chunks of a result that failed.
func (b *Batch) Drop() {
	for _, c := range b.chunks {
		c.remove()
	}
}

func (c *Chunk) remove() {
	if c.file != "" {
		_ = os.Remove(c.file)
	}
}

// Keep makes chunks stay beyond their time.
func (s *Shelf) Keep(chunks []*Chunk) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range chunks {
		c.kept = true
	}
}

// Find returns a chunk whose time is not over, or nil.
func (s *Shelf) Find(key string) *Chunk {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.chunks[key]
	if c == nil || !c.kept && !s.now().Before(c.expires) {
		return nil
	}
	return c
}

// Owner is whose result a chunk is part of, or "".
func (s *Shelf) Owner(key string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c := s.chunks[key]; c != nil {
		return c.Owner
	}
	return ""
}

// Expiry is until when a chunk is there.
func (s *Shelf) Expiry(c *Chunk) time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c.kept {
		return s.now().Add(s.ttl)
	}
	return c.expires
}

// Expire ends the time of all chunks now, and returns how many there were.
func (s *Shelf) Expire() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	for _, c := range s.chunks {
		c.expires, c.kept = now, false
	}
	return len(s.chunks)
}

// Data reads a chunk.
func (c *Chunk) Data() ([]byte, error) {
	if c.file != "" {
		return os.ReadFile(c.file)
	}
	return c.data, nil
}

// Admit returns the chunk that a request asks for by its address, which is the permission. Where there is none, or the request brings a
// token too, it refuses as the vendors' storage does and returns nil.
func (s *Shelf) Admit(w http.ResponseWriter, r *http.Request, key string) *Chunk {
	c := s.Find(key)
	switch {
	case c == nil:
		http.Error(w, "<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>", http.StatusForbidden)
		return nil
	case r.Header.Get("Authorization") != "":
		http.Error(w, "<Error><Code>InvalidArgument</Code><Message>Only one auth mechanism allowed</Message></Error>", http.StatusBadRequest)
		return nil
	}
	return c
}

// Send answers with a chunk: its head, its data and a tail.
func (c *Chunk) Send(w http.ResponseWriter, tail []byte) {
	data, err := c.Data()
	if err != nil {
		http.Error(w, "<Error><Code>InternalError</Code></Error>", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Header().Set("Content-Length", strconv.Itoa(len(c.Head)+len(data)+len(tail)))
	for _, part := range [][]byte{c.Head, data, tail} {
		if _, err := w.Write(part); err != nil {
			return
		}
	}
}
