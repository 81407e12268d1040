package snowflake

import (
	"crypto/rand"
	"encoding/base64"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"time"

	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/internal/sandbox/snowflake/result"
)

// memoryLimit is how many bytes of one result stay in memory; what is beyond goes to files.
const memoryLimit = 8 << 20

// The headers that a chunk's address demands, as the vendor's storage does.
const (
	algorithmHeader = "x-amz-server-side-encryption-customer-algorithm"
	keyHeader       = "x-amz-server-side-encryption-customer-key"
)

// store keeps the chunks of results until their time is over.
type store struct {
	dir string
	ttl time.Duration
	now func() time.Time

	mu     sync.Mutex
	chunks map[string]*stored
	files  int
}

// stored is one chunk that can be fetched. Its data are in memory or in a file.
type stored struct {
	key, owner string
	secret     string // what keyHeader must be
	rows       int
	size       int64 // before compression
	stored     int64
	data       []byte
	file       string
	expires    time.Time
	kept       bool // beyond its time
}

func newStore(dir string, ttl time.Duration, now func() time.Time) *store {
	return &store{dir: dir, ttl: ttl, now: now, chunks: map[string]*stored{}}
}

// batch gathers the chunks of one result.
type batch struct {
	store   *store
	owner   string
	headers map[string]string
	chunks  []*stored
	bytes   int64
}

func (s *store) begin(owner string) *batch {
	var key [32]byte
	_, _ = rand.Read(key[:]) // never fails: crypto/rand ends the program instead
	return &batch{store: s, owner: owner, headers: map[string]string{
		algorithmHeader: "AES256", keyHeader: base64.StdEncoding.EncodeToString(key[:]),
	}}
}

// add keeps a chunk. It fails with 58030 where the file cannot be written.
func (b *batch) add(c result.Chunk) error {
	out := &stored{
		key: rand.Text() + rand.Text(), owner: b.owner, secret: b.headers[keyHeader], rows: c.Rows, size: c.Size,
		stored: int64(len(c.Data)), data: c.Data,
	}
	b.bytes += out.stored
	if b.bytes > memoryLimit {
		if err := b.store.spill(out); err != nil {
			b.chunks = append(b.chunks, out)
			return pgerr.New(pgerr.IOError, "a result's chunk cannot be kept").WithDetail("%s", err).Because(err)
		}
	}
	b.chunks = append(b.chunks, out)
	return nil
}

func (s *store) spill(c *stored) error {
	s.mu.Lock()
	s.files++
	c.file = filepath.Join(s.dir, strconv.Itoa(s.files))
	s.mu.Unlock()
	data := c.data
	c.data = nil
	return os.WriteFile(c.file, data, 0o600)
}

// finish makes the chunks available and removes those of other results whose time is over.
func (b *batch) finish() []*stored {
	b.store.mu.Lock()
	defer b.store.mu.Unlock()
	now := b.store.now()
	for key, c := range b.store.chunks {
		if !c.kept && !now.Before(c.expires) {
			delete(b.store.chunks, key)
			c.remove()
		}
	}
	for _, c := range b.chunks {
		c.expires = now.Add(b.store.ttl)
		b.store.chunks[c.key] = c
	}
	return b.chunks
}

// drop removes the chunks of a result that failed.
func (b *batch) drop() {
	for _, c := range b.chunks {
		c.remove()
	}
}

func (c *stored) remove() {
	if c.file != "" {
		_ = os.Remove(c.file)
	}
}

// keep makes chunks stay beyond their time.
func (s *store) keep(chunks []*stored) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range chunks {
		c.kept = true
	}
}

// owner is whose result a chunk is part of.
func (s *store) owner(key string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c := s.chunks[key]; c != nil {
		return c.owner
	}
	return ""
}

func (s *store) close() { _ = os.RemoveAll(s.dir) }

// find returns a chunk whose time is not over.
func (s *store) find(key string) *stored {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.chunks[key]
	if c == nil || !c.kept && !s.now().Before(c.expires) {
		return nil
	}
	return c
}

// chunk serves a part of a result. Its address is the permission: a request that brings the session's token too, or lacks the
// headers that came with the address, is refused, as the vendor's storage does.
func (s *Server) chunk(w http.ResponseWriter, r *http.Request) {
	c := s.results.find(r.PathValue("key"))
	switch {
	case c == nil:
		http.Error(w, "<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>", http.StatusForbidden)
		return
	case r.Header.Get("Authorization") != "":
		http.Error(w, "<Error><Code>InvalidArgument</Code><Message>Only one auth mechanism allowed</Message></Error>", http.StatusBadRequest)
		return
	case r.Header.Get(algorithmHeader) != "AES256" || r.Header.Get(keyHeader) != c.secret:
		http.Error(w, "<Error><Code>InvalidRequest</Code></Error>", http.StatusBadRequest)
		return
	}
	data := c.data
	if c.file != "" {
		var err error
		if data, err = os.ReadFile(c.file); err != nil {
			http.Error(w, "<Error><Code>InternalError</Code></Error>", http.StatusInternalServerError)
			return
		}
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Header().Set("Content-Length", strconv.Itoa(len(data)))
	_, _ = w.Write(data)
}
