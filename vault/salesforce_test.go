package vault

import (
	"strings"
	"testing"

	"github.com/waggle-sql/waggle/internal/pgerr"
	"github.com/waggle-sql/waggle/internal/secret"
)

// TestSalesforce: the answer names the organisation's instance and the person, and says nothing of when its token ends: what has been
// rejected is refreshed, to a token whose end is not known either.
func TestSalesforce(t *testing.T) {
	w := newWorld(t)
	u := w.server.URL
	w.config.Sources["sales"] = SourceConfig{AuthorizeURL: u + "/authorize", TokenURL: u + "/token", RevokeURL: u + "/revoke", ClientID: "sales-app",
		ClientSecret: secret.New("sales-secret"), Scopes: []string{"api", "refresh_token"}, Credential: UserCredential, Variant: Salesforce}
	w.openVault()
	w.connect(w.bob, "sales")
	first := w.token(w.bob, "sales")
	if first.BaseURL() != "https://acme.my.salesforce.com" || !first.Expires.IsZero() || !w.live(first) {
		t.Fatalf("%+v", first)
	}
	next, err := w.vault.Tokens().Refresh(t.Context(), w.bob, "sales", first)
	if err != nil || next.Generation != first.Generation+1 || next.BaseURL() != first.BaseURL() || !next.Expires.IsZero() || !w.live(next) || next.Access.Equal(first.Access) {
		t.Fatalf("%+v, %v", next, err)
	}
	if err := w.vault.Connections().Disconnect(t.Context(), w.bob, "sales"); err != nil {
		t.Fatal(err)
	}
	if w.live(next) {
		t.Error("a token lives on after its connection")
	}
	if _, err := w.vault.Tokens().Token(t.Context(), w.bob, "sales"); pgerr.Code(err) != pgerr.InvalidAuthorization {
		t.Error(err)
	}
}

// TestSalesforceInstance: a token goes to a host of Salesforce's, or to the configured one.
func TestSalesforceInstance(t *testing.T) {
	conf := SourceConfig{Variant: Salesforce}
	for instance, ok := range map[string]bool{
		"https://acme.my.salesforce.com": true, "https://acme--dev.sandbox.my.salesforce.com": true, "https://acme.my.salesforce.mil": true,
		"http://acme.my.salesforce.com": false, "https://acme.my.salesforce.com.evil.example": false, "https://evilsalesforce.com": false,
	} {
		if facts, err := conf.account(map[string]any{"instance_url": instance}); (err == nil) != ok || ok && facts[BaseURL] != strings.TrimSuffix(instance, "/") {
			t.Errorf("%s: %v", instance, err)
		}
	}
}
