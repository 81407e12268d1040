package rest

import (
	"context"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"syscall"
	"time"

	"github.com/waggle-sql/waggle/internal/pgerr"
)

// newTransport returns a transport that dials public addresses alone, or also loopback ones when the configured address is
// itself one (a sandbox). It knows no proxy of the environment. The address is judged after its name is resolved, so that no
// name can lead elsewhere later.
func newTransport(loopback bool) *http.Transport {
	dialer := &net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second,
		ControlContext: func(_ context.Context, _, address string, _ syscall.RawConn) error { return allowed(address, loopback) }}
	return &http.Transport{DialContext: dialer.DialContext, ForceAttemptHTTP2: true, MaxIdleConnsPerHost: 4, IdleConnTimeout: 30 * time.Second,
		TLSHandshakeTimeout: 10 * time.Second, ResponseHeaderTimeout: 60 * time.Second, MaxResponseHeaderBytes: 256 << 10}
}

// allowed refuses an address that is no public one: 08001.
func allowed(address string, loopback bool) error {
	at, err := netip.ParseAddrPort(address)
	if err == nil && (public(at.Addr()) || loopback && at.Addr().Unmap().IsLoopback()) {
		return nil
	}
	return pgerr.New(pgerr.CannotConnect, "the source's address leads into a private network").
		WithHint("a REST source lies at a public address")
}

// hidden are the ranges that are neither public nor covered by netip's own questions: this network, carrier-grade NAT,
// protocol assignments, benchmarking, documentation, reserved, NAT64, 6to4, Teredo, discard, site-local
// (https://www.iana.org/assignments/iana-ipv4-special-registry, iana-ipv6-special-registry).
var hidden = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"), netip.MustParsePrefix("100.64.0.0/10"), netip.MustParsePrefix("192.0.0.0/24"),
	netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("198.18.0.0/15"), netip.MustParsePrefix("198.51.100.0/24"),
	netip.MustParsePrefix("203.0.113.0/24"), netip.MustParsePrefix("240.0.0.0/4"), netip.MustParsePrefix("64:ff9b::/96"),
	netip.MustParsePrefix("64:ff9b:1::/48"), netip.MustParsePrefix("2002::/16"), netip.MustParsePrefix("2001::/23"),
	netip.MustParsePrefix("2001:db8::/32"), netip.MustParsePrefix("100::/64"), netip.MustParsePrefix("fec0::/10"),
	netip.MustParsePrefix("::/96"),
}

func public(a netip.Addr) bool {
	a = a.Unmap().WithZone("")
	if !a.IsGlobalUnicast() || a.IsPrivate() || a.IsLoopback() || a.IsLinkLocalUnicast() {
		return false
	}
	for _, p := range hidden {
		if p.Contains(a) {
			return false
		}
	}
	return true
}

// isLoopback reports whether an address names this machine by a loopback address or as localhost.
func isLoopback(u *url.URL) bool {
	name := u.Hostname()
	at, err := netip.ParseAddr(name)
	return name == "localhost" || err == nil && at.IsLoopback()
}
