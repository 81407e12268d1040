package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/waggle-sql/waggle/source/salesforce"
	"github.com/waggle-sql/waggle/vault"
)

func TestSalesforceSource(t *testing.T) {
	for _, c := range []struct{ source, want string }{
		{"{kind: salesforce, login_url: \"https://acme.my.salesforce.com\", oauth: {client_id: x}}", ""},
		{"{kind: salesforce, login_url: \"http://127.0.0.1:1\", api_version: \"60.0\", api_reserve: 0, oauth: {client_id: x}, credential: user}", ""},
		{"{kind: salesforce, login_url: \"https://acme.my.salesforce.com\", oauth: {client_id: x}, credential: org}", "each person's own token"},
		{"{kind: salesforce, login_url: \"https://acme.my.salesforce.com\", oauth: {client_id: x}, role: r}", "none of a Salesforce source's"},
		{"{kind: salesforce, login_url: \"https://acme.my.salesforce.com\", oauth: {client_id: x}, api_reserve: 100}", "nothing of the API allowance"},
		{"{kind: salesforce, login_url: \"https://acme.my.salesforce.com\", oauth: {client_id: x}, api_version: v64}", "none of Salesforce's"},
		{"{kind: salesforce, login_url: \"http://acme.my.salesforce.com\", oauth: {client_id: x}}", "unencrypted"},
		{"{kind: salesforce, oauth: {client_id: x}}", "lacks \"login_url\""},
		{"{kind: salesforce, login_url: \"https://acme.my.salesforce.com\"}", "lacks \"oauth\""},
	} {
		file := filepath.Join(t.TempDir(), "waggle.yaml")
		text := "listen: {postgres: a, http: b}\npublic_url: http://x\nstore: sqlite:a\nkeys: {master: env:K}\naudit: {directory: a}\nmodels: m\nsources:\n  crm: " + c.source + "\n"
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		conf, err := loadConfig(file)
		if err == nil {
			_, _, err = connectors(conf)
		}
		switch {
		case c.want == "" && err != nil:
			t.Errorf("%s: %v", c.source, err)
		case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
			t.Errorf("%s: %v", c.source, err)
		}
	}
}

func TestSalesforceSignIn(t *testing.T) {
	s := sourceConfig{name: "crm", salesforce: &salesforce.Config{LoginURL: "https://acme.my.salesforce.com"}, oauth: oauthConfig{clientID: "x", tokenURL: "https://sign.in/token"}}
	got, err := s.salesforceSignIn()
	if err != nil || got.AuthorizeURL != "https://acme.my.salesforce.com/services/oauth2/authorize" || got.TokenURL != "https://sign.in/token" ||
		got.RevokeURL != "https://acme.my.salesforce.com/services/oauth2/revoke" || !slices.Equal(got.Scopes, []string{"api", "refresh_token"}) ||
		got.Variant != vault.Salesforce || got.BaseHosts != nil {
		t.Errorf("%+v, %v", got, err)
	}
	s.salesforce.LoginURL = "https://crm.acme.example"
	if got, err = s.salesforceSignIn(); err != nil || !slices.Equal(got.BaseHosts, []string{"crm.acme.example"}) {
		t.Errorf("%+v, %v", got, err)
	}
}
