package console

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/waggle-sql/waggle/internal/pgerr"
)

func TestOtherSitesCannotAct(t *testing.T) {
	w := newWorld(t)
	b := w.browser()
	b.signIn("bob")
	for _, headers := range [][]string{{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Site", "same-site"}, {"Sec-Fetch-Site", "", "Origin", "https://evil.example"}} {
		for _, path := range []string{"/connect/crm", "/disconnect/crm", "/sign-out", "/sign-in", "/account/tokens"} {
			if r, _ := b.do("POST", path, nil, headers...); r.StatusCode != http.StatusForbidden {
				t.Errorf("%s %v: %s", path, headers, r.Status)
			}
		}
	}
	for _, path := range []string{"/connect/crm", "/sign-out", "/disconnect/crm", "/organisation/gong/enable"} {
		before := len(w.diary.acts)
		if b.do("GET", path, nil); len(w.diary.acts) != before {
			t.Errorf("GET %s changes something", path)
		}
	}
	if r, _ := b.do("GET", "/connections", nil); r.StatusCode != http.StatusOK {
		t.Fatal("still signed in", r.Status)
	}
	if r, _ := b.do("GET", "/connections", nil, "Host", "evil.example"); r.StatusCode != http.StatusMisdirectedRequest {
		t.Fatal(r.Status)
	}
	if r, _ := b.do("GET", "/", nil, "Host", "localhost"); r.Header.Get("Location") != w.web.URL {
		t.Fatal(r.Status)
	}
	r, _ := b.do("GET", "/connections", nil)
	if csp := r.Header.Get("Content-Security-Policy"); !strings.Contains(csp, "default-src 'none'") || strings.Contains(csp, "unsafe") {
		t.Fatal(csp)
	}
	for name, want := range map[string]string{"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Cache-Control": "no-store"} {
		if r.Header.Get(name) != want {
			t.Error(name, r.Header.Get(name))
		}
	}
}

func TestSessionsEnd(t *testing.T) {
	w := newWorld(t)
	fixed := w.browser()
	site, _ := url.Parse(w.web.URL)
	fixed.http.Jar.SetCookies(site, []*http.Cookie{{Name: "waggle", Value: "planted"}})
	fixed.signIn("bob")
	planted := w.browser()
	planted.http.Jar.SetCookies(site, []*http.Cookie{{Name: "waggle", Value: "planted"}})
	if r, _ := planted.do("GET", "/connections", nil); r.StatusCode != http.StatusSeeOther {
		t.Fatal("a planted cookie became a session")
	}
	if r, _ := fixed.do("GET", "/connections", nil); r.StatusCode != http.StatusOK {
		t.Fatal(r.Status)
	}
	if err := w.reg.Disable(t.Context(), w.bob); err != nil {
		t.Fatal(err)
	}
	if r, _ := fixed.do("GET", "/connections", nil); r.StatusCode != http.StatusSeeOther {
		t.Fatal("a disabled person's session lives on")
	}
}

func TestHealth(t *testing.T) {
	w := newWorld(t)
	b := w.browser()
	for path, want := range map[string]int{"/healthz": 200, "/readyz": 200, "/static/waggle.css": 200} {
		if r, _ := b.do("GET", path, nil); r.StatusCode != want {
			t.Error(path, r.Status)
		}
	}
	w.ready = pgerr.New(pgerr.IOError, "the audit log cannot be written")
	if r, text := b.do("GET", "/readyz", nil, "Host", "10.0.0.1"); r.StatusCode != http.StatusServiceUnavailable || !strings.Contains(text, "audit log") {
		t.Error(r.Status, text)
	}
}

func TestLocalPath(t *testing.T) {
	for in, want := range map[string]string{
		"/connect/crm": "/connect/crm", "/account": "/account", "": "/connections", "https://evil.example/": "/connections", "//evil.example": "/connections",
		`/\evil.example`: "/connections", "javascript:alert(1)": "/connections", "connect": "/connections", "/a\nb": "/connections",
	} {
		if got := localPath(in); got != want {
			t.Errorf("%q: %q", in, got)
		}
	}
}

func TestHTTPS(t *testing.T) {
	m := (&site{public: &url.URL{Scheme: "https"}}).newSessions()
	if m.Cookie.Name != "__Host-waggle" || !m.Cookie.Secure || m.Cookie.Domain != "" || m.Cookie.Path != "/" {
		t.Fatalf("%+v", m.Cookie)
	}
	for _, address := range []string{"", "waggle.example.com", "https://x/path", "ftp://x"} {
		if _, err := New(Config{PublicURL: address}); pgerr.Code(err) != pgerr.ConfigFile {
			t.Errorf("%q: %v", address, err)
		}
	}
}

func TestMemoryForgets(t *testing.T) {
	now := time.Unix(1000, 0)
	m := newMemory(func() time.Time { return now })
	if err := errors.Join(m.Commit("a", []byte("1"), now.Add(time.Second)), m.Commit("b", []byte("2"), now.Add(time.Hour))); err != nil {
		t.Fatal(err)
	}
	now = now.Add(2 * time.Minute)
	if _, ok, _ := m.Find("a"); ok {
		t.Fatal("expired")
	}
	if err := m.Commit("c", nil, now.Add(time.Hour)); err != nil || len(m.data) != 2 {
		t.Fatal(len(m.data), err)
	}
	if v, ok, _ := m.Find("b"); !ok || string(v) != "2" {
		t.Fatal(v, ok)
	}
}
