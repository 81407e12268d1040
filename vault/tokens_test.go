package vault

import (
	"net/http"
	"testing"
	"time"

	"github.com/waggle-sql/waggle/internal/pgerr"
)

func TestRejectedToken(t *testing.T) {
	w := newWorld(t)
	w.connect(w.bob, "crm")
	first := w.token(w.bob, "crm")
	w.as.ExpireToken(first.Access.Reveal())
	second, err := w.vault.Tokens().Refresh(t.Context(), w.bob, "crm", first)
	if err != nil || second.Generation != 2 || !w.live(second) {
		t.Fatal(err)
	}
	again, err := w.vault.Tokens().Refresh(t.Context(), w.bob, "crm", first)
	if err != nil || !again.Access.Equal(second.Access) || w.as.Calls().Refresh != 1 {
		t.Fatal("the stored token is already another one", err)
	}
	w.as.RevokePerson("bob@acme.example", "crm")
	_, err = w.vault.Tokens().Refresh(t.Context(), w.bob, "crm", again)
	wantReconnect(t, err, "crm")
	_, err = w.vault.Tokens().Token(t.Context(), w.bob, "crm")
	wantReconnect(t, err, "crm")
	w.connect(w.bob, "crm")
	if !w.live(w.token(w.bob, "crm")) {
		t.Fatal("connecting again mends it")
	}
}

// wantReconnect checks the words that a person sees: the address in message and hint, and no secret in it.
func wantReconnect(t *testing.T, err error, source string) {
	t.Helper()
	e := pgerr.From(err)
	address := publicURL + "/connect/" + source
	if e.Code != pgerr.InvalidAuthorization || e.Message != source+` connection for user "bob" needs re-authentication: `+address ||
		e.Hint != "Connect at "+address+", then run the query again." || e.Detail != "The sign-in server of "+source+" answered: invalid_grant." {
		t.Fatalf("%q %q %q", e.Message, e.Detail, e.Hint)
	}
}

func TestDeadConnectionsAreNamedTogether(t *testing.T) {
	w := newWorld(t)
	all := []string{"crm", "cal", "gong"}
	err := w.vault.Tokens().Check(t.Context(), w.bob, all)
	e := pgerr.From(err)
	for _, source := range all {
		if !contains(e.Message, publicURL+"/connect/"+source) || !contains(e.Hint, publicURL+"/connect/"+source) {
			t.Fatalf("%q %q", e.Message, e.Hint)
		}
	}
	w.connect(w.bob, "crm")
	w.connect(w.bob, "cal")
	calls := w.as.Calls()
	if err := w.vault.Tokens().Check(t.Context(), w.bob, all[:2]); err != nil || w.as.Calls() != calls {
		t.Fatal("no call", err)
	}
	if err := w.vault.Tokens().Check(t.Context(), w.ada, all[:1]); pgerr.Code(err) != pgerr.InvalidAuthorization || !contains(err.Error(), `user "ada" is missing`) {
		t.Fatal(err)
	}
}

func TestSourceWithoutRefreshTokens(t *testing.T) {
	w := newWorld(t)
	w.front = func(rw http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path == "/token" {
			rw.Write([]byte(`{"access_token":"once","token_type":"bearer","expires_in":"600"}`))
		}
		return r.URL.Path == "/token"
	}
	w.connect(w.bob, "cal")
	first := w.token(w.bob, "cal")
	w.clock.add(9*time.Minute + 50*time.Second)
	w.token(w.bob, "cal")
	w.clock.add(11 * time.Second)
	_, err := w.vault.Tokens().Token(t.Context(), w.bob, "cal")
	wantCode(t, err, pgerr.InvalidAuthorization)
	if st, err := w.vault.Connections().State(t.Context(), w.bob, "cal"); err != nil || st.State != Expired || !st.Dead() {
		t.Fatal(st, err)
	}
	w.connect(w.bob, "cal")
	first.Generation = 2
	_, err = w.vault.Tokens().Refresh(t.Context(), w.bob, "cal", first)
	wantCode(t, err, pgerr.InvalidAuthorization)
}
