package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/waggle-sql/waggle/source/databricks"
	"github.com/waggle-sql/waggle/source/salesforce"
	"github.com/waggle-sql/waggle/source/snowflake"
	"github.com/waggle-sql/waggle/vault"
)

const lakehouse = "kind: databricks, host: dbc-1.cloud.databricks.com, http_path: /sql/1.0/warehouses/a1, catalog: main, oauth: {client_id: x}"

// TestSources: what a configuration of each kind of source may say, and what is said of what it may not.
func TestSources(t *testing.T) {
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
		{"{" + lakehouse + "}", ""},
		{"{" + lakehouse + ", credential: user, region: eu" + "}", ""},
		{"{" + lakehouse + ", base_url: \"http://127.0.0.1:1\"" + "}", ""},
		{"{" + lakehouse + ", credential: org" + "}", "each person's own token"},
		{"{" + lakehouse + ", role: r" + "}", "none of a Databricks source's"},
		{"{" + lakehouse + ", warehouse: w" + "}", "none of a Databricks source's"},
		{"{" + lakehouse + ", token: t" + "}", "token"},
		{"{" + lakehouse + ", base_url: \"http://db.example\"" + "}", "unencrypted"},
		{"{" + strings.Replace(lakehouse, "dbc-1.cloud.databricks.com", "\"https://dbc-1\"", 1) + "}", "needs a host"},
		{"{" + strings.Replace(lakehouse, "catalog: main, ", "", 1) + "}", "lacks \"catalog\""},
		{"{" + strings.Replace(lakehouse, "/sql/1.0/warehouses/a1", "a1", 1) + "}", "none of a warehouse"},
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
		text := "listen: {postgres: a, http: b}\npublic_url: http://x\nstore: sqlite:a\nkeys: {master: env:K}\naudit: {directory: a}\nmodels: m\nsources:\n  s: " + c.source + "\n"
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

func TestDatabricksSignIn(t *testing.T) {
	s := sourceConfig{name: "lake", databricks: &databricks.Config{Host: "dbc-1.example"}, oauth: oauthConfig{clientID: "x", tokenURL: "https://sign.in/token"}}
	got, err := s.databricksSignIn()
	if err != nil || got.AuthorizeURL != "https://dbc-1.example/oidc/v1/authorize" || got.TokenURL != "https://sign.in/token" ||
		!slices.Equal(got.Scopes, []string{"sql", "offline_access"}) || got.Variant != vault.Standard {
		t.Errorf("%+v, %v", got, err)
	}
	s.oauth.scopes = []string{"sql"}
	if got, err = s.databricksSignIn(); err != nil || !slices.Equal(got.Scopes, s.oauth.scopes) {
		t.Errorf("%+v, %v", got, err)
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
