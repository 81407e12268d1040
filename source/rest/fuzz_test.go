package rest

import (
	"encoding/json"
	"net/netip"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"
)

// FuzzDocument holds the streaming reader to encoding/json's own: what is a document is read to the same values, whatever the
// pieces in which it comes, and nothing else is.
func FuzzDocument(f *testing.F) {
	for _, text := range []string{
		`{"data":{"list":[{"id":1},{"id":2.50}],"x":[1]},"meta":{"next":"a"}}`, `{"data":{"list":[`, `{}`, `[]`, `{"data":null}`,
		`{"data":{"list":null}} x`, `{"data":{"list":[1]},"data":{"list":[2]}}`, `{"a":"\ud800"}`, "{\"a\":\"\\\"{[\"}", `{"data":{"list":{}}}`,
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		read := func(piece bool) (records []any, rest map[string]any, err error) {
			g := &guarded{r: strings.NewReader(text), left: 1 << 16}
			if piece {
				g.r = iotest.OneByteReader(g.r)
			}
			rest, err = document(g, []string{"data", "list"}, func(v any) error { records = append(records, v); return nil })
			return records, rest, err
		}
		records, rest, err := read(false)
		again, rest2, err2 := read(true)
		if (err == nil) != (err2 == nil) || err == nil && (!reflect.DeepEqual(records, again) || !reflect.DeepEqual(rest, rest2)) {
			t.Fatalf("the pieces matter: %v %v", err, err2)
		}
		if err == nil && !json.Valid([]byte(text)) {
			t.Fatal("no JSON was read")
		}
		var whole map[string]any
		d := json.NewDecoder(strings.NewReader(text))
		d.UseNumber()
		if err != nil || d.Decode(&whole) != nil || strings.Count(text, "data") != 1 || strings.Count(text, "list") != 1 || strings.Contains(text, `\`) {
			return
		}
		data, _ := whole["data"].(map[string]any)
		list, _ := data["list"].([]any)
		if len(list) != len(records) || len(list) > 0 && !reflect.DeepEqual(list, records) {
			t.Fatalf("%v, not %v", records, list)
		}
	})
}

func FuzzPath(f *testing.F) {
	for _, text := range []string{"a.b[*].c", "a[0]", "a[k=v].b", "a..b", "[", "a]", "", "a.", "[*].a", "a[-1]", "a[*][1]"} {
		f.Add(text, `{"a":{"b":[{"c":1},null,7]}}`)
	}
	f.Fuzz(func(_ *testing.T, text, doc string) {
		p, ok := parsePath(text)
		var v any
		if ok && json.Unmarshal([]byte(doc), &v) == nil {
			p.first(v)
		}
	})
}

func TestPath(t *testing.T) {
	var doc any
	if err := json.Unmarshal([]byte(`{"a":{"b":[{"c":"x","k":"v"},{"c":"y"},{"c":null},null]},"n":null}`), &doc); err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string][]any{
		"a.b[*].c": {"x", "y", nil}, "a.b[1].c": {"y"}, "a.b[9].c": nil, "a.b[k=v].c": {"x"}, "n.c": nil, "none.c": nil,
		"a.c": nil, "a.b.c": {misfit{}}, "a[*]": {misfit{}}, "a.b[0].c.d": {misfit{}},
	} {
		p, ok := parsePath(text)
		var got []any
		p.each(doc, func(v any) bool { got = append(got, v); return true })
		if !ok || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %v, not %v", text, got, want)
		}
	}
	for _, text := range []string{"", ".", "a.", ".a", "a..b", "a[", "a[x]", "a[-1]", "a[=v]", "a b", "$.a", "a]", "a.[0]"} {
		if _, ok := parsePath(text); ok {
			t.Errorf("%q is taken for a path", text)
		}
	}
}

func TestPublic(t *testing.T) {
	for text, want := range map[string]bool{
		"142.250.74.78": true, "2a00:1450:4001:82a::200e": true, "127.0.0.1": false, "10.1.2.3": false, "172.16.0.1": false, "192.168.1.1": false,
		"169.254.169.254": false, "100.64.0.1": false, "0.0.0.0": false, "0.1.2.3": false, "224.0.0.1": false, "255.255.255.255": false,
		"240.0.0.1": false, "198.18.0.1": false, "192.0.2.1": false, "::1": false, "::": false, "fe80::1": false, "fc00::1": false,
		"fd00:ec2::254": false, "::ffff:10.0.0.1": false, "::ffff:127.0.0.1": false, "64:ff9b::a00:1": false, "2002:a00:1::": false,
		"::10.0.0.1": false, "ff02::1": false, "2001:db8::1": false, "2001::1": false, "fec0::1": false,
	} {
		if got := public(netip.MustParseAddr(text)); got != want {
			t.Errorf("%s: %t", text, got)
		}
	}
	if allowed("127.0.0.1:80", false) == nil || allowed("127.0.0.1:80", true) != nil || allowed("10.0.0.1:80", true) == nil || allowed("junk", true) == nil {
		t.Error("loopback is for a loopback address alone")
	}
}
