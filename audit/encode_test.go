package audit

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/waggle-sql/waggle/identity"
)

// The body's own writer and encoding/json must not differ in a byte.
func TestEncodeAsJSON(t *testing.T) {
	bodies := []body{
		{Kind: kindBegin, Query: "q", Org: "o", OrgName: "acme", Actor: &actor{"p", "ana", identity.Viewer, "scram", "s", "t"},
			Client: &client{"127.0.0.1:5", "psql"}, Key: "k", Path: "local", Model: "m", Statement: "SELECT $1",
			Entities: []Entity{{Name: "a<b", Columns: []string{"x"}}}},
		{Kind: kindBegin, Actor: &actor{}, Client: &client{}, Statement: "SELECT \"a\\b\"\n\t\x01 – <é>&\u2028\xff\x7f"},
		{Kind: kindAccess, Query: "q", Access: &Access{Source: "gong", Template: "GET /x?a=$&b=$"}},
		{Kind: kindEnd, Query: "q", End: &End{}},
		{Kind: kindEnd, Query: "q", End: &End{Rows: 3, Bytes: -1, Duration: 1e-7, SQLState: "00000", Outcome: OK, Cached: true,
			Calls: []Call{{Request: "1", Rows: 2}}, Workspace: &Workspace{PID: 3}}},
		{Kind: kindOpen, Log: &logFacts{CutBytes: 3}},
		{Kind: "login", Act: &act{Source: "x", Detail: map[string]string{"b": "1", "a": "2"}}},
	}
	for _, b := range bodies {
		var want bytes.Buffer
		enc := json.NewEncoder(&want)
		enc.SetEscapeHTML(false)
		if err := enc.Encode(&b); err != nil {
			t.Fatal(err)
		}
		got, err := b.encode()
		if err != nil || string(got)+"\n" != want.String() {
			t.Errorf("encode (%v):\n%s\nwant\n%s", err, got, want.String())
		}
	}
	private := Private{Literals: []string{"a", "é\"", ""}, Parameters: []string{""}, Address: "x"}
	for _, p := range []Private{private, {}} {
		want, err := json.Marshal(p)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := p.encode(); err != nil || !bytes.Equal(got, want) {
			t.Errorf("encode (%v):\n%s\nwant\n%s", err, got, want)
		}
	}
}
