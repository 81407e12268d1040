package snowflake

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

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
		return New(Config{Name: "sf", Account: "acme", BaseURL: url, Database: "DEMO", Transport: transport})
	})
}

// TestElsewhere: a token goes nowhere but to the account, and an answer is no reason to ask a server of the network that Waggle is in.
func TestElsewhere(t *testing.T) {
	r := newRig(t)
	asked := atomic.Int64{}
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked.Add(1) }))
	t.Cleanup(other.Close)
	redirects := func(path string, status int) http.HandlerFunc {
		return func(w http.ResponseWriter, q *http.Request) {
			if strings.HasPrefix(q.URL.Path, path) {
				http.Redirect(w, q, other.URL+q.URL.RequestURI(), status)
				return
			}
			r.server.ServeHTTP(w, q)
		}
	}
	named := func(w http.ResponseWriter, q *http.Request) {
		q.Header.Del("Accept-Encoding")
		answer := httptest.NewRecorder()
		r.server.ServeHTTP(answer, q)
		w.WriteHeader(answer.Code)
		_, _ = w.Write(bytes.ReplaceAll(answer.Body.Bytes(), []byte("http://"+q.Host+"/results/"), []byte("http://10.255.255.1/results/")))
	}
	for name, server := range map[string]http.HandlerFunc{
		"login": redirects("/session/v1", http.StatusTemporaryRedirect), "query": redirects("/queries/", http.StatusPermanentRedirect), "chunks": named,
	} {
		t.Run(name, func(t *testing.T) {
			web := httptest.NewServer(server)
			defer web.Close()
			s, err := New(Config{Name: "sf", Account: "acme", BaseURL: web.URL, Database: "DEMO"})
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			began := time.Now()
			a := sourcetest.Read(t.Context(), sourcetest.Open(t, s, r.bearer("analyst")), allOrders, sourcetest.OrderTypes()...)
			if pgerr.Code(a.Err) != pgerr.ProtocolViolation || asked.Load() > 0 || time.Since(began) > 5*time.Second || strings.Contains(a.Err.Error(), "10.255") {
				t.Error(a.Err, asked.Load(), time.Since(began))
			}
		})
	}
}

// TestNothingIsWritten: neither the driver nor the connector leaves anything in the home directory, nor says anything.
func TestNothingIsWritten(t *testing.T) {
	sourcetest.Silent(t, func() {
		r := newRig(t)
		c := r.open(r.bearer("analyst"))
		good := sourcetest.Read(t.Context(), c, one, sourcetest.Plain(pgcat.Int4))
		bad := sourcetest.Read(t.Context(), c, "SELECT secret FROM nowhere", sourcetest.Plain(pgcat.Int4))
		if good.Err != nil || bad.Err == nil {
			t.Error(good.Err, bad.Err)
		}
	})
}

func TestNew(t *testing.T) {
	for _, c := range []Config{
		{}, {Account: "https://acme"}, {Account: "acme", BaseURL: "http://db.example"}, {Account: "acme", BaseURL: "ftp://h"}, {Account: "acme", BaseURL: "https://h/path"},
		{Account: "acme", BaseURL: "https://user@h"},
	} {
		if _, err := New(c); pgerr.Code(err) != pgerr.ConfigFile {
			t.Errorf("%+v: %v", c, err)
		}
	}
	s, err := New(Config{Name: "sf", Account: "acme_eu", Role: "R"})
	if err != nil || s.Capabilities().Settings["role"] != "R" || s.Capabilities().Language != "snowflake" {
		t.Fatal(err)
	}
	defer s.Close()
	sourcetest.Strangers(t, s)
	if u, err := Address("acme_eu", ""); err != nil || u.String() != "https://acme-eu.snowflakecomputing.com" {
		t.Error(u, err)
	}
}

// TestNobodyIsThere: the error of an address without a server names no address.
func TestNobodyIsThere(t *testing.T) {
	t.Parallel()
	s, err := New(Config{Name: "sf", Account: "acme", BaseURL: "http://127.0.0.1:1"})
	if err != nil {
		t.Fatal(err)
	}
	sourcetest.Nobody(t, s, source.Bearer{Token: secret.New("t")}, one)
}
