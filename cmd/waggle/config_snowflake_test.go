package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/waggle-sql/waggle/source/snowflake"
	"github.com/waggle-sql/waggle/vault"
)

func TestSnowflakeSource(t *testing.T) {
	for _, c := range []struct{ source, want string }{
		{"{kind: snowflake, account: acme-eu, database: DEMO, warehouse: BI_WH, role: ANALYST, oauth: {client_id: x}}", ""},
		{"{kind: snowflake, account: acme-eu, database: DEMO, oauth: {client_id: x}, credential: user}", ""},
		{"{kind: snowflake, account: acme-eu, base_url: \"http://127.0.0.1:1\", database: DEMO, oauth: {client_id: x}}", ""},
		{"{kind: snowflake, account: acme-eu, database: DEMO, oauth: {client_id: x}, credential: org}", "each person's own token"},
		{"{kind: snowflake, account: acme-eu, database: DEMO, oauth: {client_id: x}, host: h}", "none of a Snowflake source's"},
		{"{kind: snowflake, account: acme-eu, database: DEMO, oauth: {client_id: x}, user: bob}", "user"},
		{"{kind: snowflake, account: acme-eu, oauth: {client_id: x}}", "lacks \"database\""},
		{"{kind: snowflake, database: DEMO, oauth: {client_id: x}}", "lacks \"account\""},
		{"{kind: snowflake, account: acme-eu, database: DEMO}", "lacks \"oauth\""},
		{"{kind: snowflake, account: acme-eu, base_url: \"http://db.example\", database: DEMO, oauth: {client_id: x}}", "unencrypted"},
		{"{kind: snowflake, account: \"https://acme\", database: DEMO, oauth: {client_id: x}}", "needs an account"},
	} {
		file := filepath.Join(t.TempDir(), "waggle.yaml")
		text := "listen: {postgres: a, http: b}\npublic_url: http://x\nstore: sqlite:a\nkeys: {master: env:K}\naudit: {directory: a}\nmodels: m\nsources:\n  sf: " + c.source + "\n"
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

func TestSnowflakeSignIn(t *testing.T) {
	s := sourceConfig{name: "sf", snowflake: &snowflake.Config{Account: "acme_eu", Role: "ANALYST"}, oauth: oauthConfig{clientID: "x", tokenURL: "https://sign.in/token"}}
	got, err := s.snowflakeSignIn()
	if err != nil || got.AuthorizeURL != "https://acme-eu.snowflakecomputing.com/oauth/authorize" || got.TokenURL != "https://sign.in/token" ||
		!slices.Equal(got.Scopes, []string{"refresh_token", "session:role:ANALYST"}) || got.Variant != vault.Snowflake {
		t.Errorf("%+v, %v", got, err)
	}
	s.oauth.scopes = []string{"session:role-any"}
	if got, err = s.snowflakeSignIn(); err != nil || !slices.Equal(got.Scopes, s.oauth.scopes) {
		t.Errorf("%+v, %v", got, err)
	}
}
