package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/waggle-sql/waggle/source/databricks"
	"github.com/waggle-sql/waggle/vault"
)

func TestDatabricksSource(t *testing.T) {
	const whole = "kind: databricks, host: dbc-1.cloud.databricks.com, http_path: /sql/1.0/warehouses/a1, catalog: main, oauth: {client_id: x}"
	for _, c := range []struct{ source, want string }{
		{whole, ""},
		{whole + ", credential: user, region: eu", ""},
		{whole + ", base_url: \"http://127.0.0.1:1\"", ""},
		{whole + ", credential: org", "each person's own token"},
		{whole + ", role: r", "none of a Databricks source's"},
		{whole + ", warehouse: w", "none of a Databricks source's"},
		{whole + ", token: t", "token"},
		{whole + ", base_url: \"http://db.example\"", "unencrypted"},
		{strings.Replace(whole, "dbc-1.cloud.databricks.com", "\"https://dbc-1\"", 1), "needs a host"},
		{strings.Replace(whole, "catalog: main, ", "", 1), "lacks \"catalog\""},
		{strings.Replace(whole, "/sql/1.0/warehouses/a1", "a1", 1), "none of a warehouse"},
	} {
		file := filepath.Join(t.TempDir(), "waggle.yaml")
		text := "listen: {postgres: a, http: b}\npublic_url: http://x\nstore: sqlite:a\nkeys: {master: env:K}\naudit: {directory: a}\nmodels: m\nsources:\n  lake: {" + c.source + "}\n"
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
