// Package sandboxtest holds what the tests of emulators, and of connectors that read them, need alike.
package sandboxtest

import (
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/waggle-sql/waggle/internal/sandbox/duck"
	"github.com/waggle-sql/waggle/internal/sandbox/oauth"
)

// Tokens are access tokens by their text, for an emulator to ask. One that has no end has one hour.
type Tokens struct {
	mu sync.Mutex
	by map[string]oauth.Grant
}

// NewTokens takes tokens over.
func NewTokens(by map[string]oauth.Grant) *Tokens {
	for text, g := range by {
		if g.Expires.IsZero() {
			g.Expires = time.Now().Add(time.Hour)
			by[text] = g
		}
	}
	return &Tokens{by: by}
}

// Lookup is what a token is good for.
func (t *Tokens) Lookup(text string) (oauth.Grant, oauth.State) {
	t.mu.Lock()
	defer t.mu.Unlock()
	g, ok := t.by[text]
	switch {
	case !ok:
		return g, oauth.Unknown
	case g.Expires.Before(time.Now()):
		return g, oauth.Expired
	}
	return g, oauth.Live
}

// Bearer is what a request's token is good for.
func (t *Tokens) Bearer(r *http.Request) (oauth.Grant, oauth.State) {
	return t.Lookup(strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "))
}

// ExpireToken ends a token.
func (t *Tokens) ExpireToken(text string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	g := t.by[text]
	g.Expires = time.Now().Add(-time.Second)
	t.by[text] = g
}

// Folder makes a folder of files by their paths; a path that ends in / is an empty folder.
func Folder(t testing.TB, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(name, "/") {
			continue
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// Database opens a database in memory and executes statements; it is closed with the test.
func Database(t testing.TB, statements ...string) *duck.Database {
	t.Helper()
	db, err := duck.Open(":memory:", duck.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	for _, text := range statements {
		if err := db.Exec(t.Context(), text); err != nil {
			t.Fatal(err)
		}
	}
	return db
}

// HeapDuring is by how many bytes what is alive in the heap, garbage aside, grew at the most while f ran.
func HeapDuring(f func()) int64 {
	runtime.GC()
	var before runtime.MemStats
	runtime.ReadMemStats(&before)
	most, stop, done := before.HeapAlloc, make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		for {
			runtime.GC()
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			most = max(most, m.HeapAlloc)
			select {
			case <-stop:
				return
			case <-time.After(20 * time.Millisecond):
			}
		}
	}()
	f()
	close(stop)
	<-done
	return int64(most - before.HeapAlloc)
}
