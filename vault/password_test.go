package vault

import (
	"strings"
	"testing"

	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/internal/secret"
)

func TestPassword(t *testing.T) {
	w := newWorld(t)
	w.vault.config.Sources["desk"] = SourceConfig{Login: true, Credential: UserCredential}
	connections, tokens := w.vault.Connections(), w.vault.Tokens()
	_, err := tokens.Token(t.Context(), w.bob, "desk")
	if e := pgerr.From(err); e.Code != pgerr.InvalidAuthorization || !strings.Contains(e.Message, publicURL+"/connect/desk") {
		t.Fatal(err)
	}
	if _, err := connections.SetPassword(t.Context(), w.bob, "crm", "bob", secret.New("x")); pgerr.Code(err) != pgerr.WrongObjectType {
		t.Fatal("a source with OAuth takes no password", err)
	}
	for _, bad := range [][2]string{{"", "x"}, {"bob", ""}, {"bo\x00b", "x"}} {
		if _, err := connections.SetPassword(t.Context(), w.bob, "desk", bad[0], secret.New(bad[1])); pgerr.Code(err) != pgerr.InvalidParameterValue {
			t.Fatalf("%q: %v", bad, err)
		}
	}
	if _, err := connections.Begin(t.Context(), w.bob, "browser", "desk"); pgerr.Code(err) != pgerr.WrongObjectType {
		t.Fatal(err)
	}
	st, err := connections.SetPassword(t.Context(), w.bob, "desk", "bob_db", secret.New("hunter2"))
	if err != nil || st.State != Connected || !st.Login {
		t.Fatal(st, err)
	}
	got, err := tokens.Token(t.Context(), w.bob, "desk")
	if err != nil || got.User != "bob_db" || got.Access.Reveal() != "hunter2" {
		t.Fatal(err)
	}
	_, err = tokens.Refresh(t.Context(), w.bob, "desk", got)
	if e := pgerr.From(err); e.Code != pgerr.InvalidAuthorization || !strings.Contains(e.Message, "needs re-authentication") || strings.Contains(e.Detail+e.Message, "hunter2") {
		t.Fatal(err)
	}
	if _, err := tokens.Token(t.Context(), w.bob, "desk"); pgerr.Code(err) != pgerr.InvalidAuthorization {
		t.Fatal("a rejected login is dead", err)
	}
}
