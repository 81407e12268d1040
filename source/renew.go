package source

import (
	"context"
	"sync"

	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/internal/secret"
)

// Renewable is the bearer of a connection whose requests run beside each other.
type Renewable struct {
	name   string     // of the source
	flight sync.Mutex // held while the token is refreshed
	mu     sync.Mutex
	bearer Bearer
}

// NewRenewable keeps a bearer for the requests to a source.
func NewRenewable(name string, b Bearer) *Renewable { return &Renewable{name: name, bearer: b} }

// Bearer is the present one.
func (r *Renewable) Bearer() Bearer {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.bearer
}

// Renew replaces a token that the source has rejected, once for all requests that carried it. A second rejection is 28000, as is the first
// one where nothing can be refreshed.
func (r *Renewable) Renew(ctx context.Context, rejected secret.Text) error {
	r.flight.Lock()
	defer r.flight.Unlock()
	now := r.Bearer()
	if !now.Token.Equal(rejected) {
		return nil
	}
	if now.Refresh == nil {
		return TokenRejected(r.name)
	}
	next, err := now.Refresh(ctx)
	if err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.bearer = next
	return nil
}

// TokenRejected is the error of a token that a source does not accept, 28000.
func TokenRejected(name string) error {
	return pgerr.New(pgerr.InvalidAuthorization, "the source %s does not accept the token", name).WithHint("connect to %s again", name)
}
