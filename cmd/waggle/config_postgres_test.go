package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestPostgresSource(t *testing.T) {
	for _, c := range []struct{ source, want string }{
		{"{kind: postgres, host: db.example, database: desk, credential: password}", ""},
		{"{kind: postgres, host: db.example, port: 6432, database: desk, credential: password, tls: verify, collation: C.UTF-8}", ""},
		{"{kind: postgres, host: \"postgres://bob:x@db/desk\", database: desk, credential: password}", "a connection string is not accepted"},
		{"{kind: postgres, host: db, database: \"dbname=desk password=x\", credential: password}", "a connection string is not accepted"},
		{"{kind: postgres, dsn: \"host=db\", host: db, database: desk, credential: password}", "dsn"},
		{"{kind: postgres, host: db, database: desk, credential: password, user: bob}", "user"},
		{"{kind: postgres, host: db, database: desk}", "needs its credential"},
		{"{kind: postgres, host: db.example, database: desk, credential: certificate}", ""},
		{"{kind: postgres, host: db.example, database: desk, credential: token, token_user: login, oauth: {client_id: x, authorize_url: \"https://a\", token_url: \"https://t\"}}", ""},
		{"{kind: postgres, host: db.example, database: desk, credential: oauth, oauth: {client_id: x}}", "lacks oauth.authorize_url"},
		{"{kind: postgres, host: db.example, database: desk, credential: oauth}", "lacks \"oauth\""},
		{"{kind: postgres, host: db.example, database: desk, credential: password, oauth: {client_id: x}}", "opened with tokens"},
		{"{kind: postgres, host: db.example, database: desk, credential: org}", "needs its credential"},
		{"{kind: postgres, host: db, credential: password}", "lacks \"database\""},
		{"{kind: rest, definition: gong, credential: password, oauth: {client_id: x}}", "not with passwords"},
		{"{kind: rest, definition: gong}", "lacks \"oauth\""},
	} {
		file := filepath.Join(t.TempDir(), "waggle.yaml")
		text := "listen: {postgres: a, http: b}\npublic_url: http://x\nstore: sqlite:a\nkeys: {master: env:K}\naudit: {directory: a}\nmodels: m\nsources:\n  desk: " + c.source + "\n"
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		conf, err := loadConfig(file)
		switch {
		case c.want == "" && err != nil:
			t.Errorf("%s: %v", c.source, err)
		case c.want == "":
			if conf.sources[0].postgres == nil || conf.sources[0].postgres.Database != "desk" {
				t.Errorf("%+v", conf.sources[0])
			}
		case err == nil || !strings.Contains(err.Error(), c.want):
			t.Errorf("%s: %v", c.source, err)
		}
	}
}
