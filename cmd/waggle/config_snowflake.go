package main

import (
	"github.com/waggle-sql/waggle/internal/strictyaml"
	"github.com/waggle-sql/waggle/source/snowflake"
	"github.com/waggle-sql/waggle/vault"
)

// snowflake reads a Snowflake account. There is no place for a user name or a key that all would share.
func (r *configReader) snowflake(p strictyaml.Pair) *snowflake.Config {
	n := p.Value
	r.only(p, "account", "database", "oauth")
	for _, key := range []string{"definition", "host", "port", "tls", "ca", "collation"} {
		if v := n.Get(key); v != nil {
			r.problems.Add(v.At, "", "%s is none of a Snowflake source's", key)
		}
	}
	if v := n.Get("credential"); v != nil && v.Text != "user" {
		r.problems.Add(v.At, "", "a Snowflake source is opened with each person's own token")
	}
	return &snowflake.Config{Name: p.Key, Account: n.String("account"), BaseURL: n.String("base_url"), Database: n.String("database"),
		Warehouse: n.String("warehouse"), Role: n.String("role")}
}

// snowflakeSignIn is the account's own OAuth server unless the configuration names another one; the scope asks for a refresh
// token and for the configured role alone.
func (s sourceConfig) snowflakeSignIn() (vault.SourceConfig, error) {
	base, err := snowflake.Address(s.snowflake.Account, s.snowflake.BaseURL)
	if err != nil {
		return vault.SourceConfig{}, err
	}
	o := s.oauth
	out := vault.SourceConfig{
		AuthorizeURL: replaced(base.String()+"/oauth/authorize", o.authorizeURL), TokenURL: replaced(base.String()+"/oauth/token-request", o.tokenURL),
		RevokeURL: o.revokeURL, Issuer: o.issuer, ClientID: o.clientID, ClientSecret: o.secret, Scopes: []string{"refresh_token"},
		Credential: vault.UserCredential, Variant: vault.Snowflake,
	}
	if s.snowflake.Role != "" {
		out.Scopes = append(out.Scopes, "session:role:"+s.snowflake.Role)
	}
	if o.scopes != nil {
		out.Scopes = o.scopes
	}
	return out, nil
}
