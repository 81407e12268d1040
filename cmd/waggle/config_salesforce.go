package main

import (
	"strings"

	"github.com/waggle-sql/waggle/internal/strictyaml"
	"github.com/waggle-sql/waggle/source/salesforce"
	"github.com/waggle-sql/waggle/vault"
)

// salesforce reads a Salesforce organisation. There is no place for a user that all would share.
func (r *configReader) salesforce(p strictyaml.Pair) *salesforce.Config {
	n := p.Value
	r.only(p, "login_url", "oauth")
	for _, key := range []string{"definition", "account", "host", "database", "http_path", "catalog", "port", "tls", "ca", "collation", "role", "warehouse", "base_url"} {
		if v := n.Get(key); v != nil {
			r.problems.Add(v.At, "", "%s is none of a Salesforce source's", key)
		}
	}
	if v := n.Get("credential"); v != nil && v.Text != "user" {
		r.problems.Add(v.At, "", "a Salesforce source is opened with each person's own token")
	}
	reserve := int(r.whole(n, "api_reserve", salesforce.DefaultReserve))
	if reserve == 0 {
		reserve = -1
	}
	return &salesforce.Config{Name: p.Key, LoginURL: n.String("login_url"), APIVersion: n.String("api_version"), Reserve: reserve}
}

// salesforceSignIn is the organisation's own OAuth server unless the configuration names another one; the scopes ask for the API and for
// a refresh token alone.
func (s sourceConfig) salesforceSignIn() (vault.SourceConfig, error) {
	base, err := salesforce.Address(s.salesforce.LoginURL)
	if err != nil {
		return vault.SourceConfig{}, err
	}
	o, at := s.oauth, base.String()+"/services/oauth2"
	out := vault.SourceConfig{
		AuthorizeURL: replaced(at+"/authorize", o.authorizeURL), TokenURL: replaced(at+"/token", o.tokenURL), RevokeURL: replaced(at+"/revoke", o.revokeURL),
		Issuer: o.issuer, ClientID: o.clientID, ClientSecret: o.secret, Scopes: []string{"api", "refresh_token"},
		Credential: vault.UserCredential, Variant: vault.Salesforce,
	}
	if o.scopes != nil {
		out.Scopes = o.scopes
	}
	// An organisation at an address of its own has its API there too; any other answers from one of Salesforce's.
	if host := base.Hostname(); !strings.HasSuffix(host, ".salesforce.com") && !strings.HasSuffix(host, ".force.com") && !strings.HasSuffix(host, ".salesforce.mil") {
		out.BaseHosts = []string{host}
	}
	return out, nil
}
