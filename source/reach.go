package source

import (
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"sync/atomic"

	"github.com/waggle-sql/waggle/internal/pgerr"
)

// Reach is a source's way out, over transports as NewTransport's: to the system itself, and to the hosts that its answers name, where the
// files of a result lie. Those may lie anywhere outside, but within the network that Waggle runs in only when the system does too, by
// a private link, and on this machine only when it is there: an answer is no reason to ask others' servers. It is an
// http.RoundTripper.
type Reach struct {
	name       string
	base       *url.URL
	own, named *http.Transport
	system     atomic.Pointer[netip.Addr] // where it was reached last
}

// NewReach returns the way out of the source of a name, whose system is at base.
func NewReach(name string, base *url.URL) *Reach {
	r := &Reach{name: name, base: base}
	r.own = newTransport(func(at netip.Addr) error {
		r.system.Store(&at)
		return nil
	})
	r.named = newTransport(r.allowed)
	return r
}

// RoundTrip sends a request; one to an address that is not to be asked is 08P01.
func (r *Reach) RoundTrip(request *http.Request) (*http.Response, error) {
	if SameServer(request.URL, r.base) {
		return r.own.RoundTrip(request)
	}
	return r.named.RoundTrip(request)
}

// CloseIdleConnections closes connections that no request uses.
func (r *Reach) CloseIdleConnections() {
	r.own.CloseIdleConnections()
	r.named.CloseIdleConnections()
}

// shared are addresses of networks behind a provider's own translation (RFC 6598).
var shared = netip.MustParsePrefix("100.64.0.0/10")

// private reports whether an address belongs to no network but the one it is in.
func private(at netip.Addr) bool { return at.IsPrivate() || shared.Contains(at) }

func (r *Reach) allowed(at netip.Addr) error {
	system := r.system.Load()
	switch {
	case at.IsGlobalUnicast() && !private(at):
		return nil
	case system != nil && private(at) && private(*system), system != nil && at.IsLoopback() && system.IsLoopback():
		return nil
	}
	return pgerr.New(pgerr.ProtocolViolation, "the source %s sends for its results to an address that is not asked on its word", r.name).
		WithDetail("A system that is reached over the internet names no host of this machine or of its network.").
		WithHint("Where its storage lies behind an endpoint of your own network, reach the system by its private link too: base_url in waggle.yaml.")
}

// SameServer reports whether two addresses have one scheme, host and port.
func SameServer(a, b *url.URL) bool {
	port := func(u *url.URL) string {
		switch {
		case u.Port() != "":
			return u.Port()
		case u.Scheme == "http":
			return "80"
		}
		return "443"
	}
	return a.Scheme == b.Scheme && strings.EqualFold(a.Hostname(), b.Hostname()) && port(a) == port(b)
}
