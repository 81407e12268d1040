package main

import (
	"net/url"

	"github.com/waggle-sql/waggle/source/rest"
	"github.com/waggle-sql/waggle/vault"
)

// signIn is a source's OAuth side: the definition's, with what the configuration replaces.
func (s sourceConfig) signIn(d rest.OAuth) vault.SourceConfig {
	o := s.oauth
	out := vault.SourceConfig{
		AuthorizeURL: replaced(d.AuthorizeURL, o.authorizeURL), TokenURL: replaced(d.TokenURL, o.tokenURL), RevokeURL: replaced(d.RevokeURL, o.revokeURL),
		Issuer: o.issuer, ClientID: o.clientID, ClientSecret: o.secret, Scopes: d.Scopes, Credential: vault.UserCredential, Variant: vault.Variant(d.Variant),
	}
	if o.scopes != nil {
		out.Scopes = o.scopes
	}
	if s.org {
		out.Credential = vault.OrgCredential
	}
	// A configured address is the only place to which the token's answer may send us.
	if u, err := url.Parse(s.baseURL); err == nil && u.Host != "" {
		out.BaseHosts = []string{u.Hostname()}
	}
	return out
}

func replaced(url, by string) string {
	if by != "" {
		return by
	}
	return url
}
