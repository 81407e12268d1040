package fault

import (
	"context"
	"time"
)

// Request is one request that an emulator has seen.
type Request struct {
	ID     int    `json:"id"` // from 1, in order of arrival
	Source string `json:"source"`
	Method string `json:"method"`
	Path   string `json:"path"`
	Query  string `json:"query,omitempty"`
	Body   string `json:"body,omitempty"`
	Person string `json:"person,omitempty"` // whose token came with it; empty when none was valid
	// RequestID is the emulator's id of the request; ClientID is what the caller sent as X-Request-Id.
	RequestID string    `json:"request_id"`
	ClientID  string    `json:"client_request_id,omitempty"`
	Started   time.Time `json:"started"`
	Ended     time.Time `json:"ended,omitzero"` // zero while it is served
	Gone      time.Time `json:"gone,omitzero"`  // when the client went away before the answer was whole; else zero
	Status    int       `json:"status,omitempty"`
	Bytes     int       `json:"bytes,omitempty"` // of the body, as written
}

// Requests returns what has been seen since the start or the last Forget, in order of arrival.
func (c *Control) Requests() []Request {
	c.mu.Lock()
	defer c.mu.Unlock()
	out := make([]Request, len(c.log))
	for i, r := range c.log {
		out[i] = *r
	}
	return out
}

// Forget empties the log; requests that are being served are forgotten too.
func (c *Control) Forget() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.log = nil
}

// Wait returns the first request in the log for which ok holds, waiting for it until ctx ends.
func (c *Control) Wait(ctx context.Context, ok func(Request) bool) (Request, error) {
	for {
		found, changed := c.find(ok)
		if found != nil {
			return *found, nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return Request{}, context.Cause(ctx)
		}
	}
}

func (c *Control) find(ok func(Request) bool) (*Request, <-chan struct{}) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, r := range c.log {
		if ok(*r) {
			found := *r
			return &found, nil
		}
	}
	return nil, c.changed
}

// update changes a request of the log and wakes those who wait.
func (c *Control) update(change func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	change()
	close(c.changed)
	c.changed = make(chan struct{})
}
