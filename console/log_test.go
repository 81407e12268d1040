package console

import (
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"github.com/waggle-sql/waggle/identity"
	"github.com/waggle-sql/waggle/internal/store"
)

// TestWithoutLog: a console that was given no logger still answers what goes wrong.
func TestWithoutLog(t *testing.T) {
	db, err := store.Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "waggle.db"))
	if err != nil {
		t.Fatal(err)
	}
	dir, err := identity.Open(t.Context(), identity.Config{Store: db, Journal: &diary{}})
	if err != nil {
		t.Fatal(err)
	}
	site, err := New(Config{PublicURL: "http://console.example", Directory: dir})
	if err != nil {
		t.Fatal(err)
	}
	db.Close() // so that signing in is an error of the server
	r := httptest.NewRequest(http.MethodPost, "http://console.example/sign-in", strings.NewReader("login=bob&password=x"))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	site.ServeHTTP(w, r)
	if w.Code != http.StatusInternalServerError {
		t.Errorf("status %d", w.Code)
	}
}
