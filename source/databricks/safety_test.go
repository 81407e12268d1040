package databricks

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/waggle-sql/waggle/internal/pgcat"
	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/internal/secret"
	"github.com/waggle-sql/waggle/source"
	"github.com/waggle-sql/waggle/source/sourcetest"
)

// TestEncrypted: a server that does not prove who it is gets no token, and results are not fetched in clear.
func TestEncrypted(t *testing.T) {
	r := newRig(t)
	r.warehouse().Encrypted(t, r.server, r.bearer("analyst"), func(url string, transport http.RoundTripper) (source.Source, error) {
		return New(Config{Name: "lake", Host: "dbc.example", BaseURL: url, HTTPPath: "/sql/1.0/warehouses/" + warehouse, Catalog: "main", Transport: transport})
	})
}

// watch notes where each request goes and whether it carries a token.
type watch struct {
	mu   sync.Mutex
	base http.RoundTripper
	with map[string]bool
}

func (w *watch) RoundTrip(r *http.Request) (*http.Response, error) {
	w.mu.Lock()
	kind, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	w.with[kind] = w.with[kind] || r.Header.Get("Authorization") != ""
	w.mu.Unlock()
	return w.base.RoundTrip(r)
}

// TestWhereTokensGo: to the warehouse alone, never to where files lie, nor where an answer redirects to.
func TestWhereTokensGo(t *testing.T) {
	r := newRig(t)
	w := &watch{base: http.DefaultTransport, with: map[string]bool{}}
	s, err := New(Config{Name: "lake", Host: "dbc.example", BaseURL: r.web.URL, HTTPPath: "/sql/1.0/warehouses/" + warehouse, Catalog: "main", Transport: w})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	conn := sourcetest.Open(t, s, r.bearer("analyst"))
	if a := sourcetest.Read(t.Context(), conn, allOrders, sourcetest.OrderTypes()...); a.Err != nil {
		t.Fatal(a.Err)
	}
	http.DefaultTransport.(*http.Transport).CloseIdleConnections()
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.with) != 2 || !w.with["sql"] || w.with["cloudfetch"] {
		t.Error(w.with)
	}
}

func TestRedirection(t *testing.T) {
	elsewhere := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		t.Error("a request went elsewhere, with token:", r.Header.Get("Authorization") != "")
	}))
	defer elsewhere.Close()
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, elsewhere.URL+r.URL.Path, http.StatusTemporaryRedirect)
	}))
	defer web.Close()
	s, err := New(Config{Name: "lake", Host: "dbc.example", BaseURL: web.URL, HTTPPath: "/sql/1.0/warehouses/w", Catalog: "main"})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	conn := sourcetest.Open(t, s, source.Bearer{Token: secret.New("t")})
	if a := sourcetest.Read(t.Context(), conn, one, sourcetest.Plain(pgcat.Int4)); pgerr.Code(a.Err) != pgerr.CannotConnect {
		t.Error(a.Err)
	}
}

// TestNothingIsWritten: neither the driver nor net/http leaves anything in the home directory or the log.
func TestNothingIsWritten(t *testing.T) {
	sourcetest.Silent(t, func() {
		r := newRig(t)
		c := r.open(r.bearer("analyst"))
		good := sourcetest.Read(t.Context(), c, one, sourcetest.Plain(pgcat.Int4))
		bad := sourcetest.Read(t.Context(), c, "SELECT secret FROM nowhere", sourcetest.Plain(pgcat.Int4))
		b := r.bearer("analyst")
		b.Warehouse = "none"
		missing := sourcetest.Read(t.Context(), r.open(b), one, sourcetest.Plain(pgcat.Int4))
		if good.Err != nil || bad.Err == nil || missing.Err == nil {
			t.Error(good.Err, bad.Err, missing.Err)
		}
	})
}

func TestNew(t *testing.T) {
	const host, path = "dbc-1.cloud.databricks.com", "/sql/1.0/warehouses/a1b2"
	for _, c := range []Config{
		{}, {Host: "https://" + host, HTTPPath: path}, {Host: host, HTTPPath: path, BaseURL: "http://db.example"}, {Host: host, HTTPPath: path, BaseURL: "https://h/path"},
		{Host: host}, {Host: host, HTTPPath: "a1b2"}, {Host: host, HTTPPath: "/sql/1.0/warehouses/"}, {Host: host, HTTPPath: "/sql/1.0/warehouses/a b"},
	} {
		if _, err := New(c); pgerr.Code(err) != pgerr.ConfigFile {
			t.Errorf("%+v: %v", c, err)
		}
	}
	for _, p := range []string{path, "sql/1.0/warehouses/a1b2", path + "?o=123", "/sql/protocolv1/o/0/a1b2"} {
		s, err := New(Config{Name: "lake", Host: host, HTTPPath: p})
		if err != nil || s.Capabilities().Settings["warehouse"] != "a1b2" || s.Capabilities().Language != "databricks" {
			t.Error(p, err)
			continue
		}
		sourcetest.Strangers(t, s)
		_ = s.Close()
	}
}

// TestHost: requests of the driver are known by the address that it writes.
func TestHost(t *testing.T) {
	for base, want := range map[string]string{"https://h": "h:443", "http://127.0.0.1": "127.0.0.1:80", "https://h:8443": "h:8443", "http://[::1]": "[::1]:80"} {
		u, err := url.Parse(base)
		if got := (&exchanges{system: &system{base: u}}).host(); err != nil || got != want {
			t.Error(base, got)
		}
	}
}

// TestNobodyIsThere: the error of an address without a server names no address.
func TestNobodyIsThere(t *testing.T) {
	s, err := New(Config{Name: "lake", Host: "h", BaseURL: "http://127.0.0.1:1", HTTPPath: "/sql/1.0/warehouses/w"})
	if err != nil {
		t.Fatal(err)
	}
	sourcetest.Nobody(t, s, source.Bearer{Token: secret.New("t")}, one)
}
