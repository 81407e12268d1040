package main

import (
	"github.com/waggle-sql/waggle/internal/strictyaml"
	"github.com/waggle-sql/waggle/source/databricks"
	"github.com/waggle-sql/waggle/vault"
)

// databricks reads a Databricks workspace. There is no place for a token that all would share.
func (r *configReader) databricks(p strictyaml.Pair) *databricks.Config {
	n := p.Value
	r.only(p, "host", "http_path", "catalog", "oauth")
	for _, key := range []string{"definition", "account", "database", "port", "tls", "ca", "collation", "role", "warehouse"} {
		if v := n.Get(key); v != nil {
			r.problems.Add(v.At, "", "%s is none of a Databricks source's", key)
		}
	}
	if v := n.Get("credential"); v != nil && v.Text != "user" {
		r.problems.Add(v.At, "", "a Databricks source is opened with each person's own token")
	}
	return &databricks.Config{Name: p.Key, Host: n.String("host"), BaseURL: n.String("base_url"), HTTPPath: n.String("http_path"), Catalog: n.String("catalog")}
}

// databricksSignIn is the workspace's own OAuth server unless the configuration names another one; the scopes ask for statements
// and for a refresh token alone.
func (s sourceConfig) databricksSignIn() (vault.SourceConfig, error) {
	base, err := databricks.Address(s.databricks.Host, s.databricks.BaseURL)
	if err != nil {
		return vault.SourceConfig{}, err
	}
	o := s.oauth
	out := vault.SourceConfig{
		AuthorizeURL: replaced(base.String()+"/oidc/v1/authorize", o.authorizeURL), TokenURL: replaced(base.String()+"/oidc/v1/token", o.tokenURL),
		RevokeURL: o.revokeURL, Issuer: o.issuer, ClientID: o.clientID, ClientSecret: o.secret, Scopes: []string{"sql", "offline_access"},
		Credential: vault.UserCredential,
	}
	if o.scopes != nil {
		out.Scopes = o.scopes
	}
	return out, nil
}
