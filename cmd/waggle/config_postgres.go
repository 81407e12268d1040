package main

import (
	"strings"

	"github.com/waggle-sql/waggle/internal/strictyaml"
	"github.com/waggle-sql/waggle/source/postgres"
)

// postgres reads a PostgreSQL source. A connection string is refused: it has room for a login that all would share.
func (r *configReader) postgres(p strictyaml.Pair) *postgres.Config {
	n := p.Value
	r.only(p, "host", "database")
	for _, key := range []string{"definition", "base_url", "oauth"} {
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
	if n.String("credential") != "password" {
		r.problems.Add(p.At, "write credential: password", "the source %s needs its credential", p.Key)
	}
	port := r.whole(n, "port", 5432)
	if port < 1 || port > 65535 {
		r.problems.Add(n.Get("port").At, "", "port must be between 1 and 65535")
		port = 5432
	}
	return &postgres.Config{Name: p.Key, Host: n.String("host"), Port: uint16(port), Database: n.String("database"),
		TLS: postgres.TLS(n.String("tls")), CA: r.path(n.String("ca")), Collation: n.String("collation")}
}

// only demands the keys that a kind of source cannot do without.
func (r *configReader) only(p strictyaml.Pair, keys ...string) {
	for _, key := range keys {
		if p.Value.Get(key) == nil {
			r.problems.Add(p.At, "", "the source %s lacks %q", p.Key, key)
		}
	}
}
