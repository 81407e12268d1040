package source

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"testing"

	"github.com/waggle-sql/waggle/internal/pgerr"
)

func TestReachAllows(t *testing.T) {
	for _, c := range []struct {
		system, at string
		ok         bool
	}{
		{"203.0.113.7", "198.51.100.9", true}, {"203.0.113.7", "2606:4700::1", true},
		{"203.0.113.7", "10.1.2.3", false}, {"203.0.113.7", "192.168.0.1", false}, {"203.0.113.7", "100.64.0.1", false}, {"203.0.113.7", "fd00::1", false},
		{"203.0.113.7", "127.0.0.1", false}, {"203.0.113.7", "::1", false}, {"203.0.113.7", "0.0.0.0", false}, {"203.0.113.7", "224.0.0.1", false},
		{"203.0.113.7", "169.254.169.254", false}, {"10.0.0.1", "169.254.169.254", false}, {"127.0.0.1", "169.254.169.254", false}, {"10.0.0.1", "fe80::1", false},
		{"10.0.0.1", "10.9.9.9", true}, {"10.0.0.1", "fd00::1", true}, {"10.0.0.1", "198.51.100.9", true}, {"10.0.0.1", "127.0.0.1", false},
		{"127.0.0.1", "127.0.0.1", true}, {"127.0.0.1", "10.0.0.1", false}, {"", "127.0.0.1", false}, {"", "10.0.0.1", false}, {"", "198.51.100.9", true},
	} {
		r := NewReach("wh", &url.URL{})
		if c.system != "" {
			system := netip.MustParseAddr(c.system)
			r.system.Store(&system)
		}
		if err := r.allowed(netip.MustParseAddr(c.at)); (err == nil) != c.ok {
			t.Errorf("%s from a system at %q: %v", c.at, c.system, err)
		}
	}
}

// TestReach: what a host's name leads to is what counts, and nothing is asked there.
func TestReach(t *testing.T) {
	asked := 0
	web := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked++ }))
	defer web.Close()
	base, _ := url.Parse(web.URL)
	other := "http://localhost:" + base.Port()
	r := NewReach("wh", base)
	defer r.CloseIdleConnections()
	get := func(address string) error {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
		if err != nil {
			t.Fatal(err)
		}
		answer, err := r.RoundTrip(request)
		if err == nil {
			_ = answer.Body.Close()
		}
		return err
	}
	if err := get(other); pgerr.Code(err) != pgerr.ProtocolViolation {
		t.Error(err) // nobody knows yet where the system is
	}
	if err := get(web.URL); err != nil {
		t.Error(err)
	}
	if err := get(other); err != nil || asked != 2 {
		t.Error(err, asked)
	}
	r.named.CloseIdleConnections()
	far := netip.MustParseAddr("203.0.113.7")
	r.system.Store(&far)
	if err := get(other); pgerr.Code(err) != pgerr.ProtocolViolation || asked != 2 {
		t.Error(err, asked)
	}
}
