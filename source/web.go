package source

import (
	"crypto/tls"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"syscall"
	"time"

	"github.com/waggle-sql/waggle/internal/pgerr"
)

// BaseAddress checks an address to which people's tokens go: a scheme and a host, encrypted unless it is this machine's own.
// whose is the system's name for the error, F0000.
func BaseAddress(base, whose string) (*url.URL, error) {
	u, err := url.Parse(strings.TrimSuffix(base, "/"))
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil || u.Path != "" || u.RawQuery != "" || u.Fragment != "" {
		return nil, pgerr.New(pgerr.ConfigFile, "the address %q is none of %s", base, whose).WithHint("write https://host")
	}
	if u.Scheme == "http" && !IsLoopback(u) {
		return nil, pgerr.New(pgerr.ConfigFile, "the address %q would carry tokens unencrypted", base).WithHint("write https://")
	}
	return u, nil
}

// IsLoopback reports whether an address names this machine by a loopback address or as localhost.
func IsLoopback(u *url.URL) bool {
	at, err := netip.ParseAddr(u.Hostname())
	return u.Hostname() == "localhost" || err == nil && at.IsLoopback()
}

// NewTransport returns a transport for all sessions of a source, so that they share TLS connections. It verifies certificates by
// the system's authorities and knows no proxy of the environment.
func NewTransport() *http.Transport { return newTransport(nil) }

// newTransport asks control about each address that is connected to.
func newTransport(control func(netip.Addr) error) *http.Transport {
	dialer := &net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}
	if control != nil {
		dialer.Control = func(_, address string, _ syscall.RawConn) error {
			at, err := netip.ParseAddrPort(address)
			if err != nil {
				return err
			}
			return control(at.Addr().Unmap())
		}
	}
	return &http.Transport{DialContext: dialer.DialContext, TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS12}, ForceAttemptHTTP2: true,
		MaxIdleConns: 256, MaxIdleConnsPerHost: 64, IdleConnTimeout: 90 * time.Second, TLSHandshakeTimeout: 10 * time.Second, MaxResponseHeaderBytes: 256 << 10}
}

// PlainWords makes a system's message fit for one line of a terminal.
func PlainWords(text string) string {
	text = strings.Join(strings.FieldsFunc(text, func(r rune) bool { return r < ' ' || r == 0x7f }), " ")
	if len(text) > 400 {
		text = strings.ToValidUTF8(text[:400], "") + "…"
	}
	return strings.TrimSpace(text)
}
