package vault

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/waggle-sql/waggle/internal/secret"
)

// ends keeps what Sessions was told.
type ends struct {
	mu   sync.Mutex
	told []string
}

func (e *ends) Forget(x Ended) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.told = append(e.told, fmt.Sprintf("%s %t %d", x.Source, x.Person != "", x.Before))
}

func (e *ends) take() []string {
	e.mu.Lock()
	defer e.mu.Unlock()
	told := e.told
	e.told = nil
	return told
}

// TestSessionsEnd has each way in which tokens end told to who keeps sessions.
func TestSessionsEnd(t *testing.T) {
	w, told := newWorld(t), &ends{}
	w.vault.config.Sessions = told
	w.vault.config.Sources["desk"] = SourceConfig{Login: true, Credential: UserCredential}
	connections, tokens := w.vault.Connections(), w.vault.Tokens()
	expect := func(what string, err error, want ...string) {
		t.Helper()
		if got := told.take(); err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: %q, wanted %q: %v", what, got, want, err)
		}
	}
	_, err := connections.SetPassword(t.Context(), w.bob, "desk", "bob_db", secret.New("one"))
	expect("connected", err, "desk true 1")
	_, err = connections.SetPassword(t.Context(), w.bob, "desk", "bob_db", secret.New("two"))
	expect("connected anew", err, "desk true 2")
	got, err := tokens.Token(t.Context(), w.bob, "desk")
	expect("used", err)
	_, _ = tokens.Refresh(t.Context(), w.bob, "desk", got)
	expect("rejected", nil, "desk true 3")
	_, err = connections.SetPassword(t.Context(), w.bob, "desk", "bob_db", secret.New("three"))
	expect("connected after that", err, "desk true 3")
	expect("disconnected", connections.Disconnect(t.Context(), w.bob, "desk"), "desk true 0")

	w.connect(w.bob, "crm")
	expect("signed in", nil, "crm true 1")
	old, err := tokens.Token(t.Context(), w.bob, "crm")
	expect("used", err)
	_, err = tokens.Refresh(t.Context(), w.bob, "crm", old)
	expect("refreshed", err, "crm true 2")
	_, err = w.vault.Revoke(t.Context(), w.bob.Org, w.bob.Person, "operator")
	expect("revoked", err, "crm true 0")
	w.connect(w.bob, "crm")
	told.take()
	w.as.RevokePerson("bob@acme.example", "")
	w.clock.add(2 * time.Hour)
	_, _ = tokens.Token(t.Context(), w.bob, "crm")
	expect("refused at the refresh", nil, "crm true 5")
}
