package main

import (
	"strings"

	"github.com/waggle-sql/waggle/internal/strictyaml"
	"github.com/waggle-sql/waggle/source/postgres"
	"github.com/waggle-sql/waggle/vault"
)

// postgres reads a PostgreSQL source. A connection string is refused: it has room for a login that all would share.
func (r *configReader) postgres(p strictyaml.Pair) *postgres.Config {
	n := p.Value
	r.only(p, "host", "database")
	for _, key := range []string{"definition", "base_url", "account", "warehouse", "role"} {
		if v := n.Get(key); v != nil {
			r.problems.Add(v.At, "", "%s is none of a PostgreSQL source's", key)
		}
	}
	for _, key := range []string{"host", "database"} {
		if v := n.String(key); strings.ContainsAny(v, "@=/ ") && v != "" {
			r.problems.Add(n.Get(key).At, "write the bare "+key+"; each person's own user name and password come from the console",
				"a connection string is not accepted: a source has no shared login")
		}
	}
	credential := r.postgresCredential(p)
	port := r.whole(n, "port", 5432)
	if port < 1 || port > 65535 {
		r.problems.Add(n.Get("port").At, "", "port must be between 1 and 65535")
		port = 5432
	}
	return &postgres.Config{Name: p.Key, Host: n.String("host"), Port: uint16(port), Database: n.String("database"),
		TLS: postgres.TLS(n.String("tls")), CA: r.path(n.String("ca")), Credential: credential, User: postgres.User(n.String("token_user")),
		Collation: n.String("collation")}
}

// postgresCredential reads what each person opens the server with, and holds the keys about it to that.
func (r *configReader) postgresCredential(p strictyaml.Pair) postgres.Credential {
	n := p.Value
	c := postgres.Credential(n.String("credential"))
	tokens := c == postgres.OAuth || c == postgres.Token
	switch {
	case tokens:
		r.only(p, "oauth")
		for _, key := range []string{"authorize_url", "token_url"} {
			if o := n.Get("oauth"); o != nil && o.Get(key) == nil {
				r.problems.Add(o.At, "", "the source %s lacks oauth.%s", p.Key, key)
			}
		}
	case c != postgres.OwnPassword && c != postgres.ClientCertificate:
		r.problems.Add(p.At, "write credential: password, oauth, token or certificate", "the source %s needs its credential", p.Key)
	}
	for _, key := range []string{"oauth", "token_user"} {
		if v := n.Get(key); v != nil && !tokens {
			r.problems.Add(v.At, "", "%s is for a PostgreSQL source that is opened with tokens", key)
		}
	}
	return c
}

// postgresSignIn says how people connect to the server: by its own sign-in server for tokens, else by what they bring.
func (s sourceConfig) postgresSignIn() vault.SourceConfig {
	switch s.postgres.Credential {
	case postgres.OAuth, postgres.Token:
		o := s.oauth
		return vault.SourceConfig{AuthorizeURL: o.authorizeURL, TokenURL: o.tokenURL, RevokeURL: o.revokeURL, Issuer: o.issuer, ClientID: o.clientID,
			ClientSecret: o.secret, Scopes: o.scopes, Credential: vault.UserCredential}
	case postgres.ClientCertificate:
		return vault.SourceConfig{Credential: vault.UserCredential, Certificate: true}
	}
	return vault.SourceConfig{Credential: vault.UserCredential, Login: true}
}

// only demands the keys that a kind of source cannot do without.
func (r *configReader) only(p strictyaml.Pair, keys ...string) {
	for _, key := range keys {
		if p.Value.Get(key) == nil {
			r.problems.Add(p.At, "", "the source %s lacks %q", p.Key, key)
		}
	}
}
