// Package fault makes an emulator misbehave on demand and remembers what it was asked: the same rules and the same log for
// every emulator, set from Go or over HTTP under /_sandbox/.
package fault

import (
	"bytes"
	"context"
	"crypto/rand"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"
)

const (
	maxBody = 8 << 20 // bytes of a request that an emulator reads
	maxLog  = 100_000 // requests that the log keeps; the oldest half goes when it is full
)

// Config is what a Control needs to know of its emulator.
type Config struct {
	Source string
	// Person returns whose valid token a request carries, or "".
	Person func(r *http.Request) string
	// Refuse writes an error of a status in the vendor's form.
	Refuse func(w http.ResponseWriter, status int, requestID string)
	// Expire expires the access token that a request carries.
	Expire func(r *http.Request)
}

// Control is one emulator's misbehaviour and its log. It is safe for use by several goroutines.
type Control struct {
	config  Config
	mu      sync.Mutex
	rules   []*armed
	log     []*Request
	last    int
	changed chan struct{}
}

// New returns a Control without rules.
func New(config Config) *Control {
	return &Control{config: config, changed: make(chan struct{})}
}

// Add arms a rule; several rules hit one request together. It refuses a rule that lacks what its kind needs (22023).
func (c *Control) Add(r Rule) error {
	if err := r.check(); err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.rules = append(c.rules, &armed{Rule: r})
	return nil
}

// Clear removes all rules.
func (c *Control) Clear() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.rules = nil
}

// Rules returns the armed rules.
func (c *Control) Rules() []Rule {
	c.mu.Lock()
	defer c.mu.Unlock()
	out := make([]Rule, len(c.rules))
	for i, r := range c.rules {
		out[i] = r.Rule
	}
	return out
}

// Exchange is one request on its way through an emulator.
type Exchange struct {
	RequestID string // 19 characters, new for each request
	Body      []byte // the whole request body
}

// Serve answers one request; what it writes is delivered, or spoiled, when it returns.
type Serve func(w http.ResponseWriter, r *http.Request, x *Exchange)

// Handler returns a handler that logs each request, lets serve answer it and applies the rules to the answer.
func (c *Control) Handler(serve Serve) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/_sandbox/") {
			c.serveControl(w, r)
			return
		}
		// The body is read whole first: only then does net/http watch the connection and cancel the context at once
		// when the client goes away.
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
		if err != nil {
			c.config.Refuse(w, http.StatusBadRequest, "")
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		c.exchange(w, r, body, serve)
	})
}

func (c *Control) exchange(w http.ResponseWriter, r *http.Request, body []byte, serve Serve) {
	x := &Exchange{RequestID: strings.ToLower(rand.Text()[:19]), Body: body}
	entry, h := c.begin(r, x)
	// Stopped by defers before net/http ends the context itself, so that Gone is only ever the client's doing.
	stop := context.AfterFunc(r.Context(), func() { c.update(func() { entry.Gone = time.Now() }) })
	out := &delivery{w: w, ctx: r.Context(), hit: h}
	defer func() {
		stop()
		c.update(func() { entry.Ended, entry.Status, entry.Bytes = time.Now(), out.status, out.sent })
	}()
	if h.expire {
		c.config.Expire(r)
	}
	if h.refuse != nil {
		if h.refuse.RetryAfter > 0 {
			out.Header().Set("Retry-After", itoa(h.refuse.RetryAfter))
		}
		c.config.Refuse(out, h.refuse.Status, x.RequestID)
	} else {
		serve(out, r, x)
	}
	out.deliver()
}

// begin logs a request and collects what the rules ask of it.
func (c *Control) begin(r *http.Request, x *Exchange) (*Request, hit) {
	person := c.config.Person(r)
	entry := &Request{
		Source: c.config.Source, Method: r.Method, Path: r.URL.Path, Query: r.URL.RawQuery, Body: string(x.Body),
		Person: person, RequestID: x.RequestID, ClientID: r.Header.Get("X-Request-Id"), Started: time.Now(),
	}
	var h hit
	c.update(func() {
		c.last++
		entry.ID = c.last
		if len(c.log) == maxLog {
			c.log = append([]*Request(nil), c.log[maxLog/2:]...)
		}
		c.log = append(c.log, entry)
		for _, rule := range c.rules {
			if rule.hits(r, person) {
				h.add(rule.Rule)
			}
		}
	})
	return entry, h
}
