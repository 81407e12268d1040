package identity

import (
	"context"
	"net"
	"net/netip"
	"sync"
	"time"

	"github.com/waggle-sql/waggle/internal/pgerr"
)

// throttle slows guessing: each failed login costs a point of the pair (user, network) and of the network. Who has none
// left waits before the next attempt is looked at. Nobody is locked out: a pair is one network's, points come back.
type throttle struct {
	now  func() time.Time
	mu   sync.Mutex
	debt map[string]*debt
}

// debt is a number of failures that melts with time.
type debt struct {
	failures float64
	at       time.Time
}

const (
	freePair      = 5.0  // failures of one user from one network that cost no time
	freeNetwork   = 30.0 // failures from one network that cost no time
	meltPerSecond = 0.5
	maxWait       = 8 * time.Second
	maxDebts      = 20_000
)

func newThrottle(now func() time.Time) *throttle {
	return &throttle{now: now, debt: map[string]*debt{}}
}

// wait returns when the next attempt may be looked at, or an error when ctx ends first or too many already wait.
func (t *throttle) wait(ctx context.Context, user, address string) error {
	pause := t.reserve(user, network(address))
	if pause <= 0 {
		return nil
	}
	if pause > maxWait {
		return pgerr.New(pgerr.TooManyConnections, "too many failed logins from this address").WithHint("wait a minute, then try again")
	}
	return sleep(ctx, pause)
}

func sleep(ctx context.Context, pause time.Duration) error {
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return pgerr.From(ctx.Err())
	}
}

// reserve returns how long to wait; an attempt that must wait pays at once, so that many at the same time queue up.
func (t *throttle) reserve(user, from string) time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	over := max(t.at(from+"|"+user).failures-freePair, t.at(from).failures-freeNetwork)
	if over <= 0 {
		return 0
	}
	pause := time.Duration(over / meltPerSecond * float64(time.Second))
	if pause <= maxWait {
		t.at(from+"|"+user).failures++
	}
	return pause
}

// failed counts a wrong proof.
func (t *throttle) failed(user, address string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	from := network(address)
	t.at(from+"|"+user).failures++
	t.at(from).failures++
}

// succeeded forgives the pair.
func (t *throttle) succeeded(user, address string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.debt, network(address)+"|"+user)
}

// at returns the debt of a key as of now.
func (t *throttle) at(key string) *debt {
	now := t.now()
	d := t.debt[key]
	if d == nil {
		if len(t.debt) >= maxDebts {
			t.forget(now)
		}
		d = &debt{at: now}
		t.debt[key] = d
	}
	d.failures = max(0, d.failures-now.Sub(d.at).Seconds()*meltPerSecond)
	d.at = now
	return d
}

// forget drops what has melted, or everything when nothing has: the table is bounded.
func (t *throttle) forget(now time.Time) {
	for key, d := range t.debt {
		if d.failures-now.Sub(d.at).Seconds()*meltPerSecond <= 0 {
			delete(t.debt, key)
		}
	}
	if len(t.debt) >= maxDebts {
		clear(t.debt)
	}
}

// network is the part of an address that one customer holds: an IPv4 address, or the first 64 bits of an IPv6 one.
func network(address string) string {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		host = address
	}
	ip, err := netip.ParseAddr(host)
	if err != nil {
		return host
	}
	if ip = ip.Unmap(); ip.Is6() {
		prefix, _ := ip.WithZone("").Prefix(64)
		return prefix.String()
	}
	return ip.String()
}
