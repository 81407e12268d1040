package snowflake

import (
	"net/http"
	"net/http/httptest"
	"strings"
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
	web := httptest.NewTLSServer(r.server)
	t.Cleanup(web.Close)
	for _, c := range []struct {
		name      string
		transport http.RoundTripper
		code      string
	}{{"unknown authority", nil, pgerr.CannotConnect}, {"results in clear", web.Client().Transport, pgerr.ProtocolViolation}} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s, err := New(Config{Name: "sf", Account: "acme", BaseURL: web.URL, Database: "DEMO", Transport: c.transport})
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			conn, err := s.Open(t.Context(), r.bearer("analyst"))
			if err != nil {
				t.Fatal(err)
			}
			if a := read(t.Context(), conn, allOrders, orderTypes...); pgerr.Code(a.Err) != c.code {
				t.Errorf("%v, wanted %s", a.Err, c.code)
			}
		})
	}
}

// TestNothingIsWritten: neither the driver nor the connector leaves anything in the home directory, nor says anything.
func TestNothingIsWritten(t *testing.T) {
	sourcetest.Silent(t, func() {
		r := newRig(t)
		c := r.open(r.bearer("analyst"))
		good := read(t.Context(), c, one, sourcetest.Plain(pgcat.Int4))
		bad := read(t.Context(), c, "SELECT secret FROM nowhere", sourcetest.Plain(pgcat.Int4))
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
	for _, c := range []source.Credential{source.Password{User: "u", Password: secret.New("p")}, source.Bearer{}} {
		if _, err := s.Open(t.Context(), c); pgerr.Code(err) != pgerr.InvalidAuthorization {
			t.Error(err)
		}
	}
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
	defer s.Close()
	c, err := s.Open(t.Context(), source.Bearer{Token: secret.New("t")})
	if err != nil {
		t.Fatal(err)
	}
	if a := read(t.Context(), c, one, sourcetest.Plain(pgcat.Int4)); pgerr.Code(a.Err) != pgerr.CannotConnect || strings.Contains(a.Err.Error(), "127") {
		t.Error(a.Err)
	}
}
